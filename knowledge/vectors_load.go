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

// blocks are the vectors of sources, of one model. They are immutable.
type blocks struct {
	model string
	of    map[string]embedded
	bytes int64
}

// embedded are the vectors of a source's passages, at their Order.
type embedded struct {
	*vector.Block
	changed time.Time
	whole   bool // none is missing
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
	return m.blocks.bytes
}

// loadWait is how long a search waits for vectors to be loaded.
const loadWait = 800 * time.Millisecond

// of returns the model's vectors, or nil if they are not loaded in time.
func (m *meanings) of(ctx context.Context, model string) *blocks {
	m.mu.Lock()
	if m.settled == model {
		defer m.mu.Unlock()
		return m.blocks
	}
	if m.loading == nil {
		m.loading = make(chan struct{})
		m.load(func(ctx context.Context) { m.refresh(ctx, model) })
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

func (m *meanings) refresh(ctx context.Context, model string) {
	m.mu.Lock()
	old := m.blocks
	m.mu.Unlock()
	fresh, err := m.read(ctx, model, old)
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
func (m *meanings) read(ctx context.Context, model string, old *blocks) (*blocks, error) {
	fresh := &blocks{model: model, of: map[string]embedded{}}
	var ids []string
	passages := 0
	flush := func() error {
		found, err := m.embedding.store.VectorsOf(ctx, m.tenant, model, ids)
		if err != nil {
			return fmt.Errorf("read vectors of %d sources: %w", len(ids), err)
		}
		for id, vectors := range found {
			if block := m.arrange(m.sources[id], vectors); block.Block != nil {
				fresh.of[id] = block
			}
		}
		ids, passages = ids[:0], 0
		return nil
	}
	for id, book := range m.sources {
		if old != nil && old.model == model {
			if known, ok := old.of[id]; ok && known.whole && known.changed.Equal(book.changed) && known.Len() == len(book.passages) {
				fresh.of[id] = known
				continue
			}
		}
		ids, passages = append(ids, id), passages+len(book.passages)
		if passages >= loadPassages {
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
	for _, block := range fresh.of {
		fresh.bytes += int64(block.Bytes())
	}
	return fresh, nil
}

// arrange puts vectors at the places of their passages.
func (m *meanings) arrange(b book, vectors map[Digest][]float32) embedded {
	dimensions, whole := 0, true
	ordered := make([][]float32, len(b.passages))
	for i, p := range b.passages {
		vector, known := vectors[DigestOf(b.source.Title, p)]
		whole = whole && known
		ordered[i] = vector
		dimensions = max(dimensions, len(vector))
	}
	if dimensions == 0 {
		return embedded{}
	}
	return embedded{vector.NewBlock(dimensions, ordered), b.changed, whole}
}
