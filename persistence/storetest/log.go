package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

// everyBody is one of each kind of event.
var everyBody = []chat.Body{
	chat.MessageCreated{Message: "msg_1", Author: chat.Author{Kind: chat.ByVisitor}, Text: "Nägel? \x00 日本 <b>", ClientID: "c1"},
	chat.MessageCreated{Message: "msg_2", Author: chat.Author{Kind: chat.ByAgent, ID: "usr_1", Name: "Ada"}, Text: "Hi"},
	chat.MessageStarted{Message: "msg_3", Author: chat.Author{Kind: chat.ByBot, Name: "Nail finder"}, Question: "msg_1", Attempt: 2},
	chat.MessageCompleted{Message: "msg_3", Text: "Copper [1]", Offer: "handoff", Citations: []chat.Citation{
		{Mark: 1, Source: "src_1", Title: "nails.md", URL: "https://x.example", Quote: "Copper nails", Page: 3}, {Source: "src_2"},
	}},
	chat.MessageInterrupted{Message: "msg_4", Text: "Cop", Reason: chat.Stopped},
	chat.StatusChanged{Status: chat.WithAgent, Agent: &chat.Author{Kind: chat.ByAgent, ID: "usr_1", Name: "Ada"}},
	chat.StatusChanged{Status: chat.Waiting, Position: 2},
	chat.ContactChanged{Name: "Bo", Email: "bo@example.com", Phone: "+44"},
	chat.FeedbackGiven{Message: "msg_3", Helpful: true, Comment: "thanks"},
	chat.EventErased{Target: 1, Message: "msg_1"},
	chat.Erased{Was: chat.TypeMessageCreated, Message: "msg_1"},
}

