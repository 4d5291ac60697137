package speech

import (
	_ "embed"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Talk is a kind of small talk; "" is none.
type Talk string

// Kinds of small talk. Where a message has several, the later one of this list is answered.
const (
	Greeting  Talk = "greeting"
	Agreed    Talk = "agreed" // "ok"
	Thanks    Talk = "thanks"
	HowAreYou Talk = "how_are_you"
	Goodbye   Talk = "goodbye"
	Robot     Talk = "robot" // asks whether it is a bot
)

var importance = map[Talk]int{Greeting: 1, Agreed: 2, Thanks: 3, HowAreYou: 4, Goodbye: 5, Robot: 6}

// maxTalk is how long small talk is at most, in characters: nobody looks through a page for it.
const maxTalk = 120

//go:embed talk.tsv
var talkTable string

// said is a phrase of small talk and the languages that have it.
type said struct {
	talk      Talk // "": goes with any
	languages []string
}

// sayings are the phrases, folded; longest is how many characters the longest has.
var sayings, longest = func() (map[string]said, int) {
	table, longest := map[string]said{}, 0
	for line := range strings.Lines(talkTable) {
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(columns) != 3 {
			panic(fmt.Sprintf("speech: talk.tsv has a line of %d columns: %q", len(columns), line))
		}
		language, talk := columns[0], Talk(columns[1])
		if talk == "-" {
			talk = ""
		}
		for phrase := range strings.SplitSeq(columns[2], ",") {
			phrase = Fold(phrase)
			before, known := table[phrase]
			if known && importance[before.talk] > importance[talk] {
				talk = before.talk
			}
			table[phrase] = said{talk, append(before.languages, language)}
			longest = max(longest, utf8.RuneCountInString(phrase))
		}
	}
	return table, longest
}()

// SmallTalk tells what small talk a message is, and in which language, "" where several have its words. A message of which
// any word is not small talk is none: a greeting before a question is part of the question. name is the bot's, which may be said as well.
func SmallTalk(text, name string) (talk Talk, language string) {
	if utf8.RuneCountInString(text) > maxTalk {
		return "", ""
	}
	rest := []rune(Fold(text))
	called := []rune(Fold(name))
	votes := map[string]int{}
	phrases := 0
	for len(rest) > 0 {
		if rest[0] == ' ' {
			rest = rest[1:]
			continue
		}
		n := 0
		for length := min(longest, len(rest)); length > 0; length-- {
			if !ends(rest, length) {
				continue
			}
			said, known := sayings[string(rest[:length])]
			if !known {
				continue
			}
			n = length
			phrases++
			if importance[said.talk] > importance[talk] {
				talk = said.talk
			}
			for _, language := range said.languages {
				votes[language]++
			}
			break
		}
		if n == 0 && len(called) > 0 && len(called) <= len(rest) && string(rest[:len(called)]) == string(called) && ends(rest, len(called)) {
			n = len(called)
		}
		if n == 0 {
			return "", ""
		}
		rest = rest[n:]
	}
	if talk == "" {
		return "", ""
	}
	best := 0
	for one, votes := range votes {
		switch {
		case votes > best:
			best, language = votes, one
		case votes == best:
			language = "" // more than one
		}
	}
	return talk, language
}

// ends tells whether a word may end at that length.
func ends(text []rune, length int) bool {
	if length == len(text) || text[length] == ' ' {
		return true
	}
	return unspaced(text[length-1]) || unspaced(text[length]) || !unicode.IsLetter(text[length]) && !unicode.IsDigit(text[length]) && !unicode.IsMark(text[length]) && text[length] != '\''
}
