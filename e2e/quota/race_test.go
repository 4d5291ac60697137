package quota

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/e2e/client"
	"parley/llm/llmtest"
)

// The race: so many at once, each of whom brings so many visitors with a question, for so many answers.
const (
	racers   = 64
	rounds   = 3
	left     = 100
	already  = 20 // answers of the month that were had before
	longRace = 20 // races of a long run
)

func TestTheLastAnswersAreHadByExactlySoManyOnThreeNodes(t *testing.T) {
	race(t, func(context.Context, *shop, *atomic.Int64) {})
}

func TestTheLastAnswersAreExactThoughRedisForgetsEverythingMeanwhile(t *testing.T) {
	race(t, func(ctx context.Context, s *shop, settled *atomic.Int64) {
		for _, after := range []int64{10, left / 2, left, left + 50} { // the third about where the answers end
			for settled.Load() < after && ctx.Err() == nil {
				time.Sleep(time.Millisecond)
			}
			if err := s.redis.Flush(ctx); err != nil {
				s.t.Errorf("have Redis forget: %v", err)
			}
		}
	})
}

// race has the racers ask, and meanwhile something happen, which is told how many questions are settled.
func race(t *testing.T, meanwhile func(ctx context.Context, s *shop, settled *atomic.Int64)) {
	t.Parallel()
	races := 1
	if long {
		races = longRace
	}
	for n := range races {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := open(t, already+left, llmtest.Script{Words: 5})
			s.use(already)
			s.counted(already, already+left)
			s.race(meanwhile)
		})
	}
}

func (s *shop) race(meanwhile func(ctx context.Context, s *shop, settled *atomic.Int64)) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), patience)
	defer cancel()
	all := make([]*client.Visitor, racers*rounds)
	var settled atomic.Int64
	var racing sync.WaitGroup
	begin := make(chan struct{})
	for i := range racers {
		theirs := all[i*rounds : (i+1)*rounds]
		for n := range theirs {
			theirs[n] = s.visitor(fmt.Sprintf("visitor %d.%d", i, n), i%len(s.nodes))
		}
		racing.Go(func() {
			for _, v := range theirs {
				within, leave := context.WithCancel(ctx)
				var gone sync.WaitGroup
				gone.Go(func() { _ = v.Run(within) }) // who is sent away for good does not settle
				<-begin
				v.Send(ctx, "What does "+v.Name()+" get?")
				if s.served(ctx, v) {
					settled.Add(1)
				}
				leave()
				gone.Wait()
			}
		})
	}
	racing.Go(func() { meanwhile(ctx, s, &settled) })
	close(begin)
	racing.Wait()
	answered, waiting := 0, 0
	for _, v := range all {
		switch s.fate(v) {
		case fate{answered: true}:
			answered++
		case fate{waits: true}:
			waiting++
		default:
			s.t.Errorf("%s: %+v", v.Name(), s.fate(v))
		}
		for _, breach := range v.Violations() {
			s.t.Errorf("%s: %s", v.Name(), breach)
		}
	}
	if answered != left || waiting != racers*rounds-left {
		s.t.Errorf("%d were answered and %d wait, want %d and %d", answered, waiting, left, racers*rounds-left)
	}
	s.counted(already+left, already+left)
}
