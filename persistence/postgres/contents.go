package postgres

import (
	"context"
	"fmt"
	"time"

	"parley/knowledge"
	"parley/persistence/postgres/db"
)

// ReadyVersions returns the ready sources of a bot with the time of their last
// change.
func (s *Store) ReadyVersions(ctx context.Context, tenant, bot string) (map[string]time.Time, error) {
	rows, err := s.reads.ReadySources(ctx, db.ReadySourcesParams{Tenant: tenant, Bot: bot})
	if err != nil {
		return nil, s.explain(err, "list ready sources of bot "+bot)
	}
	versions := make(map[string]time.Time, len(rows))
	for _, row := range rows {
		versions[row.ID] = row.UpdatedAt
	}
	return versions, nil
}

// SourcePassages returns a source with all its passages in order.
func (s *Store) SourcePassages(ctx context.Context, tenant, source string) (knowledge.Source, []knowledge.Passage, error) {
	found, passages, err := s.sourcePassages(ctx, tenant, source)
	return found, passages, s.explain(err, "read passages of source "+source)
}

func (s *Store) sourcePassages(ctx context.Context, tenant, id string) (knowledge.Source, []knowledge.Passage, error) {
	source, err := s.source(ctx, s.reads, tenant, id)
	if err != nil {
		return knowledge.Source{}, nil, err
	}
	key, err := s.keys.source(ctx, s.reads, tenant, id)
	if err != nil {
		return knowledge.Source{}, nil, err
	}
	rows, err := s.reads.PassagesOfSource(ctx, db.PassagesOfSourceParams{Tenant: tenant, Source: id})
	if err != nil {
		return knowledge.Source{}, nil, fmt.Errorf("read passages: %w", err)
	}
	passages := make([]knowledge.Passage, len(rows))
	for i, row := range rows {
		if passages[i], err = openPassage(key, tenant, id, row); err != nil {
			return knowledge.Source{}, nil, err
		}
	}
	return source, passages, nil
}

// KnowledgeVersion returns the bot's version, which grows with each change of
// its knowledge.
func (s *Store) KnowledgeVersion(ctx context.Context, tenant, bot string) (int64, error) {
	version, err := s.reads.BotVersion(ctx, db.BotVersionParams{Tenant: tenant, ID: bot})
	return version, s.explain(err, "read the version of bot "+bot)
}
