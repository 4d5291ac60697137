package actors

import (
	"regexp/syntax"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestEveryWishForAPersonNamesPeople(t *testing.T) {
	t.Parallel()
	pattern, err := syntax.Parse(wishes.String(), syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		var text strings.Builder
		utter(t, pattern, &text)
		if !namesPeople(text.String()) {
			t.Fatalf("not even compared with the ways to ask for a person: %q", text.String())
		}
	})
}

// utter writes a text that a pattern describes.
func utter(t *rapid.T, pattern *syntax.Regexp, text *strings.Builder) {
	least, most := 1, 1
	switch pattern.Op {
	case syntax.OpLiteral:
		text.WriteString(string(pattern.Rune))
		return
	case syntax.OpCharClass:
		text.WriteRune(pattern.Rune[2*rapid.IntRange(0, len(pattern.Rune)/2-1).Draw(t, "range")])
		return
	case syntax.OpAnyCharNotNL:
		text.WriteByte(' ')
		return
	case syntax.OpAlternate:
		utter(t, rapid.SampledFrom(pattern.Sub).Draw(t, "way"), text)
		return
	case syntax.OpQuest:
		least, most = 0, 1
	case syntax.OpStar:
		least, most = 0, 2
	case syntax.OpRepeat:
		least, most = pattern.Min, pattern.Max
	default: // a sequence, a group, or a place between characters
	}
	for range rapid.IntRange(least, most).Draw(t, "times") {
		for _, part := range pattern.Sub {
			utter(t, part, text)
		}
	}
}
