package extractive

import (
	"context"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/llm"
)

const (
	// defaultSummary is the length of a summary whose request names none, in tokens.
	defaultSummary = 256
	// longestTurn bounds what one turn may take of a summary, in tokens.
	longestTurn = 48
	// earlierShare is the part of a summary that what is older keeps at least: one in so many.
	earlierShare = 3
)

var _ llm.Summariser = Provider{}

// Summarise keeps the most telling sentence of each turn, a line to each, and as much
// of the end of the earlier summary as has room before them. It fails only with the context.
func (Provider) Summarise(ctx context.Context, request llm.SummaryRequest) (string, llm.Result, error) {
	budget := request.MaxTokens
	if budget <= 0 {
		budget = defaultSummary
	}
	earlier := lines(request.Earlier)
	forTurns := budget
	if len(earlier) > 0 {
		forTurns -= budget / earlierShare
	}
	var said []string
	for _, turn := range request.Turns {
		if line := saidIn(turn, min(longestTurn, forTurns)); line != "" {
			said = append(said, line)
		}
	}
	said = last(said, forTurns)
	rest := budget - llm.Tokens(strings.Join(said, "\n")) - 1 // the line's end between them
	return strings.Join(append(last(earlier, rest), said...), "\n"), llm.Result{}, ctx.Err()
}

// lines are those of an earlier summary, whoever made it.
func lines(summary string) []string {
	var kept []string
	for line := range strings.Lines(strings.ToValidUTF8(summary, "\uFFFD")) {
		if line = strings.TrimSpace(line); line != "" {
			kept = append(kept, line)
		}
	}
	return kept
}

// last keeps as many of the last lines as fit into so many tokens; of the first that does not, its
// last sentences.
func last(lines []string, budget int) []string {
	from := len(lines)
	for from > 0 && llm.Tokens(strings.Join(lines[from-1:], "\n")) <= budget {
		from--
	}
	kept := append([]string(nil), lines[from:]...)
	if from == 0 {
		return kept
	}
	cut := sentences(lines[from-1])
	for len(cut) > 0 {
		cut = cut[1:]
		whole := append([]string{strings.Join(cut, " ")}, kept...)
		if len(cut) > 0 && llm.Tokens(strings.Join(whole, "\n")) <= budget {
			return whole
		}
	}
	return kept
}

// citationMark is what answers point at their passages with; the passages are not in the summary.
var citationMark = regexp.MustCompile(`(?:\s*\[\d{1,3}\])+`)

// saidIn is the most telling sentence of a turn with who said it; "" if the turn says nothing.
func saidIn(turn llm.Message, budget int) string {
	speaker := "Visitor: "
	if turn.Role == llm.Business {
		speaker = "Business: "
	}
	best, most := "", -1.0
	for line := range strings.Lines(strings.ToValidUTF8(turn.Text, "\uFFFD")) {
		for _, sentence := range sentences(clean(citationMark.ReplaceAllString(line, ""))) {
			if score := tells(sentence); score > most {
				best, most = sentence, score
			}
		}
	}
	if best = llm.Shorten(best, budget-llm.Tokens(speaker)); best == "" {
		return ""
	}
	return speaker + best
}

// tells weighs what a sentence would be missed for: numbers and names first, then a
// question, then how much it says at all.
func tells(sentence string) float64 {
	const (
		perNumber, perName, perQuestion, perWord = 3, 1.5, 2, 0.25
		manyNumbers, manyNames, manyWords        = 3, 3, 12
	)
	numbers, names := 0, 0
	for i, word := range strings.Fields(sentence) {
		first, _ := utf8.DecodeRuneInString(strings.TrimLeft(word, `"'“‘«(`))
		switch {
		case strings.ContainsFunc(word, unicode.IsDigit):
			numbers++
		case i > 0 && unicode.IsUpper(first):
			names++
		}
	}
	said := 0
	for _, word := range words(sentence) {
		if !idle[word] {
			said++
		}
	}
	score := perNumber*float64(min(numbers, manyNumbers)) + perName*float64(min(names, manyNames)) + perWord*float64(min(said, manyWords))
	if isQuestion(sentence) {
		score += perQuestion
	}
	return score
}
