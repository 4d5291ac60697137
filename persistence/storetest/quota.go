package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/chat"
)

var quotaTests = []test{
	{"Answers are started up to the limit, and not one more", func(t *testing.T, w *world) {
		for range 3 {
			w.committed(t, w.asking(3, moment(10)))
		}
		w.refused(t, chat.ErrQuota, w.asking(3, moment(10)))
		w.committed(t, w.asking(4, moment(10))) // a plan with a higher limit
		w.committed(t, w.asking(0, moment(10))) // one without
		w.refused(t, chat.ErrQuota, w.asking(5, moment(10)))
		w.committed(t, w.asking(6, moment(10)))
	}},
	{"A month begins anew", func(t *testing.T, w *world) {
		last := time.Date(2026, 11, 30, 23, 59, 59, 999_000_000, time.UTC)
		w.committed(t, w.asking(1, last))
		w.refused(t, chat.ErrQuota, w.asking(1, last))
		// In Auckland it is December, but months are those of UTC.
		w.refused(t, chat.ErrQuota, w.asking(1, last.In(time.FixedZone("NZDT", 13*3600))))
		w.committed(t, w.asking(1, last.Add(time.Millisecond)))
	}},
	{"Periods of a subscription begin when they say, and each has its own answers", func(t *testing.T, w *world) {
		const first, second = "2026-11-02T08:00:00Z", "2026-12-02T08:00:00Z"
		end := time.Date(2026, 12, 2, 8, 0, 0, 0, time.UTC)
		w.committed(t, w.askingIn(first, 1, end.Add(-time.Millisecond)))
		w.refused(t, chat.ErrQuota, w.askingIn(first, 1, end.Add(-time.Millisecond)))
		w.committed(t, w.askingIn(second, 1, end))
		w.refused(t, chat.ErrQuota, w.askingIn(second, 1, end))
		w.refused(t, chat.ErrQuota, w.askingIn(first, 1, end)) // a node that has not looked at its clock since
		w.committed(t, w.asking(1, end))                       // a month of UTC is yet another
		w.answersIn(t, map[string]int64{first: 1, second: 1, "2026-12": 1, "2026-11": 0})
	}},
	{"Appends of one batch are charged to the periods that they name", func(t *testing.T, w *world) {
		outcomes := w.append(t, w.askingIn("2026-11-02T08:00:00Z", 1, moment(10)), w.askingIn("2026-10-02T08:00:00Z", 1, moment(10)),
			w.askingIn("2026-11-02T08:00:00Z", 1, moment(10)), w.askingIn("2026-10-02T08:00:00Z", 2, moment(10)))
		for i, wanted := range []error{nil, nil, chat.ErrQuota, nil} {
			if err := outcomes[i].Err; !errors.Is(err, wanted) {
				t.Errorf("append %d: %v", i, err)
			}
		}
		w.answersIn(t, map[string]int64{"2026-11-02T08:00:00Z": 1, "2026-10-02T08:00:00Z": 2})
	}},
	{"An answer is given back to the period that it was taken from", func(t *testing.T, w *world) {
		const first, second = "2026-11-02T08:00:00Z", "2026-12-02T08:00:00Z"
		asked := w.askingIn(first, 1, moment(10))
		w.committed(t, asked)
		question, broken := asked.Bodies[0].(chat.MessageCreated).Message, asked.Bodies[1].(chat.MessageStarted).Message
		again := started(question, 2) // in the next period, and for nothing
		retry := next(asked.Ref, 2, chat.MessageInterrupted{Message: broken, Reason: chat.NodeLost}, again)
		retry.Period, retry.Limit, retry.At = second, 1, moment(10).AddDate(0, 1, 0)
		w.committed(t, retry)
		w.committed(t, w.askingIn(second, 1, retry.At))
		w.answersIn(t, map[string]int64{first: 1, second: 1})
		failed := next(asked.Ref, 4, chat.MessageInterrupted{Message: again.Message, Reason: chat.Failed})
		failed.Period, failed.At = second, retry.At
		w.committed(t, failed)
		w.answersIn(t, map[string]int64{first: 0, second: 1})
		w.refused(t, chat.ErrQuota, w.askingIn(second, 1, retry.At))
		w.committed(t, w.askingIn(first, 1, moment(20)))
	}},
	{"A stale activation learns that it is stale, whatever else would refuse it", func(t *testing.T, w *world) {
		first := w.asking(1, moment(10))
		w.committed(t, first)
		_, err := w.Open(t.Context(), first.Ref)
		must(t, err)
		question := first.Bodies[0].(chat.MessageCreated).Message
		over := next(first.Ref, 2, started(question, 1))
		over.Limit = 1
		w.refused(t, chat.ErrFenced, over)
		over.Epoch = 2
		w.refused(t, chat.ErrQuota, over)
	}},
	{"Each tenant has its own limit", func(t *testing.T, w *world) {
		w.committed(t, w.asking(1, moment(10)))
		newWorld(t, w.Store).committed(t, newWorld(t, w.Store).asking(1, moment(10)))
	}},
	{"A message is accepted over the limit, an answer is not", func(t *testing.T, w *world) {
		w.committed(t, w.asking(1, moment(10)))
		birth := w.birth(w.newRef(), said("a", "Hello"))
		birth.Limit = 1
		w.committed(t, birth)
		answer := next(birth.Ref, 1, started("msg", 1))
		answer.Limit = 1
		w.refused(t, chat.ErrQuota, answer)
		w.committed(t, next(birth.Ref, 1, chat.StatusChanged{Status: chat.Waiting}))
	}},
	{"A second attempt at the same question is free", func(t *testing.T, w *world) {
		first := w.asking(1, moment(10))
		w.committed(t, first)
		question, broken := first.Bodies[0].(chat.MessageCreated).Message, first.Bodies[1].(chat.MessageStarted).Message
		again := next(first.Ref, 2, chat.MessageInterrupted{Message: broken, Reason: chat.NodeLost}, started(question, 2))
		again.Limit = 1
		w.committed(t, again)
	}},
	{"An answer that failed with nothing shown is given back once", func(t *testing.T, w *world) {
		first := w.asking(1, moment(10))
		w.committed(t, first)
		question, broken := first.Bodies[0].(chat.MessageCreated).Message, first.Bodies[1].(chat.MessageStarted).Message
		second := started(question, 2)
		w.committed(t, next(first.Ref, 2, chat.MessageInterrupted{Message: broken, Reason: chat.NodeLost}, second))
		w.refused(t, chat.ErrQuota, w.asking(1, moment(10)))
		w.committed(t, next(first.Ref, 4, chat.MessageInterrupted{Message: second.Message, Reason: chat.Failed}))
		w.committed(t, next(first.Ref, 5, chat.MessageInterrupted{Message: second.Message, Reason: chat.Failed}))
		w.committed(t, w.asking(1, moment(10)))
		w.refused(t, chat.ErrQuota, w.asking(1, moment(10)))
	}},
	{"Two failures of a question in one batch give back one answer", func(t *testing.T, w *world) {
		first, other := w.asking(2, moment(10)), w.asking(2, moment(10))
		w.committed(t, first, other)
		failed := chat.MessageInterrupted{Message: first.Bodies[1].(chat.MessageStarted).Message, Reason: chat.Failed}
		w.committed(t, next(first.Ref, 2, failed), next(first.Ref, 3, failed))
		w.committed(t, w.asking(2, moment(10)))
		w.refused(t, chat.ErrQuota, w.asking(2, moment(10)))
	}},
	{"A retry of a failed question is charged, and given back, on its own", func(t *testing.T, w *world) {
		first := w.asking(1, moment(10))
		w.committed(t, first)
		question, failed := first.Bodies[0].(chat.MessageCreated).Message, first.Bodies[1].(chat.MessageStarted).Message
		w.committed(t, next(first.Ref, 2, chat.MessageInterrupted{Message: failed, Reason: chat.Failed}))
		retry := started(question, 1)
		charged := next(first.Ref, 3, retry)
		charged.Limit = 1
		w.committed(t, charged)
		w.refused(t, chat.ErrQuota, w.asking(1, moment(10)))
		w.committed(t, next(first.Ref, 4, chat.MessageInterrupted{Message: retry.Message, Reason: chat.Failed}))
		w.committed(t, w.asking(1, moment(10)))
	}},
	{"An answer of which something was shown stays charged", func(t *testing.T, w *world) {
		for i, end := range []chat.MessageInterrupted{
			{Text: "Cop", Reason: chat.Failed}, {Reason: chat.Stopped}, {Reason: chat.Takeover}, {Text: "Cop", Reason: chat.Stopped},
		} {
			limit := int64(i + 1)
			asked := w.asking(limit, moment(10))
			w.committed(t, asked)
			end.Message = asked.Bodies[1].(chat.MessageStarted).Message
			w.committed(t, next(asked.Ref, 2, end))
			w.refused(t, chat.ErrQuota, w.asking(limit, moment(10)))
		}
	}},
	{"The limit is exact under many writers at once", exactLimit},
}

