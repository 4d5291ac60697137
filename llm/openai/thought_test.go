package openai

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"parley/llm"
)

// thoughts are what a model wrote, and what is shown of it.
var thoughts = map[string]struct{ written, shown string }{
	"a thought before the answer":        {"<think>Hm, größer als 5?</think>\n\nReturns are free [1].", "Returns are free [1]."},
	"white space before it":              {"\n <think>\nLet me see.\n</think>Yes.", "Yes."},
	"an empty one":                       {"<think>\n\n</think>\n\nYes.", "Yes."},
	"a thought about the tag":            {"<think>I may write <think> or </thin here.</think>Yes.", "Yes."},
	"an answer that speaks of the tag":   {"The tag <think> opens a thought, </think> ends it.", "The tag <think> opens a thought, </think> ends it."},
	"a thought behind another's answer":  {"<think>a</think>Write <think>b</think>.", "Write <think>b</think>."},
	"an answer that begins as a tag":     {"<thin ice> is cold.", "<thin ice> is cold."},
	"no more than the begin of a tag":    {"<thi", "<thi"},
	"white space alone":                  {" \n", " \n"},
	"white space before an answer":       {"\n Größe 5.", "\n Größe 5."},
	"much white space before it":         {strings.Repeat("\n", 200) + "<think>Hm.</think>Yes.", "Yes."},
	"a thought without an end":           {"<think>Visitors must not read this", ""},
	"a thought that ends in half a tag":  {"<think>Visitors must not read this</thin", ""},
	"a thought and nothing behind it":    {"<think>It is not there.</think>\n", ""},
	"nothing":                            {"", ""},
	"an answer as long as an answer may": {"<think>" + strings.Repeat("é", maxThought/2) + "</think>ok", "ok"},
}

func TestThoughtsAreNotShownWhereverTheyAreCut(t *testing.T) {
	t.Parallel()
	for name, c := range thoughts {
		for _, size := range []int{1, 2, 3, 7, 1 << 20} {
			if got, err := shownOf(pieces(c.written, size)); got != c.shown || err != nil {
				t.Errorf("%s, in pieces of %d bytes: %.80q, %v", name, size, got, err)
			}
		}
		for at := range min(len(c.written), 300) {
			if got, err := shownOf([]string{c.written[:at], c.written[at:]}); got != c.shown || err != nil {
				t.Errorf("%s, cut at %d: %.80q, %v", name, at, got, err)
			}
		}
		if got := withoutThought(c.written); got != c.shown {
			t.Errorf("%s, as a whole: %.80q", name, got)
		}
	}
}

func TestAnAnswersStreamHasNoThoughtWhereverItIsCut(t *testing.T) {
	t.Parallel()
	for name, c := range thoughts {
		if len(c.written) > 1<<10 {
			continue
		}
		for at := range len(c.written) + 1 {
			got, err := streamed(t, c.written[:at], c.written[at:])
			if want := c.shown; got != want || err != nil {
				t.Errorf("%s, cut at %d: %q, %v", name, at, got, err)
			}
		}
	}
}

func TestAThoughtWithoutEndIsAFailureThatIsNotRepeated(t *testing.T) {
	t.Parallel()
	piece := strings.Repeat("Wait. ", 1000)
	endless := []string{"<think>"}
	for range maxThought/len(piece) + 1 {
		endless = append(endless, piece)
	}
	got, err := streamed(t, endless...)
	if got != "" || !errors.Is(err, errEndlessThought) {
		t.Fatalf("%q, %v", got, err)
	}
	var failure *llm.Error
	if told := (&Provider{}).failure(t.Context(), "read", err); !errors.As(told, &failure) || failure.Retryable {
		t.Errorf("told as %v", told)
	}
	if got := withoutThought(strings.Join(endless, "")); got != "" {
		t.Errorf("as a whole: %.80q", got)
	}
}

func pieces(text string, size int) (all []string) {
	for len(text) > size {
		all, text = append(all, text[:size]), text[size:]
	}
	return append(all, text)
}

// shownOf is what is shown of a text that comes in pieces.
func shownOf(pieces []string) (string, error) {
	var t thought
	var shown strings.Builder
	for _, piece := range pieces {
		text, err := t.add(piece)
		if err != nil {
			return shown.String(), err
		}
		shown.WriteString(text)
	}
	return shown.String() + t.rest(), nil
}

// streamed is what is emitted of a stream with these deltas, each as raw bytes: a cut may be within a character.
func streamed(t *testing.T, deltas ...string) (string, error) {
	t.Helper()
	var stream, shown strings.Builder
	for _, delta := range deltas {
		fmt.Fprintf(&stream, "data: {\"choices\":[{\"delta\":{\"content\":\"%s\"}}]}\n\n", strings.ReplaceAll(delta, "\n", `\n`))
	}
	stream.WriteString("data: [DONE]\n\n")
	_, err := readStream(strings.NewReader(stream.String()), func() {}, func(piece string) error {
		if piece == "" || !utf8.ValidString(piece) {
			t.Errorf("emitted %q", piece)
		}
		shown.WriteString(piece)
		return nil
	})
	return shown.String(), err
}
