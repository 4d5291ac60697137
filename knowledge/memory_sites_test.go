package knowledge

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"parley/chat"
)

// kept is an address in memory, with when it was found.
type kept struct {
	Address
	order int
}

func (m *memory) NextRound(_ context.Context, tenant, bot, id string) (Source, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sources[id]
	if !ok || s.Tenant != tenant || s.Bot != bot {
		return Source{}, chat.ErrNotFound
	}
	if s.State == Queued || s.State == Reading {
		return s, nil
	}
	s.State, s.PagesRead, s.UpdatedAt = Queued, 0, m.now()
	s.Crawl = Crawl{Round: s.Crawl.Round + 1, Trail: s.Crawl.Trail}
	m.sources[id] = s
	m.queue = append(m.queue, s)
	return s, m.fail()
}

func (m *memory) Due(ctx context.Context, now time.Time, limit int) (begun int, err error) {
	for _, s := range m.sources {
		if begun < limit && !s.NextRead.IsZero() && !s.NextRead.After(now) {
			if _, err := m.NextRound(ctx, s.Tenant, s.Bot, s.ID); err != nil {
				return begun, err
			}
			begun++
		}
	}
	return begun, nil
}

func (m *memory) SetPlan(_ context.Context, tenant, bot, id string, plan Plan) (Source, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sources[id]
	if !ok || s.Tenant != tenant || s.Bot != bot {
		return Source{}, chat.ErrNotFound
	}
	s.Plan = plan
	s.NextRead = after(s.ReadAt, plan.Every)
	m.sources[id] = s
	return s, m.fail()
}

func (m *memory) Rename(_ context.Context, tenant, bot, id, title string) (Source, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sources[id]
	if !ok || s.Tenant != tenant || s.Bot != bot {
		return Source{}, chat.ErrNotFound
	}
	s.Title = title
	m.sources[id] = s
	m.versions[tenant+"/"+bot]++
	return s, m.fail()
}

func (m *memory) Replace(_ context.Context, r Replacement) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.sources[r.Source.ID]
	if !ok || !s.UpdatedAt.Equal(r.Was) {
		return chat.ErrFenced
	}
	if err := m.fail(); err != nil {
		return err
	}
	r.Source.Plan = s.Plan
	m.sources[s.ID] = r.Source
	if err := m.within(s.Tenant, r.Limits); err != nil && len(r.Passages) > s.Passages {
		m.sources[s.ID] = s
		return err
	}
	if !s.ChangedAt.Equal(r.Source.ChangedAt) {
		m.versions[s.Tenant+"/"+s.Bot]++
	}
	if r.Passages != nil {
		m.passages[s.ID] = slices.Clone(r.Passages)
	}
	if r.Original != nil {
		m.chunks[s.ID] = [][]byte{slices.Clone(r.Original)}
	}
	return nil
}

func (m *memory) Waiting(_ context.Context, _, site string, limit int) ([]Address, error) {
	round := m.sources[site].Crawl.Round
	return m.list(site, limit, func(a Address) bool { return a.State == Waiting && a.Round == round }), nil
}

func (m *memory) Known(_ context.Context, _, site string, urls []string) ([]Address, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Address
	for _, url := range urls {
		if k, ok := m.addresses[site][url]; ok {
			found = append(found, k.Address)
		}
	}
	return found, nil
}

func (m *memory) Addresses(_ context.Context, _, _, site string, state AddressState, _ string, limit int) ([]Address, string, error) {
	return m.list(site, limit, func(a Address) bool { return state == "" || a.State == state }), "", nil
}

func (m *memory) Stale(_ context.Context, _, site string, round int64, limit int) ([]Address, error) {
	return m.list(site, limit, func(a Address) bool { return a.Page != "" && a.Round < round }), nil
}

// list returns addresses of a site, nearest first, then as they were found.
func (m *memory) list(site string, limit int, wanted func(Address) bool) []Address {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []kept
	for _, k := range m.addresses[site] {
		if wanted(k.Address) {
			found = append(found, k)
		}
	}
	slices.SortFunc(found, func(a, b kept) int {
		return cmp.Or(cmp.Compare(a.Depth, b.Depth), cmp.Compare(a.order, b.order))
	})
	var out []Address
	for _, k := range found[:min(limit, len(found))] {
		out = append(out, k.Address)
	}
	return out
}

func (m *memory) SaveRound(_ context.Context, r Round) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	was, ok := m.sources[r.Site.ID]
	if !ok || was.PagesRead != r.From || was.Crawl.Round != r.Site.Crawl.Round || (was.State != Queued && was.State != Reading) {
		return chat.ErrFenced
	}
	if err := m.fail(); err != nil {
		return err
	}
	before, grown := maps.Clone(m.sources), false
	for _, p := range r.Pages {
		_, old := before[p.Source.ID]
		grown = grown || !old
		m.sources[p.Source.ID] = p.Source
	}
	for _, id := range r.Gone {
		delete(m.sources, id)
	}
	if err := m.within(was.Tenant, r.Limits); err != nil && grown {
		m.sources = before
		return err
	}
	known := m.addresses[r.Site.ID]
	if known == nil {
		known = map[string]kept{}
		m.addresses[r.Site.ID] = known
	}
	put := func(a Address) {
		k, old := known[a.URL]
		if !old {
			m.found++
			k.order = m.found
		}
		k.Address = a
		known[a.URL] = k
	}
	for _, a := range r.Found {
		k, old := known[a.URL]
		if old && k.Round == a.Round {
			continue
		}
		a.Page, a.Check = k.Page, k.Check
		put(a)
	}
	for _, a := range r.Done {
		put(a)
	}
	for _, p := range r.Pages {
		m.passages[p.Source.ID] = slices.Clone(p.Passages)
	}
	for _, id := range r.Gone {
		delete(m.passages, id)
	}
	if len(r.Pages)+len(r.Gone) > 0 {
		m.versions[was.Tenant+"/"+was.Bot]++
	}
	site := r.Site
	site.Title, site.Plan, site.Passages = was.Title, was.Plan, 0
	for _, s := range m.sources {
		if s.Parent == site.ID {
			site.Passages += s.Passages
		}
	}
	m.sources[site.ID] = site
	if site.State == Reading {
		m.queue = append(m.queue, site)
	}
	return nil
}

func (m *memory) SameText(_ context.Context, _, site, page string, text []byte) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range m.addresses[site] {
		if k.Page != "" && k.Page != page && slices.Equal(k.Check.Text, text) {
			return k.Page, nil
		}
	}
	return "", nil
}
