package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/knowledge"
	"parley/persistence/jobs"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

var _ knowledge.Vectors = (*Store)(nil)

// BeginEmbedding puts sources in line that have no vectors of a model yet.
func (s *Store) BeginEmbedding(ctx context.Context, model string, limit int) (begun int, err error) {
	sources, err := s.reads.UnembeddedSources(ctx, db.UnembeddedSourcesParams{Model: model, Count: int32(limit)})
	if err != nil {
		return 0, s.explain(err, "list sources without vectors")
	}
	for _, source := range sources {
		err := s.inTx(ctx, func(tx Tx, q *db.Queries) error { return putTurn(ctx, tx, q, source.Tenant, jobs.Embed, source.ID) })
		if errors.Is(err, pgx.ErrNoRows) {
			continue // the tenant went
		}
		if err != nil {
			return begun, s.explain(err, "begin to embed source "+source.ID)
		}
		begun++
	}
	return begun, nil
}

// Missing returns a source with passages of it that have no vector of a model.
func (s *Store) Missing(ctx context.Context, tenant, id, model string, limit int) (knowledge.Source, []knowledge.Passage, error) {
	source, passages, err := s.missing(ctx, tenant, id, model, limit)
	return source, passages, s.explain(err, "list passages without vectors of source "+id)
}

func (s *Store) missing(ctx context.Context, tenant, id, model string, limit int) (knowledge.Source, []knowledge.Passage, error) {
	source, err := s.source(ctx, s.reads, tenant, id)
	if err != nil {
		return knowledge.Source{}, nil, err
	}
	key, err := s.keys.source(ctx, s.reads, tenant, id)
	if err != nil {
		return knowledge.Source{}, nil, err
	}
	if err := s.digest(ctx, key, source); err != nil {
		return knowledge.Source{}, nil, fmt.Errorf("keep digests: %w", err)
	}
	rows, err := s.reads.MissingPassages(ctx, db.MissingPassagesParams{Tenant: tenant, Source: id, Model: model, Count: int32(limit)})
	if err != nil {
		return knowledge.Source{}, nil, err
	}
	passages := make([]knowledge.Passage, len(rows))
	for i, row := range rows {
		if passages[i], err = openPassage(key, tenant, id, db.PassagesOfSourceRow(row)); err != nil {
			return knowledge.Source{}, nil, err
		}
	}
	return source, passages, nil
}

// digest keeps the digests of passages that have none: of before there were digests, or of a source that has another title now.
func (s *Store) digest(ctx context.Context, key *seal.Key, source knowledge.Source) error {
	rows, err := s.reads.UndigestedPassages(ctx, db.UndigestedPassagesParams{Tenant: source.Tenant, Source: source.ID})
	if err != nil {
		return err
	}
	digests := make([]db.KeepDigestsParams, len(rows))
	for i, row := range rows {
		passage, err := openPassage(key, source.Tenant, source.ID, db.PassagesOfSourceRow(row))
		if err != nil {
			return err
		}
		digests[i] = db.KeepDigestsParams{
			Tenant: source.Tenant, Source: source.ID, Ordinal: row.Ordinal, ID: row.ID,
			DigestHash: s.keys.digestHash(source.Tenant, knowledge.DigestOf(source.Title, passage)),
		}
	}
	return executed(ctx, digests, s.writes.KeepDigests)
}

// SameWords returns vectors that the tenant has of the same words.
func (s *Store) SameWords(ctx context.Context, tenant, model string, digests []knowledge.Digest) (map[knowledge.Digest][]float32, error) {
	found, err := s.sameWords(ctx, tenant, model, digests)
	return found, s.explain(err, "look for the same words of "+tenant)
}

func (s *Store) sameWords(ctx context.Context, tenant, model string, digests []knowledge.Digest) (map[knowledge.Digest][]float32, error) {
	asked := make([]db.VectorsWithWordsParams, len(digests))
	for i, digest := range digests {
		asked[i] = db.VectorsWithWordsParams{Tenant: tenant, Model: model, DigestHash: s.keys.digestHash(tenant, digest)}
	}
	rows, err := optional(ctx, asked, s.reads.VectorsWithWords)
	if err != nil {
		return nil, err
	}
	found := make(map[knowledge.Digest][]float32)
	for _, row := range rows {
		if row == nil {
			continue
		}
		parent, err := s.keys.tenant(ctx, s.reads, tenant)
		if err != nil {
			return nil, err
		}
		key, err := s.keys.child(parent, row.WrappedKey, keyID{tenant, tableSources, row.Source})
		if err != nil {
			return nil, err
		}
		digest, vector, err := openVector(key, tenant, row.Source, model, row.DigestHash, row.Body)
		if err != nil {
			return nil, err
		}
		found[digest] = vector
	}
	return found, nil
}

