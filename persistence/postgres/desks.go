package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
)

// Line returns the conversations that wait, longest first.
func (s *Store) Line(ctx context.Context, tenant string, limit int) ([]chat.Waiter, error) {
	at := now()
	rows, err := s.reads.Line(ctx, db.LineParams{Tenant: tenant, Now: &at, Count: rowCount(limit)})
	if err != nil {
		return nil, s.explain(err, "list who waits at "+tenant)
	}
	waiters := make([]chat.Waiter, len(rows))
	for i, row := range rows {
		waiters[i] = chat.Waiter{
			Ref: chat.Ref{Tenant: tenant, Conversation: row.ID}, Bot: row.Bot, Assignee: row.Assignee, Offered: row.Offered, Since: orZero(row.WaitsSince),
		}
	}
	return waiters, nil
}

// Loads counts the conversations that are with each agent.
func (s *Store) Loads(ctx context.Context, tenant string) (map[string]int, error) {
	at := now()
	rows, err := s.reads.Loads(ctx, db.LoadsParams{Tenant: tenant, Now: &at})
	if err != nil {
		return nil, s.explain(err, "count the conversations of agents of "+tenant)
	}
	loads := make(map[string]int, len(rows))
	for _, row := range rows {
		loads[row.Assignee] = int(row.Conversations)
	}
	return loads, nil
}

// Assign asks a user to take a conversation that waits. An append that takes it at
// the same time comes before, and this is refused, or behind, and wins.
func (s *Store) Assign(ctx context.Context, ref chat.Ref, by, to string) error {
	err := s.triage(ctx, ref, by, func(q *db.Queries, c db.HoldConversationRow) ([]done, error) {
		switch {
		case c.Status != string(chat.Waiting):
			return nil, chat.ErrNotWaiting
		case c.Assignee == to:
			return nil, nil
		case !storableID(to):
			return nil, errIDs
		}
		if by == "" && c.Assignee != "" {
			chosen, err := q.AssignedBy(ctx, db.AssignedByParams{Tenant: ref.Tenant, Conversation: ref.Conversation})
			if err != nil && !errors.Is(err, pgx.ErrNoRows) {
				return nil, fmt.Errorf("read who asked the assignee: %w", err)
			}
			if chosen != "" {
				return nil, nil
			}
		}
		if err := q.SetAssignee(ctx, db.SetAssigneeParams{Tenant: ref.Tenant, ID: ref.Conversation, Assignee: to}); err != nil {
			return nil, fmt.Errorf("write the assignee: %w", err)
		}
		return []done{{chat.Assigned, to}}, nil
	})
	return s.explain(err, "assign conversation "+ref.String())
}

// Orphans lists conversations of those who may take none: of all roles that is the viewer's.
func (s *Store) Orphans(ctx context.Context, tenant string, limit int) ([]chat.Orphan, error) {
	rows, err := s.reads.Orphans(ctx, db.OrphansParams{Tenant: tenant, Looks: string(account.Viewer), Count: rowCount(limit)})
	if err != nil {
		return nil, s.explain(err, "list conversations of those who may take none")
	}
	orphans := make([]chat.Orphan, len(rows))
	for i, row := range rows {
		orphans[i] = chat.Orphan{
			Ref: chat.Ref{Tenant: row.Tenant, Conversation: row.ID}, Bot: row.Bot, Status: chat.Status(row.Status), Assignee: row.Assignee,
		}
	}
	return orphans, nil
}

// Unassign asks nobody to take a conversation that waits, if that user is asked.
func (s *Store) Unassign(ctx context.Context, ref chat.Ref, from string) error {
	err := s.triage(ctx, ref, "", func(q *db.Queries, c db.HoldConversationRow) ([]done, error) {
		switch {
		case c.Status != string(chat.Waiting):
			return nil, chat.ErrNotWaiting
		case c.Assignee != from || from == "":
			return nil, nil
		}
		if err := q.SetAssignee(ctx, db.SetAssigneeParams{Tenant: ref.Tenant, ID: ref.Conversation, Assignee: ""}); err != nil {
			return nil, fmt.Errorf("write that nobody is asked: %w", err)
		}
		return []done{{chat.Assigned, ""}}, nil
	})
	return s.explain(err, "take conversation "+ref.String()+" from "+from)
}
