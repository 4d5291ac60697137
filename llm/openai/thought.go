package openai

import (
	"errors"
	"strings"
)

// What models that reason write around their thoughts where their server does not keep them apart: DeepSeek R1, QwQ, Qwen.
const (
	thoughtBegins = "<think>"
	thoughtEnds   = "</think>"
)

// maxThought bounds a thought in bytes, and what is held of white space in case one follows. It is four times what a limited model
// may think: one that goes on repeats itself.
const maxThought = 64 << 10

var errEndlessThought = errors.New("the model does not stop thinking")

// thought takes a model's thoughts from the beginning of its text, with the white space around them. What is behind
// the first other character is the answer, and stays as it is, whatever it says of tags.
type thought struct {
	at    step
	held  string // what may begin a tag
	taken int    // bytes of the thought
}

// step is how far a text has come.
type step int

const (
	before step = iota // nothing yet but white space
	within             // the thought
	behind             // it, in the white space before the answer
	beyond
)

// add returns what is to be shown of the text so far and was not returned before; it may be empty.
func (t *thought) add(text string) (string, error) {
	if t.at == beyond {
		return text, nil
	}
	text = t.held + text
	t.held = ""
	if t.at == before {
		rest := strings.TrimLeft(text, whiteSpace)
		switch {
		case strings.HasPrefix(rest, thoughtBegins):
			t.at, text = within, rest[len(thoughtBegins):]
		case strings.HasPrefix(thoughtBegins, rest) && len(text) <= maxThought:
			t.held = text
			return "", nil
		default:
			t.at = beyond
			return text, nil
		}
	}
	if t.at == within {
		inside, after, ended := strings.Cut(text, thoughtEnds)
		if !ended {
			t.held = inside[max(0, len(inside)-len(thoughtEnds)+1):]
			inside = inside[:len(inside)-len(t.held)]
		}
		if t.taken += len(inside); t.taken > maxThought {
			return "", errEndlessThought
		}
		if !ended {
			return "", nil
		}
		t.at, text = behind, after
	}
	if text = strings.TrimLeft(text, whiteSpace); text != "" {
		t.at = beyond
	}
	return text, nil
}

const whiteSpace = " \t\r\n"

// rest returns what was held at the end of the text: a thought that has no end is not shown.
func (t *thought) rest() string {
	if t.at != before {
		return ""
	}
	return t.held
}

// withoutThought is a whole text without the thought at its beginning.
func withoutThought(text string) string {
	var t thought
	shown, err := t.add(text)
	if err != nil {
		return ""
	}
	return shown + t.rest()
}
