package rest

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"parley/account"
	"parley/account/billing"
)

func (s *server) routeRevenue() {
	route(s, operated("getRevenue", http.MethodGet, "/revenue", "What all businesses pay, and who came and went",
		"Months of the past are reckoned from the subscriptions that there were, at what those pay today."), s.getRevenue)
}

type revenue struct {
	At       time.Time `json:"at"`
	Payments bool      `json:"payments" doc:"Whether plans are sold here."`

	MRR       []money        `json:"mrr" doc:"What is paid a month, a twelfth of what is paid a year; by currency."`
	Paying    int            `json:"paying" doc:"Businesses that pay."`
	Churn     revenueShare   `json:"churn" doc:"Of those that paid 30 days ago: who has ended since."`
	Trials    int            `json:"trials" doc:"That run now."`
	Converted revenueShare   `json:"converted" doc:"Of the trials that ended in the last 90 days: who pays."`
	Statuses  map[string]int `json:"statuses" doc:"How many businesses stand where."`
	Months    []revenueMonth `json:"months" doc:"The last twelve and this one, earliest first."`
}

type money struct {
	Currency string `json:"currency" doc:"Three lower-case letters."`
	Amount   int64  `json:"amount" doc:"In the currency's smallest unit."`
}

type revenueShare struct {
	Count int `json:"count"`
	Of    int `json:"of"`
}

type revenueMonth struct {
	At     time.Time `json:"at" doc:"The end of the month, or now."`
	MRR    []money   `json:"mrr"`
	Paying int       `json:"paying"`
}

// revenueMonths are how many months of the past are shown.
const revenueMonths = 12

func (s *server) getRevenue(ctx context.Context, _ account.Identity, _ *struct{}) (*struct{ Body revenue }, error) {
	var states []billing.State
	for state, err := range s.BillingRecords.States(ctx) {
		if err != nil {
			return nil, err
		}
		states = append(states, state)
	}
	policy := billing.Policy{}
	if catalogue := s.Billing.Catalogue(); catalogue != nil {
		policy = catalogue.Policy
	}
	return &struct{ Body revenue }{revenueOf(states, policy, s.Billing.Sold(), time.Now().UTC())}, nil
}

// revenueOf sums up all states at a time.
func revenueOf(states []billing.State, policy billing.Policy, sold bool, now time.Time) revenue {
	sum := billing.RevenueOf(states, policy, now)
	shown := revenue{
		At: now, Payments: sold, MRR: monies(sum.Monthly), Paying: sum.Paying, Churn: revenueShare{sum.Ended, sum.Begun},
		Trials: sum.Trials, Converted: revenueShare{sum.Converted, sum.Tried}, Statuses: map[string]int{},
	}
	for _, state := range states {
		shown.Statuses[string(billing.StandingOf(state, policy, now).Status)]++
	}
	for back := revenueMonths; back >= 0; back-- {
		at := time.Date(now.Year(), now.Month()-time.Month(back)+1, 1, 0, 0, 0, 0, time.UTC).Add(-time.Second)
		if back == 0 {
			at = now
		}
		then := billing.RevenueOf(states, policy, at)
		shown.Months = append(shown.Months, revenueMonth{at, monies(then.Monthly), then.Paying})
	}
	return shown
}

// monies are amounts by currency, in its order.
func monies(byCurrency map[string]int64) []money {
	all := []money{}
	for _, currency := range slices.Sorted(maps.Keys(byCurrency)) {
		all = append(all, money{currency, byCurrency[currency]})
	}
	return all
}
