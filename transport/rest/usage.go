package rest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
)

func (s *server) routeUsage() {
	route(s, huma.Operation{
		OperationID: "getUsage", Method: http.MethodGet, Path: "/api/v1/usage", Tags: []string{billingTag},
		Summary: "What the business uses, and what its plan allows",
	}, s.getUsage)
}

type usage struct {
	Period   subscribedPeriod `json:"period" doc:"In which answers are counted: a month of the subscription."`
	Answers  usedAnswers      `json:"answers"`
	Bots     used             `json:"bots" doc:"What there is now, as below."`
	Passages used             `json:"passages"`
	Seats    used             `json:"seats" doc:"Members, and invitations that are open."`
	Pages    used             `json:"pages"`
	Tokens   usedTokens       `json:"tokens"`

	CostMicros *int64    `json:"cost_micros" doc:"What models cost by the provider's price list, for answers, previews, tests and summaries, in millionths of a US dollar; null: that is not known of anything."`
	Unpriced   int64     `json:"unpriced" doc:"Answers of which it is not known: they were stopped or failed, or their model has no price."`
	Cached     int64     `json:"cached" doc:"Answers that had been given before: they cost nothing, and count all the same."`
	Days       []usedDay `json:"days" doc:"Days of UTC on which models were asked, earliest first."`
	Periods    []string  `json:"periods" doc:"That something is known of, latest first: each can be asked for."`
}

type used struct {
	Used  int64  `json:"used"`
	Limit *int64 `json:"limit" doc:"null: none."`
}

type usedAnswers struct {
	Used     int64  `json:"used"`
	Limit    *int64 `json:"limit" doc:"At which the bot hands over to people; null: never. Of an earlier period it is not kept."`
	Included *int64 `json:"included" doc:"In the plan; null: all."`
	Over     int64  `json:"over" doc:"Beyond them."`
}

type usedTokens struct {
	Input  int64 `json:"input"`
	Output int64 `json:"output"`
}

type usedDay struct {
	Day        time.Time `json:"day"`
	Answers    int64     `json:"answers"`
	CostMicros *int64    `json:"cost_micros"`
	Cached     int64     `json:"cached"`
}

type usageInput struct {
	Period string `query:"period" maxLength:"40" example:"2026-11-14T09:00:00Z" doc:"One of periods; empty: the current one."`
}

func (s *server) getUsage(ctx context.Context, who account.Identity, in *usageInput) (*struct{ Body usage }, error) {
	state, standing, err := s.Billing.Standing(ctx, who.Tenant)
	if err != nil {
		return nil, err
	}
	periods, err := s.Ledger.Periods(ctx, who.Tenant)
	if err != nil {
		return nil, err
	}
	current := standing.Period.Key()
	if !slices.Contains(periods, current) {
		periods = slices.Insert(periods, 0, current)
	}
	key, period := current, standing.Period
	if in.Period != "" && in.Period != current {
		if period, err = periodNamed(in.Period, periods); err != nil {
			return nil, err
		}
		key = in.Period
	}
	counted, err := s.Counts.Used(ctx, who.Tenant, key)
	if err != nil {
		return nil, err
	}
	spent, err := s.Ledger.Total(ctx, who.Tenant, key)
	if err != nil {
		return nil, err
	}
	days, err := s.Ledger.Days(ctx, who.Tenant, key)
	if err != nil {
		return nil, err
	}
	limits := state.Plan.Limits
	shown := usage{
		Period: subscribedPeriod(period), Answers: usedAnswers{Used: counted.Answers},
		Bots: used{counted.Bots, bound(limits.Bots)}, Passages: used{counted.Passages, bound(limits.Passages)},
		Seats: used{counted.Seats, bound(limits.Seats)}, Pages: used{counted.Pages, bound(limits.Pages)},
		Tokens: usedTokens{spent.InputTokens, spent.OutputTokens}, CostMicros: costOf(spent), Unpriced: spent.Unpriced, Cached: spent.Cached,
		Days: make([]usedDay, len(days)), Periods: periods,
	}
	if key == current {
		shown.Answers = answersOf(state, standing, counted.Answers)
	}
	for i, day := range days {
		shown.Days[i] = usedDay{day.Day, day.Answers, costOf(day.Spent), day.Cached}
	}
	return &struct{ Body usage }{shown}, nil
}

// answersOf holds answers of the current period against the plan.
func answersOf(state billing.State, standing billing.Standing, answers int64) usedAnswers {
	return usedAnswers{Used: answers, Limit: bound(state.MostAnswers(standing)), Included: bound(state.Plan.Limits.Answers), Over: state.Over(standing, answers)}
}

// costOf is what is known of a cost; nil: nothing.
func costOf(spent billing.Spent) *int64 {
	if spent.CostMicros == 0 && spent.Answers > 0 && spent.Unpriced >= spent.Answers {
		return nil
	}
	return &spent.CostMicros
}

// monthKey names months of UTC, in which the answers of all were counted before there were plans.
const monthKey = "2006-01"

// periodNamed returns the period of a key: a month, or less where the next of those that there are began earlier.
func periodNamed(key string, periods []string) (billing.Period, error) {
	if !slices.Contains(periods, key) {
		return billing.Period{}, errPeriod
	}
	start, err := periodStart(key)
	if err != nil {
		return billing.Period{}, errPeriod.Because(err)
	}
	period := billing.PeriodOf(start, start)
	for _, other := range periods {
		if next, err := periodStart(other); err == nil && next.After(start) && next.Before(period.End) {
			period.End = next
		}
	}
	return period, nil
}

func periodStart(key string) (time.Time, error) {
	if start, err := time.Parse(monthKey, key); err == nil {
		return start, nil
	}
	return time.Parse(time.RFC3339, key)
}

var errPeriod = chat.Fail(chat.Invalid, "period_unknown", "Nothing was answered in this period. Please choose one of those in periods.")
