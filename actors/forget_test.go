package actors_test

import (
	"context"
	"testing"

	"parley/account"
	"parley/actors"
	"parley/chat"
	"parley/llm"
)

// eraser is a store that erases visitors; the one in memory does not.
type eraser interface {
	AnswersOf(ctx context.Context, tenant, visitor string) ([]string, error)
	EraseVisitor(ctx context.Context, tenant, visitor string) ([]account.Blanked, error)
}

func (h *house) erase(t *testing.T, v actors.Visitor) {
	t.Helper()
	store, erases := h.log.Log.(eraser)
	if !erases {
		t.Skip("this storage erases nobody")
	}
	kept, err := store.AnswersOf(t.Context(), v.Tenant, v.ID)
	if err != nil {
		t.Fatal(err)
	}
	blanked, err := store.EraseVisitor(t.Context(), v.Tenant, v.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range blanked {
		if err := h.Forget(t.Context(), b.Ref, b.Epoch); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.ForgetAnswers(t.Context(), kept); err != nil {
		t.Fatal(err)
	}
}

// What was erased comes back neither from a session's memory, nor from the answer that is being written, nor from the answers that are kept.
func forgetsWhatWasErased(t *testing.T, h *house) {
	v := h.visitor(t)
	h.books.set(v.Bot, passage("src_1", "Returns", "Returns are free."))
	r, _ := h.watch(t, v)
	h.post(t, v, "I am Bo")
	h.model.call(t, "I am Bo").say("Hello Bo. [1]").end()
	r.ending(t)
	h.post(t, v, "And?")
	call := h.model.call(t, "And?").say("Half an ")
	r.await(t, "a word", shown(8))
	h.erase(t, v)
	call.wantCancelled(t)
	r.await(t, "that it moved", func(o actors.Output) bool { _, moved := o.(*actors.Moved); return moved })

	_, now := h.watch(t, v)
	events := h.events(t, v)
	if now.Open != nil || now.Status != chat.Closed || now.Head != int64(len(events)) {
		t.Errorf("attached: %+v", now)
	}
	for _, e := range events {
		switch e.Body.(type) {
		case chat.Erased, chat.EventErased, chat.StatusChanged:
		default:
			t.Errorf("event %d is left: %+v", e.Seq, e.Body)
		}
	}
	var asked llm.Request
	h.replying(t, func(r llm.Request) string { asked = r; return "Hello again. [1]" })
	if c := h.ask(t, v, "Who am I?"); c.Text != "Hello again. [1]" || len(asked.History) != 0 || asked.Summary != "" {
		t.Errorf("answered %+v, with %+v", c, asked)
	}
	if c := h.ask(t, again(v), "I am Bo"); c.Cached || c.Text != "Hello again. [1]" {
		t.Errorf("the answer comes back: %+v", c)
	}
	if err := h.Forget(t.Context(), v.Ref, 1); err != nil { // an activation that is later knows nothing of it
		t.Fatal(err)
	}
}
