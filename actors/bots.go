package actors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"golang.org/x/sync/semaphore"

	"parley/chat"
)

// Bounds of a bot on one node.
const (
	botSlots     = 64               // answers that are written at once for one bot; more wait their turn
	botPoll      = time.Second      // how often versions are compared with SQL, should an announcement be lost
	botForget    = 10 * time.Minute // unused bots leave memory
	botLoadTries = 3
)

// bot is one of a tenant's AIs on this node: it keeps the snapshot of its settings.
type bot struct {
	bots    *bots
	key     botKey
	bot     *chat.Bot // the snapshot, shared and never changed; nil until loaded
	loading bool
	stale   bool // a newer version was seen while loading
	askers  []*actor.PID
	used    time.Time
}

type botKey struct{ tenant, id string }

// What a bot actor is told.
type (
	getBot    struct{}                // reply: *chat.Bot or an error
	seen      struct{ version int64 } // the version in SQL; 0: look yourself
	loadedBot struct {
		bot chat.Bot
		err error
	}
)

func (b *bot) Receive(ctx actor.Context) {
	switch m := ctx.Message().(type) {
	case *getBot:
		b.get(ctx)
	case *seen:
		b.seen(ctx, m.version)
	case *loadedBot:
		b.loaded(ctx, m)
	}
}

func (b *bot) get(ctx actor.Context) {
	b.used = time.Now()
	if b.bot != nil {
		ctx.Respond(b.bot)
		return
	}
	b.askers = append(b.askers, ctx.Sender())
	b.load(ctx)
}

func (b *bot) seen(ctx actor.Context, version int64) {
	if b.bot != nil && version != 0 && b.bot.Version >= version {
		if time.Since(b.used) > botForget {
			b.bots.forget(b.key)
			ctx.Stop(ctx.Self())
		}
		return
	}
	b.load(ctx)
}

// load reads the bot off the mailbox; one reading at a time.
func (b *bot) load(ctx actor.Context) {
	if b.loading {
		b.stale = true
		return
	}
	b.loading = true
	bots, key, self := b.bots, b.key, ctx.Self()
	go func() {
		readCtx, cancel := context.WithTimeout(context.Background(), openTimeout)
		defer cancel()
		loaded, err := bots.directory.Bot(readCtx, key.tenant, key.id)
		bots.system.Root.Send(self, &loadedBot{loaded, err})
	}()
}

func (b *bot) loaded(ctx actor.Context, m *loadedBot) {
	b.loading = false
	if m.err == nil {
		b.bot = &m.bot
	} else if errors.Is(m.err, chat.ErrNotFound) {
		b.bot = nil
	}
	for _, asker := range b.askers {
		if b.bot != nil {
			reply(ctx, asker, b.bot)
		} else {
			reply(ctx, asker, m.err)
		}
	}
	b.askers = nil
	if b.stale {
		b.stale = false
		b.load(ctx)
	}
}

// bots finds this node's bot actors and keeps their snapshots fresh.
type bots struct {
	directory chat.BotDirectory
	system    *actor.ActorSystem
	logger    *slog.Logger
	mutex     sync.Mutex
	live      map[botKey]liveBot
}

// liveBot is a bot's actor and the slots in which its answers are written,
// given out first come, first served.
type liveBot struct {
	pid   *actor.PID
	slots *semaphore.Weighted
}

func newBots(directory chat.BotDirectory, system *actor.ActorSystem, logger *slog.Logger) *bots {
	return &bots{directory: directory, system: system, logger: logger, live: map[botKey]liveBot{}}
}

// get returns the bot on this node, which is made if need be.
func (b *bots) get(key botKey) liveBot {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if live, ok := b.live[key]; ok {
		return live
	}
	live := liveBot{slots: semaphore.NewWeighted(botSlots)}
	live.pid = b.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor {
		return &bot{bots: b, key: key, used: time.Now()}
	}))
	b.live[key] = live
	return live
}

func (b *bots) forget(key botKey) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	delete(b.live, key)
}

// snapshot returns the bot as it is set up now.
func (b *bots) snapshot(ctx context.Context, tenant, id string) (*chat.Bot, error) {
	reply, err := b.ask(ctx, botKey{tenant, id}, &getBot{})
	if err != nil {
		return nil, err
	}
	return reply.(*chat.Bot), nil
}

// slot waits for a slot to write an answer in; release must be called once.
func (b *bots) slot(ctx context.Context, tenant, id string) (release func(), err error) {
	slots := b.get(botKey{tenant, id}).slots
	if err := slots.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("wait for a slot to answer in: %w", err)
	}
	return func() { slots.Release(1) }, nil
}

func (b *bots) ask(ctx context.Context, key botKey, message any) (any, error) {
	for range botLoadTries {
		timeout := attemptWithin(ctx)
		reply, err := b.system.Root.RequestFuture(b.get(key).pid, message, timeout).Result()
		if errors.Is(err, actor.ErrDeadLetter) {
			continue // it was just forgotten
		}
		if err != nil {
			return nil, chat.ErrUnavailable.Because(err)
		}
		if failure, ok := reply.(error); ok {
			return nil, failure
		}
		return reply, nil
	}
	return nil, chat.ErrUnavailable
}

// refresh compares versions with SQL until ctx ends, and at each announcement.
func (b *bots) refresh(ctx context.Context) {
	ticker := time.NewTicker(botPoll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		b.compare(ctx)
	}
}

func (b *bots) compare(ctx context.Context) {
	b.mutex.Lock()
	ids := make([]string, 0, len(b.live))
	pids := make(map[string]*actor.PID, len(b.live))
	for key, live := range b.live {
		ids, pids[key.id] = append(ids, key.id), live.pid
	}
	b.mutex.Unlock()
	if len(ids) == 0 {
		return
	}
	versions, err := b.directory.BotVersions(ctx, ids)
	if err != nil {
		b.logger.Debug("cannot compare bots with storage", slog.Any("error", err))
		return
	}
	for id, pid := range pids {
		b.system.Root.Send(pid, &seen{versions[id]})
	}
}

// announced nudges a bot that was said to have changed.
func (b *bots) announced(key botKey) {
	b.mutex.Lock()
	live, ok := b.live[key]
	b.mutex.Unlock()
	if ok {
		b.system.Root.Send(live.pid, &seen{})
	}
}

// attemptWithin is how long to wait for a reply within ctx.
func attemptWithin(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return max(time.Until(deadline), time.Millisecond)
	}
	return openTimeout
}
