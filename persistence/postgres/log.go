package postgres

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/persistence/postgres/db"
)

// Events returns events with a higher seq in order, limit at most.
func (s *Store) Events(ctx context.Context, ref chat.Ref, after int64, limit int) ([]chat.Event, error) {
	events, err := s.events(ctx, ref, after, limit)
	return events, s.explain(err, "read events of "+ref.String())
}

func (s *Store) events(ctx context.Context, ref chat.Ref, after int64, limit int) ([]chat.Event, error) {
	visitor, err := s.reads.ConversationVisitor(ctx, db.ConversationVisitorParams{Tenant: ref.Tenant, ID: ref.Conversation})
	if err != nil {
		return nil, err
	}
	rows, err := s.reads.EventsAfter(ctx, db.EventsAfterParams{
		Tenant: ref.Tenant, Conversation: ref.Conversation, Seq: after, Limit: rowCount(limit),
	})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.visitor(ctx, s.reads, ref.Tenant, visitor)
	if err != nil {
		return nil, err
	}
	return openEvents(key, ref, rows)
}

// Unfinished lists conversations with a question that has no ended answer. A
// conversation that changed since it was listed counts where it is now, and
// one that is gone as the beginning.
func (s *Store) Unfinished(ctx context.Context, after *chat.Ref, limit int) ([]chat.Ref, error) {
	refs, err := s.unfinished(ctx, after, limit)
	return refs, s.explain(err, "list unfinished conversations")
}

func (s *Store) unfinished(ctx context.Context, after *chat.Ref, limit int) ([]chat.Ref, error) {
	from := position{at: time.Unix(0, 0).UTC()}
	if after != nil {
		at, err := s.reads.ConversationUpdatedAt(ctx, db.ConversationUpdatedAtParams{Tenant: after.Tenant, ID: after.Conversation})
		if err == nil {
			from = position{at, after.Conversation}
		} else if !errors.Is(err, pgx.ErrNoRows) {
			return nil, err
		}
	}
	rows, err := s.reads.Unfinished(ctx, db.UnfinishedParams{After: from.at, AfterID: from.id, Count: rowCount(limit)})
	if err != nil {
		return nil, err
	}
	refs := make([]chat.Ref, len(rows))
	for i, row := range rows {
		refs[i] = chat.Ref{Tenant: row.Tenant, Conversation: row.ID}
	}
	return refs, nil
}

// Idle lists a bot's conversations in which nothing has happened since before.
func (s *Store) Idle(ctx context.Context, tenant, bot string, before time.Time, limit int) ([]chat.Ref, error) {
	ids, err := s.reads.Idle(ctx, db.IdleParams{Tenant: tenant, Bot: bot, Before: storable(before), Count: rowCount(limit)})
	if err != nil {
		return nil, s.explain(err, "list idle conversations of bot "+bot)
	}
	refs := make([]chat.Ref, len(ids))
	for i, id := range ids {
		refs[i] = chat.Ref{Tenant: tenant, Conversation: id}
	}
	return refs, nil
}

// rowCount is a limit as SQL takes it.
func rowCount(limit int) int32 { return int32(max(0, min(limit, math.MaxInt32))) }