var logTests = []test{
	{"A conversation is not found before its first append", func(t *testing.T, w *world) {
		for _, ref := range []chat.Ref{w.newRef(), {}, {Tenant: w.tenant.ID, Conversation: "a\x00b"}} {
			_, err := w.Open(t.Context(), ref)
			want(t, err, chat.ErrNotFound)
			_, err = w.Events(t.Context(), ref, 0, 10)
			want(t, err, chat.ErrNotFound)
		}
	}},
	{"Every kind of event comes back as it was appended", func(t *testing.T, w *world) {
		events := w.events(t, w.born(t, everyBody...))
		var expected []chat.Event
		for i, body := range everyBody {
			expected = append(expected, chat.Event{Seq: int64(i + 1), At: moment(10), Body: body})
		}
		if diff := cmp.Diff(expected, events); diff != "" {
			t.Error(diff)
		}
	}},
	{"What produced an answer comes back, at its end and nowhere else", func(t *testing.T, w *world) {
		asked := said("a", "Do nails rust?")
		begun := started(asked.Message, 1)
		ref := w.born(t, asked, begun)
		trace := chat.Trace{
			Query: "nails rust", Threshold: 0.5, Settings: 7, Prompt: "answer/1", Provider: "openai", Model: "gpt", Finish: "stop",
			InputTokens: 12, OutputTokens: 5, Calls: 2, CostMicros: new(int64), Retrieved: time.Millisecond, FirstPiece: time.Second, Ended: time.Minute, Failure: "none",
			Passages: []chat.TracedPassage{{
				ID: "psg_1", Source: "src_1", Title: "Nails", Headings: []string{"Copper", "Rust"}, Text: "They do not.", Page: 3, Score: 7.5, Confidence: 0.9,
			}},
		}
		end := next(ref, 2, chat.MessageCompleted{Message: begun.Message, Text: "No."}, started(asked.Message, 2))
		end.Trace = &trace
		w.committed(t, end)
		found, err := w.Trace(t.Context(), ref, 3)
		must(t, err)
		if diff := cmp.Diff(trace, found); diff != "" {
			t.Error(diff)
		}
		for _, seq := range []int64{-1, 1, 2, 4, 5} {
			_, err := w.Trace(t.Context(), ref, seq)
			want(t, err, chat.ErrNotFound)
		}
		_, err = w.Trace(t.Context(), chat.Ref{Tenant: newWorld(t, w.Store).tenant.ID, Conversation: ref.Conversation}, 3)
		want(t, err, chat.ErrNotFound)
	}},
	{"An activation begins with what the last one left", func(t *testing.T, w *world) {
		birth := w.birth(w.newRef(), said("a", "Hello"))
		agent := &chat.Author{Kind: chat.ByAgent, ID: "usr_1", Name: "Ada"}
		taken := next(birth.Ref, 1, chat.StatusChanged{Status: chat.WithAgent, Agent: agent})
		taken.Status, taken.Agent = chat.WithAgent, agent
		w.committed(t, birth)
		w.committed(t, taken)
		opening, err := w.Open(t.Context(), birth.Ref)
		must(t, err)
		expected := chat.Opening{
			Epoch: 2, Head: 2, Status: chat.WithAgent, Agent: agent, Bot: w.bot.ID, Visitor: birth.Birth.Visitor, Locale: "en-GB",
			Recent: []chat.Event{{Seq: 1, At: moment(10), Body: birth.Bodies[0]}, {Seq: 2, At: moment(20), Body: taken.Bodies[0]}},
		}
		if diff := cmp.Diff(expected, opening); diff != "" {
			t.Error(diff)
		}
		again, err := w.Open(t.Context(), birth.Ref)
		must(t, err)
		if again.Epoch != 3 {
			t.Errorf("the next activation has epoch %d", again.Epoch)
		}
	}},
	{"An activation begins with the last 200 events at most", func(t *testing.T, w *world) {
		var bodies []chat.Body
		for i := range 230 {
			bodies = append(bodies, said(fmt.Sprint(i), "Hello"))
		}
		opening, err := w.Open(t.Context(), w.born(t, bodies...))
		must(t, err)
		if n := len(opening.Recent); n != 200 || opening.Recent[0].Seq != 31 || opening.Recent[n-1].Seq != 230 || opening.Head != 230 {
			t.Errorf("got %d events from %d to %d, head %d", n, opening.Recent[0].Seq, opening.Recent[n-1].Seq, opening.Head)
		}
	}},
	{"Events are read from where a reader left off", func(t *testing.T, w *world) {
		ref := w.born(t, said("1", "one"), said("2", "two"), said("3", "three"), said("4", "four"))
		for _, c := range []struct {
			after int64
			limit int
			seqs  string
		}{{0, 2, "[1 2]"}, {2, 2, "[3 4]"}, {3, 100, "[4]"}, {4, 100, "[]"}, {99, 5, "[]"}, {0, 0, "[]"}} {
			events, err := w.Events(t.Context(), ref, c.after, c.limit)
			must(t, err)
			seqs := []int64{}
			for _, e := range events {
				seqs = append(seqs, e.Seq)
			}
			if got := fmt.Sprint(seqs); got != c.seqs {
				t.Errorf("after %d, at most %d: got %s, want %s", c.after, c.limit, got, c.seqs)
			}
		}
	}},
	{"A long message is kept whole", func(t *testing.T, w *world) {
		long := strings.Repeat("Nägel ", 40_000)
		events := w.events(t, w.born(t, said("a", long)))
		if got := events[0].Body.(chat.MessageCreated).Text; got != long {
			t.Errorf("%d bytes of %d came back", len(got), len(long))
		}
	}},
	{"A client id is found again by its conversation alone", func(t *testing.T, w *world) {
		message := said("a", "Hello")
		ref := w.born(t, said("before", "Hi"), message)
		receipt, err := w.Receipt(t.Context(), ref, "a")
		must(t, err)
		if diff := cmp.Diff(chat.Receipt{Seq: 2, Message: message.Message}, receipt); diff != "" {
			t.Error(diff)
		}
		_, err = w.Receipt(t.Context(), ref, "b")
		want(t, err, chat.ErrNotFound)
		_, err = w.Receipt(t.Context(), ref, "")
		want(t, err, chat.ErrNotFound)
		_, err = w.Receipt(t.Context(), w.born(t, said("c", "Hello")), "a")
		want(t, err, chat.ErrNotFound)
	}},
}
