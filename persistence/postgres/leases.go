package postgres

import (
	"context"
	"time"

	"parley/persistence/postgres/db"
)

// Lead is one statement: of nodes that try at once, the database lets one go first. Whoever waited for it
// holds what they get for a shorter time than ttl, never for a longer one.
func (s *Store) Lead(ctx context.Context, duty, node string, ttl time.Duration) (bool, error) {
	leads, err := s.writes.Lead(ctx, db.LeadParams{Duty: duty, Node: node, TtlMs: ttl.Milliseconds()})
	return leads > 0, s.explain(err, "lead "+duty)
}

// Resign gives up what a node leads.
func (s *Store) Resign(ctx context.Context, duty, node string) error {
	return s.explain(s.writes.Resign(ctx, db.ResignParams{Duty: duty, Node: node}), "resign from "+duty)
}
