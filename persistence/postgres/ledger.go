package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"parley/account/billing"
	"parley/chat"
	"parley/persistence/postgres/db"
)

var (
	_ billing.Ledger = Billing{}
	_ chat.Expenses  = (*Store)(nil)
)

// The ledger is the rows of answers, each with what it took, which are summed up when somebody asks: nothing is counted twice, whatever is
// repeated, and no row is contended for. They go with their conversation. What they took then goes to spent, in the same transaction. What
// models took besides, which is little and seldom, is added there at once.

// Total sums up a period.
func (s Billing) Total(ctx context.Context, tenant, period string) (billing.Spent, error) {
	row, err := s.reads.SpentInPeriod(ctx, db.SpentInPeriodParams{Tenant: tenant, Period: period})
	return billing.Spent(row), s.explain(err, "sum up "+period+" of "+tenant)
}

// Days sums up each day of a period.
func (s Billing) Days(ctx context.Context, tenant, period string) ([]billing.SpentDay, error) {
	days, err := s.days(ctx, tenant, period)
	return days, s.explain(err, "sum up the days of "+period+" of "+tenant)
}

func (s Billing) days(ctx context.Context, tenant, period string) ([]billing.SpentDay, error) {
	answered, err := s.daysAnswered(ctx, tenant, period)
	if err != nil {
		return nil, err
	}
	asked := make([]db.SpentOnDaysParams, len(answered))
	for i, day := range answered {
		asked[i] = db.SpentOnDaysParams{Tenant: tenant, Period: period, Begins: day, Ends: day.AddDate(0, 0, 1)}
	}
	rows, err := optional(ctx, asked, s.reads.SpentOnDays)
	if err != nil {
		return nil, fmt.Errorf("sum up days: %w", err)
	}
	var days []billing.SpentDay
	for i, row := range rows {
		if row != nil && *row != (db.SpentOnDaysRow{}) {
			days = append(days, billing.SpentDay{Day: answered[i], Spent: billing.Spent(*row)})
		}
	}
	return days, nil
}

// longestPeriod is how many days of one period are told: a month has 31, of which two are cut.
const longestPeriod = 33

// daysAnswered are days of UTC, in order: those from the first answer of a period to its last, and those of answers that are gone.
func (s Billing) daysAnswered(ctx context.Context, tenant, period string) ([]time.Time, error) {
	days, err := s.reads.DaysSpent(ctx, db.DaysSpentParams{Tenant: tenant, Period: period})
	if err != nil {
		return nil, fmt.Errorf("read the days of what is gone: %w", err)
	}
	first, err := s.reads.FirstOfPeriod(ctx, db.FirstOfPeriodParams{Tenant: tenant, Period: period})
	if err != nil {
		return nil, fmt.Errorf("look for the first answer: %w", err)
	}
	last, err := s.reads.LastOfPeriod(ctx, db.LastOfPeriodParams{Tenant: tenant, Period: period})
	if err != nil {
		return nil, fmt.Errorf("look for the last answer: %w", err)
	}
	if len(first) > 0 && len(last) > 0 {
		from := dayOf(first[0])
		for i := 0; i < longestPeriod && !from.AddDate(0, 0, i).After(last[0]); i++ {
			days = append(days, from.AddDate(0, 0, i))
		}
	}
	slices.SortFunc(days, time.Time.Compare)
	return slices.CompactFunc(days, time.Time.Equal), nil
}

// dayOf is the begin of a time's day in UTC.
func dayOf(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// OfConversation sums up a conversation.
func (s Billing) OfConversation(ctx context.Context, tenant, conversation string) (billing.Spent, error) {
	row, err := s.reads.SpentOnConversation(ctx, db.SpentOnConversationParams{Tenant: tenant, Conversation: conversation})
	return billing.Spent(row), s.explain(err, "sum up conversation "+conversation)
}

// Periods are those in which models were asked, the last 120.
func (s Billing) Periods(ctx context.Context, tenant string) ([]string, error) {
	periods, err := s.reads.PeriodsOfTenant(ctx, tenant)
	return periods, s.explain(err, "list periods of "+tenant)
}

// AddExpense adds to a day what a model took besides answers.
func (s *Store) AddExpense(ctx context.Context, e chat.Expense) error {
	of := periodOf(&chat.Append{Ref: chat.Ref{Tenant: e.Tenant}, Period: e.Period, At: e.At})
	row := db.AddExpenseParams{Tenant: of.tenant, Period: of.period, Day: dayOf(e.At), InputTokens: e.InputTokens, OutputTokens: e.OutputTokens}
	if e.CostMicros != nil {
		row.CostMicros = *e.CostMicros
	}
	return s.explain(s.inTx(ctx, func(_ Tx, q *db.Queries) error { return q.AddExpense(ctx, row) }), "keep an expense of "+e.Tenant)
}

// keepSpent adds what the answers of a deleted conversation took.
func keepSpent(ctx context.Context, q *db.Queries, tenant string, answers []db.AnswersToKeepRow) error {
	if err := executed(ctx, spentOf(tenant, answers), q.AddSpent); err != nil {
		return fmt.Errorf("keep what its answers took: %w", err)
	}
	return nil
}

// spentOf sums up answers by period and day, in the order in which rows are locked.
func spentOf(tenant string, answers []db.AnswersToKeepRow) []db.AddSpentParams {
	type id struct {
		period string
		day    time.Time
	}
	sums := make(map[id]*db.AddSpentParams)
	for _, a := range answers {
		of := id{a.Period, dayOf(a.StartedAt)}
		sum := sums[of]
		if sum == nil {
			sum = &db.AddSpentParams{Tenant: tenant, Period: of.period, Day: of.day}
			sums[of] = sum
		}
		sum.Answers++
		sum.InputTokens += a.InputTokens
		sum.OutputTokens += a.OutputTokens
		if a.Cached {
			sum.Cached++
		}
		if a.CostMicros == nil {
			sum.Unpriced++
		} else {
			sum.CostMicros += *a.CostMicros
		}
	}
	all := make([]db.AddSpentParams, 0, len(sums))
	for _, sum := range sums {
		all = append(all, *sum)
	}
	slices.SortFunc(all, func(a, b db.AddSpentParams) int { return cmp.Or(cmp.Compare(a.Period, b.Period), a.Day.Compare(b.Day)) })
	return all
}
