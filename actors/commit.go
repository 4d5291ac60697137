package actors

import (
	"context"
	"fmt"
	"time"

	"parley/chat"
)

// Bounds of one commit: as many appends as gathered while the last one ran.
const (
	batchSize     = 256
	commitTimeout = 10 * time.Second
)

// committer writes the appends of many sessions in one transaction each time.
type committer struct {
	log   chat.Log
	group *group[submission]
}

type submission struct {
	entry chat.Append
	done  func(chat.Outcome, error) // the error is the batch's: what happened is not known
}

func newCommitter(log chat.Log) *committer {
	c := &committer{log: log}
	c.group = newGroup(batchSize, c.commit)
	return c
}

// submit hands an append over; done is called once, from another goroutine, and must not block.
func (c *committer) submit(entry chat.Append, done func(chat.Outcome, error)) {
	c.group.add(entry.Tenant, submission{entry, done})
}

func (c *committer) commit(batch []submission) {
	ctx, cancel := context.WithTimeout(context.Background(), commitTimeout)
	defer cancel()
	appends := make([]chat.Append, len(batch))
	for i, s := range batch {
		appends[i] = s.entry
	}
	outcomes, err := c.log.Append(ctx, appends)
	if err == nil && len(outcomes) != len(batch) {
		err = fmt.Errorf("append: %d outcomes for %d appends", len(outcomes), len(batch))
	}
	for i, s := range batch {
		if err != nil {
			s.done(chat.Outcome{}, err)
			continue
		}
		s.done(outcomes[i], nil)
	}
}

// close ends the committer after the commit that runs. What still waits is not written.
func (c *committer) close() { c.group.close() }
