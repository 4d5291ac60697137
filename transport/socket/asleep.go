package socket

import (
	"context"
	"errors"
	"sync"

	"parley/actors"
	"parley/chat"
)

// sleepers are the watches of conversations that nobody needs to follow: nothing was said in them yet, or this node drains
// and their session left it, so that the next one is best placed where their client goes. No session is in
// memory for them. A watch wakes, and attaches, when its own client does
// something, when another connection of this node does in the same conversation, and when the inbox is
// told that the conversation changed, on whichever node. Whoever wakes late is shown
// the events from the log.
type sleepers struct {
	mu     sync.Mutex
	asleep map[string]*watch // the first of each conversation, by its id; others behind it
}

func newSleepers() *sleepers { return &sleepers{asleep: make(map[string]*watch)} }

func (s *sleepers) add(w *watch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.behind = s.asleep[w.visitor.Conversation]
	s.asleep[w.visitor.Conversation] = w
}

func (s *sleepers) remove(w *watch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := s.asleep[w.visitor.Conversation]
	if first == w {
		if first = w.behind; first == nil {
			delete(s.asleep, w.visitor.Conversation)
		} else {
			s.asleep[w.visitor.Conversation] = first
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
func (s *sleepers) wake(ref chat.Ref, but *watch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for w := s.asleep[ref.Conversation]; w != nil; w = w.behind {
		if w != but && w.visitor.Ref == ref {
			go w.wake()
		}
	}
}

// slept returns a watch that sleeps from its beginning.
func (h *Handler) slept(w *watch) *watch {
	w.asleep = true
	h.sleepers.add(w)
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
	w.c.h.sleepers.add(w)
	w.mu.Unlock()
	a.detach()
}

// doze lets a watch sleep whose session went away while this node drains, if it may. The caller holds mu.
func (w *watch) doze() bool {
	h := w.c.h
	if !h.parting() || w.atDesk() || w.asleep || w.answer != "" || !h.inbox.listening() {
		return false
	}
	gone := w.current
	w.current, w.asleep = nil, true
	h.sleepers.add(w)
	go gone.detach() // it may be waited for
	return true
}

// wake attaches a watch that sleeps, however long that takes.
func (w *watch) wake() {
	w.insist(0, func(ctx context.Context, greet greeting) error { return w.rouse(ctx, false, greet) })
}

// stirred wakes a watch to which something is delivered that was let go already. The caller holds mu.
func (w *watch) stirred(o actors.Output) {
	if _, moved := o.(*actors.Moved); !moved && w.asleep && w.current == nil {
		go w.wake()
	}
}

// rouse attaches a watch that sleeps; to one that does not it does nothing. first: it is its
// client that begins the conversation.
func (w *watch) rouse(ctx context.Context, first bool, greet greeting) error {
	w.rousing.Lock()
	defer w.rousing.Unlock()
	if !w.sleeps() {
		return nil
	}
	err := w.attach(ctx, first && w.minted && !w.begun(), greet)
	if err != nil && !errors.Is(err, errEnded) {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asleep = false
	w.c.h.sleepers.remove(w)
	return nil
}

func (w *watch) sleeps() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asleep && !w.ended
}

// begun tells whether the client was shown that something was said.
func (w *watch) begun() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.last > 0
}

// stir wakes all who watch a conversation, before its visitor does something that they are to see.
func (c *conn) stir(s *session) error {
	if s.watch.begun() && !s.watch.sleeps() {
		return nil // so all others were woken when it was
	}
	c.h.sleepers.wake(s.watch.visitor.Ref, s.watch)
	ctx, cancel := c.within()
	defer cancel()
	return s.watch.rouse(ctx, true, s.watch.goOn)
}
