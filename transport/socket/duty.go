package socket

import (
	"context"
	"errors"
	"slices"
	"time"

	"parley/account"
	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

// sit puts an agent on duty. Who may not take conversations is not, and hears who is.
func (d *desk) sit(available bool) {
	agent := d.author
	if d.member.Require(account.Take) != nil {
		agent, available = chat.Author{}, false
	}
	d.seat = d.c.h.config.Engine.Sit(d.member.Tenant, agent, available, d)
}

// rosterPatience bounds the wait for who is on duty. It is told anew with each change.
const rosterPatience = 2 * time.Second

// greet answers desk.open, and shows what came meanwhile.
func (d *desk) greet(ctx context.Context, ref string, available bool) {
	ctx, cancel := context.WithTimeout(ctx, rosterPatience)
	defer cancel()
	agents, err := d.c.h.config.Engine.OnDuty(ctx, d.member.Tenant)
	if err != nil { // presence.changed will tell
		d.c.h.log.Warn("ask who is on duty", "tenant", d.member.Tenant, "error", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.c.send(wire.AppendDeskReady(nil, ref, wire.DeskReady{
		Name: d.member.Name, Role: string(d.member.Role), User: d.member.User,
		Available: available && d.member.Require(account.Take) == nil, Agents: colleagues(agents),
	}))
	d.greeted = true
	for _, o := range d.held {
		d.show(o)
	}
	d.held = nil
}

// Deliver implements actors.DeskWatcher.
func (d *desk) Deliver(o actors.DeskOutput) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.watches == nil: // it was left
	case d.greeted:
		d.show(o)
	case len(d.held) < maxHeld:
		d.held = append(d.held, o)
	default:
		d.c.overflow()
	}
}

// onDuty is the subject of frames that tell who is: no conversation has such a name.
const onDuty = "on duty"

func (d *desk) show(output actors.DeskOutput) {
	switch o := output.(type) {
	case *actors.Roster:
		d.c.renew(onDuty, wire.AppendPresenceChanged(nil, colleagues(o.Agents)))
	case *actors.Mentioned:
		d.c.send(wire.AppendMentionAdded(nil, o.Note))
	}
}

func colleagues(agents []actors.Colleague) []wire.Colleague {
	shown := make([]wire.Colleague, 0, len(agents))
	for _, a := range agents {
		shown = append(shown, wire.Colleague(a))
	}
	return shown
}

// lookUp sends somebody away who is no member any more, or has another role, or whose business is
// suspended: what they may do was decided when the desk was opened. It looks again later.
func (d *desk) lookUp() {
	ctx, cancel := d.c.within()
	defer cancel()
	var no *refused
	if errors.As(d.c.h.suspended(ctx, d.member.Tenant), &no) {
		d.c.shut(no.code, no.reason)
		return
	}
	if err := d.c.admit(ctx, d.member); errors.Is(err, account.ErrAddress) {
		d.c.shut(wire.CloseSignedOut, account.ErrAddress.Message)
		return
	}
	members, err := d.c.h.config.Members.Members(ctx, d.member.Tenant)
	if err == nil && !slices.ContainsFunc(members, func(m account.Membership) bool {
		return m.User == d.member.User && m.Role == d.member.Role
	}) {
		d.c.shut(wire.CloseMoved, "your membership has changed, please connect again")
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.watches != nil {
		d.look.Reset(d.c.h.config.Timing.Member)
	}
}

// suspended refuses the members of a business whom nobody signs in to.
func (h *Handler) suspended(ctx context.Context, tenant string) error {
	if h.config.Suspended == nil {
		return nil
	}
	suspended, err := h.config.Suspended(ctx, tenant)
	if suspended {
		return &refused{wire.CloseSuspended, "this business is suspended"}
	}
	return err
}

var errPresence = chat.Fail(chat.Invalid, wire.ErrBadFrame.Code, "Say whether you are available: true or false.")

// setPresence keeps whether an agent takes conversations, and tells the desk.
func (c *conn) setPresence(d *desk, r wire.Request) error {
	var presence wire.Presence
	if err := r.Into(&presence); err != nil {
		return err
	}
	if presence.Available == nil {
		return errPresence
	}
	ctx, cancel := c.within()
	defer cancel()
	err := c.h.config.Members.SetAvailable(ctx, d.member.Tenant, d.member.User, *presence.Available)
	if errors.Is(err, chat.ErrNotFound) {
		return errSignIn
	}
	if err != nil {
		return err
	}
	d.seat.Available(*presence.Available)
	return nil
}
