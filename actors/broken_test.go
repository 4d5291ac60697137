package actors_test

import (
	"testing"

	"parley/actors"
)

// fragile is a watcher at whom the session that shows it an event breaks.
type fragile struct{}

func (fragile) Deliver(o actors.Output) {
	if _, event := o.(*actors.Event); event {
		panic("fragile")
	}
}

func TestAConversationThatPanickedOpensAnew(t *testing.T) {
	h := open(t, storages[0])
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	if _, err := h.Attach(t.Context(), v, fragile{}); err != nil {
		t.Fatal(err)
	}
	h.post(t, v, "first")
	seen.await(t, "that it has to attach anew", func(o actors.Output) bool { _, moved := o.(*actors.Moved); return moved })
	h.post(t, v, "second")
	if now := h.Stats().Sessions; now != 1 {
		t.Errorf("%d sessions are counted", now)
	}
}
