package knowledge

import (
	"context"
	"fmt"
	"path"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// Library finds passages in the bots' indexes, which live in memory. A bot's
// index is loaded at its first search and brought up to date before each one.
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

// DefaultCapacity is how many passages a Library holds in memory, at about 2.5 KB each.
const DefaultCapacity = 200_000

// DefaultThreshold is the Confidence from which the best hit is taken for an answer. At it, 0.99 of a help centre's
// own questions are answered, and 0.08 of 1,100 questions about anything else; 0.93 and 0.08 for the long
// questions of a product's documentation. TestConfidenceTellsAnswersFromNothingFound measures it.
const DefaultThreshold = 0.5

// A LibraryOption changes how a Library works.
type LibraryOption func(*Library)

// WithCapacity bounds the passages held in memory. Over it, the indexes of the bots that
// were not asked for longest are dropped; they are rebuilt from storage when asked again.
func WithCapacity(passages int) LibraryOption {
	return func(l *Library) { l.capacity = passages }
}

// NewLibrary returns a library over what is stored. Close it to free its indexes.
func NewLibrary(contents Contents, options ...LibraryOption) *Library {
	ctx, stop := context.WithCancel(context.Background())
	l := &Library{contents: contents, capacity: DefaultCapacity, ctx: ctx, stop: stop, shelves: map[shelfKey]*shelf{}}
	for _, option := range options {
		option(l)
	}
	return l
}

// maxQuery is how much of a question is searched for, in bytes.
const maxQuery = 4 << 10

// maxHits is the most that a search returns.
const maxHits = 200

// Books are what a bot knows, as it was when they were opened.
type Books interface {
	// Search returns the passages that answer the query best, best first, limit at
	// most (1–200). Words that say nothing (how, is, please) find nothing. With an embedder it asks that
	// for the query's vector, and goes by the words alone if the answer is late or ctx ends.
	// Within names sources to search, a site for its pages; none: all.
	Search(ctx context.Context, query string, limit int, within ...string) []Hit
	// Empty tells whether there is nothing at all.
	Empty() bool
}

// Open returns what a bot knows, with every change that was committed before the call.
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

func (b *books) Search(ctx context.Context, query string, limit int, _ ...string) []Hit {
	if len(query) > maxQuery {
		query = strings.ToValidUTF8(query[:maxQuery], "")
	}
	limit = min(max(limit, 1), maxHits)
	depth := limit
	if b.meanings != nil {
		depth = max(limit, fusedDepth)
	}
	matches := b.index.Search(query, depth)
	matches = b.fused(ctx, query, matches, limit, nil)
	matches = matches[:min(limit, len(matches))]
	hits := make([]Hit, 0, len(matches))
	for _, m := range matches {
		book := b.sources[m.Source]
		hits = append(hits, Hit{
			Passage: book.passages[m.Order], Kind: book.source.Kind, Title: book.source.Title, URL: book.source.URL,
			Score: m.Score, Confidence: m.Confidence, LexicalRank: m.LexicalRank, VectorRank: m.VectorRank,
		})
	}
	return hits
}

func (b *books) Empty() bool { return b.passages == 0 }

// Close frees all indexes and waits for what is being loaded.
func (l *Library) Close() error {
	l.stop()
	l.loading.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shelves = map[shelfKey]*shelf{}
	return nil
}

// current returns what the bot knows, no older than this call.
func (l *Library) current(ctx context.Context, tenant, bot string) (*books, error) {
	version, err := l.contents.KnowledgeVersion(ctx, tenant, bot)
	if err != nil {
		return nil, err
	}
	for {
		books, load := l.look(shelfKey{tenant, bot}, version)
		if books != nil {
			return books, nil
		}
		select {
		case <-load.done:
			if load.err != nil {
				return nil, load.err
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// look returns the bot's books if they are of this version or later, or else
// the load that is under way, starting one if there is none. A load that began
// earlier may miss this version: whoever waited looks again.
func (l *Library) look(key shelfKey, version int64) (*books, *load) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.shelves[key]
	if s == nil {
		s = &shelf{books: &books{version: -1, meanings: l.meanings(key.tenant)}}
		l.shelves[key] = s
	}
	l.clock++
	s.used = l.clock
	if s.books.version >= version {
		return s.books, nil
	}
	if s.load == nil {
		s.load = &load{done: make(chan struct{})}
		l.loading.Add(1)
		go l.refresh(key, s)
	}
	return nil, s.load
}

// loadTimeout bounds one refresh, however many wait for it.
const loadTimeout = 2 * time.Minute

// refresh loads what changed. It belongs to no caller: whoever gives up
// waiting leaves the work to the next.
func (l *Library) refresh(key shelfKey, s *shelf) {
	defer l.loading.Done()
	ctx, cancel := context.WithTimeout(l.ctx, loadTimeout)
	defer cancel()
	l.mu.Lock()
	old := s.books
	l.mu.Unlock()
	fresh, err := old.refreshed(ctx, l.contents, key)

	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		s.books = fresh
		l.evict(key)
	}
	s.load.err = err
	close(s.load.done)
	s.load = nil
}

// evict drops the bots that were not asked for longest until what is held fits, but never the one just loaded.
func (l *Library) evict(keep shelfKey) {
	held := 0
	for _, s := range l.shelves {
		held += s.books.passages + 1
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
		held -= l.shelves[oldest].books.passages + 1
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
