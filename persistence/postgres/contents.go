package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/knowledge"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// ReadyVersions returns what a bot knows with the time at which that last became something else: sources that are ready, a page
// that is read again, and the pages of sites.
func (s *Store) ReadyVersions(ctx context.Context, tenant, bot string) (map[string]time.Time, error) {
	rows, err := s.reads.ReadySources(ctx, db.ReadySourcesParams{Tenant: tenant, Bot: bot})
	if err != nil {
		return nil, s.explain(err, "list ready sources of bot "+bot)
	}
	versions := make(map[string]time.Time, len(rows))
	for _, row := range rows {
		versions[row.ID] = row.ChangedAt
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

// loadedAtOnce is how many sources are read in one round trip: many pages are of one passage, and some sources have thousands.
const loadedAtOnce = 256

// PassagesOf returns many of a bot's sources with all their passages, in the order of the ids; those that are gone are left out.
func (s *Store) PassagesOf(ctx context.Context, tenant, bot string, ids []string) ([]knowledge.Page, error) {
	pages := make([]knowledge.Page, 0, len(ids))
	for some := range slices.Chunk(ids, loadedAtOnce) {
		var err error
		if pages, err = s.appendPassages(ctx, pages, tenant, bot, some); err != nil {
			return nil, s.explain(err, "read passages of bot "+bot)
		}
	}
	return pages, nil
}

func (s *Store) appendPassages(ctx context.Context, pages []knowledge.Page, tenant, bot string, ids []string) ([]knowledge.Page, error) {
	parent, err := s.keys.tenant(ctx, s.reads, tenant)
	if errors.Is(err, pgx.ErrNoRows) {
		return pages, nil
	}
	if err != nil {
		return nil, err
	}
	sources, passages := make([]db.ManySourcesParams, len(ids)), make([]db.ManyPassagesParams, len(ids))
	for i, id := range ids {
		sources[i] = db.ManySourcesParams{Tenant: tenant, Bot: bot, ID: id}
		passages[i] = db.ManyPassagesParams{Tenant: tenant, Source: id}
	}
	rows, err := optional(ctx, sources, s.reads.ManySources)
	if err != nil {
		return nil, fmt.Errorf("read sources: %w", err)
	}
	var first error
	s.reads.ManyPassages(ctx, passages).Query(func(i int, found []db.ManyPassagesRow, err error) {
		if err == nil && rows[i] != nil {
			var page knowledge.Page
			if page, err = s.openPage(parent, *rows[i], found); err == nil {
				pages = append(pages, page)
			}
		}
		if first == nil {
			first = err
		}
	})
	return pages, first
}

// openPage opens a source with its passages.
func (s *Store) openPage(parent *seal.Key, row db.Source, found []db.ManyPassagesRow) (page knowledge.Page, err error) {
	key, err := s.passing(parent, row.WrappedKey, keyID{row.Tenant, tableSources, row.ID})
	if err != nil {
		return page, err
	}
	if page.Source, err = openSource(key, row); err != nil {
		return page, err
	}
	page.Passages = make([]knowledge.Passage, len(found))
	for i, p := range found {
		if page.Passages[i], err = openPassage(key, row.Tenant, row.ID, db.PassagesOfSourceRow(p)); err != nil {
			return page, err
		}
	}
	return page, nil
}

// KnowledgeVersion returns the bot's version, which grows with each change of
// its knowledge.
func (s *Store) KnowledgeVersion(ctx context.Context, tenant, bot string) (int64, error) {
	version, err := s.reads.BotVersion(ctx, db.BotVersionParams{Tenant: tenant, ID: bot})
	return version, s.explain(err, "read the version of bot "+bot)
}
