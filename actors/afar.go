package actors

import (
	"context"
	"sync"

	"parley/chat"
)

// afar are the watches of this node on conversations that live on others, by the address of that node: when it is
// gone, nobody is left there to say so.
type afar struct {
	mutex   sync.Mutex
	watches map[string]map[*watching]struct{}
}

func (a *afar) add(address string, w *watching) (remove func()) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.watches[address] == nil {
		a.watches[address] = map[*watching]struct{}{}
	}
	a.watches[address][w] = struct{}{}
	return func() {
		a.mutex.Lock()
		defer a.mutex.Unlock()
		delete(a.watches[address], w)
		if len(a.watches[address]) == 0 {
			delete(a.watches, address)
		}
	}
}

// of are the watches on what lives at an address.
func (a *afar) of(address string) []*watching {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	watches := make([]*watching, 0, len(a.watches[address]))
	for w := range a.watches[address] {
		watches = append(watches, w)
	}
	return watches
}

// left makes up for a node that is gone: what is watched there is attached to anew, wherever it opens, and the
// questions that it leaves open are looked for.
func (e *Engine) left(address string) {
	e.cut(address)
	e.desks.stirAll()
	e.rounds.now()
}

// cut has what is watched at another node be attached to anew, since something may have been lost on the way.
func (e *Engine) cut(address string) {
	for _, w := range e.afar.of(address) {
		w.SendUserMessage(nil, &Moved{})
	}
}

// wakeElsewhere has a question that waits be answered by the node that has the conversation next.
func (e *Engine) wakeElsewhere(ref chat.Ref) {
	if e.running.Err() != nil {
		return
	}
	e.tasks.Go(func() {
		ctx, cancel := context.WithTimeout(e.running, stirTimeout)
		defer cancel()
		_, _ = e.request(ctx, ref, &wake{}) // or the next round finds it
	})
}