// asking is a conversation's first question, whose answer is charged.
func (w *world) asking(limit int64, at time.Time) chat.Append {
	question := said("a", "Which nail?")
	a := w.birth(w.newRef(), question, started(question.Message, 1))
	a.Limit, a.At, a.Unfinished = limit, at, true
	return a
}

// askingIn is one that is charged to a period.
func (w *world) askingIn(period string, limit int64, at time.Time) chat.Append {
	a := w.asking(limit, at)
	a.Period = period
	return a
}

// answersIn wants periods to have so many answers.
func (w *world) answersIn(t testing.TB, wanted map[string]int64) {
	t.Helper()
	for period, answers := range wanted {
		if used, err := w.Billing().Used(t.Context(), w.tenant.ID, period); err != nil || used.Answers != answers {
			t.Errorf("%s has %d answers, not %d, %v", period, used.Answers, answers, err)
		}
	}
}

// exactLimit lets 16 writers start more answers than there are, in batches of
// several, some of which fail and are given back.
func exactLimit(t *testing.T, w *world) {
	const writers, batches, limit = 16, 5, 100
	var group sync.WaitGroup
	var granted, refunded atomic.Int64
	for range writers {
		group.Go(func() {
			for range batches {
				batch := []chat.Append{w.asking(limit, moment(10)), w.asking(limit, moment(10)), w.asking(limit, moment(10))}
				outcomes, err := w.Append(t.Context(), batch)
				if err != nil {
					t.Errorf("append: %v", err)
					return
				}
				for i, o := range outcomes {
					if o.Err != nil && !errors.Is(o.Err, chat.ErrQuota) {
						t.Errorf("got %v", o.Err)
					}
					if o.Err != nil {
						continue
					}
					if granted.Add(1)%10 != 0 {
						continue
					}
					failed := batch[i].Bodies[1].(chat.MessageStarted).Message
					ended, err := w.Append(t.Context(), []chat.Append{next(batch[i].Ref, 2, chat.MessageInterrupted{Message: failed, Reason: chat.Failed})})
					if err != nil || ended[0].Err != nil {
						t.Errorf("end an answer: %v, %+v", err, ended)
					}
					refunded.Add(1)
				}
			}
		})
	}
	group.Wait()
	// What is left is started one by one, until the limit says no.
	for {
		o := w.append(t, w.asking(limit, moment(10)))[0]
		if errors.Is(o.Err, chat.ErrQuota) {
			break
		}
		must(t, o.Err)
		granted.Add(1)
	}
	if standing := granted.Load() - refunded.Load(); standing != limit {
		t.Errorf("%d answers were started and %d given back: %d stand, the limit is %d", granted.Load(), refunded.Load(), standing, limit)
	}
}
