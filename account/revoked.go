package account

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"parley/chat"
)

const (
	// revocationPoll is how often revocations are looked for that were not announced.
	revocationPoll = time.Second
	// revocationWait bounds one look at them.
	revocationWait = 5 * time.Second
	// revocationsAtOnce is how many are read at a time.
	revocationsAtOnce = 1000
	// revocationsAtMost is how many are remembered, some 200 bytes each. Instead of the oldest of more of them,
	// all tokens are refused that are as old: their bearers refresh them.
	revocationsAtMost = 100_000
	// revocationGrace is how much longer than AccessLife one is remembered: clocks of nodes differ.
	revocationGrace = time.Minute
)

// revoked is what a node remembers of revocations. A nil one knows of none.
type revoked struct {
	store     Revocations
	announcer chat.Announcer
	logger    *slog.Logger
	now       func() time.Time
	wake      chan struct{}

	reading sync.Mutex // one at a time reads what is new
	mu      sync.RWMutex
	known   int64 // all up to this version were read
	floor   int64 // tokens before this version are refused
	since   map[scope]int64
	order   []remembered // oldest first
	watches map[member]map[*watching]struct{}
}

type (
	member     struct{ tenant, user string }
	scope      struct{ tenant, user, session string }
	remembered struct {
		scope   scope
		version int64
		until   time.Time
	}
	watching struct {
		who  Identity
		gone func()
	}
)

func newRevoked(config Config, now func() time.Time) *revoked {
	if config.Revocations == nil {
		return nil
	}
	return &revoked{
		store: config.Revocations, announcer: config.Announcer, logger: cmp.Or(config.Logger, slog.Default()), now: now,
		wake: make(chan struct{}, 1), since: make(map[scope]int64), watches: make(map[member]map[*watching]struct{}),
	}
}

// version is what a token has to bear whose member is read after the call.
func (r *revoked) version(ctx context.Context) (int64, error) {
	if r == nil {
		return 0, nil
	}
	return r.store.RevocationVersion(ctx)
}

// good tells whether nothing is known of a revocation of an identity's token.
func (r *revoked) good(who Identity) bool {
	if r == nil {
		return true
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.goodLocked(who)
}

func (r *revoked) goodLocked(who Identity) bool {
	newest := max(r.floor, r.since[scope{who.Tenant, who.User, ""}], r.since[scope{who.Tenant, who.User, who.Proof.Session}])
	return who.Proof.Version >= newest
}

func (r *revoked) watch(who Identity, gone func()) (stop func()) {
	if r == nil {
		return func() {}
	}
	w, key := &watching{who, gone}, member{who.Tenant, who.User}
	r.mu.Lock()
	good := r.goodLocked(who)
	if good {
		if r.watches[key] == nil {
			r.watches[key] = make(map[*watching]struct{})
		}
		r.watches[key][w] = struct{}{}
	}
	r.mu.Unlock()
	if !good {
		gone()
	}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.forgetWatch(key, w)
	}
}

func (r *revoked) forgetWatch(key member, w *watching) {
	if delete(r.watches[key], w); len(r.watches[key]) == 0 {
		delete(r.watches, key)
	}
}

// spread lets this node know of a revocation that was committed, and then the others. They find
// out by themselves if that fails.
func (r *revoked) spread(ctx context.Context, tenant, user string) {
	if r == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revocationWait)
	defer cancel()
	if err := r.read(ctx); err != nil {
		r.logger.Warn("cannot read what was just revoked", slog.Any("error", err))
	}
	if r.announcer == nil {
		return
	}
	if err := r.announcer.Announce(ctx, chat.TopicMember, tenant+"/"+user); err != nil {
		r.logger.Info("a revocation was not announced", slog.String("user", user), slog.Any("error", err))
	}
}

func (r *revoked) follow(ctx context.Context) (stop func(), err error) {
	if r == nil {
		return func() {}, nil
	}
	if err := r.read(ctx); err != nil {
		return nil, fmt.Errorf("read what was revoked: %w", err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	if r.announcer != nil {
		again := func() {
			select {
			case r.wake <- struct{}{}:
			default: // it will look anyway
			}
		}
		err := r.announcer.Subscribe(ctx, chat.TopicMember, chat.Listener{Heard: func(string) { again() }, Missed: again})
		if err != nil {
			cancel()
			return nil, fmt.Errorf("listen to revocations: %w", err)
		}
	}
	var running sync.WaitGroup
	running.Go(func() { r.keepUp(ctx) })
	return func() { cancel(); running.Wait() }, nil
}

// keepUp reads what is new when it was announced, and every second.
func (r *revoked) keepUp(ctx context.Context) {
	ticker := time.NewTicker(revocationPoll)
	defer ticker.Stop()
	away := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.wake:
		case <-ticker.C:
		}
		within, cancel := context.WithTimeout(ctx, revocationWait)
		err := r.read(within)
		cancel()
		if err != nil && !away && ctx.Err() == nil {
			r.logger.Warn("cannot tell what is revoked", slog.Any("error", err))
		}
		away = err != nil
	}
}

// read remembers what was revoked since the last time.
func (r *revoked) read(ctx context.Context) error {
	r.reading.Lock()
	defer r.reading.Unlock()
	since := r.now().Add(-AccessLife - revocationGrace)
	for {
		r.mu.RLock()
		known := r.known
		r.mu.RUnlock()
		found, err := r.store.Revocations(ctx, known, since, revocationsAtOnce)
		if err != nil {
			return err
		}
		for _, w := range r.remember(found) {
			w.gone()
		}
		if len(found) < revocationsAtOnce {
			return nil
		}
	}
}

// remember returns who is to be told that their token is not good any more.
func (r *revoked) remember(found []Revocation) (gone []*watching) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	for _, revocation := range found {
		key := scope{revocation.Tenant, revocation.User, revocation.Session}
		r.since[key], r.known = revocation.Version, revocation.Version
		r.order = append(r.order, remembered{key, revocation.Version, now.Add(AccessLife + revocationGrace)})
		who := member{revocation.Tenant, revocation.User}
		for w := range r.watches[who] {
			if !r.goodLocked(w.who) {
				r.forgetWatch(who, w)
				gone = append(gone, w)
			}
		}
	}
	for len(r.order) > 0 && (len(r.order) > revocationsAtMost || now.After(r.order[0].until)) {
		oldest := r.order[0]
		if len(r.order) > revocationsAtMost {
			r.floor = oldest.version
		}
		if r.since[oldest.scope] == oldest.version {
			delete(r.since, oldest.scope)
		}
		r.order = r.order[1:]
	}
	return gone
}
