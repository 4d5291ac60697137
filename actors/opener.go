package actors

import (
	"context"
	"fmt"
	"time"

	"parley/chat"
)

// Bounds of opening logs. A group is smaller than a commit's, because it reads
// each conversation's recent events, and a lone opening must not wait long for it.
const (
	openingSize = 64
	openTimeout = 10 * time.Second // of one try
)

// opener opens the logs of many sessions in one transaction each time: after a
// restart all visitors come at once, and each opening by itself would be a commit.
type opener struct {
	log   chat.Log
	group *group[wish]
}

// wish is a log to be opened. Two for one conversation are two activations: the
// second, in a group of its own, fences the first.
type wish struct {
	ref  chat.Ref
	done func(chat.Opening, error)
}

func newOpener(log chat.Log) *opener {
	o := &opener{log: log}
	o.group = newGroup(openingSize, o.open)
	return o
}

// submit has a log opened; done is called once, from another goroutine, and must not block.
func (o *opener) submit(ref chat.Ref, done func(chat.Opening, error)) {
	o.group.add(ref.Tenant, wish{ref, done})
}

func (o *opener) open(wishes []wish) {
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	refs := make([]chat.Ref, 0, len(wishes))
	named := make(map[chat.Ref]bool, len(wishes))
	now := wishes[:0]
	for _, w := range wishes {
		if named[w.ref] {
			o.group.add(w.ref.Tenant, w)
			continue
		}
		named[w.ref] = true
		refs, now = append(refs, w.ref), append(now, w)
	}
	outcomes, err := o.log.Open(ctx, refs)
	if err == nil && len(outcomes) != len(refs) {
		err = fmt.Errorf("open: %d outcomes for %d conversations", len(outcomes), len(refs))
	}
	for i, w := range now {
		if err != nil {
			w.done(chat.Opening{}, err)
			continue
		}
		w.done(outcomes[i].Opening, outcomes[i].Err)
	}
}

func (o *opener) close() { o.group.close() }
