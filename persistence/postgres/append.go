package postgres

import (
	"context"

	"parley/chat"
	"parley/persistence/postgres/db"
)

// Append commits a batch in one transaction, in three movements: survey reads
// everything that the batch depends on; plan decides, in memory and in the
// given order, which appends are refused; write makes the changes of the others
// in one round trip each kind. So a refused append has written nothing.
//
// What was read may change before it is written. Each write therefore repeats
// the condition that its decision rests on (this epoch and head, this room in
// the month's usage), and when one fails the transaction is rolled back and
// begun again with a new survey. Rows are locked in one order everywhere,
// conversations by id, then usage by tenant and month, so that batches of
// different nodes wait for each other and never deadlock.
func (s *Store) Append(ctx context.Context, batch []chat.Append) ([]chat.Outcome, error) {
	flaws := make([]error, len(batch))
	sound := make([]*chat.Append, 0, len(batch))
	for i := range batch {
		if flaws[i] = flaw(&batch[i]); flaws[i] == nil {
			sound = append(sound, &batch[i])
		}
	}
	var p plan
	err := s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		found, err := s.survey(ctx, q, sound)
		if err != nil {
			return err
		}
		p = makePlan(batch, flaws, found)
		return write(ctx, q, &p)
	})
	if err != nil {
		return nil, s.explain(err, "append events")
	}
	for _, v := range p.visitors { // their keys are real from now on
		s.keys.cache.put(keyID{v.tenant, tableVisitors, v.id}, v.key)
	}
	return p.outcomes, nil
}
