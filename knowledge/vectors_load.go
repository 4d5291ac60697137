package knowledge

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"parley/knowledge/vector"
)

// meanings are the vectors of what a bot knows, as far as there are any. They are loaded when a search first needs them, and the
// searches until then go by the words alone. Nil has none, for ever.
type meanings struct {
	embedding *Embedding
	tenant    string
	sources   map[string]book
	// load runs work that belongs to no caller, and ends with the library.
	load func(work func(ctx context.Context))

	mu      sync.Mutex
	blocks  *blocks       // of these sources, or of those before; nil: none yet
	settled string        // the model whose vectors blocks has, of these sources; empty: of none
	loading chan struct{} // closed when the loading under way ends; nil: there is none
}

// blocks are the vectors of all sources, of one model. They are immutable.
type blocks struct {
	model string
	*vector.Block
	of map[string]embedded
}

// embedded says where the vectors of a source's passages are: from first on, at their Order.
type embedded struct {
	first, passages int
	changed         time.Time
	whole           bool // none is missing
}

// WithEmbedding has passages found by what they mean, too.
func WithEmbedding(embedding *Embedding) LibraryOption {
	return func(l *Library) { l.embedding = embedding }
}

// meanings of a tenant's bot of which nothing is known yet; nil without an embedder.
func (l *Library) meanings(tenant string) *meanings {
	if l.embedding == nil {
		return nil
	}
	return &meanings{embedding: l.embedding, tenant: tenant, load: func(work func(ctx context.Context)) {
		l.loading.Go(func() {
			ctx, cancel := context.WithTimeout(l.ctx, loadTimeout)
			defer cancel()
			work(ctx)
		})
	}}
}

// following returns the meanings of what the bot knows now; vectors of sources that did not change are taken over.
func (m *meanings) following(sources map[string]book) *meanings {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return &meanings{embedding: m.embedding, tenant: m.tenant, load: m.load, sources: sources, blocks: m.blocks}
}

// bytes is the memory that they take.
func (m *meanings) bytes() int64 {
	if m == nil {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.blocks == nil {
		return 0
	}
	return int64(m.blocks.Bytes())
}

// loadWait is how long a search waits for vectors to be loaded.
const loadWait = 800 * time.Millisecond

// of returns the model's vectors, or nil if they are not loaded in time.
func (m *meanings) of(ctx context.Context, model string, dimensions int) *blocks {
	m.mu.Lock()
	if m.settled == model {
		defer m.mu.Unlock()
		return m.blocks
	}
	if m.loading == nil {
		m.loading = make(chan struct{})
		m.load(func(ctx context.Context) { m.refresh(ctx, model, dimensions) })
	}
	loading := m.loading
	m.mu.Unlock()

	late := time.NewTimer(loadWait)
	defer late.Stop()
	select {
	case <-loading:
	case <-late.C:
	case <-ctx.Done():
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.settled != model {
		return nil
	}
	return m.blocks
}

func (m *meanings) refresh(ctx context.Context, model string, dimensions int) {
	m.mu.Lock()
	old := m.blocks
	m.mu.Unlock()
	fresh, err := m.read(ctx, model, dimensions, old)
	if err != nil && ctx.Err() == nil {
		m.embedding.logger.Warn("vectors cannot be loaded: the words alone find passages", slog.Any("error", err))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil {
		m.blocks, m.settled = fresh, model
	}
	close(m.loading)
	m.loading = nil
}

// loadPassages bounds the vectors that are in memory as the model gave them, at some 6 KB each.
const loadPassages = 2_000

// read returns the model's vectors of all sources, those of old where they are still right.
func (m *meanings) read(ctx context.Context, model string, dimensions int, old *blocks) (*blocks, error) {
	passages := 0
	for _, book := range m.sources {
		passages += len(book.passages)
	}
	fresh, builder := &blocks{model: model, of: make(map[string]embedded, len(m.sources))}, vector.NewBuilder(dimensions, passages)
	next := 0
	place := func(id string, whole bool) {
		book := m.sources[id]
		fresh.of[id] = embedded{next, len(book.passages), book.changed, whole}
		next += len(book.passages)
	}
	var ids []string
	waiting := 0
	flush := func() error {
		found, err := m.embedding.store.VectorsOf(ctx, m.tenant, model, ids)
		if err != nil {
			return fmt.Errorf("read vectors of %d sources: %w", len(ids), err)
		}
		for _, id := range ids {
			book, whole := m.sources[id], true
			for _, p := range book.passages {
				v, known := found[id][DigestOf(book.source.Title, p)]
				whole = whole && known
				builder.Add(v)
			}
			place(id, whole)
		}
		ids, waiting = ids[:0], 0
		return nil
	}
	for id, book := range m.sources {
		if known, ok := old.has(id, model, book); ok {
			for at := range book.passages {
				builder.Copy(old.Block, known.first+at)
			}
			place(id, true)
			continue
		}
		ids, waiting = append(ids, id), waiting+len(book.passages)
		if waiting >= loadPassages {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	if len(ids) > 0 {
		if err := flush(); err != nil {
			return nil, err
		}
	}
	fresh.Block = builder.Block()
	return fresh, nil
}

// has returns where all vectors of a book are, if they are there.
func (b *blocks) has(id, model string, now book) (embedded, bool) {
	if b == nil || b.model != model {
		return embedded{}, false
	}
	known, ok := b.of[id]
	return known, ok && known.whole && known.changed.Equal(now.changed) && known.passages == len(now.passages)
}
