package actors_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/actors"
	"parley/chat"
	"parley/llm"
)

// plans are what tenants may use, the same for all.
type plans struct {
	mutex sync.Mutex
	now   chat.Allowance
	away  error
	asked int
}

func (p *plans) Allowance(context.Context, string) (chat.Allowance, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.asked++
	return p.now, p.away
}

func (p *plans) set(now chat.Allowance, away error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.now, p.away, p.asked = now, away, 0
}

// awaitAsked waits until somebody has asked so often since set.
func (p *plans) awaitAsked(t *testing.T, times int) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) {
		p.mutex.Lock()
		asked := p.asked
		p.mutex.Unlock()
		if asked >= times {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("what a business may use was asked %d times", asked)
		}
	}
}

// allow sets what tenants may use until the test ends.
func (h *house) allow(t *testing.T, now chat.Allowance) {
	t.Helper()
	h.plans.set(now, nil)
	t.Cleanup(func() { h.plans.set(chat.Allowance{}, nil) })
}

func periodsPass(t *testing.T, h *house) {
	h.model.automatic.Store(true)
	defer h.model.automatic.Store(false)
	for _, period := range []string{"2031-01-31T09:00:00Z", "2031-02-28T09:00:00Z"} {
		h.allow(t, chat.Allowance{Answers: 1, Period: period})
		served, waits := h.visitor(t), h.visitor(t)
		seen, _ := h.watch(t, served)
		h.post(t, served, "the one")
		seen.ending(t)
		h.post(t, waits, "one too many")
		h.wantTypes(t, served, "message.created", "message.started", "message.completed")
		h.wantTypes(t, waits, "message.created", "status.changed waiting")
	}
}

func allowanceAway(t *testing.T, h *house) {
	v := h.visitor(t)
	h.plans.set(chat.Allowance{}, chat.ErrUnavailable)
	t.Cleanup(func() { h.plans.set(chat.Allowance{}, nil) })
	if _, err := h.Post(t.Context(), v, guest, "first", "anybody there?"); chat.AsError(err).Code != "unavailable" {
		t.Errorf("posted while nobody knows: %v", err)
	}
	// A question of the session's own is begun as soon as it is known again: nothing of it is lost meanwhile.
	h.plans.set(chat.Allowance{}, nil)
	seen, _ := h.watch(t, v)
	h.post(t, v, "the first")
	call := h.model.call(t, "the first").say("Yes.")
	h.post(t, v, "the second")
	h.plans.set(chat.Allowance{}, errConnection)
	call.end()
	h.plans.awaitAsked(t, 2)
	h.plans.set(chat.Allowance{}, nil)
	h.model.call(t, "the second").say("Yes.").end()
	seen.ending(t)
	seen.ending(t)
	h.wantTypes(t, v, "message.created", "message.started", "message.created", "message.completed", "message.started", "message.completed")
}

func tenantGone(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	h.post(t, v, "is it gone?")
	call := h.model.call(t, "is it gone?").say("No.")
	h.post(t, v, "and now?")
	h.plans.set(chat.Allowance{}, chat.ErrNotFound)
	t.Cleanup(func() { h.plans.set(chat.Allowance{}, nil) })
	call.end()
	seen.await(t, "the session to give up", func(o actors.Output) bool { _, moved := o.(*actors.Moved); return moved })
	if _, err := h.Post(t.Context(), v, guest, "later", "anybody?"); chat.AsError(err).Code != "not_found" {
		t.Errorf("posted to nobody: %v", err)
	}
}

