package billing

import (
	"maps"
	"testing"
)

func TestWhatIsEarned(t *testing.T) {
	t.Parallel()
	now := begun.Add(days(100))
	ago := func(n int) func(*Contract) { return func(c *Contract) { c.Begun = now.Add(-days(n)) } }
	paying := func(amount int64, changes ...func(*Contract)) State {
		state := State{Interval: Monthly, Contract: contract(func(c *Contract) {
			c.Amount, c.Currency = amount, "eur"
			ago(60)(c)
			for _, change := range changes {
				change(c)
			}
		})}
		state.Interval = state.Contract.Interval
		return state
	}
	status := func(s ContractStatus) func(*Contract) { return func(c *Contract) { c.Status = s } }
	ended := func(n int) func(*Contract) {
		return func(c *Contract) { c.Status, c.Ended = ContractCanceled, now.Add(-days(n)) }
	}
	yearly := func(c *Contract) { c.Interval = Yearly }
	dollars := func(c *Contract) { c.Currency = "usd" }
	trial := func(n int) func(*Contract) { return func(c *Contract) { c.TrialEnd = now.Add(-days(n)) } }
	tried := func(ended int, state State) State {
		state.TrialEnds = now.Add(-days(ended))
		return state
	}
	assigned := paying(2900)
	assigned.Assigned = true
	unpaid := paying(2900, status(ContractUnpaid))
	unpaid.PastDue = now.Add(-days(20))
	owing := paying(2900, status(ContractPastDue))
	owing.PastDue = now.Add(-days(2))
	refunded := paying(2900)
	refunded.Refunded = now.Add(-days(1))
	byTerms := paying(0, func(c *Contract) { c.Currency = "" })
	byTerms.Plan.Prices = []Price{{Interval: Monthly, Amount: 500, Currency: "chf"}}

	tests := map[string]struct {
		states []State
		want   Revenue
	}{
		"nobody":                             {nil, Revenue{}},
		"one who pays by the month":          {[]State{paying(2900)}, Revenue{Monthly: map[string]int64{"eur": 2900}, Paying: 1, Begun: 1}},
		"one who pays by the year":           {[]State{paying(29000, yearly)}, Revenue{Monthly: map[string]int64{"eur": 2417}, Paying: 1, Begun: 1}}, // 2,416.67
		"a year is rounded once":             {[]State{paying(29000, yearly), paying(29000, yearly), paying(29000, yearly)}, Revenue{Monthly: map[string]int64{"eur": 7250}, Paying: 3, Begun: 3}},
		"two currencies":                     {[]State{paying(2900), paying(9900, dollars)}, Revenue{Monthly: map[string]int64{"eur": 2900, "usd": 9900}, Paying: 2, Begun: 2}},
		"a price that the contract lacks":    {[]State{byTerms}, Revenue{Monthly: map[string]int64{"chf": 500}, Paying: 1, Begun: 1}},
		"one who came this month":            {[]State{paying(2900, ago(29))}, Revenue{Monthly: map[string]int64{"eur": 2900}, Paying: 1}},
		"a payment that is missing":          {[]State{owing}, Revenue{Monthly: map[string]int64{"eur": 2900}, Paying: 1, Begun: 1}},
		"one who was given up":               {[]State{unpaid}, Revenue{Begun: 1, Ended: 1}},
		"one who was paid back":              {[]State{refunded}, Revenue{Begun: 1, Ended: 1}},
		"one who ended":                      {[]State{paying(2900, ended(10))}, Revenue{Begun: 1, Ended: 1}},
		"one who ended long ago":             {[]State{paying(2900, ended(31))}, Revenue{}},
		"one who came and went":              {[]State{paying(2900, ago(20), ended(10))}, Revenue{}},
		"one who will end":                   {[]State{paying(2900, func(c *Contract) { c.CancelAt = now.Add(days(3)) })}, Revenue{Monthly: map[string]int64{"eur": 2900}, Paying: 1, Begun: 1}},
		"one who never paid at first":        {[]State{paying(2900, status(ContractIncomplete))}, Revenue{}},
		"a plan of the operator's":           {[]State{assigned}, Revenue{}},
		"a trial that runs":                  {[]State{tried(-3, State{})}, Revenue{Trials: 1}},
		"a trial that runs, with a card":     {[]State{paying(2900, ago(5), trial(-2), status(ContractTrialing))}, Revenue{Trials: 1}},
		"a trial that nobody paid after":     {[]State{tried(10, State{})}, Revenue{Tried: 1}},
		"a trial of long ago":                {[]State{tried(90, State{})}, Revenue{}},
		"a trial that was paid after":        {[]State{tried(10, paying(2900, ago(5)))}, Revenue{Monthly: map[string]int64{"eur": 2900}, Paying: 1, Tried: 1, Converted: 1}},
		"a trial that was paid before":       {[]State{tried(10, paying(2900, ago(15)))}, Revenue{Monthly: map[string]int64{"eur": 2900}, Paying: 1, Tried: 1, Converted: 1}},
		"a trial with a card that is paid":   {[]State{paying(2900, ago(50), trial(43))}, Revenue{Monthly: map[string]int64{"eur": 2900}, Paying: 1, Begun: 1, Tried: 1, Converted: 1}},
		"a trial that was ended in time":     {[]State{paying(2900, ago(50), trial(43), ended(43))}, Revenue{Tried: 1}},
		"a trial that nothing was there for": {[]State{paying(2900, ago(50), trial(43), status(ContractPaused))}, Revenue{Tried: 1}},
	}
	for name, test := range tests {
		got := RevenueOf(test.states, strict, now)
		if !maps.Equal(got.Monthly, test.want.Monthly) {
			t.Errorf("%s: a month brings %v, want %v", name, got.Monthly, test.want.Monthly)
		}
		got.Monthly, test.want.Monthly = nil, nil
		if got.Paying != test.want.Paying || got.Begun != test.want.Begun || got.Ended != test.want.Ended || got.Trials != test.want.Trials || got.Tried != test.want.Tried || got.Converted != test.want.Converted {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

func TestWhatWasEarnedBefore(t *testing.T) {
	t.Parallel()
	state := State{Interval: Monthly, Contract: contract(func(c *Contract) {
		c.Amount, c.Currency, c.Status, c.Ended = 2900, "eur", ContractCanceled, begun.Add(days(50))
	})}
	for on, want := range map[int]int64{-1: 0, 0: 2900, 49: 2900, 50: 0, 80: 0} {
		at := begun.Add(days(on))
		if got := RevenueOf([]State{state}, strict, at).Monthly["eur"]; got != want {
			t.Errorf("on day %d a month brought %d, want %d", on, got, want)
		}
		if got, _ := state.MonthlyAmount(at); got != want {
			t.Errorf("on day %d they paid %d, want %d", on, got, want)
		}
	}
}