// KeepVectors stores vectors of a source's passages.
func (s *Store) KeepVectors(
	ctx context.Context, tenant, source, model string, vectors map[knowledge.Digest][]float32, last bool,
) error {
	err := s.inTx(ctx, func(tx Tx, q *db.Queries) error {
		return s.keepVectors(ctx, tx, q, tenant, source, model, vectors, last)
	})
	return s.explain(err, "keep vectors of source "+source)
}

func (s *Store) keepVectors(
	ctx context.Context, tx Tx, q *db.Queries, tenant, id, model string, vectors map[knowledge.Digest][]float32, last bool,
) error {
	source, key, err := s.lockSource(ctx, q, tenant, id)
	if err != nil {
		return err
	}
	rows := make([]db.InsertVectorsParams, 0, len(vectors))
	for digest, vector := range vectors {
		row, err := sealVector(key, tenant, id, model, s.keys.digestHash(tenant, digest), digest, vector)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if err := executed(ctx, rows, q.InsertVectors); err != nil {
		return fmt.Errorf("insert vectors: %w", err)
	}
	if last {
		if err := q.DeleteOldVectors(ctx, db.DeleteOldVectorsParams{Tenant: tenant, Source: id, Model: model}); err != nil {
			return fmt.Errorf("delete old vectors: %w", err)
		}
	}
	if err := q.CountEmbedded(ctx, db.CountEmbeddedParams{Tenant: tenant, ID: id, Model: model}); err != nil {
		return fmt.Errorf("count vectors: %w", err)
	}
	if last {
		return raiseVersion(ctx, q, tenant, source.Bot)
	}
	return putTurn(ctx, tx, q, tenant, jobs.Embed, id)
}

// VectorsOf returns all vectors of some sources.
func (s *Store) VectorsOf(ctx context.Context, tenant, model string, sources []string) (map[string]map[knowledge.Digest][]float32, error) {
	found := make(map[string]map[knowledge.Digest][]float32)
	for some := range slices.Chunk(sources, loadedAtOnce) {
		if err := s.loadVectors(ctx, tenant, model, some, found); err != nil {
			return nil, s.explain(err, "read vectors of "+tenant)
		}
	}
	return found, nil
}

func (s *Store) loadVectors(
	ctx context.Context, tenant, model string, sources []string, into map[string]map[knowledge.Digest][]float32,
) error {
	parent, err := s.keys.tenant(ctx, s.reads, tenant)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	keys, rows := make([]db.SourceKeysParams, len(sources)), make([]db.VectorsOfSourcesParams, len(sources))
	for i, source := range sources {
		keys[i] = db.SourceKeysParams{Tenant: tenant, ID: source}
		rows[i] = db.VectorsOfSourcesParams{Tenant: tenant, Source: source, Model: model}
	}
	wrapped, err := optional(ctx, keys, s.reads.SourceKeys)
	if err != nil {
		return fmt.Errorf("read keys: %w", err)
	}
	var first error
	s.reads.VectorsOfSources(ctx, rows).Query(func(i int, found []db.VectorsOfSourcesRow, err error) {
		if err == nil && wrapped[i] != nil && len(found) > 0 {
			into[sources[i]], err = s.openVectors(parent, *wrapped[i], tenant, sources[i], model, found)
		}
		if first == nil {
			first = err
		}
	})
	return first
}

func (s *Store) openVectors(
	parent *seal.Key, wrapped []byte, tenant, source, model string, rows []db.VectorsOfSourcesRow,
) (map[knowledge.Digest][]float32, error) {
	key, err := s.passing(parent, wrapped, keyID{tenant, tableSources, source})
	if err != nil {
		return nil, err
	}
	vectors := make(map[knowledge.Digest][]float32, len(rows))
	for _, row := range rows {
		digest, vector, err := openVector(key, tenant, source, model, row.DigestHash, row.Body)
		if err != nil {
			return nil, err
		}
		vectors[digest] = vector
	}
	return vectors, nil
}

// passing unwraps a key without remembering it: whoever loads thousands of sources does not come back for them soon.
func (s *Store) passing(parent *seal.Key, wrapped []byte, id keyID) (*seal.Key, error) {
	if key := s.keys.cache.get(id); key != nil {
		return key, nil
	}
	key, err := parent.Unwrap(wrapped, id.tenant, id.table, id.row)
	if err != nil {
		return nil, fmt.Errorf("unwrap the key of source %s: %w", id.row, err)
	}
	return key, nil
}

// SetNote changes what limits a source.
func (s *Store) SetNote(ctx context.Context, tenant, id, note string) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		source, key, err := s.lockSource(ctx, q, tenant, id)
		if err != nil {
			return err
		}
		source.Note = note
		label, err := sealSource(key, source.Source)
		if err != nil {
			return err
		}
		return q.NoteSource(ctx, db.NoteSourceParams{Tenant: tenant, ID: id, Label: label})
	})
	if err = s.explain(err, "note what limits source "+id); errors.Is(err, chat.ErrNotFound) {
		return nil
	}
	return err
}
