package postgres

import (
	"context"

	"parley/chat"
	"parley/persistence/postgres/db"
)

// Positions implements chat.Positions.
func (s *Store) Positions(ctx context.Context, refs []chat.Ref) (map[chat.Ref]chat.Position, error) {
	args := make([]db.PositionsParams, len(refs))
	for i, ref := range refs {
		args[i] = db.PositionsParams{Tenant: ref.Tenant, ID: ref.Conversation}
	}
	rows, err := optional(ctx, args, s.reads.Positions)
	if err != nil {
		return nil, s.explain(err, "look where logs are")
	}
	found := make(map[chat.Ref]chat.Position, len(refs))
	for i, row := range rows {
		if row != nil {
			found[refs[i]] = chat.Position{Epoch: row.Epoch, Head: row.Head}
		}
	}
	return found, nil
}
