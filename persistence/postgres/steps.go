package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/knowledge"
	"parley/persistence/jobs"
	"parley/persistence/postgres/db"
)

// SaveStep stores what one step of reading found, and what follows from it:
// the next step's job, or the bot's new version. A title that the step found
// replaces the old one; address, media type and size stay.
func (s *Store) SaveStep(ctx context.Context, source knowledge.Source, from int, passages []knowledge.Passage) error {
	err := s.inTx(ctx, func(tx Tx, q *db.Queries) error {
		return s.saveStep(ctx, tx, q, source, from, passages)
	})
	return s.explain(err, "save a step of source "+source.ID)
}

func (s *Store) saveStep(ctx context.Context, tx Tx, q *db.Queries, source knowledge.Source, from int, passages []knowledge.Passage) error {
	bot, err := s.moveSource(ctx, q, source, from)
	if err != nil {
		return err
	}
	key, err := s.keys.source(ctx, q, source.Tenant, source.ID)
	if err != nil {
		return err
	}
	rows := make([]db.InsertPassagesParams, len(passages))
	for i, p := range passages {
		if rows[i], err = sealPassage(key, source.Tenant, source.ID, p); err != nil {
			return err
		}
	}
	if err := executed(ctx, rows, q.InsertPassages); err != nil {
		return fmt.Errorf("insert passages: %w", err)
	}
	switch source.State { //nolint:exhaustive // a step leaves the others as they are
	case knowledge.Reading:
		return tx.Enqueue(ctx, jobs.ReadSource{Tenant: source.Tenant, Source: source.ID})
	case knowledge.Ready:
		return raiseVersion(ctx, q, source.Tenant, bot)
	}
	return nil
}

// moveSource brings a source from one step to the next, and returns its bot.
// chat.ErrFenced: another step was first, or the source is gone.
func (s *Store) moveSource(ctx context.Context, q *db.Queries, source knowledge.Source, from int) (string, error) {
	stored, err := s.source(ctx, q, source.Tenant, source.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", chat.ErrFenced.Because(err)
	}
	if err != nil {
		return "", fmt.Errorf("read the source: %w", err)
	}
	if source.Title != "" {
		stored.Title = source.Title
	}
	stored.Error = source.Error
	key, err := s.keys.source(ctx, q, source.Tenant, source.ID)
	if err != nil {
		return "", err
	}
	label, err := sealSource(key, stored)
	if err != nil {
		return "", err
	}
	bot, err := q.MoveSource(ctx, db.MoveSourceParams{
		Tenant: source.Tenant, ID: source.ID, WasRead: int64(from), Label: label, State: string(source.State),
		Pages: int64(source.Pages), PagesRead: int64(source.PagesRead), Passages: int64(source.Passages), UpdatedAt: now(),
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return "", chat.ErrFenced.Because(err)
	}
	if err != nil {
		return "", fmt.Errorf("move the source: %w", err)
	}
	return bot, nil
}
