package postgres

import (
	"context"
	"time"

	"parley/chat"
)

// BotTenant returns the tenant of a bot. It crosses tenants: a visitor's first
// frame names a bot and nothing else.
func (s *Store) BotTenant(ctx context.Context, id string) (string, error) {
	tenant, err := s.reads.BotTenant(ctx, id)
	return tenant, s.explain(err, "find the tenant of bot "+id)
}

// BotVersions returns the present versions of bots, by id. It crosses tenants:
// a node asks for all the bots that it serves at once.
func (s *Store) BotVersions(ctx context.Context, ids []string) (map[string]int64, error) {
	versions, err := optional(ctx, ids, s.reads.BotVersions)
	if err != nil {
		return nil, s.explain(err, "read versions of bots")
	}
	byID := make(map[string]int64, len(ids))
	for i, version := range versions {
		if version != nil {
			byID[ids[i]] = *version
		}
	}
	return byID, nil
}

// ClosingBots returns every tenant's bots whose idle conversations close.
func (s *Store) ClosingBots(ctx context.Context) ([]chat.ClosingBot, error) {
	rows, err := s.reads.ClosingBots(ctx)
	if err != nil {
		return nil, s.explain(err, "list bots that close idle conversations")
	}
	bots := make([]chat.ClosingBot, len(rows))
	for i, row := range rows {
		bots[i] = chat.ClosingBot{Tenant: row.Tenant, Bot: row.ID, After: time.Duration(row.CloseAfter) * time.Minute}
	}
	return bots, nil
}
