package postgres

import (
	"context"
	"fmt"

	"parley/chat"
	"parley/knowledge"
	"parley/persistence/jobs"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// largestChunk bounds a chunk of an original.
const largestChunk = 256 << 10

// CreateSource keeps a new source of an existing bot, with a key of its own.
func (s *Store) CreateSource(ctx context.Context, source knowledge.Source, limits knowledge.Limits) error {
	return s.explain(s.createSource(ctx, source, limits), "create source "+source.ID)
}

func (s *Store) createSource(ctx context.Context, source knowledge.Source, limits knowledge.Limits) error {
	if source.Kind != knowledge.KindURL || limits.Pages == 0 {
		_, err := s.insertSource(ctx, s.writes, source, knowledge.Receiving)
		return err
	}
	return s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if _, err := s.insertSource(ctx, q, source, knowledge.Receiving); err != nil {
			return err
		}
		return holdKnown(ctx, q, source.Tenant, knowledge.Limits{Pages: limits.Pages}) // it has no passages yet
	})
}

// insertSource makes a row in a state, and returns its key. That is not remembered: a transaction may yet be undone.
func (s *Store) insertSource(ctx context.Context, q *db.Queries, source knowledge.Source, state knowledge.State) (*seal.Key, error) {
	parent, err := s.keys.tenant(ctx, q, source.Tenant)
	if err != nil {
		return nil, err
	}
	wrapped, key, err := parent.NewKey(source.Tenant, tableSources, source.ID)
	if err != nil {
		return nil, err
	}
	label, err := sealSource(key, source)
	if err != nil {
		return nil, err
	}
	return key, q.InsertSource(ctx, db.InsertSourceParams{
		ID: source.ID, Tenant: source.Tenant, Bot: source.Bot, WrappedKey: wrapped, Label: label, Parent: known(source.Parent),
		Kind: string(source.Kind), State: string(state), Size: source.Size, CreatedAt: orNow(source.CreatedAt), Round: source.Crawl.Round,
	})
}

// AppendOriginal keeps a chunk of a source that is being received. A chunk that
// is sent again replaces the one before.
func (s *Store) AppendOriginal(ctx context.Context, tenant, source string, n int, chunk []byte) error {
	return s.explain(s.appendOriginal(ctx, tenant, source, n, chunk), fmt.Sprintf("keep chunk %d of source %s", n, source))
}

func (s *Store) appendOriginal(ctx context.Context, tenant, source string, n int, chunk []byte) error {
	if len(chunk) > largestChunk {
		return fmt.Errorf("it has %d bytes, more than %d", len(chunk), largestChunk)
	}
	key, err := s.keys.source(ctx, s.reads, tenant, source)
	if err != nil {
		return err
	}
	sealed, err := key.Seal(chunk, tenant, tableOriginals, originalRow(source, int64(n)))
	if err != nil {
		return err
	}
	rows, err := s.writes.PutOriginal(ctx, db.PutOriginalParams{Tenant: tenant, Source: source, N: int64(n), Chunk: sealed})
	if err == nil && rows == 0 {
		return chat.ErrNotFound
	}
	return err
}

// Submit makes a received source Queued, and enqueues its reading, in one
// transaction. chat.ErrNotFound: no such source is being received.
func (s *Store) Submit(ctx context.Context, source knowledge.Source) error {
	return s.explain(s.submit(ctx, source), "submit source "+source.ID)
}

func (s *Store) submit(ctx context.Context, source knowledge.Source) error {
	return s.inTx(ctx, func(tx Tx, q *db.Queries) error {
		key, err := s.keys.source(ctx, q, source.Tenant, source.ID)
		if err != nil {
			return err
		}
		source.Error = ""
		label, err := sealSource(key, source)
		if err != nil {
			return err
		}
		rows, err := q.SubmitSource(ctx, db.SubmitSourceParams{
			Tenant: source.Tenant, ID: source.ID, Label: label, Size: source.Size, UpdatedAt: now(),
		})
		if err != nil {
			return err
		}
		if rows == 0 {
			return chat.ErrNotFound
		}
		return putTurn(ctx, tx, q, source.Tenant, jobs.Read, source.ID)
	})
}

