package rest

import (
	"context"
	"encoding/json"
	"slices"
	"sync"

	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/improve"
)

// improvements is improve's ports over memory, as their comments say.
type improvements struct {
	mu    sync.Mutex
	books map[string]*improvement // by tenant/bot
}

// improvement is what is known of one bot.
type improvement struct {
	gaps      []improve.Gap
	questions []improve.Question
	runs      []improve.Run
	old       []improve.Old
}

// of returns a bot's, locked until the other is called.
func (m *improvements) of(tenant, bot string) (*improvement, func()) {
	m.mu.Lock()
	if m.books == nil {
		m.books = map[string]*improvement{}
	}
	key := tenant + "/" + bot
	if m.books[key] == nil {
		m.books[key] = &improvement{}
	}
	return m.books[key], m.mu.Unlock
}

func (m *improvements) Gaps(_ context.Context, tenant, bot string, state improve.GapState, limit int) (found []improve.Gap, err error) {
	of, done := m.of(tenant, bot)
	defer done()
	for _, g := range of.gaps {
		if g.State == state && len(found) < limit {
			found = append(found, g)
		}
	}
	return found, nil
}

func (m *improvements) SettleGaps(_ context.Context, tenant, bot string, at []improve.Place, state improve.GapState) error {
	of, done := m.of(tenant, bot)
	defer done()
	for i, g := range of.gaps {
		if slices.Contains(at, improve.Place{Conversation: g.Ref.Conversation, Seq: g.Seq}) {
			of.gaps[i].State = state
		}
	}
	return nil
}

func (m *improvements) Questions(_ context.Context, tenant, bot string) ([]improve.Question, error) {
	of, done := m.of(tenant, bot)
	defer done()
	return slices.Clone(of.questions), nil
}

func (m *improvements) SaveQuestion(_ context.Context, tenant, bot string, q improve.Question) error {
	of, done := m.of(tenant, bot)
	defer done()
	if at := slices.IndexFunc(of.questions, func(known improve.Question) bool { return known.ID == q.ID }); at >= 0 {
		of.questions[at] = q
		return nil
	}
	if len(of.questions) >= improve.MaxQuestions {
		return improve.ErrTooManyQuestions
	}
	of.questions = append(of.questions, q)
	return nil
}

func (m *improvements) DeleteQuestion(_ context.Context, tenant, bot, id string) error {
	of, done := m.of(tenant, bot)
	defer done()
	at := slices.IndexFunc(of.questions, func(q improve.Question) bool { return q.ID == id })
	if at < 0 {
		return chat.ErrNotFound
	}
	of.questions = slices.Delete(of.questions, at, at+1)
	return nil
}

func (m *improvements) BeginRun(_ context.Context, tenant, bot string, run improve.Run) error {
	of, done := m.of(tenant, bot)
	defer done()
	for _, r := range of.runs {
		if r.State == improve.Running {
			return chat.Fail(chat.Conflict, "run_under_way", "The tests are being run already.")
		}
	}
	of.runs = append(of.runs, run)
	return nil
}

func (m *improvements) SaveRun(_ context.Context, tenant, bot string, run improve.Run, from int) error {
	of, done := m.of(tenant, bot)
	defer done()
	at := slices.IndexFunc(of.runs, func(r improve.Run) bool { return r.ID == run.ID })
	if at < 0 {
		return chat.ErrNotFound
	}
	if of.runs[at].Done != from {
		return chat.ErrFenced
	}
	of.runs[at] = run
	return nil
}

func (m *improvements) Run(_ context.Context, tenant, bot, id string) (improve.Run, error) {
	of, done := m.of(tenant, bot)
	defer done()
	for _, r := range of.runs {
		if r.ID == id {
			return r, nil
		}
	}
	return improve.Run{}, chat.ErrNotFound
}

func (m *improvements) Runs(_ context.Context, tenant, bot string, limit int) ([]improve.Run, error) {
	of, done := m.of(tenant, bot)
	defer done()
	runs := slices.Clone(of.runs)
	slices.SortFunc(runs, func(a, b improve.Run) int { return b.Begun.Compare(a.Begun) })
	runs = runs[:min(len(runs), limit)]
	for i := range runs {
		runs[i].Results = nil
	}
	return runs, nil
}

func (m *improvements) Old(_ context.Context, tenant, bot string, limit int) ([]improve.Old, error) {
	of, done := m.of(tenant, bot)
	defer done()
	return of.old[:min(len(of.old), limit)], nil
}

var (
	_ improve.Gaps    = (*improvements)(nil)
	_ improve.Tests   = (*improvements)(nil)
	_ improve.Answers = (*improvements)(nil)
)

// Pairs and ReplacePairs are what fixes ask of the reader.

func (m *inMemory) Pairs(ctx context.Context, tenant, bot, id string) (knowledge.Source, []knowledge.Pair, error) {
	source, err := m.Source(ctx, tenant, bot, id)
	if err != nil {
		return source, nil, err
	}
	defer m.lock()()
	var pairs []knowledge.Pair
	return source, pairs, json.Unmarshal(m.originals[id], &pairs)
}

func (m *inMemory) ReplacePairs(_ context.Context, source knowledge.Source, pairs []knowledge.Pair) (knowledge.Source, error) {
	defer m.lock()()
	content, err := json.Marshal(pairs)
	m.originals[source.ID] = content
	return source, err
}
