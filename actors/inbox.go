package actors

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"parley/chat"
)

// Between announcements there is a pause in which changes of conversations gather: a short one, so that an
// open inbox shows an event within 100 ms of its commit, and a longer one the more there is
// to announce, since lists that people watch need no more than a few updates a second.
const (
	inboxPause     = 20 * time.Millisecond
	inboxPerChange = time.Millisecond
	inboxLongest   = 200 * time.Millisecond
)

// inboxSize bounds what gathers while announcements are slow; more of them are lost.
const inboxSize = 10_000

// inboxChunk is how many are announced together: some 14 KB.
const inboxChunk = 200

// inbox announces which conversations have changed. Announcements may be lost;
// lists are read from SQL.
type inbox struct {
	announcer chat.Announcer
	logger    *slog.Logger
	mutex     sync.Mutex
	refs      map[chat.Ref]struct{}
	wake      chan struct{}
}

func newInbox(announcer chat.Announcer, logger *slog.Logger) *inbox {
	return &inbox{announcer: announcer, logger: logger, refs: map[chat.Ref]struct{}{}, wake: make(chan struct{}, 1)}
}

func (i *inbox) changed(ref chat.Ref) {
	i.mutex.Lock()
	if len(i.refs) < inboxSize {
		i.refs[ref] = struct{}{}
	}
	i.mutex.Unlock()
	select {
	case i.wake <- struct{}{}:
	default:
	}
}

// run announces until ctx ends.
func (i *inbox) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-i.wake:
		}
		i.mutex.Lock()
		refs := i.refs
		i.refs = map[chat.Ref]struct{}{}
		i.mutex.Unlock()
		keys := make([]string, 0, len(refs))
		for ref := range refs {
			keys = append(keys, ref.String())
		}
		for some := range slices.Chunk(keys, inboxChunk) {
			if err := i.announcer.Announce(ctx, chat.TopicInbox, some...); err != nil {
				i.logger.Debug("cannot announce changes", slog.Any("error", err))
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(min(max(inboxPause, time.Duration(len(refs))*inboxPerChange), inboxLongest)):
		}
	}
}