// Source returns one of the bot's, unless its upload has not ended.
func (s *Store) Source(ctx context.Context, tenant, bot, id string) (knowledge.Source, error) {
	source, err := s.SourceOf(ctx, tenant, id)
	if err == nil && (source.Bot != bot || source.State == knowledge.Receiving) {
		return knowledge.Source{}, chat.ErrNotFound
	}
	return source, err
}

// SourceOf returns one by tenant and id, in whatever state.
func (s *Store) SourceOf(ctx context.Context, tenant, id string) (knowledge.Source, error) {
	source, err := s.source(ctx, s.reads, tenant, id)
	return source, s.explain(err, "read source "+id)
}

func (s *Store) source(ctx context.Context, q *db.Queries, tenant, id string) (knowledge.Source, error) {
	row, err := q.Source(ctx, db.SourceParams{Tenant: tenant, ID: id})
	if err != nil {
		return knowledge.Source{}, err
	}
	key, err := s.keys.source(ctx, q, tenant, id)
	if err != nil {
		return knowledge.Source{}, err
	}
	return withPages(ctx, q, key, row)
}

// withPages opens a source; what it has of vectors is what its pages have, if it is a site.
func withPages(ctx context.Context, q *db.Queries, key *seal.Key, row db.Source) (knowledge.Source, error) {
	source, err := openSource(key, row)
	if err != nil || source.Kind != knowledge.KindSite {
		return source, err
	}
	pages, err := q.SumPages(ctx, db.SumPagesParams{Tenant: row.Tenant, Site: &row.ID})
	if err != nil {
		return knowledge.Source{}, fmt.Errorf("sum up the pages of %s: %w", row.ID, err)
	}
	source.Embedded = int(pages.Embedded)
	return source, nil
}

// Sources returns a page of what a bot's owner added, newest first, without those whose upload
// has not ended.
func (s *Store) Sources(ctx context.Context, tenant, bot, cursor string, limit int) ([]knowledge.Source, string, error) {
	page, next, err := s.sources(ctx, tenant, bot, cursor, limit)
	return page, next, s.explain(err, "list sources of bot "+bot)
}

func (s *Store) sources(ctx context.Context, tenant, bot, cursor string, limit int) ([]knowledge.Source, string, error) {
	from, err := s.cursors.decode(cursor, "sources", tenant, bot)
	if err != nil {
		return nil, "", err
	}
	size := pageSize(limit)
	rows, err := s.reads.SourcesOfBot(ctx, db.SourcesOfBotParams{
		Tenant: tenant, Bot: bot, Before: from.at, BeforeID: from.id, Count: int32(size + 1),
	})
	if err != nil || len(rows) == 0 {
		return nil, "", err
	}
	next := ""
	if len(rows) > size {
		rows = rows[:size]
		next = s.cursors.encode(position{rows[size-1].CreatedAt, rows[size-1].ID}, "sources", tenant, bot)
	}
	parent, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return nil, "", err
	}
	page := make([]knowledge.Source, len(rows))
	for i, row := range rows {
		key, err := s.keys.child(parent, row.WrappedKey, keyID{tenant, tableSources, row.ID})
		if err != nil {
			return nil, "", err
		}
		if page[i], err = withPages(ctx, s.reads, key, row); err != nil {
			return nil, "", err
		}
	}
	return page, next, nil
}

// DeleteSource removes a source with its key, original and passages, and the pages of a site.
func (s *Store) DeleteSource(ctx context.Context, tenant, bot, id string) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := mourn(ctx, q, tenant, id); err != nil {
			return err
		}
		rows, err := q.DeleteSource(ctx, db.DeleteSourceParams{Tenant: tenant, Bot: bot, ID: id})
		if err != nil {
			return err
		}
		if rows == 0 {
			return chat.ErrNotFound
		}
		return raiseVersion(ctx, q, tenant, bot)
	})
	if err == nil {
		s.keys.cache.forget(keyID{tenant, tableSources, id})
	}
	return s.explain(err, "delete source "+id)
}

// mourn keeps when something went that answers cite, within the transaction in which it goes.
func mourn(ctx context.Context, q *db.Queries, tenant, source string) error {
	if err := q.Mourn(ctx, db.MournParams{Tenant: tenant, Source: source, At: now()}); err != nil {
		return fmt.Errorf("keep when %s went: %w", source, err)
	}
	return nil
}
