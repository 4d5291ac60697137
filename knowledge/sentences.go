package knowledge

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	uax29 "github.com/clipperhouse/uax29/v2/sentences"
)

// abbreviation matches an end that looks like a sentence's and is not: titles,
// "e.g.", initials, and the numbers of German dates.
var abbreviation = regexp.MustCompile(`(?i)(^|[\s(])(mr|mrs|ms|dr|prof|st|jr|sr|vs|no|nr|fig|inc|ltd|co|corp|approx|dept|e\.g|i\.e|etc|cf|al|z\.\s?b|d\.\s?h|u\.\s?a|bzw|ca|usw|abs|art|bspw|evtl|ggf|inkl|sog|str|sra|srta|ud|uds|pág|núm|ej|p\.\s?ex|mme|mlle|env|[a-z]|\d{1,2})\.\s*$`)

// sentences cuts a text into sentences that together are the text. It follows
// Unicode's rules (UAX 29), which cut after "Dr." too, and joins what they cut there.
func sentences(text string) []string {
	var out []string
	start := 0
	segments := uax29.FromString(text)
	for segments.Next() {
		at := segments.Start()
		if at > start && !joins(text[start:at], segments.Value()) {
			out = append(out, text[start:at])
			start = at
		}
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

// joins tells whether next goes on with the sentence of last.
func joins(last, next string) bool {
	if strings.HasSuffix(last, "\n") {
		return false
	}
	first, _ := utf8.DecodeRuneInString(next)
	return unicode.IsLower(first) || abbreviation.MatchString(last[max(0, len(last)-24):])
}
