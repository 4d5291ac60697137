package actors

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"parley/chat"
)

var mia = chat.Author{Kind: chat.ByAgent, ID: "usr_mia", Name: "Mia"}
var sam = chat.Author{Kind: chat.ByAgent, ID: "usr_sam", Name: "Sam"}
var visitor = chat.Author{Kind: chat.ByVisitor}

// history is a log under test: the state, and all events that led to it.
type history struct {
	state  state
	events []chat.Event
	ids    int

	exhausted bool
}

func begun() *history { return &history{state: state{status: chat.WithBot}} }

func (h *history) names() names {
	return names{bot: "Ada", exhausted: h.exhausted, newID: func() string { h.ids++; return fmt.Sprintf("msg_%d", h.ids) }}
}

// write plans an order and folds its events.
func (h *history) write(o order) error {
	bodies, err := o.plan(h.state, h.names())
	for _, body := range bodies {
		event := chat.Event{Seq: h.state.head + 1, Body: body}
		h.events = append(h.events, event)
		h.state = h.state.apply(event)
	}
	return err
}

func (h *history) types() (types []string) {
	for _, e := range h.events {
		name := string(e.Body.Type())
		switch body := e.Body.(type) {
		case chat.MessageInterrupted:
			name += " " + string(body.Reason)
		case chat.MessageStarted:
			name += fmt.Sprintf(" %s #%d", body.Question, body.Attempt)
		case chat.StatusChanged:
			name += " " + string(body.Status)
		}
		types = append(types, name)
	}
	return types
}

func say(text string) *post { return &post{Author: visitor, Text: text, ClientID: text} }

func complete(message string) *finish {
	return &finish{chat.MessageCompleted{Message: message, Text: "An answer."}}
}

func TestPlansTurnOrdersIntoEvents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		orders []order
		events []string
		err    string // code of the last order's refusal
	}{
		{"a question is started in its own commit", []order{say("a")},
			[]string{"message.created", "message.started msg_1 #1"}, ""},
		{"a second question waits for the first answer", []order{say("a"), say("b"), complete("msg_2")},
			[]string{"message.created", "message.started msg_1 #1", "message.created", "message.completed", "message.started msg_3 #1"}, ""},
		{"stopping goes on with the next question", []order{say("a"), say("b"), &halt{message: "msg_2", reason: chat.Stopped}},
			[]string{"message.created", "message.started msg_1 #1", "message.created", "message.interrupted stopped", "message.started msg_3 #1"}, ""},
		{"a lost answer is begun again under a new id", []order{say("a"), &abandon{"msg_2"}},
			[]string{"message.created", "message.started msg_1 #1", "message.interrupted node_lost", "message.started msg_1 #2"}, ""},
		{"after two attempts it fails visibly", []order{say("a"), &abandon{"msg_2"}, &abandon{"msg_3"}},
			[]string{"message.created", "message.started msg_1 #1", "message.interrupted node_lost", "message.started msg_1 #2", "message.interrupted failed"}, ""},
		{"an ending of an answer that is over adds nothing", []order{say("a"), complete("msg_2"), complete("msg_2")},
			[]string{"message.created", "message.started msg_1 #1", "message.completed"}, ""},
		{"taking over ends the answer and drops what waits", []order{say("a"), say("b"), &halt{message: "msg_2", reason: chat.Takeover, then: &take{Agent: mia}}},
			[]string{"message.created", "message.started msg_1 #1", "message.created", "message.interrupted takeover", "status.changed agent"}, ""},
		{"the second agent is refused", []order{&take{Agent: mia}, &take{Agent: sam}},
			[]string{"status.changed agent"}, "taken"},
		{"unless they force it", []order{&take{Agent: mia}, &take{Agent: sam, Force: true}},
			[]string{"status.changed agent", "status.changed agent"}, ""},
		{"taking twice is taking once", []order{&take{Agent: mia}, &take{Agent: mia}},
			[]string{"status.changed agent"}, ""},
		{"the bot is silent while an agent has it", []order{&take{Agent: mia}, say("a"), begin{}},
			[]string{"status.changed agent", "message.created"}, ""},
		{"an agent writes only in what is theirs", []order{&take{Agent: mia}, &post{Author: sam, Text: "hello"}},
			[]string{"status.changed agent"}, "not_yours"},
		{"handed back, the bot answers the next question only", []order{&take{Agent: mia}, say("a"), &release{mia}, say("b")},
			[]string{"status.changed agent", "message.created", "status.changed bot", "message.created", "message.started msg_2 #1"}, ""},
		{"somebody else cannot hand it back", []order{&take{Agent: mia}, &release{sam}},
			[]string{"status.changed agent"}, "not_yours"},
		{"asking for a person waits for one", []order{say("a"), &halt{message: "msg_2", reason: chat.Stopped, then: &move{To: chat.Waiting}}, say("b")},
			[]string{"message.created", "message.started msg_1 #1", "message.interrupted stopped", "status.changed waiting", "message.created"}, ""},
		{"asking for a person who is there changes nothing", []order{&take{Agent: mia}, &move{To: chat.Waiting}},
			[]string{"status.changed agent"}, ""},
		{"a message reopens what was closed", []order{say("a"), complete("msg_2"), &move{To: chat.Closed}, say("b")},
			[]string{"message.created", "message.started msg_1 #1", "message.completed", "status.changed closed", "status.changed bot", "message.created", "message.started msg_3 #1"}, ""},
		{"nothing to close in a conversation without messages", []order{&move{To: chat.Closed}}, nil, ""},
		{"an empty message is refused", []order{say(" \n")}, nil, "message_empty"},
		{"a message that is no text is refused", []order{say("\xff")}, nil, "message_invalid"},
		{"feedback goes to an answer of this conversation", []order{say("a"), complete("msg_2"), &remark{chat.FeedbackGiven{Message: "msg_2", Helpful: true}}},
			[]string{"message.created", "message.started msg_1 #1", "message.completed", "feedback.given"}, ""},
		{"and to no other", []order{say("a"), &remark{chat.FeedbackGiven{Message: "msg_9"}}},
			[]string{"message.created", "message.started msg_1 #1"}, "not_found"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := begun()
			var last error
			for _, o := range c.orders {
				last = h.write(o)
			}
			if diff := cmp.Diff(c.events, h.types()); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
			code := ""
			var refusal *chat.Error
			if errors.As(last, &refusal) {
				code = refusal.Code
			}
			if code != c.err {
				t.Errorf("refused with %q, want %q", code, c.err)
			}
		})
	}
}

