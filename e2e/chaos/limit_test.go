package chaos

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
	"parley/llm/llmtest"
	"parley/persistence/testbed"
)

// A month's limit is exact while the process is killed again and again: as many answers
// are charged as it allows, and what is asked beyond it is kept and waits for a person.
func TestALimitIsExactHoweverOftenTheProcessIsKilledOnSQLite(t *testing.T) { begin(t).limited() }

func TestALimitIsExactHoweverOftenTheProcessIsKilledOnPostgres(t *testing.T) {
	r := begin(t)
	r.limited("DATABASE_URL=" + testbed.Postgres(r))
}

func (r *run) limited(env ...string) {
	if !long {
		r.Parallel()
	}
	kills, crowd := r.number("limit_kills", 2, 20), r.number("limit_crowd", 20, 100)
	limit := crowd * 2 // each asks twice as many
	model := llmtest.NewServer(r, llmtest.Script{Words: 8, PaceMS: 50})
	s := r.site(append(env, "OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test", "PARLEY_LIMIT_MONTH="+strconv.Itoa(limit))...)
	bot := s.bots(1)[0]
	visitors := make([]*client.Visitor, crowd)
	var sending sync.WaitGroup
	for i := range visitors {
		v, random := client.New(s.options(fmt.Sprintf("v%d", i), bot, s.server.Address)), r.random(i+1)
		visitors[i] = v
		r.come(v)
		sending.Go(func() {
			for n := range 4 {
				time.Sleep(time.Duration(random.Int64N(int64(thinking))))
				v.Send(context.WithoutCancel(r.Context()), fmt.Sprintf("question %d", n))
			}
		})
	}
	s.kill(kills, r.random(0))
	sending.Wait()
	r.settle(visitors, settling)
	s.audit(visitors, check.Allow{Lost: true, People: true})
	count := r.tally(visitors)
	r.proves(count, "message.completed", "status.changed")
	// What failed twice was given back, and may have been taken by another question since.
	if charged := s.books.Charged(); charged > int64(limit) || charged+int64(count["failed"]) < int64(limit) {
		r.Errorf("%d answers were charged of %d, %d failed", charged, limit, count["failed"])
	}
}
