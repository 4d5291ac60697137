package socket

import (
	"context"
	"errors"
	"sync"

	"parley/chat"
)

// unborn are the watches of conversations in which nothing was said yet. They
// sleep: no session is in memory for them. A watch wakes, and attaches, when its own client does
// something, when another connection of this node does in the same conversation, and when the inbox is
// told that the conversation changed, on whichever node. Whoever wakes late is shown
// the events from the log.
type unborn struct {
	mu     sync.Mutex
	asleep map[string]*watch // the first of each conversation, by its id; others behind it
}

func newUnborn() *unborn { return &unborn{asleep: make(map[string]*watch)} }

func (u *unborn) add(w *watch) {
	u.mu.Lock()
	defer u.mu.Unlock()
	w.behind = u.asleep[w.visitor.Conversation]
	u.asleep[w.visitor.Conversation] = w
}

func (u *unborn) remove(w *watch) {
	u.mu.Lock()
	defer u.mu.Unlock()
	first := u.asleep[w.visitor.Conversation]
	if first == w {
		if first = w.behind; first == nil {
			delete(u.asleep, w.visitor.Conversation)
		} else {
			u.asleep[w.visitor.Conversation] = first
		}
		w.behind = nil
		return
	}
	for ; first != nil; first = first.behind {
		if first.behind == w {
			first.behind, w.behind = w.behind, nil
			return
		}
	}
}

// wake has all watches of a conversation attach, but for one.
func (u *unborn) wake(ref chat.Ref, but *watch) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for w := u.asleep[ref.Conversation]; w != nil; w = w.behind {
		if w != but && w.visitor.Ref == ref {
			go w.insist(0, func(ctx context.Context) error { return w.rouse(ctx, false) })
		}
	}
}

// slept returns a watch that sleeps from its beginning.
func (h *Handler) slept(w *watch) *watch {
	w.asleep = true
	h.unborn.add(w)
	return w
}

// sleep lets an attachment go to which nothing was shown. What is delivered
// until the session has heard of it wakes the watch; what comes later is announced.
func (w *watch) sleep() {
	w.mu.Lock()
	a := w.current
	if w.ended || a == nil || w.last > 0 || w.answer != "" {
		w.mu.Unlock()
		return
	}
	w.current, w.asleep = nil, true
	w.c.h.unborn.add(w)
	w.mu.Unlock()
	a.detach()
}

// rouse attaches a watch that sleeps; to one that does not it does nothing. first: it is its
// client that begins the conversation.
func (w *watch) rouse(ctx context.Context, first bool) error {
	w.rousing.Lock()
	defer w.rousing.Unlock()
	if !w.sleeps() {
		return nil
	}
	err := w.attach(ctx, first && w.minted, w.goOn)
	if err != nil && !errors.Is(err, errEnded) {
		return err
	}
	w.mu.Lock()
	w.asleep = false
	w.mu.Unlock()
	w.c.h.unborn.remove(w)
	return nil
}

func (w *watch) sleeps() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asleep && !w.ended
}

// stir wakes all who watch a conversation, before its visitor does something that they are to see.
func (c *conn) stir(s *session) error {
	if s.watch.born() {
		return nil // so all others were woken when it was
	}
	c.h.unborn.wake(s.watch.visitor.Ref, s.watch)
	ctx, cancel := c.within()
	defer cancel()
	return s.watch.rouse(ctx, true)
}

// born tells whether the client was shown that something was said, and is shown what follows.
func (w *watch) born() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last > 0 && !w.asleep
}
