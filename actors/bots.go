package actors

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
)

// Bounds of a bot on one node.
const (
	botPoll      = time.Second      // how often versions are compared with SQL, should an announcement be lost
	botForget    = 10 * time.Minute // unused bots leave memory
	botLoadTries = 3
)

// bot is one of a tenant's AIs on this node: it keeps the snapshot of its settings.
type bot struct {
	bots     *bots
	key      botKey
	snapshot *snapshot
	loading  bool
	stale    bool // a newer version was seen while loading
	leaving  bool // forgotten, and about to stop
	askers   []*actor.PID
}

// snapshot is a bot as it was loaded last. It is read from any goroutine, and
// written by its actor alone.
type snapshot struct {
	bot  atomic.Pointer[chat.Bot] // shared and never changed; nil until loaded
	used atomic.Int64             // Unix time in seconds
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
	if loaded := b.snapshot.bot.Load(); loaded != nil {
		ctx.Respond(loaded)
		return
	}
	b.askers = append(b.askers, ctx.Sender())
	b.load(ctx)
}

func (b *bot) seen(ctx actor.Context, version int64) {
	if loaded := b.snapshot.bot.Load(); loaded != nil && version != 0 && loaded.Version >= version {
		if time.Since(time.Unix(b.snapshot.used.Load(), 0)) > botForget {
			b.leave(ctx)
		}
		return
	}
	b.load(ctx)
}

// leave has the bot forgotten, and stops it when whoever found it before has
// been answered: what waits in a mailbox that stops is lost without a word.
func (b *bot) leave(ctx actor.Context) {
	if b.leaving {
		return
	}
	b.leaving = true
	b.bots.forget(b.key)
	system, self := b.bots.system, ctx.Self()
	time.AfterFunc(lingerFor, func() { system.Root.Stop(self) })
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
		b.snapshot.bot.Store(&m.bot)
	} else if errors.Is(m.err, chat.ErrNotFound) {
		b.snapshot.bot.Store(nil)
		b.leave(ctx)
	}
	loaded := b.snapshot.bot.Load()
	for _, asker := range b.askers {
		if loaded != nil {
			reply(ctx, asker, loaded)
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

// liveBot is a bot's actor and what it keeps.
type liveBot struct {
	pid      *actor.PID
	snapshot *snapshot
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
	live := liveBot{snapshot: &snapshot{}}
	live.pid = b.system.Root.Spawn(actor.PropsFromProducer(func() actor.Actor {
		return &bot{bots: b, key: key, snapshot: live.snapshot}
	}))
	b.live[key] = live
	return live
}

func (b *bots) forget(key botKey) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	delete(b.live, key)
}

// snapshot returns the bot as it is set up now, without a hop when it is loaded.
func (b *bots) snapshot(ctx context.Context, tenant, id string) (*chat.Bot, error) {
	key := botKey{tenant, id}
	live := b.get(key)
	live.snapshot.used.Store(time.Now().Unix())
	if loaded := live.snapshot.bot.Load(); loaded != nil {
		return loaded, nil
	}
	reply, err := b.ask(ctx, key, &getBot{})
	if err != nil {
		return nil, err
	}
	return reply.(*chat.Bot), nil
}

// loaded returns the bot if it is in memory, or nil.
func (b *bots) loaded(tenant, id string) *chat.Bot {
	b.mutex.Lock()
	live, ok := b.live[botKey{tenant, id}]
	b.mutex.Unlock()
	if !ok {
		return nil
	}
	return live.snapshot.bot.Load()
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
