package improve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/chat"
	"parley/knowledge"
)

// shelf is Sources and Pairs over memory, for one bot.
type shelf struct {
	mu      sync.Mutex
	sources []knowledge.Source // newest first
	pairs   map[string][]knowledge.Pair
	busy    int // how often a change is refused
}

func (s *shelf) Sources(_ context.Context, _, _, cursor string, limit int) ([]knowledge.Source, string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cursor == "" && len(s.sources) > 1 { // in pages of one, then the rest
		return s.sources[:1:1], "more", nil
	}
	if cursor == "more" {
		return slices.Clone(s.sources[1:]), "", nil
	}
	return slices.Clone(s.sources), "", nil
}

func (s *shelf) ReceiveFAQ(_ context.Context, source knowledge.Source, pairs []knowledge.Pair) (knowledge.Source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	source.ID, source.Kind, source.UpdatedAt = fmt.Sprintf("src_%d", len(s.sources)), knowledge.KindFAQ, time.Unix(1, 0)
	s.sources = slices.Insert(s.sources, 0, source)
	s.pairs[source.ID] = pairs
	return source, nil
}

func (s *shelf) Pairs(_ context.Context, _, _, id string) (knowledge.Source, []knowledge.Pair, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := slices.IndexFunc(s.sources, func(f knowledge.Source) bool { return f.ID == id })
	if at < 0 {
		return knowledge.Source{}, nil, chat.ErrNotFound
	}
	return s.sources[at], s.pairs[id], nil
}

func (s *shelf) ReplacePairs(_ context.Context, source knowledge.Source, pairs []knowledge.Pair) (knowledge.Source, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := slices.IndexFunc(s.sources, func(f knowledge.Source) bool { return f.ID == source.ID })
	if s.busy--; s.busy >= 0 || !s.sources[at].UpdatedAt.Equal(source.UpdatedAt) {
		return knowledge.Source{}, chat.ErrFenced
	}
	s.sources[at].UpdatedAt = source.UpdatedAt.Add(time.Second)
	s.pairs[source.ID] = pairs
	return s.sources[at], nil
}

func TestFixesComeTogetherInOneSource(t *testing.T) {
	t.Parallel()
	s := &shelf{pairs: map[string][]knowledge.Pair{}, sources: []knowledge.Source{
		{ID: "src_text", Kind: knowledge.KindText, Title: knowledge.CorrectedAnswers},
		{ID: "src_faq", Kind: knowledge.KindFAQ, Title: "Questions and answers"},
		{ID: "src_broken", Kind: knowledge.KindFAQ, Title: knowledge.CorrectedAnswers, State: knowledge.Broken},
	}}
	f := Fixer{Sources: s, Pairs: s}
	for _, fix := range []knowledge.Pair{{Question: "How long?", Answer: "14 days"}, {Question: "Where?", Answer: "Oslo"}, {Question: " how  LONG", Answer: "30 days"}} {
		if _, _, err := f.Fix(t.Context(), "tnt_1", "bot_1", fix); err != nil {
			t.Fatal(err)
		}
	}
	source, pairs, err := f.Fix(t.Context(), "tnt_1", "bot_1", knowledge.Pair{Question: "Who?", Answer: "We"})
	want := []knowledge.Pair{{Question: " how  LONG", Answer: "30 days"}, {Question: "Where?", Answer: "Oslo"}, {Question: "Who?", Answer: "We"}}
	if err != nil || len(s.sources) != 4 || source.ID != "src_3" || source.Title != knowledge.CorrectedAnswers || !slices.Equal(pairs, want) || !slices.Equal(s.pairs["src_3"], want) {
		t.Errorf("%+v %v, %v; of %d", source, pairs, err, len(s.sources))
	}
}

func TestFixesAtOnceAllStay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &shelf{pairs: map[string][]knowledge.Pair{}}
		f := Fixer{Sources: s, Pairs: s}
		if _, _, err := f.Fix(t.Context(), "tnt_1", "bot_1", knowledge.Pair{Question: "first", Answer: "yes"}); err != nil {
			t.Fatal(err)
		}
		var fixing sync.WaitGroup
		for i := range 8 {
			fixing.Go(func() {
				if _, _, err := f.Fix(t.Context(), "tnt_1", "bot_1", knowledge.Pair{Question: fmt.Sprint("question ", i), Answer: "yes"}); err != nil {
					t.Error(err)
				}
			})
		}
		fixing.Wait()
		if n := len(s.pairs["src_0"]); n != 9 {
			t.Errorf("%d pairs", n)
		}
		s.busy = 1000
		if _, _, err := f.Fix(t.Context(), "tnt_1", "bot_1", knowledge.Pair{Question: "last", Answer: "yes"}); !errors.Is(err, errFixing) {
			t.Errorf("always busy: %v", err)
		}
	})
}
