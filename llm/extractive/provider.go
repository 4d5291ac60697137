package extractive

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"parley/llm"
)

// Empty is Result.Finish of an answer without words: no sentence fits the question.
const Empty = "empty"

// Provider is ready to use.
type Provider struct {
	// Pace is the pause between pieces; 0: none. The whole answer is there at
	// once, but a page that shows it at once jumps under the reader's eyes.
	Pace time.Duration
}

var _ llm.Provider = Provider{}

// Name is what usage records call it.
func (Provider) Name() string { return "extractive" }

// Answer chooses sentences and emits them a few words at a time. Its only
// failures are the context's and emit's.
func (p Provider) Answer(ctx context.Context, request llm.Request, emit func(text string) error) (llm.Result, error) {
	text := answer(request)
	if text == "" {
		return llm.Result{Finish: Empty}, ctx.Err()
	}
	for i, piece := range pieces(text) {
		if i > 0 {
			p.pause(ctx)
		}
		if err := ctx.Err(); err != nil {
			return llm.Result{}, err
		}
		if err := emit(piece); err != nil {
			return llm.Result{}, err
		}
	}
	return llm.Result{Finish: "stop"}, nil
}

// pause waits for the next piece's time, or for the end of ctx.
func (p Provider) pause(ctx context.Context) {
	if p.Pace <= 0 {
		return
	}
	select {
	case <-ctx.Done():
	case <-time.After(p.Pace):
	}
}

// answer is the whole answer; "" if there is none.
func answer(request llm.Request) string {
	documents := make([]document, 0, len(request.Passages))
	for _, passage := range request.Passages {
		documents = append(documents, parse(passage))
	}
	question := request.Question
	if !asks(question) {
		// "And how long does that take?" is about what was asked before.
		question = previous(request.History) + " " + question
	}
	return compose(choose(question, documents, roomOf(request)))
}

// previous is the visitor's last question before this one.
func previous(history []llm.Message) string {
	for i := len(history) - 1; i >= 0; i-- {
		if history[i].Role == llm.Visitor {
			return history[i].Text
		}
	}
	return ""
}

// room is what an answer may have.
type room struct{ characters, sentences int }

// usual is the room of an answer whose owner says nothing: what a chat window shows without scrolling, and
// as many sentences as are read at once.
var usual = room{900, 4}

// rooms are those of the lengths that an owner may choose.
var rooms = map[string]room{"short": {400, 2}, "long": {1_800, 9}}

// roomOf is what a request leaves. A token is about four characters.
func roomOf(request llm.Request) room {
	r, known := rooms[request.Length]
	if !known {
		r = usual
	}
	if request.MaxTokens > 0 {
		r.characters = min(r.characters, request.MaxTokens*4)
	}
	return r
}

// pieces cuts text into groups of words, and text without spaces into groups
// of characters, as a reader's eye takes them in.
func pieces(text string) []string {
	const words, bytes = 3, 24
	var pieces []string
	for text != "" {
		end, seen := 0, 0
		for end < len(text) && seen < words && end < bytes {
			_, size := utf8.DecodeRuneInString(text[end:])
			if text[end] == ' ' || text[end] == '\n' {
				seen++
			}
			end += size
		}
		// A group ends behind its last space, if it has one.
		if end < len(text) && seen < words {
			if space := strings.LastIndexAny(text[:end], " \n"); space > 0 {
				end = space + 1
			}
		}
		pieces = append(pieces, text[:end])
		text = text[end:]
	}
	return pieces
}
