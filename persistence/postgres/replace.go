package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/knowledge"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// Replace stores a source that was read again or edited: at no moment it is without passages.
func (s *Store) Replace(ctx context.Context, replacement knowledge.Replacement) error {
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error { return s.replace(ctx, q, replacement) })
	return s.explain(err, "replace source "+replacement.Source.ID)
}

func (s *Store) replace(ctx context.Context, q *db.Queries, r knowledge.Replacement) error {
	before, key, err := s.lockSource(ctx, q, r.Source.Tenant, r.Source.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return chat.ErrFenced.Because(err)
	}
	if err != nil {
		return fmt.Errorf("read the source: %w", err)
	}
	if !before.UpdatedAt.Equal(storable(r.Was)) {
		return chat.ErrFenced
	}
	next := before.moved(r.Source)
	changed := !storable(r.Source.ChangedAt).Equal(storable(before.ChangedAt))
	if changed {
		next = next.changedNow()
	}
	if r.Original != nil {
		next.Size = int64(len(r.Original))
		if err := replaceOriginal(ctx, q, key, next.Source, r.Original); err != nil {
			return err
		}
	}
	if err := writeSource(ctx, q, key, next); err != nil {
		return err
	}
	switch {
	case r.Passages != nil:
		err = s.replacePassages(ctx, q, key, next, r.Passages)
	case next.Title != before.Title:
		err = q.ForgetDigests(ctx, db.ForgetDigestsParams{Tenant: next.Tenant, Source: next.ID})
	}
	if err == nil && len(r.Passages) > before.Passages {
		err = holdKnown(ctx, q, next.Tenant, r.Limits)
	}
	if err != nil || !changed {
		return err
	}
	return raiseVersion(ctx, q, next.Tenant, next.Bot)
}

// replacePassages stores passages instead of those that a source has.
func (s *Store) replacePassages(ctx context.Context, q *db.Queries, key *seal.Key, source locked, passages []knowledge.Passage) error {
	if err := q.DeletePassages(ctx, db.DeletePassagesParams{Tenant: source.Tenant, Source: source.ID}); err != nil {
		return fmt.Errorf("delete what was known: %w", err)
	}
	if err := s.insertPassages(ctx, q, key, source, passages); err != nil {
		return err
	}
	if err := q.CountEmbedded(ctx, db.CountEmbeddedParams{Tenant: source.Tenant, ID: source.ID}); err != nil {
		return fmt.Errorf("count vectors: %w", err)
	}
	return nil
}

func replaceOriginal(ctx context.Context, q *db.Queries, key *seal.Key, source knowledge.Source, original []byte) error {
	if err := q.DeleteOriginal(ctx, db.DeleteOriginalParams{Tenant: source.Tenant, Source: source.ID}); err != nil {
		return fmt.Errorf("delete the original: %w", err)
	}
	n := int64(0)
	for chunk := range slices.Chunk(original, largestChunk) {
		sealed, err := key.Seal(chunk, source.Tenant, tableOriginals, originalRow(source.ID, n))
		if err != nil {
			return err
		}
		if err := q.InsertOriginal(ctx, db.InsertOriginalParams{Tenant: source.Tenant, Source: source.ID, N: n, Chunk: sealed}); err != nil {
			return fmt.Errorf("keep chunk %d: %w", n, err)
		}
		n++
	}
	return nil
}

// Rename gives a source another title.
func (s *Store) Rename(ctx context.Context, tenant, bot, id, title string) (knowledge.Source, error) {
	return s.change(ctx, tenant, bot, id, "rename source "+id, func(_ Tx, q *db.Queries, source *locked) error {
		if source.Title == title {
			return nil
		}
		source.Title = title
		*source = source.changedNow()
		source.UpdatedAt = source.later(now())
		if err := q.ForgetDigests(ctx, db.ForgetDigestsParams{Tenant: tenant, Source: id}); err != nil {
			return fmt.Errorf("forget digests: %w", err)
		}
		return raiseVersion(ctx, q, tenant, bot)
	})
}

// change changes one of a bot's sources that is there. It is for how to say that it is another then (see locked.later).
func (s *Store) change(
	ctx context.Context, tenant, bot, id, attempt string, how func(tx Tx, q *db.Queries, source *locked) error,
) (knowledge.Source, error) {
	var changed knowledge.Source
	err := s.inTx(ctx, func(tx Tx, q *db.Queries) error {
		source, key, err := s.lockSource(ctx, q, tenant, id)
		if err == nil && (source.Bot != bot || source.State == knowledge.Receiving) {
			err = chat.ErrNotFound
		}
		if err != nil {
			return err
		}
		if err := how(tx, q, &source); err != nil {
			return err
		}
		if err := writeSource(ctx, q, key, source); err != nil {
			return err
		}
		changed, err = s.source(ctx, q, tenant, id)
		return err
	})
	return changed, s.explain(err, attempt)
}
