package socket

import (
	"context"
	"time"

	"parley/account"
	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

// act does one thing of an agent's about one conversation.
func (c *conn) act(d *desk, r wire.Request, do func(context.Context, actors.Visitor, wire.Watch) error) error {
	var data wire.Watch
	if err := r.Into(&data); err != nil {
		return err
	}
	ctx, cancel := c.within()
	defer cancel()
	visitor, err := c.about(ctx, d, data.Conversation)
	if err != nil {
		return err
	}
	return do(ctx, visitor, data)
}

func (c *conn) take(d *desk, r wire.Request) error {
	return c.act(d, r, func(ctx context.Context, visitor actors.Visitor, data wire.Watch) error {
		return c.h.config.Engine.TakeOver(ctx, visitor, d.author, data.Force)
	})
}

func (c *conn) assign(d *desk, r wire.Request) error {
	var wish wire.Assign
	if err := r.Into(&wish); err != nil {
		return err
	}
	return c.act(d, r, func(ctx context.Context, visitor actors.Visitor, _ wire.Watch) error {
		to, err := c.h.colleague(ctx, d.member.Tenant, wish.Agent)
		if err != nil {
			return err
		}
		return c.h.config.Engine.Assign(ctx, visitor, d.author, to, wish.Force)
	})
}

// colleague returns a member who may take conversations.
func (h *Handler) colleague(ctx context.Context, tenant, user string) (chat.Author, error) {
	if !chat.ValidID(chat.UserPrefix, user) {
		return chat.Author{}, chat.ErrNotFound
	}
	members, err := h.config.Members.Members(ctx, tenant)
	if err != nil {
		return chat.Author{}, err
	}
	return account.Taker(members, user)
}

func (c *conn) requeue(d *desk, r wire.Request) error {
	return c.act(d, r, func(ctx context.Context, visitor actors.Visitor, _ wire.Watch) error {
		return c.h.config.Engine.Requeue(ctx, visitor, d.author)
	})
}

func (c *conn) release(d *desk, r wire.Request) error {
	return c.act(d, r, func(ctx context.Context, visitor actors.Visitor, _ wire.Watch) error {
		return c.h.config.Engine.Release(ctx, visitor, d.author)
	})
}

func (c *conn) closeAsAgent(d *desk, r wire.Request) error {
	return c.act(d, r, func(ctx context.Context, visitor actors.Visitor, _ wire.Watch) error {
		return c.h.config.Engine.Close(ctx, visitor)
	})
}

func (c *conn) typingAsAgent(d *desk, r wire.Request) error {
	if !d.typed.may(time.Now(), signPause) {
		return nil
	}
	return c.act(d, r, func(ctx context.Context, visitor actors.Visitor, _ wire.Watch) error {
		return c.h.config.Engine.Typing(ctx, visitor, d.author, "")
	})
}

// seenAsAgent keeps how far an agent has read. The conversation's notes that name them are read then too.
func (c *conn) seenAsAgent(d *desk, r wire.Request) error {
	var mark wire.Mark
	if err := r.Into(&mark); err != nil {
		return err
	}
	return c.act(d, r, func(ctx context.Context, visitor actors.Visitor, _ wire.Watch) error {
		seq, further := mark.Seq, mark.Seq > 0
		if w := d.watching(visitor.Conversation); w != nil {
			seq, further = w.reads(mark.Seq)
		}
		if further {
			if err := c.h.config.Engine.Read(ctx, visitor, d.author, seq); err != nil {
				return err
			}
		}
		return c.h.config.Notes.ReadMentions(ctx, visitor.Ref, d.member.User)
	})
}

func (c *conn) stopAsAgent(d *desk, r wire.Request) error {
	var stop wire.Stop
	if err := r.Into(&stop); err != nil {
		return err
	}
	return c.act(d, r, func(ctx context.Context, visitor actors.Visitor, _ wire.Watch) error {
		return c.h.config.Engine.StopAnswer(ctx, visitor, stop.Message)
	})
}

func (c *conn) postAsAgent(d *desk, r wire.Request) error {
	var send wire.Send
	if err := r.Into(&send); err != nil {
		return err
	}
	return c.act(d, r, func(_ context.Context, visitor actors.Visitor, _ wire.Watch) error {
		return c.postAs(d.author, visitor, r.ID, send)
	})
}
