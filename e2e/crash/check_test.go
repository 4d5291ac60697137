package crash

import (
	"fmt"
	"reflect"
	"testing"

	"encoding/json"

	"parley/e2e/client"
)

// check holds what one visitor sent and saw against the log of their
// conversation. It returns every way in which they differ or the log is wrong in itself.
func check(sent []client.Sent, seen, log []client.Event) []string {
	c := checker{log: log}
	c.order()
	c.messages(sent)
	c.answers()
	c.view(seen)
	return c.wrong
}

type checker struct {
	log   []client.Event
	wrong []string
}

func (c *checker) say(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// order: seq counts from 1 without gaps, and time does not run backwards by more than a restart's clock can.
func (c *checker) order() {
	for i, e := range c.log {
		if e.Seq != int64(i)+1 {
			c.say("event %d of the log has seq %d", i+1, e.Seq)
		}
	}
}

// messages: each message that was sent is there exactly once, as acknowledged, and no other.
func (c *checker) messages(sent []client.Sent) {
	found := make(map[string][]client.Event)
	for _, e := range c.log {
		if e.Type == "message.created" {
			found[e.Data.ClientID] = append(found[e.Data.ClientID], e)
		}
	}
	for _, s := range sent {
		here := found[s.ClientID]
		delete(found, s.ClientID)
		if s.Receipt == nil {
			c.say("%s was never acknowledged", s.ClientID)
			continue
		}
		if len(here) != 1 {
			c.say("%s is there %d times", s.ClientID, len(here))
			continue
		}
		if e := here[0]; e.Seq != s.Receipt.Seq || e.Data.Message != s.Receipt.Message || e.Data.Text != s.Text {
			c.say("%s was acknowledged as %+v with %q, but is %s", s.ClientID, *s.Receipt, s.Text, e.Raw)
		}
	}
	for id := range found {
		c.say("%q was sent by nobody", id)
	}
}

// answers: one at a time, each start has its end; each question has exactly one
// answer that was completed, or two attempts of which the last is said to have failed.
func (c *checker) answers() {
	type attempt struct{ ending, reason string }
	attempts := make(map[string][]attempt) // by question
	var questions []string
	open, question := "", ""
	for _, e := range c.log {
		switch e.Type {
		case "message.created":
			questions = append(questions, e.Data.Message)
		case "message.started":
			if open != "" {
				c.say("event %d starts an answer while %s is open", e.Seq, open)
			}
			open, question = e.Data.Message, e.Data.Question
			if want := len(attempts[question]) + 1; e.Data.Attempt != want {
				c.say("event %d is attempt %d, want %d", e.Seq, e.Data.Attempt, want)
			}
		case "message.completed", "message.interrupted":
			if e.Data.Message != open {
				c.say("event %d ends %s, but %q is open", e.Seq, e.Data.Message, open)
			}
			if e.Type == "message.completed" && e.Data.Text == "" {
				c.say("event %d completes an answer without text", e.Seq)
			}
			attempts[question] = append(attempts[question], attempt{e.Type, e.Data.Reason})
			open = ""
		}
	}
	if open != "" {
		c.say("%s never ended", open)
	}
	for _, q := range questions {
		all := attempts[q]
		delete(attempts, q)
		if len(all) == 0 {
			c.say("%s was never answered", q)
			continue
		}
		for _, broken := range all[:len(all)-1] {
			if broken != (attempt{"message.interrupted", "node_lost"}) {
				c.say("%s was answered again after %v", q, broken)
			}
		}
		last := all[len(all)-1]
		if last.ending != "message.completed" && (last.reason != "failed" || len(all) < 2) {
			c.say("%s ended with %v after %d attempts", q, last, len(all))
		}
	}
	for q := range attempts {
		c.say("%s was answered but never asked", q)
	}
}

// view: the visitor holds the log, to the letter.
func (c *checker) view(seen []client.Event) {
	if len(seen) != len(c.log) {
		c.say("the visitor holds %d events of %d", len(seen), len(c.log))
	}
	for i := range min(len(seen), len(c.log)) {
		var a, b any
		errA, errB := json.Unmarshal(seen[i].Raw, &a), json.Unmarshal(c.log[i].Raw, &b)
		if errA != nil || errB != nil || !reflect.DeepEqual(a, b) {
			c.say("the visitor was shown %s, the log has %s", seen[i].Raw, c.log[i].Raw)
		}
	}
}

// history returns a log from lines of "type message question/text attempt/reason".
func history(events ...client.Event) []client.Event {
	for i := range events {
		events[i].Seq = int64(i) + 1
		events[i].Raw, _ = json.Marshal(events[i])
	}
	return events
}

func created(id string) client.Event {
	return client.Event{Type: "message.created", Data: client.Data{Message: "msg_" + id, ClientID: id, Text: "Hi"}}
}

func started(message, question string, attempt int) client.Event {
	return client.Event{Type: "message.started", Data: client.Data{Message: message, Question: "msg_" + question, Attempt: attempt}}
}

func completed(message string) client.Event {
	return client.Event{Type: "message.completed", Data: client.Data{Message: message, Text: "Hello"}}
}

func interrupted(message, reason string) client.Event {
	return client.Event{Type: "message.interrupted", Data: client.Data{Message: message, Reason: reason}}
}

func TestTheCheckerAcceptsWhatIsRight(t *testing.T) {
	log := history(created("a"), started("x", "a", 1), interrupted("x", "node_lost"), started("y", "a", 2), completed("y"),
		created("b"), started("z", "b", 1), interrupted("z", "node_lost"), started("w", "b", 2), interrupted("w", "failed"))
	sent := []client.Sent{
		{ClientID: "a", Text: "Hi", Receipt: &client.Receipt{Seq: 1, Message: "msg_a"}},
		{ClientID: "b", Text: "Hi", Receipt: &client.Receipt{Seq: 6, Message: "msg_b"}},
	}
	if wrong := check(sent, log, log); len(wrong) != 0 {
		t.Errorf("got %q", wrong)
	}
}

func TestTheCheckerFindsEachKindOfWrong(t *testing.T) {
	right := func() []client.Event { return history(created("a"), started("x", "a", 1), completed("x")) }
	sent := []client.Sent{{ClientID: "a", Text: "Hi", Receipt: &client.Receipt{Seq: 1, Message: "msg_a"}}}
	gap := right()
	gap[2].Seq = 4
	other := right()
	other[2].Raw = json.RawMessage(`{"type":"message.completed","data":{"text":"else"}}`)
	for name, test := range map[string]struct {
		sent []client.Sent
		seen []client.Event
		log  []client.Event
	}{
		"a gap":                    {sent, right(), gap},
		"a lost message":           {append(sent, client.Sent{ClientID: "b", Receipt: &client.Receipt{}}), right(), right()},
		"no ack":                   {[]client.Sent{{ClientID: "a", Text: "Hi"}}, right(), right()},
		"another ack":              {[]client.Sent{{ClientID: "a", Text: "Hi", Receipt: &client.Receipt{Seq: 2, Message: "msg_a"}}}, right(), right()},
		"a message of nobody's":    {nil, right(), right()},
		"twice":                    {sent, nil, history(created("a"), started("x", "a", 1), completed("x"), created("a"))},
		"no answer":                {sent, history(created("a")), history(created("a"))},
		"two answers":              {sent, nil, history(created("a"), started("x", "a", 1), completed("x"), started("y", "a", 2), completed("y"))},
		"an answer without end":    {sent, nil, history(created("a"), started("x", "a", 1))},
		"two at a time":            {sent, nil, history(created("a"), started("x", "a", 1), started("y", "a", 2), completed("y"))},
		"given up at once":         {sent, nil, history(created("a"), started("x", "a", 1), interrupted("x", "failed"))},
		"an end without a start":   {sent, nil, history(created("a"), completed("x"))},
		"an answer to no question": {sent, nil, history(created("a"), started("x", "a", 1), completed("x"), started("y", "q", 1), completed("y"))},
		"a view that lags":         {sent, right()[:2], right()},
		"another view":             {sent, other, right()},
	} {
		t.Run(name, func(t *testing.T) {
			if test.seen == nil {
				test.seen = test.log
			}
			if len(check(test.sent, test.seen, test.log)) == 0 {
				t.Error("found nothing")
			}
		})
	}
}
