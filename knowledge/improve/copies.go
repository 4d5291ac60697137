package improve

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Copy is a corrected answer or a test question that has words of a visitor's. It is the owner's own, and stays when the visitor is erased.
type Copy struct {
	Bot      string
	Source   string // of a corrected answer: where it stands
	Test     string // of a test question: its id
	Question string // as it stands there
}

// shortestCopy is how many characters what is looked for within something longer has at least: "hello" stands everywhere.
const shortestCopy = 12

// Copies returns a bot's corrected answers, and those of its tests, in which something stands that a visitor said, or which are a part of that.
// Nothing but words tells: where a correction came from is not kept, and it may have been changed since.
func (f Fixer) Copies(ctx context.Context, tenant, bot string, tests []Question, said []string) ([]Copy, error) {
	words := make([]string, len(said))
	for i, text := range said {
		words[i] = lettersOf(text)
	}
	copied := func(texts ...string) bool {
		return slices.ContainsFunc(texts, func(text string) bool {
			letters := lettersOf(text)
			return slices.ContainsFunc(words, func(said string) bool { return stands(said, letters) || stands(letters, said) })
		})
	}
	var copies []Copy
	source, err := f.corrections(ctx, tenant, bot)
	if err != nil {
		return nil, err
	}
	if source != "" {
		_, pairs, err := f.Pairs.Pairs(ctx, tenant, bot, source)
		if err != nil {
			return nil, fmt.Errorf("read the corrected answers in %s: %w", source, err)
		}
		for _, pair := range pairs {
			if copied(pair.Question, pair.Answer) {
				copies = append(copies, Copy{Bot: bot, Source: source, Question: pair.Question})
			}
		}
	}
	for _, test := range tests {
		if copied(test.Text, test.Phrase) {
			copies = append(copies, Copy{Bot: bot, Test: test.ID, Question: test.Text})
		}
	}
	return copies, nil
}

// stands tells whether words are a text, or stand in it one after the other.
func stands(words, text string) bool {
	if words == "" || words == text {
		return words != ""
	}
	return utf8.RuneCountInString(words) >= shortestCopy && strings.Contains(" "+text+" ", " "+words+" ")
}
