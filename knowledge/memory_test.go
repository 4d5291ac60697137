package knowledge

import (
	"bytes"
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/chat"
)

// memory is Store, Steps and Contents without a database.
type memory struct {
	mu        sync.Mutex
	sources   map[string]Source
	chunks    map[string][][]byte
	passages  map[string][]Passage
	versions  map[string]int64           // by tenant/bot
	queue     []Source                   // to be read, in order
	addresses map[string]map[string]kept // of sites, by their URL
	found     int
	clock     time.Time

	loads    int   // of sources
	largest  int   // chunk
	failNext error // of the next write
}

func newMemory() *memory {
	return &memory{
		sources: map[string]Source{}, chunks: map[string][][]byte{}, passages: map[string][]Passage{}, versions: map[string]int64{}, addresses: map[string]map[string]kept{},
		clock: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

func (m *memory) fail() error {
	err := m.failNext
	m.failNext = nil
	return err
}

func (m *memory) now() time.Time {
	m.clock = m.clock.Add(time.Millisecond)
	return m.clock
}

func (m *memory) CreateSource(_ context.Context, s Source, limits Limits) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sources[s.ID] = s
	if err := m.within(s.Tenant, Limits{Pages: limits.Pages}); err != nil && s.Kind == KindURL {
		delete(m.sources, s.ID)
		return err
	}
	return m.fail()
}

// within returns an error if a tenant has more than its limits.
func (m *memory) within(tenant string, limits Limits) error {
	passages, pages := 0, 0
	for _, s := range m.sources {
		switch {
		case s.Tenant != tenant:
			continue
		case s.Kind == KindURL || s.Parent != "":
			pages++
		}
		if s.Kind != KindSite {
			passages += s.Passages
		}
	}
	return limits.Check(passages, pages)
}

func (m *memory) AppendOriginal(_ context.Context, tenant, source string, n int, chunk []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.largest = max(m.largest, len(chunk))
	if n != len(m.chunks[source]) {
		panic("chunks out of order")
	}
	m.chunks[source] = append(m.chunks[source], bytes.Clone(chunk))
	return m.fail()
}

func (m *memory) Submit(_ context.Context, s Source) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sources[s.ID] = s
	m.queue = append(m.queue, s)
	return m.fail()
}

func (m *memory) Original(_ context.Context, tenant, source string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return io.NopCloser(bytes.NewReader(slices.Concat(m.chunks[source]...))), nil
}

func (m *memory) Source(ctx context.Context, tenant, bot, id string) (Source, error) {
	s, err := m.SourceOf(ctx, tenant, id)
	if err == nil && s.Bot != bot {
		return Source{}, chat.ErrNotFound
	}
	return s, err
}

func (m *memory) SourceOf(_ context.Context, tenant, id string) (Source, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sources[id]
	if !ok || s.Tenant != tenant {
		return Source{}, chat.ErrNotFound
	}
	return s, nil
}

func (m *memory) Sources(context.Context, string, string, string, int) ([]Source, string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Values(m.sources)), "", nil
}

func (m *memory) DeleteSource(_ context.Context, tenant, bot, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.sources[id]; !ok || s.Tenant != tenant || s.Bot != bot {
		return chat.ErrNotFound
	}
	delete(m.sources, id)
	delete(m.chunks, id)
	delete(m.passages, id)
	m.versions[tenant+"/"+bot]++
	return nil
}

func (m *memory) SaveStep(_ context.Context, s Source, from int, passages []Passage, limits Limits) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	was, ok := m.sources[s.ID]
	if !ok || was.PagesRead != from || (was.State != Queued && was.State != Reading) {
		return chat.ErrFenced
	}
	if err := m.fail(); err != nil {
		return err
	}
	s.UpdatedAt = m.now()
	m.sources[s.ID] = s
	if err := m.within(s.Tenant, Limits{Passages: limits.Passages}); err != nil && len(passages) > 0 {
		m.sources[s.ID] = was
		return err
	}
	m.passages[s.ID] = append(m.passages[s.ID], passages...)
	switch s.State {
	case Reading:
		m.queue = append(m.queue, s)
	case Ready:
		m.versions[s.Tenant+"/"+s.Bot]++
	}
	return nil
}

func (m *memory) ReadyVersions(_ context.Context, tenant, bot string) (map[string]time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ready := map[string]time.Time{}
	for id, s := range m.sources {
		again := s.Kind == KindURL && !s.ReadAt.IsZero()
		if s.Tenant == tenant && s.Bot == bot && s.Kind != KindSite && (s.State == Ready || again) {
			ready[id] = s.UpdatedAt
		}
	}
	return ready, m.fail()
}

func (m *memory) SourcePassages(_ context.Context, tenant, id string) (Source, []Passage, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sources[id]
	if !ok || s.Tenant != tenant {
		return Source{}, nil, chat.ErrNotFound
	}
	m.loads++
	return s, slices.Clone(m.passages[id]), nil
}

func (m *memory) PassagesOf(ctx context.Context, tenant, bot string, ids []string) (pages []Page, err error) {
	for _, id := range ids {
		source, passages, err := m.SourcePassages(ctx, tenant, id)
		if err == nil && source.Bot == bot {
			pages = append(pages, Page{Source: source, Passages: passages})
		}
	}
	return pages, nil
}

func (m *memory) KnowledgeVersion(_ context.Context, tenant, bot string) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.versions[tenant+"/"+bot], nil
}

func (m *memory) BotVersions(_ context.Context, ids []string) (map[string]int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	versions := map[string]int64{}
	for key, version := range m.versions {
		if _, bot, _ := strings.Cut(key, "/"); slices.Contains(ids, bot) {
			versions[bot] = max(version, versions[bot])
		}
	}
	return versions, nil
}

// readAll does the queued steps, as the jobs would.
func (m *memory) readAll(ctx context.Context, r *Reader) error {
	for {
		m.mu.Lock()
		if len(m.queue) == 0 {
			m.mu.Unlock()
			return nil
		}
		next := m.queue[0]
		m.queue = m.queue[1:]
		m.mu.Unlock()
		if err := r.Read(ctx, next.Tenant, next.ID); err != nil {
			return err
		}
	}
}
