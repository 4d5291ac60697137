package socket

import (
	"context"
	"log/slog"
	"time"

	"parley/account"
	"parley/chat"
	"parley/transport/wire"
)

// recordPatience bounds how long a frame waits for room in the audit log.
const recordPatience = 5 * time.Second

// tell writes into the audit log what became of an agent's frame, if it is one that is told there. It is called for each frame of
// a desk, and nowhere else.
func (c *conn) tell(d *desk, r wire.Request, failure error) {
	record := c.h.config.Record
	if record == nil || !account.AuditedFrame(r.Type) || failure != nil && chat.AsError(failure).Kind == chat.Limited {
		return // what is refused for being too much must not fill the log
	}
	var about wire.Watch
	if err := r.Into(&about); err != nil {
		about = wire.Watch{}
	}
	target := about.Conversation
	if target == "" {
		target = d.only()
	}
	if !chat.ValidID(chat.ConversationPrefix, target) {
		target = ""
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.ctx), recordPatience) // it happened, whether the agent is still there
	defer cancel()
	err := record(ctx, account.Entry{
		Tenant: d.member.Tenant, Actor: account.ActorOf(d.member), Action: r.Type, Target: target, Address: c.address, Outcome: account.OutcomeOf(failure),
	})
	if err != nil {
		c.h.log.Error("the audit log has no room", slog.String("tenant", d.member.Tenant), slog.String("frame", r.Type), slog.Any("error", err))
	}
}

// only is the one conversation that a desk watches; "" if there are several, or none.
func (d *desk) only() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.watches) == 1 {
		for conversation := range d.watches {
			return conversation
		}
	}
	return ""
}
