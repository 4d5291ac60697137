package billing

import (
	"slices"
	"testing"
)

func TestAnswersBeyondThePlanAreHadOnlyWhereTheyAreCharged(t *testing.T) {
	t.Parallel()
	plan := func(most int64) Plan {
		return Plan{Limits: Limits{Answers: 1000}, Overage: &Overage{PriceID: "price_over", Amount: 200, Currency: "eur", Most: most}}
	}
	metered := func(change func(*Contract)) *Contract {
		return contract(func(c *Contract) {
			c.Meter = "si_2"
			if change != nil {
				change(c)
			}
		})
	}
	tests := map[string]struct {
		state State
		most  int64
		over  int64 // of 1,500 answers
	}{
		"paid, up to an end":               {State{Plan: plan(500), Contract: metered(nil)}, 1500, 500},
		"paid, without an end":             {State{Plan: plan(0), Contract: metered(nil)}, 0, 500},
		"paid, while a payment is missing": {State{Plan: plan(500), Contract: metered(nil), PastDue: begun}, 1500, 500},
		"paid, of a plan that has none":    {State{Plan: Plan{Limits: Limits{Answers: 1000}}, Contract: metered(nil)}, 1000, 0},
		"paid, without a limit":            {State{Contract: metered(nil)}, 0, 0},
		"bought before it was sold":        {State{Plan: plan(0), Contract: contract(nil)}, 1000, 0},
		"a first payment that is missing":  {State{Plan: plan(0), Contract: metered(func(c *Contract) { c.Status = ContractIncomplete })}, 1000, 0},
		"tried":                            {State{Plan: plan(0), TrialEnds: begun.Add(day)}, 1000, 0},
		"tried with a card":                {State{Plan: plan(0), Contract: metered(func(c *Contract) { c.Status, c.TrialEnd = ContractTrialing, begun.Add(day) })}, 1000, 0},
		"given by the operator":            {State{Plan: plan(0), Assigned: true}, 1000, 0},
		"given to somebody who pays":       {State{Plan: plan(0), Assigned: true, Contract: metered(nil)}, 1000, 0},
	}
	for name, test := range tests {
		standing := StandingOf(test.state, strict, begun)
		if got := test.state.MostAnswers(standing); got != test.most {
			t.Errorf("%s: they have %d answers, want %d", name, got, test.most)
		}
		if got := test.state.Over(standing, 1500); got != test.over {
			t.Errorf("%s: %d answers are charged, want %d", name, got, test.over)
		}
		if got := test.state.Over(standing, 1000); got != 0 {
			t.Errorf("%s: %d answers of the plan are charged", name, got)
		}
	}
}

func TestWhatConversationsKnowOfAStanding(t *testing.T) {
	t.Parallel()
	state := State{Plan: Plan{Limits: Limits{Answers: 7}, Models: []string{"gpt-4o-mini"}}, Contract: contract(nil)}
	got := AllowanceOf(state, StandingOf(state, strict, begun))
	if got.Paused || got.Answers != 7 || got.Period != "2026-03-31T10:00:00Z" || !slices.Equal(got.Models, []string{"gpt-4o-mini"}) {
		t.Errorf("they know %+v", got)
	}
	state.Suspension = &Suspension{At: begun}
	if got := AllowanceOf(state, StandingOf(state, strict, begun)); !got.Paused {
		t.Errorf("of somebody suspended they know %+v", got)
	}
	free := State{Plan: Unlimited(0), Assigned: true}
	if got := AllowanceOf(free, StandingOf(free, Policy{}, begun)); got.Paused || got.Answers != 0 || got.Period != "2026-03" || len(got.Models) != 0 {
		t.Errorf("where there are no plans they know %+v", got)
	}
	for _, feature := range Features {
		if !free.Plan.Allows(feature) {
			t.Errorf("where there are no plans, %s is missing", feature)
		}
	}
}