func chatsRest(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	before, err := h.Post(t.Context(), v, guest, "before", "anybody in?")
	if err != nil {
		t.Fatal(err)
	}
	call := h.model.call(t, "anybody in?").say("Good ")
	h.allow(t, chat.Allowance{Paused: true})
	call.say("day.").end()
	if completed, ok := seen.ending(t).(chat.MessageCompleted); !ok || completed.Text != "Good day." {
		t.Errorf("the answer that was being written ended with %+v", completed)
	}
	refused := func(what string, err error) {
		t.Helper()
		if chat.AsError(err).Code != "chat_unavailable" {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err = h.Post(t.Context(), v, guest, "after", "still there?")
	refused("a message", err)
	_, err = h.Answer(t.Context(), h.visitor(t), "ask", "over HTTP?", nil)
	refused("a question over HTTP", err)
	_, err = h.Preview(t.Context(), v.Tenant, v.Bot, actors.Preview{Text: "a test?"})
	refused("a preview", err)
	refused("a retry", h.Retry(t.Context(), v, ""))
	if again, err := h.Post(t.Context(), v, guest, "before", "anybody in?"); err != nil || again != before {
		t.Errorf("what was kept before, sent again: %+v, %v", again, err)
	}
	mia := chat.Author{Kind: chat.ByAgent, ID: "usr_1", Name: "Mia"}
	if err := h.TakeOver(t.Context(), v, mia, false); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Post(t.Context(), v, mia, "person", "We are closed for now."); err != nil {
		t.Errorf("a person writes: %v", err)
	}
	h.wantTypes(t, v, "message.created", "message.started", "message.completed", "status.changed agent", "message.created")
}

func restsMeanwhile(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	h.post(t, v, "will it rest?")
	call := h.model.call(t, "will it rest?").say("Yes.")
	h.post(t, v, "does it rest now?")
	h.allow(t, chat.Allowance{Paused: true})
	call.end()
	seen.ending(t)
	seen.await(t, "a change of status", func(o actors.Output) bool {
		e, ok := o.(*actors.Event)
		return ok && e.Body == chat.Body(chat.StatusChanged{Status: chat.Waiting})
	})
	h.wantTypes(t, v, "message.created", "message.started", "message.created", "message.completed", "status.changed waiting")
}

func plannedModel(t *testing.T, h *house) {
	for _, c := range []struct {
		bot    string
		models []string
		want   string
	}{
		{"large", nil, "large"},
		{"large", []string{"small", "large"}, "large"},
		{"large", []string{"small", "medium"}, "small"},
		{"", []string{"small"}, ""},
	} {
		h.allow(t, chat.Allowance{Models: c.models})
		v := h.visitor(t)
		bot, err := h.Bot(t.Context(), v.Tenant, v.Bot)
		if err != nil {
			t.Fatal(err)
		}
		tried := bot.Settings
		tried.Model = c.bot
		got := "nobody"
		h.replying(t, func(r llm.Request) string { got = r.Model; return "This one." })
		if _, err := h.Preview(t.Context(), v.Tenant, v.Bot, actors.Preview{Text: "Which one?", Settings: &tried}); err != nil {
			t.Fatal(err)
		}
		if got != c.want {
			t.Errorf("a bot with %q on a plan with %v is answered by %q", c.bot, c.models, got)
		}
	}
}

func tellsUsage(t *testing.T, h *house) {
	zero := int64(0)
	usage := func(v actors.Visitor) *chat.Usage {
		t.Helper()
		taken := h.log.used(v.Ref)
		if len(taken) == 0 {
			t.Fatal("nothing was told")
		}
		return taken[len(taken)-1]
	}
	v := h.visitor(t)
	v.Source = chat.FromAPI
	seen, _ := h.watch(t, v)
	h.post(t, v, "how much?")
	h.model.call(t, "how much?").say("Ten euros.").end()
	seen.ending(t)
	want := &chat.Usage{Provider: "scripted", Model: "scripted-1", InputTokens: 3, OutputTokens: 5, Source: chat.FromAPI} // no price is known
	if diff := cmp.Diff(want, usage(v)); diff != "" {
		t.Errorf("an answer (-want +got):\n%s", diff)
	}
	h.post(t, v, "hello") // is not searched for, but the model is asked
	call := h.model.call(t, "hello").say("Good ")
	seen.await(t, "a piece", shown(5))
	if err := h.StopAnswer(t.Context(), v, ""); err != nil {
		t.Fatal(err)
	}
	call.wantCancelled(t)
	seen.ending(t)
	if got := usage(v); got.Source != chat.FromAPI || got.CostMicros != nil || got.Provider != "scripted" {
		t.Errorf("one that was stopped took %+v", got)
	}
	first := h.visitor(t)
	h.books.set(first.Bot, passage("src_1", "Hours", "Open until five."))
	second := again(first)
	second.Source = chat.FromWidget
	h.replying(t, func(llm.Request) string { return "Until five [1]." })
	h.ask(t, first, "Open until five?")
	h.ask(t, second, "Open until five?")
	want = &chat.Usage{Provider: "scripted", Model: "scripted-1", CostMicros: &zero, Cached: true, Source: chat.FromWidget}
	if diff := cmp.Diff(want, usage(second)); diff != "" {
		t.Errorf("an earlier answer (-want +got):\n%s", diff)
	}
	if all := h.log.used(v.Ref); slices.Contains(all, nil) {
		t.Error("an end was told without what it took")
	}
}