func TestWithoutAnswersLeftQuestionsAreKeptAndGoToAPerson(t *testing.T) {
	t.Parallel()
	h := begun()
	for _, o := range []order{say("a"), say("b")} {
		if err := h.write(o); err != nil {
			t.Fatal(err)
		}
	}
	h.exhausted = true
	for _, o := range []order{complete("msg_2"), say("c")} {
		if err := h.write(o); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"message.created", "message.started msg_1 #1", "message.created", "message.completed", "status.changed waiting", "message.created"}
	if diff := cmp.Diff(want, h.types()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	again := begun()
	again.exhausted = true
	if err := again.write(say("a")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"message.created", "status.changed waiting"}, again.types()); diff != "" {
		t.Errorf("the first question (-want +got):\n%s", diff)
	}
}

func TestLongMessagesAndLongQueuesAreRefused(t *testing.T) {
	t.Parallel()
	h := begun()
	long := make([]rune, maxMessage+1)
	for i := range long {
		long[i] = 'é'
	}
	if err := h.write(say(string(long))); chat.AsError(err).Code != "message_too_long" {
		t.Errorf("a message of %d characters: %v", len(long), err)
	}
	if err := h.write(say(string(long[1:]))); err != nil {
		t.Errorf("a message of %d characters: %v", len(long)-1, err)
	}
	for range maxQuestion {
		if err := h.write(say("more")); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.write(say("too many")); chat.AsError(err).Code != "too_many_waiting" {
		t.Errorf("question %d: %v", maxQuestion+2, err)
	}
}

// TestAnyOrdersKeepTheLogSound plays random orders and crashes, and checks what must always hold.
func TestAnyOrdersKeepTheLogSound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := begun()
		for range rapid.IntRange(1, 60).Draw(t, "orders") {
			open := ""
			if h.state.open != nil {
				open = h.state.open.message
			}
			o := rapid.SampledFrom([]order{
				say("question"), say("another"), complete(open), &abandon{open}, begin{},
				&finish{chat.MessageInterrupted{Message: open, Reason: chat.Failed}},
				&halt{message: open, reason: chat.Stopped},
				&halt{message: open, reason: chat.Takeover, then: &take{Agent: mia}},
				&halt{message: open, reason: chat.Takeover, then: &take{Agent: sam, Force: true}},
				&halt{message: open, reason: chat.Stopped, then: &move{To: chat.Waiting}},
				&halt{message: open, reason: chat.Stopped, then: &move{To: chat.Closed}},
				&release{mia}, &release{sam}, &post{Author: mia, Text: "hello"}, complete("msg_1"),
			}).Draw(t, "order")
			if _, crash := o.(begin); crash {
				// A new activation knows what the log says, and nothing else.
				h.state = restore(chat.Opening{Head: h.state.head, Status: h.state.status, Agent: h.state.agent, Recent: h.events[max(0, len(h.events)-200):]})
				if h.state.open != nil {
					o = &abandon{h.state.open.message}
				}
			}
			_ = h.write(o)
		}
		check(t, h)
	})
}

