package postgres

import (
	"context"
	"fmt"

	"parley/chat"
)

const (
	// summariesAtOnce bounds what is asked for at a time.
	summariesAtOnce = 200
	// countedAtMost bounds what is counted of a queue.
	countedAtMost = 1000
)

// Summaries returns those of the tenant's conversations that exist.
func (s *Store) Summaries(ctx context.Context, tenant string, ids []string) ([]chat.Conversation, error) {
	if len(ids) > summariesAtOnce {
		return nil, fmt.Errorf("read summaries of %s: %d at once are too many", tenant, len(ids))
	}
	found, err := s.listed(ctx, tenant, ids, "")
	return found, s.explain(err, "read summaries of "+tenant)
}

// Counts returns how many conversations each queue has for a user, in one round trip.
func (s *Store) Counts(ctx context.Context, tenant, user string) (map[chat.Queue]int, error) {
	counts, err := s.counts(ctx, tenant, user)
	return counts, s.explain(err, "count the conversations of "+tenant)
}

func (s *Store) counts(ctx context.Context, tenant, user string) (map[chat.Queue]int, error) {
	l := listing{tenant: tenant, filter: chat.ConversationFilter{User: user}, now: now(), limit: countedAtMost}
	text := l.counts()
	rows, err := s.database.Reader().Query(ctx, text, l.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts := make(map[chat.Queue]int, len(chat.Queues))
	for rows.Next() {
		var queue string
		var count int64
		if err := rows.Scan(&queue, &count); err != nil {
			return nil, err
		}
		counts[chat.Queue(queue)] = int(count)
	}
	return counts, rows.Err()
}
