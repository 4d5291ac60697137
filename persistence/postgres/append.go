package postgres

import (
	"context"
	"fmt"

	"parley/chat"
	"parley/persistence/postgres/db"
)

// Append commits a batch in one transaction. What the transaction does is
// planned before, in memory and in the given order: which appends are refused,
// and what the others write. A refused append has no statement in it.
//
// A plan is made from what its appends claim and the store remembers (see
// memory): that the heads are where the appends say, that a birth is the first
// of its conversation and its visitor, that no client id is taken. So a batch
// of which nothing is refused takes a single round trip. When that plan refuses
// anything, or fails, survey reads all that the batch depends on, and a plan is
// made from that; it may fail too, and is then made again.
//
// A plan fails, and nothing of it is kept, when what it rests on is not so. All
// statements of a transaction are sent together, the commit with them, so that
// nobody looks at one's result before the next is run. Each write therefore
// repeats the condition of its decision in a form that is an error when it does
// not hold: a head or a period's count that is not as expected becomes NULL in a
// column that is NOT NULL, and so does a contact that was changed, or a visitor who was
// blocked; rows that should be new violate a key; events of a
// conversation without a row violate a reference.
//
// Rows are locked in one order everywhere, conversations by id, then usage by
// tenant and period, so that batches of different nodes wait for each other and
// do not deadlock. (A refund locks a period before its turn, for only SQL knows
// which one; the database then undoes one of the two, and it is begun again.)
func (s *Store) Append(ctx context.Context, batch []chat.Append) ([]chat.Outcome, error) {
	flaws := make([]error, len(batch))
	sound := make([]*chat.Append, 0, len(batch))
	for i := range batch {
		if flaws[i] = flaw(&batch[i]); flaws[i] == nil {
			sound = append(sound, &batch[i])
		}
	}
	var p plan
	err := errStale
	if claimed, ok := s.assume(sound); ok {
		if p = makePlan(batch, flaws, claimed); p.accepts(len(sound)) {
			err = s.write(ctx, &p)
		}
	}
	if retriable(err) {
		err = again(func() error {
			found, err := s.survey(ctx, s.reads, sound)
			if err != nil {
				return err
			}
			p = makePlan(batch, flaws, found)
			return s.write(ctx, &p)
		})
	}
	if err != nil {
		return nil, s.explain(err, "append events")
	}
	s.learn(&p)
	return p.outcomes, nil
}

// write makes the changes of a plan. errStale: what it rests on is not so any
// more, and nothing was changed.
func (s *Store) write(ctx context.Context, p *plan) error {
	if len(p.accepted) == 0 {
		return nil
	}
	var b bundle
	if err := s.gatherWrites(ctx, db.New(&b), p); err != nil {
		return err
	}
	err := s.apply(ctx, &b, nil)
	if outdated(err) {
		s.forgetVisitors(p)
		return fmt.Errorf("%w: %w", errStale, err)
	}
	return err
}
