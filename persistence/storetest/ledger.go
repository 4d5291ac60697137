package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
)

var ledgerTests = []test{
	{"What answers took is summed up by conversation, by day and by period", func(t *testing.T, w *world) {
		b, period := w.Billing(), "2026-11-02T08:00:00Z"
		first := w.answeredFor(t, period, moment(10), priced(30))
		w.answeredFor(t, period, moment(10).AddDate(0, 0, 3), &chat.Usage{Cached: true, CostMicros: new(int64)})
		w.answeredFor(t, period, moment(10).AddDate(0, 0, 3), &chat.Usage{InputTokens: 5}) // nobody knows its price
		w.answeredFor(t, "2026-12-02T08:00:00Z", moment(10).AddDate(0, 1, 0), priced(7))
		w.committed(t, w.asking(0, moment(10))) // is being written
		newWorld(t, w.Store).answeredFor(t, period, moment(10), priced(99))

		w.spentIn(t, period, billing.Spent{Answers: 3, Cached: 1, InputTokens: 205, OutputTokens: 30, CostMicros: 30, Unpriced: 1})
		w.spentIn(t, "2026-12-02T08:00:00Z", billing.Spent{Answers: 1, InputTokens: 200, OutputTokens: 30, CostMicros: 7})
		w.spentIn(t, "2026-11", billing.Spent{})
		days, err := b.Days(t.Context(), w.tenant.ID, period)
		must(t, err)
		wanted := []billing.SpentDay{
			{Day: day(2), Spent: billing.Spent{Answers: 1, InputTokens: 200, OutputTokens: 30, CostMicros: 30}},
			{Day: day(5), Spent: billing.Spent{Answers: 2, Cached: 1, InputTokens: 5, Unpriced: 1}},
		}
		if diff := cmp.Diff(wanted, days); diff != "" {
			t.Error(diff)
		}
		spent, err := b.OfConversation(t.Context(), w.tenant.ID, first.Conversation)
		must(t, err)
		if diff := cmp.Diff(wanted[0].Spent, spent); diff != "" {
			t.Error(diff)
		}
		stranger := newWorld(t, w.Store)
		if spent, err := b.OfConversation(t.Context(), stranger.tenant.ID, first.Conversation); err != nil || spent != (billing.Spent{}) {
			t.Errorf("another tenant's is told: %+v, %v", spent, err)
		}
		periods, err := b.Periods(t.Context(), w.tenant.ID)
		if must(t, err); !slices.Equal(periods, []string{"2026-12-02T08:00:00Z", period, "2026-11"}) {
			t.Errorf("periods are %v", periods)
		}
	}},
	{"An answer that failed counts with what it took, and its question is not charged", func(t *testing.T, w *world) {
		asked := w.asking(0, moment(10))
		w.committed(t, asked)
		failed := next(asked.Ref, 2, chat.MessageInterrupted{Message: asked.Bodies[1].(chat.MessageStarted).Message, Reason: chat.Failed})
		failed.Usage = priced(12)
		w.committed(t, failed, next(asked.Ref, 3, failed.Bodies[0])) // and once more
		w.spentIn(t, "2026-11", billing.Spent{Answers: 1, InputTokens: 200, OutputTokens: 30, CostMicros: 12})
		if used, err := w.Billing().Used(t.Context(), w.tenant.ID, "2026-11"); err != nil || used.Answers != 0 {
			t.Errorf("used are %+v, %v", used, err)
		}
	}},
	{"What models took besides answers is summed up with them, and is no answer", func(t *testing.T, w *world) {
		ctx, b, period, cost := t.Context(), w.Billing(), "2026-11-02T08:00:00Z", int64(4)
		answered := w.answeredFor(t, period, moment(10), priced(30))
		expense := chat.Expense{Tenant: w.tenant.ID, Period: period, At: moment(10), InputTokens: 7, OutputTokens: 2, CostMicros: &cost}
		must(t, w.AddExpense(ctx, expense))
		must(t, w.AddExpense(ctx, expense))
		later := expense
		later.At, later.CostMicros = moment(10).AddDate(0, 0, 5), nil
		must(t, w.AddExpense(ctx, later))
		unnamed := expense
		unnamed.Period = ""
		must(t, w.AddExpense(ctx, unnamed))

		first := billing.Spent{Answers: 1, InputTokens: 214, OutputTokens: 34, CostMicros: 38}
		second := billing.Spent{InputTokens: 7, OutputTokens: 2}
		w.spentIn(t, period, billing.Spent{Answers: 1, InputTokens: 221, OutputTokens: 36, CostMicros: 38})
		w.spentIn(t, "2026-11", billing.Spent{InputTokens: 7, OutputTokens: 2, CostMicros: 4})
		days, err := b.Days(ctx, w.tenant.ID, period)
		must(t, err)
		if diff := cmp.Diff([]billing.SpentDay{{Day: day(2), Spent: first}, {Day: day(7), Spent: second}}, days); diff != "" {
			t.Error(diff)
		}
		spent, err := b.OfConversation(ctx, w.tenant.ID, answered.Conversation)
		must(t, err)
		if diff := cmp.Diff(billing.Spent{Answers: 1, InputTokens: 200, OutputTokens: 30, CostMicros: 30}, spent); diff != "" {
			t.Error(diff)
		}
		if used, err := b.Used(ctx, w.tenant.ID, period); err != nil || used.Answers != 1 {
			t.Errorf("used are %+v, %v", used, err)
		}
		periods, err := b.Periods(ctx, w.tenant.ID)
		if must(t, err); !slices.Equal(periods, []string{"2026-11-02T08:00:00Z", "2026-11"}) {
			t.Errorf("periods are %v", periods)
		}
	}},
	{"What answers took stays when their conversations go", func(t *testing.T, w *world) {
		ctx, b := t.Context(), w.Billing()
		must(t, w.PutRetention(ctx, w.tenant.ID, account.Retention{ConversationDays: 1}))
		goes := []chat.Ref{w.answeredFor(t, "", moment(10), priced(30)), w.answeredFor(t, "", moment(20), &chat.Usage{Cached: true})}
		w.answeredFor(t, "", moment(10).AddDate(0, 0, 1), priced(5))
		spent := func() (billing.Spent, []billing.SpentDay) {
			days, err := b.Days(ctx, w.tenant.ID, "2026-11")
			must(t, err)
			total, err := b.Total(ctx, w.tenant.ID, "2026-11")
			must(t, err)
			return total, days
		}
		total, days := spent()
		if total.Answers != 3 || total.CostMicros != 35 || len(days) != 2 {
			t.Fatalf("before: %+v, %+v", total, days)
		}
		before := moment(10).Add(time.Hour)
		for _, ref := range goes {
			for _, wanted := range []bool{true, false} { // a second time there is nothing to delete
				if gone, err := w.DeleteOutdated(ctx, account.Outdated{Ref: ref, Before: before}); err != nil || gone != wanted {
					t.Fatalf("deleted: %t, %v", gone, err)
				}
			}
			after, daysAfter := spent()
			if diff := cmp.Diff(total, after) + cmp.Diff(days, daysAfter); diff != "" {
				t.Error(diff)
			}
		}
	}},
}

// day is the begin of a day of the suite's month.
func day(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }

// priced is what an answer took whose cost is known.
func priced(micros int64) *chat.Usage {
	return &chat.Usage{Provider: "openai", Model: "small", InputTokens: 200, OutputTokens: 30, CostMicros: &micros, Source: chat.FromAPI}
}

// answeredFor has a question asked and answered in a period.
func (w *world) answeredFor(t testing.TB, period string, at time.Time, usage *chat.Usage) chat.Ref {
	t.Helper()
	asked := w.asking(0, at)
	asked.Period = period
	w.committed(t, asked)
	ended := next(asked.Ref, 2, chat.MessageCompleted{Message: asked.Bodies[1].(chat.MessageStarted).Message, Text: "Copper."})
	ended.At, ended.Usage = at, usage
	w.committed(t, ended)
	return asked.Ref
}

func (w *world) spentIn(t testing.TB, period string, wanted billing.Spent) {
	t.Helper()
	found, err := w.Billing().Total(t.Context(), w.tenant.ID, period)
	must(t, err)
	if diff := cmp.Diff(wanted, found); diff != "" {
		t.Errorf("in %s: %s", period, diff)
	}
}
