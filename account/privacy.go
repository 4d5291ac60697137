package account

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"parley/chat"
)

// Outdated is a conversation in which nothing has happened for as long as its business keeps them.
type Outdated struct {
	chat.Ref
	Before time.Time // when the last thing must have happened, for it to go
}

// Blanked is a conversation of which nothing is left but that it was there.
type Blanked struct {
	chat.Ref
	Epoch int64 // under which that was written: activations of an earlier one remember what is not there any more
}

// Privates is what is kept of visitors, to be erased.
type Privates interface {
	// AnswersOf returns the keys under which answers to a visitor's questions are kept to be given again; ErrNotFound: there is no
	// such visitor.
	AnswersOf(ctx context.Context, tenant, visitor string) ([]string, error)
	// EraseVisitor deletes a visitor with their key, contact, consents and notes, blanks every event of their conversations in place and announces
	// each by an EventErased. The conversations stay, closed, as those of somebody unknown. Repeating is ErrNotFound.
	EraseVisitor(ctx context.Context, tenant, visitor string) ([]Blanked, error)
	// Outdated lists conversations, of all tenants, that are to be deleted: limit at most of each tenant.
	Outdated(ctx context.Context, at time.Time, limit int) ([]Outdated, error)
	// DeleteOutdated deletes one with all that belongs to it; false: something has happened in it since.
	DeleteOutdated(ctx context.Context, outdated Outdated) (bool, error)
	// DeleteForsaken deletes visitors without conversations, where those are kept for a time.
	DeleteForsaken(ctx context.Context, at time.Time) error
	// TrimAudits removes the entries of all audit logs whose time is over.
	TrimAudits(ctx context.Context, at time.Time) error
}

// Departures are tenants that leave.
type Departures interface {
	// SetErasure keeps when a tenant is to be erased; the zero time: never.
	SetErasure(ctx context.Context, tenant string, at time.Time) error
	// Erasure tells it.
	Erasure(ctx context.Context, tenant string) (time.Time, error)
	// Departing lists the tenants whose time has come.
	Departing(ctx context.Context, at time.Time) ([]string, error)
	// EraseTenant deletes a part of what is left of a tenant whose time has come, and the tenant itself with the last. Its members
	// who belong to no other go, too.
	EraseTenant(ctx context.Context, tenant string, at time.Time) (Leaving, error)
}

// Leaving is what went of a tenant at once.
type Leaving struct {
	Conversations []chat.Ref
	Bots          []string
	Gone          bool // nothing is left
}

// Live is the engine, which remembers conversations.
type Live interface {
	// Forget has whoever has a conversation in memory from before an epoch let go of it.
	Forget(ctx context.Context, ref chat.Ref, epoch int64) error
	// ForgetAnswers removes answers that are kept to be given again; ErrUnavailable: they may be there still.
	ForgetAnswers(ctx context.Context, keys []string) error
}

// Payments are for what tenants have bought.
type Payments interface {
	// End has nobody pay for a tenant any more: nothing is charged or collected. It can be repeated.
	End(ctx context.Context, tenant string) error
}

// Privacy erases what nobody is to have any more: at somebody's wish, or when its time is over.
type Privacy struct {
	Store     Privates
	Tenants   Departures
	Live      Live
	Payments  Payments // nil: nothing is sold
	Announcer chat.Announcer
	Logger    *slog.Logger
	Deleted   int64 // the epoch of conversations that have no rows any more
}

// EraseVisitor erases a visitor, wherever something of them is. It can be repeated until it succeeds. Codes: not_found; unavailable:
// not everything could be reached.
func (p *Privacy) EraseVisitor(ctx context.Context, tenant, visitor string) error {
	kept, err := p.Store.AnswersOf(ctx, tenant, visitor)
	if err != nil {
		return err
	}
	// What tells of them goes with the rows: so they go first.
	if err := p.Live.ForgetAnswers(ctx, kept); err != nil {
		return fmt.Errorf("forget answers: %w", err)
	}
	blanked, err := p.Store.EraseVisitor(ctx, tenant, visitor)
	if err != nil {
		return err
	}
	// It is erased now, whoever waits.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetTime)
	defer cancel()
	for _, b := range blanked {
		p.forget(ctx, b.Ref, b.Epoch)
	}
	if err := p.Live.ForgetAnswers(ctx, kept); err != nil { // that somebody was given meanwhile
		p.Logger.WarnContext(ctx, "answers may be given again although their visitor was erased", slog.String("tenant", tenant), slog.Any("error", err))
	}
	return nil
}

