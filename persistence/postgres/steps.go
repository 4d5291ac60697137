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
func (s *Store) SaveStep(ctx context.Context, source knowledge.Source, from int, passages []knowledge.Passage, limits knowledge.Limits) error {
	err := s.inTx(ctx, func(tx Tx, q *db.Queries) error {
		return s.saveStep(ctx, tx, q, source, from, passages, limits)
	})
	return s.explain(err, "save a step of source "+source.ID)
}

func (s *Store) saveStep(
	ctx context.Context, tx Tx, q *db.Queries, source knowledge.Source, from int, passages []knowledge.Passage, limits knowledge.Limits,
) error {
	before, key, err := s.lockStep(ctx, q, source, from)
	if err != nil {
		return err
	}
	next := before.moved(source)
	// What was read before and brings nothing new has not changed.
	changed := source.State == knowledge.Ready && (before.ReadAt.IsZero() || len(passages) > 0)
	if changed {
		next = next.changedNow()
	}
	if source.State == knowledge.Ready {
		next.ReadAt = first(next.ReadAt, now())
	}
	if err := writeSource(ctx, q, key, next); err != nil {
		return err
	}
	if next.Title != before.Title {
		if err := q.ForgetDigests(ctx, db.ForgetDigestsParams{Tenant: next.Tenant, Source: next.ID}); err != nil {
			return fmt.Errorf("forget digests: %w", err)
		}
	}
	if err := s.insertPassages(ctx, q, key, next, passages); err != nil {
		return err
	}
	if len(passages) > 0 { // a page that is there already has its place
		if err := holdKnown(ctx, q, next.Tenant, knowledge.Limits{Passages: limits.Passages}); err != nil {
			return err
		}
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

// moved is the source after a step or a change that leaves it as that says, but for what is not the reader's to say: whose it
// is, where it is, its plan, and when it changed.
func (l locked) moved(step knowledge.Source) locked {
	next := l
	next.State, next.Error, next.Note, next.Language = step.State, step.Error, step.Note, step.Language
	next.Pages, next.PagesRead, next.Passages = step.Pages, step.PagesRead, step.Passages
	next.Crawl, next.Check, next.ReadAt, next.NextRead = step.Crawl, step.Check, step.ReadAt, step.NextRead
	if step.Title != "" && l.Kind != knowledge.KindSite {
		next.Title = step.Title
	}
	if l.Kind == knowledge.KindURL && step.MediaType != "" {
		next.MediaType, next.Size = step.MediaType, step.Size
	}
	if l.Plan.Every != step.Plan.Every && !step.ReadAt.IsZero() { // the plan was changed since the step began
		next.NextRead = nextRead(step.ReadAt, l.Plan)
	}
	next.UpdatedAt = l.later(step.UpdatedAt)
	return next
}

// later is a time that none of the source's states before has: it tells whether the source was changed. That is the caller's if it can be.
func (l locked) later(at time.Time) time.Time {
	if at = storable(at); at.After(l.UpdatedAt) {
		return at
	}
	return after(now(), l.UpdatedAt)
}

// changedNow is the source, which becomes something else with this transaction.
func (l locked) changedNow() locked {
	l.ChangedAt = after(now(), l.ChangedAt)
	return l
}

// after is a time, or the first that is later than another.
func after(t, than time.Time) time.Time {
	if t.After(than) {
		return t
	}
	return than.Add(time.Millisecond)
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
