package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/knowledge"
	"parley/persistence/jobs"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// SaveStep stores what one step of reading found, and what follows from it:
// the next step's job, or the bot's new version. A title that the step found
// replaces the old one; the address stays, and so does the plan.
func (s *Store) SaveStep(ctx context.Context, source knowledge.Source, from int, passages []knowledge.Passage) error {
	err := s.inTx(ctx, func(tx Tx, q *db.Queries) error {
		return s.saveStep(ctx, tx, q, source, from, passages)
	})
	return s.explain(err, "save a step of source "+source.ID)
}

func (s *Store) saveStep(ctx context.Context, tx Tx, q *db.Queries, source knowledge.Source, from int, passages []knowledge.Passage) error {
	before, key, err := s.lockStep(ctx, q, source, from)
	if err != nil {
		return err
	}
	after := before.moved(source)
	// What was read before and brings nothing new has not changed.
	changed := source.State == knowledge.Ready && (before.ReadAt.IsZero() || len(passages) > 0)
	if changed {
		after.ChangedAt = after.UpdatedAt
	}
	if source.State == knowledge.Ready && after.ReadAt.IsZero() {
		after.ReadAt = after.UpdatedAt
	}
	if err := writeSource(ctx, q, key, after); err != nil {
		return err
	}
	if after.Title != before.Title {
		if err := q.ForgetDigests(ctx, db.ForgetDigestsParams{Tenant: after.Tenant, Source: after.ID}); err != nil {
			return fmt.Errorf("forget digests: %w", err)
		}
	}
	if err := s.insertPassages(ctx, q, key, after, passages); err != nil {
		return err
	}
	switch {
	case source.State == knowledge.Reading:
		return putTurn(ctx, tx, q, source.Tenant, jobs.Read, source.ID)
	case changed:
		return raiseVersion(ctx, q, source.Tenant, before.Bot)
	}
	return nil
}

// lockStep locks a source that is being read, and returns it as it is before a step. chat.ErrFenced: another step was first, or
// the source is gone.
func (s *Store) lockStep(ctx context.Context, q *db.Queries, source knowledge.Source, from int) (locked, *seal.Key, error) {
	before, key, err := s.lockSource(ctx, q, source.Tenant, source.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return locked{}, nil, chat.ErrFenced.Because(err)
	}
	if err != nil {
		return locked{}, nil, fmt.Errorf("read the source: %w", err)
	}
	reading := before.State == knowledge.Queued || before.State == knowledge.Reading
	if !reading || before.PagesRead != from || before.Crawl.Round != source.Crawl.Round {
		return locked{}, nil, chat.ErrFenced
	}
	return before, key, nil
}

// locked is a source that nobody else changes until the transaction ends.
type locked struct{ knowledge.Source }

// lockSource locks a source and opens it.
func (s *Store) lockSource(ctx context.Context, q *db.Queries, tenant, id string) (locked, *seal.Key, error) {
	row, err := q.LockSource(ctx, db.LockSourceParams{Tenant: tenant, ID: id})
	if err != nil {
		return locked{}, nil, err
	}
	key, err := s.keys.source(ctx, q, tenant, id)
	if err != nil {
		return locked{}, nil, err
	}
	source, err := openSource(key, row)
	return locked{source}, key, err
}

// moved is the source after a step or a change that leaves it as next says, but for what is not the reader's to say: whose it
// is, where it is, its plan, and when it changed.
func (l locked) moved(next knowledge.Source) locked {
	after := l
	after.State, after.Error, after.Note, after.Language = next.State, next.Error, next.Note, next.Language
	after.Pages, after.PagesRead, after.Passages = next.Pages, next.PagesRead, next.Passages
	after.Crawl, after.Check, after.ReadAt, after.NextRead = next.Crawl, next.Check, next.ReadAt, next.NextRead
	if next.Title != "" && l.Kind != knowledge.KindSite {
		after.Title = next.Title
	}
	if l.Kind == knowledge.KindURL && next.MediaType != "" {
		after.MediaType, after.Size = next.MediaType, next.Size
	}
	if l.Plan.Every != next.Plan.Every && !next.ReadAt.IsZero() { // the plan was changed since the step began
		after.NextRead = nextRead(next.ReadAt, l.Plan)
	}
	after.UpdatedAt = l.later(next.UpdatedAt)
	return after
}

// later is a time as it can be stored, and that no earlier state of the source has: it tells whether the source was changed.
func (l locked) later(at time.Time) time.Time {
	at = orNow(at)
	if after := l.UpdatedAt.Add(time.Millisecond); at.Before(after) {
		return after
	}
	return at
}

// writeSource stores all that may change of a source.
func writeSource(ctx context.Context, q *db.Queries, key *seal.Key, source locked) error {
	label, err := sealSource(key, source.Source)
	if err != nil {
		return err
	}
	err = q.WriteSource(ctx, db.WriteSourceParams{
		Tenant: source.Tenant, ID: source.ID, Label: label, State: string(source.State), Size: source.Size,
		Pages: int64(source.Pages), PagesRead: int64(source.PagesRead), Passages: int64(source.Passages), Round: source.Crawl.Round,
		ReadAt: stored(source.ReadAt), NextRead: stored(source.NextRead), ChangedAt: stored(source.ChangedAt), UpdatedAt: source.UpdatedAt,
	})
	if err != nil {
		return fmt.Errorf("change the source: %w", err)
	}
	return nil
}

func (s *Store) insertPassages(ctx context.Context, q *db.Queries, key *seal.Key, source locked, passages []knowledge.Passage) error {
	rows := make([]db.InsertPassagesParams, len(passages))
	for i, p := range passages {
		var err error
		if rows[i], err = sealPassage(key, source.Tenant, source.ID, p); err != nil {
			return err
		}
		rows[i].DigestHash = s.keys.digestHash(source.Tenant, knowledge.DigestOf(source.Title, p))
	}
	if err := executed(ctx, rows, q.InsertPassages); err != nil {
		return fmt.Errorf("insert passages: %w", err)
	}
	return nil
}