// forgetTime bounds how long sessions are told that they are to forget.
const forgetTime = 30 * time.Second

// forget tells a session, and open inboxes. One that cannot be reached writes nothing any more: SQL refuses it.
func (p *Privacy) forget(ctx context.Context, ref chat.Ref, epoch int64) {
	err := errors.Join(p.Live.Forget(ctx, ref, epoch), p.Announcer.Announce(ctx, chat.TopicInbox, ref.String()))
	if err != nil {
		p.Logger.WarnContext(ctx, "an erasure was not passed on", slog.String("conversation", ref.Conversation), slog.Any("error", err))
	}
}

// Bounds of one round of what goes by itself: a job has a minute.
const (
	sweepTime = 40 * time.Second
	sweepPage = 200 // conversations of each tenant at a time
)

// Sweep deletes what is not to be kept any longer: conversations and audit logs whose time is over, and tenants that have left. What it
// does not get to comes with the next round. It can be repeated, also at the same time.
func (p *Privacy) Sweep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, sweepTime)
	defer cancel()
	now := time.Now()
	err := errors.Join(p.sweepTenants(ctx, now), p.sweepConversations(ctx, now), p.Store.DeleteForsaken(ctx, now), p.Store.TrimAudits(ctx, now))
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

func (p *Privacy) sweepConversations(ctx context.Context, now time.Time) error {
	for ctx.Err() == nil {
		outdated, err := p.Store.Outdated(ctx, now, sweepPage)
		if err != nil {
			return err
		}
		gone := 0
		for _, o := range outdated {
			deleted, err := p.Store.DeleteOutdated(ctx, o)
			if err != nil {
				return err
			}
			if deleted {
				gone++
				p.forget(ctx, o.Ref, p.Deleted)
			}
		}
		if gone == 0 {
			return nil
		}
		p.Logger.InfoContext(ctx, "conversations whose time was over were deleted", slog.Int("conversations", gone))
	}
	return ctx.Err()
}

func (p *Privacy) sweepTenants(ctx context.Context, now time.Time) error {
	leaving, err := p.Tenants.Departing(ctx, now)
	if err != nil {
		return err
	}
	for _, tenant := range leaving {
		if !p.paysNoMore(ctx, tenant, now) {
			continue
		}
		for ctx.Err() == nil {
			went, err := p.Tenants.EraseTenant(ctx, tenant, now)
			if err != nil {
				return err
			}
			for _, ref := range went.Conversations {
				p.forget(ctx, ref, p.Deleted)
			}
			for _, bot := range went.Bots {
				if err := p.Announcer.Announce(ctx, chat.TopicBot, tenant+"/"+bot); err != nil {
					p.Logger.WarnContext(ctx, "that a bot went was not passed on", slog.String("bot", bot), slog.Any("error", err))
				}
			}
			if went.Gone {
				p.Logger.InfoContext(ctx, "a business was erased", slog.String("tenant", tenant))
				break
			}
		}
	}
	return ctx.Err()
}

const (
	// paymentsTime bounds how long one tenant's payments keep the others waiting.
	paymentsTime = 10 * time.Second
	// paymentsWait is how long a business that is to be erased waits for its payments to end: whoever keeps them may be away, and is not to keep what is private for ever.
	paymentsWait = 24 * time.Hour
)

// paysNoMore tells whether a tenant can be erased: once it is gone, nobody knows any more what was paid for it.
func (p *Privacy) paysNoMore(ctx context.Context, tenant string, now time.Time) bool {
	if p.Payments == nil {
		return true
	}
	within, cancel := context.WithTimeout(ctx, paymentsTime)
	defer cancel()
	ending := p.Payments.End(within, tenant)
	if ending == nil {
		return true
	}
	at, err := p.Tenants.Erasure(ctx, tenant)
	over := err == nil && now.Sub(at) >= paymentsWait
	p.Logger.WarnContext(ctx, "the payments of a business that is to be erased could not be ended", slog.String("tenant", tenant), slog.Bool("erased_all_the_same", over), slog.Any("error", ending))
	return over
}
