package knowledge

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Library finds passages in the bots' indexes, which live in memory. A bot's index is loaded at its first search. When what the bot
// knows changes, another is built in the background while the old one serves: whoever opens the books waits for that a
// moment at most, and a change is noticed within half a second even if nobody opens them.
type Library struct {
	contents Contents
	capacity int
	ctx      context.Context //nolint:containedctx // of loading, which belongs to no caller; ends with Close
	stop     context.CancelFunc
	loading  sync.WaitGroup

	embedding *Embedding // nil: passages are found by their words alone

	mu      sync.Mutex
	shelves map[shelfKey]*shelf
	clock   int64 // counts searches: which shelf was used last
}

type shelfKey struct{ tenant, bot string }

// shelf is a bot's place in the library.
type shelf struct {
	books *books
	load  *load
	used  int64
	at    time.Time // when it was used last
}

// load is a refresh under way; err is set before done is closed.
type load struct {
	began time.Time
	done  chan struct{}
	err   error
}

// DefaultCapacity is how much memory the indexes of a node take, in bytes: some 300,000 passages of 1,200 characters, which take 1.8 KB each;
// BenchmarkMemoryOfAPassage measures it.
const DefaultCapacity = 512 << 20

// DefaultThreshold is the Confidence from which the best hit is taken for an answer: where some 0.05 of 1,100 questions about anything
// else are answered from a help centre, or from a product's documentation. It refuses 0.015 and 0.06 of their own
// questions. TestConfidenceTellsAnswersFromNothingFound measures it, and TestConfidenceIsTheSameForBotsOfAnySize that it holds for small ones.
const DefaultThreshold = 0.64

// A LibraryOption changes how a Library works.
type LibraryOption func(*Library)

// WithCapacity bounds the memory of all indexes, with their passages and vectors, in bytes. Over it, those of the bots that
// were not asked for longest are dropped; they are rebuilt from storage when asked again. No bot gets more than half of
// it: what its owner added last is left out then, see Left. 0: DefaultCapacity.
func WithCapacity(bytes int) LibraryOption {
	return func(l *Library) { l.capacity = cmp.Or(bytes, DefaultCapacity) }
}

// NewLibrary returns a library over what is stored. Close it to free its indexes.
func NewLibrary(contents Contents, options ...LibraryOption) *Library {
	ctx, stop := context.WithCancel(context.Background())
	l := &Library{contents: contents, capacity: DefaultCapacity, ctx: ctx, stop: stop, shelves: map[shelfKey]*shelf{}}
	for _, option := range options {
		option(l)
	}
	l.loading.Go(l.follow)
	return l
}

// Open returns what a bot knows, with every change that was committed a second before the call.
func (l *Library) Open(ctx context.Context, tenant, bot string) (Books, error) {
	books, err := l.current(ctx, tenant, bot)
	if err != nil {
		return nil, fmt.Errorf("open the books of %s: %w", bot, err)
	}
	return books, nil
}

// Search opens a bot's books for one search.
func (l *Library) Search(ctx context.Context, tenant, bot, query string, limit int, within ...string) ([]Hit, error) {
	books, err := l.Open(ctx, tenant, bot)
	if err != nil {
		return nil, err
	}
	return books.Search(ctx, query, limit, within...), nil
}

// Left returns the sources of a bot that are not searched because it knows more than this node has room for; none if its books
// are not open here.
func (l *Library) Left(tenant, bot string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s := l.shelves[shelfKey{tenant, bot}]; s != nil {
		return slices.Clone(s.books.left)
	}
	return nil
}

// Usage is what a library holds.
type Usage struct {
	Bots, Passages int
	Bytes          int // of Capacity
	Capacity       int
}

// Usage returns what is held now.
func (l *Library) Usage() Usage {
	l.mu.Lock()
	defer l.mu.Unlock()
	u := Usage{Bots: len(l.shelves), Capacity: l.capacity}
	for _, s := range l.shelves {
		u.Passages += s.books.passages
		u.Bytes += s.books.held()
	}
	return u
}

// Close frees all indexes and waits for what is being loaded.
func (l *Library) Close() error {
	l.stop()
	l.loading.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shelves = map[shelfKey]*shelf{}
	return nil
}

// openWait is how long whoever opens books waits for a newer version of them that is being built: small changes are
// seen at once, and nobody waits for large ones.
const openWait = 250 * time.Millisecond

