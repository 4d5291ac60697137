package check

import (
	"fmt"
	"slices"

	"parley/e2e/client"
)

// Account is all that witnesses who do not know of each other tell of one conversation.
type Account struct {
	Visitor *client.Visitor // what was sent and seen
	Log     []client.Event  // as the API tells it, to its owner
	Kept    *Kept           // as SQL tells it; nil: nobody looked
}

// Allow says what may happen to a question besides being answered at the first attempt.
type Allow struct {
	Lost   bool // processes die: an answer is lost with its node and the question answered again, twice in all
	Failed bool // the model fails: an answer may fail at any attempt, and be asked for again
	People bool // people take over, stop and close: a question may end without an answer of its own
}

// Conversation returns every breach of what is promised about one conversation.
func Conversation(a Account, allow Allow) []string {
	id := a.Visitor.Conversation()
	sent := a.Visitor.Sent()
	breaches := slices.Concat(
		a.Visitor.Violations(),
		Order(a.Log),
		Messages(sent, a.Log),
		Sequence(sent),
		Answers(a.Log, allow),
		View(a.Visitor.Events(), a.Log),
	)
	if a.Kept != nil {
		breaches = append(breaches, Columns(a.Log, *a.Kept)...)
	}
	for i, breach := range breaches {
		breaches[i] = id + ": " + breach
	}
	return breaches
}

// findings collects breaches in words.
type findings []string

func (f *findings) say(format string, args ...any) {
	*f = append(*f, fmt.Sprintf(format, args...))
}
