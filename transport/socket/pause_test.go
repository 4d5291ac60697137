package socket_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"parley/chat"
	"parley/transport/socket"
	"parley/transport/wire"
)

// rests is whether the chats of all businesses rest.
type rests struct{ atomic.Bool }

func (r *rests) Allowance(context.Context, string) (chat.Allowance, error) {
	return chat.Allowance{Paused: r.Load()}, nil
}

// unknown is when nobody can say what a business may use.
type unknown struct{}

func (unknown) Allowance(context.Context, string) (chat.Allowance, error) {
	return chat.Allowance{}, chat.ErrUnavailable
}

func TestWhoseChatsRestHaveNoVisitors(t *testing.T) {
	t.Parallel()
	var rest rests
	rest.Store(true)
	h := setup(t, func(c *socket.Config) { c.Allowances = &rest })
	b := h.visit()
	b.send(`{"id":"1","type":"session.open","data":{"bot":"` + h.bot.ID + `"}}`)
	if told := b.expect("error"); told.text("code") != "chat_unavailable" || told.text("message") != chat.ErrPaused.Message {
		t.Errorf("told %+v", told)
	}
	b.expectClose(wire.CloseSuspended)
	rest.Store(false)
	h.arrived()
}

func TestVisitorsAreSentAwayWhenChatsComeToRestAndAgentsStay(t *testing.T) {
	t.Parallel()
	var rest rests
	h := setup(t, func(c *socket.Config) { c.Allowances, c.Timing.Pause = &rest, 5*time.Millisecond })
	idle, _ := h.arrived()
	talks, ready := h.opened()
	h.engine.say(h.ref(ready), chat.StatusChanged{Status: chat.Waiting})
	talks.expect("status.changed")
	agent := h.desk()
	agent.watch(h.ref(ready).Conversation, 1)
	rest.Store(true)
	for _, b := range []*browser{idle, talks} {
		if told := b.expect("error"); told.text("code") != "chat_unavailable" {
			t.Errorf("told %+v", told)
		}
		b.expectClose(wire.CloseSuspended)
	}
	agent.send(`{"id":"9","type":"ping"}`)
	agent.expect("pong")
}

func TestWhoCannotBeKnownToRestMayTryAgain(t *testing.T) {
	t.Parallel()
	h := setup(t, func(c *socket.Config) { c.Allowances = unknown{} })
	b := h.visit()
	b.send(`{"id":"1","type":"session.open","data":{"bot":"` + h.bot.ID + `"}}`)
	b.expectError("1", "unavailable")
}