func check(t *rapid.T, h *history) {
	open, ended, attempts := "", map[string]bool{}, map[string]int{}
	status := chat.WithBot
	for i, e := range h.events {
		if e.Seq != int64(i+1) {
			t.Fatalf("event %d has seq %d", i, e.Seq)
		}
		switch body := e.Body.(type) {
		case chat.MessageStarted:
			if status != chat.WithBot {
				t.Fatalf("the bot starts an answer while the status is %s", status)
			}
			if open != "" {
				t.Fatalf("%s starts while %s is open", body.Message, open)
			}
			attempts[body.Question]++
			if body.Attempt != attempts[body.Question] || body.Attempt > maxAttempts {
				t.Fatalf("attempt %d of %s is counted %d", attempts[body.Question], body.Question, body.Attempt)
			}
			open = body.Message
		case chat.MessageCompleted, chat.MessageInterrupted:
			if message := messageOf(body); message != open || ended[message] {
				t.Fatalf("%s ends while %q is open", message, open)
			}
			ended[open], open = true, ""
		case chat.StatusChanged:
			if open != "" {
				t.Fatalf("the status becomes %s while %s is open", body.Status, open)
			}
			status = body.Status
		case chat.MessageCreated:
			if status == chat.Closed {
				t.Fatalf("a message in a closed conversation")
			}
		}
	}
	if status == chat.WithBot && open == "" && len(h.state.queue) > 0 {
		if err := h.write(begin{}); err != nil || h.state.open == nil {
			t.Fatalf("%d questions wait and nothing begins: %v", len(h.state.queue), err)
		}
	}
}

func TestRestoringFromTheLogEqualsLivingThroughIt(t *testing.T) {
	t.Parallel()
	h := begun()
	for _, o := range []order{say("a"), say("b"), complete("msg_2"), &halt{message: "msg_4", shown: "half", reason: chat.Stopped}, &take{Agent: mia}, &post{Author: mia, Text: "hi"}, &release{mia}, say("c")} {
		if err := h.write(o); err != nil {
			t.Fatal(err)
		}
	}
	again := restore(chat.Opening{Head: h.state.head, Status: h.state.status, Agent: h.state.agent, Recent: h.events})
	if diff := cmp.Diff(h.state, again, cmp.AllowUnexported(state{}, ended{}, answer{}, question{}, memory{}, entry{})); diff != "" {
		t.Errorf("restored state (-lived +restored):\n%s", diff)
	}
}

func TestAFailedQuestionMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	h := begun()
	fail := func(message string) order {
		return &finish{chat.MessageInterrupted{Message: message, Reason: chat.Failed}}
	}
	for _, o := range []order{say("a"), fail("msg_2"), &retry{}} {
		if err := h.write(o); err != nil {
			t.Fatal(err)
		}
	}
	if open := h.state.open; open == nil || open.question.text != "a" || open.question.attempts != 1 {
		t.Errorf("open is %+v", h.state.open)
	}
	if err := h.write(&retry{}); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("tried again while it is tried again: %v", err)
	}
	for _, o := range []order{fail("msg_3"), say("b")} {
		if err := h.write(o); err != nil {
			t.Fatal(err)
		}
	}
	var refused *chat.Error
	if err := h.write(&retry{"msg_3"}); !errors.As(err, &refused) || refused.Code != "answering" {
		t.Errorf("tried again beside another answer: %v", err)
	}
	if err := h.write(complete("msg_5")); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"msg_2", "msg_5", "msg_nobody"} {
		if err := h.write(&retry{gone}); !errors.Is(err, chat.ErrNotFound) {
			t.Errorf("%s: %v", gone, err)
		}
	}
	if err := h.write(&retry{"msg_3"}); err != nil {
		t.Error(err)
	}
	if err := h.write(complete("msg_6")); err != nil {
		t.Error(err)
	}
	if err := h.write(&take{Agent: mia}); err != nil {
		t.Fatal(err)
	}
	if err := h.write(&retry{}); err == nil {
		t.Error("the bot tries again beside a person")
	}
}

func TestARetryAtTheLimitGoesToAPerson(t *testing.T) {
	t.Parallel()
	h := begun()
	for _, o := range []order{say("a"), &finish{chat.MessageInterrupted{Message: "msg_2", Reason: chat.Failed}}} {
		if err := h.write(o); err != nil {
			t.Fatal(err)
		}
	}
	h.exhausted = true
	if err := h.write(&retry{}); err != nil || h.state.status != chat.Waiting {
		t.Errorf("%v, status %s", err, h.state.status)
	}
}

func TestOnlyAConversationThatOwesNothingExpires(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	question := []question{{message: "msg_1"}}
	for name, test := range map[string]struct {
		state  state
		closes bool
	}{
		"idle":                {state{head: 3, at: noon, status: chat.WithBot}, true},
		"with an agent, idle": {state{head: 3, at: noon, status: chat.WithAgent, agent: &mia}, true},
		"written in since":    {state{head: 3, at: noon.Add(time.Hour), status: chat.WithBot}, false},
		"waiting":             {state{head: 3, at: noon, status: chat.Waiting}, false},
		"closed":              {state{head: 3, at: noon, status: chat.Closed}, false},
		"owes an answer":      {state{head: 3, at: noon, status: chat.WithBot, queue: question}, false},
		"never written in":    {state{status: chat.WithBot}, false},
	} {
		bodies, err := (&expire{noon.Add(time.Minute)}).plan(test.state, names{})
		if err != nil || (len(bodies) == 1) != test.closes {
			t.Errorf("%s: %v, %v", name, bodies, err)
		}
	}
}