// current returns what the bot knows: of this moment if that is built soon, or else what was known before. Who comes first waits.
func (l *Library) current(ctx context.Context, tenant, bot string) (*books, error) {
	version, err := l.contents.KnowledgeVersion(ctx, tenant, bot)
	if err != nil {
		return nil, err
	}
	for {
		books, load := l.look(shelfKey{tenant, bot}, version)
		if load == nil {
			return books, nil
		}
		var late <-chan time.Time
		if books.version >= 0 {
			timer := time.NewTimer(time.Until(load.began.Add(openWait)))
			defer timer.Stop()
			late = timer.C
		}
		select {
		case <-load.done:
			if load.err != nil && books.version < 0 {
				return nil, load.err
			}
			if load.err != nil {
				return books, nil
			}
		case <-late:
			return books, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// look returns the bot's books, and, if they are not of this version or a later one, the load that is under way, starting one
// if there is none. A load that began earlier may miss this version: whoever waited looks again.
func (l *Library) look(key shelfKey, version int64) (*books, *load) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.shelves[key]
	if s == nil {
		s = &shelf{books: &books{version: -1, meanings: l.meanings(key.tenant)}}
		l.shelves[key] = s
	}
	l.clock++
	s.used, s.at = l.clock, time.Now()
	if s.books.version >= version {
		return s.books, nil
	}
	return s.books, l.begin(key, s)
}

// begin returns the load that is under way, or starts one.
func (l *Library) begin(key shelfKey, s *shelf) *load {
	if s.load == nil {
		s.load = &load{began: time.Now(), done: make(chan struct{})}
		l.loading.Go(func() { l.refresh(key, s) })
	}
	return s.load
}

// loadTimeout bounds one refresh, however many wait for it.
const loadTimeout = 2 * time.Minute

// refresh loads what changed. It belongs to no caller: whoever gives up
// waiting leaves the work to the next.
func (l *Library) refresh(key shelfKey, s *shelf) {
	ctx, cancel := context.WithTimeout(l.ctx, loadTimeout)
	defer cancel()
	show := func(b *books) {
		l.mu.Lock()
		defer l.mu.Unlock()
		s.books = b
		l.evict(key)
	}
	l.mu.Lock()
	old := s.books
	l.mu.Unlock()
	fresh, err := old.refreshed(ctx, l.contents, key, l.capacity/2, show)
	if err == nil {
		show(fresh)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	s.load.err = err
	close(s.load.done)
	s.load = nil
}

const (
	// poll is how often the versions of bots that are in use are looked at.
	poll = 500 * time.Millisecond
	// inUse is how long a bot is so after it was asked.
	inUse = 5 * time.Minute
)

// follow notices what changed before anybody asks, so that an index which takes long to build is there in time.
func (l *Library) follow() {
	ticks := time.NewTicker(poll)
	defer ticks.Stop()
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-ticks.C:
		}
		known := l.inUse()
		if len(known) == 0 {
			continue
		}
		ids := make([]string, 0, len(known))
		for key := range known {
			ids = append(ids, key.bot)
		}
		versions, err := l.contents.BotVersions(l.ctx, ids)
		if err != nil {
			continue // whoever opens the books is told
		}
		for key, version := range known {
			if versions[key.bot] > version {
				l.mu.Lock()
				if s := l.shelves[key]; s != nil {
					l.begin(key, s)
				}
				l.mu.Unlock()
			}
		}
	}
}

// inUse returns the versions of the books that were opened lately.
func (l *Library) inUse() map[shelfKey]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	known := map[shelfKey]int64{}
	for key, s := range l.shelves {
		if s.books.version >= 0 && time.Since(s.at) < inUse {
			known[key] = s.books.version
		}
	}
	return known
}

// evict drops the bots that were not asked for longest until what is held fits, but never the one just loaded.
func (l *Library) evict(keep shelfKey) {
	held := 0
	for _, s := range l.shelves {
		held += s.books.held()
	}
	for held > l.capacity {
		var oldest shelfKey
		used := int64(-1)
		for key, s := range l.shelves {
			if key != keep && s.load == nil && (used < 0 || s.used < used) {
				oldest, used = key, s.used
			}
		}
		if used < 0 {
			return
		}
		held -= l.shelves[oldest].books.held()
		delete(l.shelves, oldest)
	}
}

// readable makes words of a file's name: "reset-password.md" is "reset password".
func readable(title string) string {
	if ext := path.Ext(title); len(ext) > 1 && len(ext) <= 6 && !strings.Contains(ext, " ") && utf8.RuneCountInString(ext) < utf8.RuneCountInString(title) {
		title = strings.TrimSuffix(title, ext)
	}
	return strings.NewReplacer("-", " ", "_", " ", "/", " ", ".", " ").Replace(title)
}
