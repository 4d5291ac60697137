package billing

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestWhatWouldStopWorkingIsNamed(t *testing.T) {
	t.Parallel()
	small := Plan{ID: "small", Limits: Limits{Answers: 1000, Bots: 1, Passages: 100, Seats: 2, Pages: 10}, Models: []string{"mini"}, Features: []Feature{API}}
	large := Plan{ID: "large", Features: []Feature{API, Webhooks, SecondFactor}}
	tests := map[string]struct {
		have, to Plan
		used     Used
		want     []Loss
	}{
		"everything that is too much": {large, small, Used{Answers: 1001, Bots: 2, Passages: 101, Seats: 3, Pages: 11}, []Loss{
			{What: "answers", Have: 1001, Allowed: 1000}, {What: "bots", Have: 2, Allowed: 1}, {What: "passages", Have: 101, Allowed: 100}, {What: "seats", Have: 3, Allowed: 2}, {What: "pages", Have: 11, Allowed: 10},
			{What: "features", Name: "webhooks"}, {What: "features", Name: "second_factor"}, {What: "other_models", Name: "mini"},
		}},
		"limits that are reached, and not exceeded": {Plan{}, Plan{Limits: small.Limits}, Used{1000, 1, 100, 2, 10}, nil},
		"nothing, with more":                        {small, large, Used{1000, 1, 100, 2, 10}, nil},
		"models one by one":                         {Plan{Models: []string{"mini", "large", "huge"}}, Plan{Models: []string{"mini", "other"}}, Used{}, []Loss{{What: "models", Name: "large"}, {What: "models", Name: "huge"}}},
		"answers that are sold beyond the plan":     {Plan{}, Plan{Limits: Limits{Answers: 10}, Overage: &Overage{Most: 5}}, Used{Answers: 15}, nil},
		"answers beyond those as well":              {Plan{}, Plan{Limits: Limits{Answers: 10}, Overage: &Overage{Most: 5}}, Used{Answers: 16}, []Loss{{What: "answers", Have: 16, Allowed: 15}}},
		"answers that are sold without an end":      {Plan{}, Plan{Limits: Limits{Answers: 10}, Overage: &Overage{}}, Used{Answers: 1 << 40}, nil},
	}
	for name, test := range tests {
		if got := Compare(test.have, test.to, test.used); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

func TestMoreComesAtOnceAndLessWhenThePeriodEnds(t *testing.T) {
	t.Parallel()
	plan := func(id string, month, year int64, change func(*Plan)) Plan {
		p := Plan{ID: id}
		if month > 0 {
			p.Prices = append(p.Prices, Price{Interval: Monthly, Amount: month})
		}
		if year > 0 {
			p.Prices = append(p.Prices, Price{Interval: Yearly, Amount: year})
		}
		if change != nil {
			change(&p)
		}
		return p
	}
	small, large := plan("small", 29, 290, nil), plan("large", 99, 990, nil)
	yearly := plan("yearly", 0, 600, nil) // 50 a month
	free := plan("free", 0, 0, nil)
	tests := map[string]struct {
		have  Plan
		every Interval
		to    Plan
		next  Interval
		want  bool
	}{
		"a dearer plan":                             {small, Monthly, large, Monthly, true},
		"a dearer plan, by the year":                {small, Monthly, large, Yearly, true},
		"a dearer plan, from the year to the month": {small, Yearly, large, Monthly, true},
		"a cheaper plan":                            {large, Monthly, small, Monthly, false},
		"a cheaper plan, by the year":               {large, Monthly, small, Yearly, false}, // though its year costs more than their month
		"the same plan by the year":                 {small, Monthly, small, Yearly, true},
		"the same plan by the month":                {small, Yearly, small, Monthly, false},
		"a plan that is sold by the year alone":     {small, Monthly, yearly, Yearly, true},
		"from that to a dearer one":                 {yearly, Yearly, large, Monthly, true},
		"from that to a cheaper one":                {yearly, Yearly, small, Yearly, false},
		"from one that costs nothing":               {free, "", small, Monthly, true},
		"as dear, and with more":                    {small, Monthly, plan("other", 29, 290, func(p *Plan) { p.Features = Features }), Monthly, true},
		"as dear, and with fewer bots":              {small, Monthly, plan("other", 29, 290, func(p *Plan) { p.Limits.Bots = 1 }), Monthly, false},
		"as dear, and without a feature":            {plan("other", 29, 290, func(p *Plan) { p.Features = Features }), Monthly, small, Monthly, false},
		"as dear, and with fewer models":            {small, Monthly, plan("other", 29, 290, func(p *Plan) { p.Models = []string{"mini"} }), Monthly, false},
		"as dear, and with another model":           {plan("other", 29, 290, func(p *Plan) { p.Models = []string{"mini"} }), Monthly, plan("next", 29, 290, func(p *Plan) { p.Models = []string{"large"} }), Monthly, false},
	}
	for name, test := range tests {
		if got := AtOnce(test.have, test.every, test.to, test.next); got != test.want {
			t.Errorf("%s comes at once: %v", name, got)
		}
	}
}

func anyPlan() *rapid.Generator[Plan] {
	return rapid.Custom(func(t *rapid.T) Plan {
		limit := func(name string) int64 { return rapid.Int64Range(0, 3).Draw(t, name) }
		p := Plan{ID: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id"), Limits: Limits{limit("answers"), limit("bots"), limit("passages"), limit("seats"), limit("pages")}}
		p.Features = rapid.SliceOfNDistinct(rapid.SampledFrom(Features), 0, 4, rapid.ID).Draw(t, "features")
		p.Models = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), 0, 3, rapid.ID).Draw(t, "models")
		if amount := rapid.Int64Range(0, 2).Draw(t, "amount"); amount > 0 {
			p.Prices = []Price{{Interval: Monthly, Amount: amount}, {Interval: Yearly, Amount: amount * 10}}
		}
		return p
	})
}

// Whoever changes back and forth must wait once: otherwise the dear plan could be had for a moment of each period, and be credited.
func TestNoChangeIsAnUpgradeBothWays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyPlan().Draw(t, "one"), anyPlan().Draw(t, "other")
		every, next := rapid.SampledFrom([]Interval{Monthly, Yearly}).Draw(t, "every"), rapid.SampledFrom([]Interval{Monthly, Yearly}).Draw(t, "next")
		if a.ID == b.ID {
			b = a // a plan is the same under its id
		}
		there, back := AtOnce(a, every, b, next), AtOnce(b, next, a, every)
		if same := a.ID == b.ID && every == next || a.ID != b.ID && a.yearlyRate() == b.yearlyRate() && a.includes(b) && b.includes(a); there && back && !same {
			t.Fatalf("both are upgrades")
		}
		if a.ID != b.ID && there && b.yearlyRate() == a.yearlyRate() && len(Compare(a, b, Used{3, 3, 3, 3, 3})) > len(Compare(a, a, Used{3, 3, 3, 3, 3})) {
			t.Fatalf("an upgrade for the same money takes something away: %+v", Compare(a, b, Used{3, 3, 3, 3, 3}))
		}
	})
}
