package rest

import (
	"context"
	"encoding/json"
	"io"

	"parley/chat"
	"parley/knowledge"
)

// alter applies a change to a source.
func (m *inMemory) alter(tenant, bot, id string, change func(*knowledge.Source)) (knowledge.Source, error) {
	defer m.lock()()
	for i := range m.sources {
		if s := &m.sources[i]; s.Tenant == tenant && s.Bot == bot && s.ID == id {
			change(s)
			return *s, nil
		}
	}
	return knowledge.Source{}, chat.ErrNotFound
}

func (m *inMemory) SetPlan(_ context.Context, tenant, bot, id string, plan knowledge.Plan) (knowledge.Source, error) {
	return m.alter(tenant, bot, id, func(s *knowledge.Source) { s.Plan = plan })
}

func (m *inMemory) Rename(_ context.Context, tenant, bot, id, title string) (knowledge.Source, error) {
	return m.alter(tenant, bot, id, func(s *knowledge.Source) { s.Title = title })
}

// Addresses has one page and one file of each site.
func (m *inMemory) Addresses(_ context.Context, _, _, site string, state knowledge.AddressState, _ string, _ int) ([]knowledge.Address, string, error) {
	defer m.lock()()
	var found []knowledge.Address
	for _, s := range m.sources {
		if s.ID != site || s.Kind != knowledge.KindSite {
			continue
		}
		for _, a := range []knowledge.Address{
			{URL: s.URL, State: knowledge.Kept, Page: s.ID}, {URL: s.URL + "/logo.png", State: knowledge.Left, Why: "An image is not read."},
		} {
			if state == "" || a.State == state {
				found = append(found, a)
			}
		}
	}
	return found, "", nil
}

// PassagesOf makes one passage of each of its lines.
func (m *inMemory) PassagesOf(_ context.Context, tenant, bot string, ids []string) ([]knowledge.Page, error) {
	defer m.lock()()
	var pages []knowledge.Page
	for _, s := range m.sources {
		for _, id := range ids {
			if s.ID == id && s.Tenant == tenant && s.Bot == bot {
				first := knowledge.Passage{Source: id, Text: string(m.originals[id]), Page: 1}
				pages = append(pages, knowledge.Page{Source: s, Passages: []knowledge.Passage{first, {Source: id, Text: "The end."}}})
			}
		}
	}
	return pages, nil
}

func (m *inMemory) ReceiveSite(_ context.Context, source knowledge.Source) (knowledge.Source, error) {
	if err := knowledge.CheckPlan(knowledge.KindSite, source.Plan); err != nil {
		return source, err
	}
	source.Kind, source.Crawl.Round = knowledge.KindSite, 1
	return m.keep(source, nil)
}

func (m *inMemory) ReceivePairs(ctx context.Context, source knowledge.Source, file io.Reader) (knowledge.Source, error) {
	data, err := io.ReadAll(file)
	if err != nil {
		return source, err
	}
	var pairs []knowledge.Pair
	if err := json.Unmarshal(data, &pairs); err != nil {
		return source, err
	}
	return m.ReceiveFAQ(ctx, source, pairs)
}

func (m *inMemory) Refresh(_ context.Context, tenant, bot, id string) (knowledge.Source, error) {
	return m.alter(tenant, bot, id, func(s *knowledge.Source) { s.State = knowledge.Queued })
}
