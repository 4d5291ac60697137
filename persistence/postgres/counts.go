package postgres

import (
	"context"
	"fmt"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
	"parley/knowledge"
	"parley/persistence/postgres/db"
)

var _ billing.Counts = Billing{}

// Used counts what a tenant has.
func (s Billing) Used(ctx context.Context, tenant, period string) (billing.Used, error) {
	row, err := s.reads.CountUsed(ctx, db.CountUsedParams{Tenant: tenant, Period: period, Now: now()})
	return billing.Used{
		Answers: row.Answers, Bots: row.Bots, Passages: row.Passages, Seats: row.Members + row.Invitations, Pages: row.Pages,
	}, s.explain(err, "count what "+tenant+" uses")
}

// holdKnown returns knowledge.ErrNoRoom or ErrNoPages if a tenant has more than its limits with what a transaction has stored. Whoever else of the tenant
// would store something new waits from here until that has ended: what they store is counted by one of both.
func holdKnown(ctx context.Context, q *db.Queries, tenant string, limits knowledge.Limits) error {
	if limits == (knowledge.Limits{}) {
		return nil
	}
	if err := lockTenant(ctx, q, tenant); err != nil {
		return err
	}
	known, err := q.CountKnown(ctx, tenant)
	if err != nil {
		return fmt.Errorf("count what is known: %w", err)
	}
	return limits.Check(int(known.Passages), int(known.Pages))
}

// CreateBotWithin keeps a new bot unless the tenant has so many already; 0: as many as they like. Of many who add the last one at once, one does.
func (s *Store) CreateBotWithin(ctx context.Context, bot chat.Bot, limit int64) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := lockTenant(ctx, q, bot.Tenant); err != nil {
			return err
		}
		bots, err := q.CountBots(ctx, bot.Tenant)
		if err != nil {
			return fmt.Errorf("count bots: %w", err)
		}
		if limit > 0 && bots >= limit {
			return billing.ErrBots
		}
		return s.createBot(ctx, q, bot)
	})
	return s.explain(err, "create bot "+bot.ID)
}

// InviteWithin keeps an invitation unless so many seats are taken already, by members and by invitations that are open; 0: as many as they like.
// Who is invited again takes no other seat. Accepting takes none: the invitation had it.
func (s *Store) InviteWithin(ctx context.Context, invitation account.Invitation, limit int64) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := lockTenant(ctx, q, invitation.Tenant); err != nil {
			return err
		}
		seats, err := q.CountSeats(ctx, db.CountSeatsParams{Tenant: invitation.Tenant, EmailHash: s.keys.emailHash(invitation.Email), Now: now()})
		if err != nil {
			return fmt.Errorf("count seats: %w", err)
		}
		if limit > 0 && seats >= limit {
			return billing.ErrSeats
		}
		return s.invite(ctx, q, invitation)
	})
	return s.explain(err, "keep invitation "+invitation.ID)
}
