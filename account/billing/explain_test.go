package billing

import (
	"errors"
	"strings"
	"testing"
)

func TestARefusalNamesTheCheapestPlanThatAllowsIt(t *testing.T) {
	t.Parallel()
	price := []Price{{Interval: Monthly, Amount: 100, Currency: "usd"}}
	catalogue := &Catalogue{Plans: []Plan{
		{ID: "free", Name: "Free", Limits: Limits{Bots: 9}}, // cannot be bought
		{ID: "starter", Name: "Starter", Prices: price, Limits: Limits{Bots: 1}},
		{ID: "special", Name: "Special", Prices: price, Hidden: true},
		{ID: "growth", Name: "Growth", Prices: price, Limits: Limits{Bots: 10}},
		{ID: "scale", Name: "Scale", Prices: price},
	}}
	more := func(p Plan) bool { return p.Limits.Bots == 0 || p.Limits.Bots > 1 }
	got := catalogue.Explain(ErrBots, true, more)
	if !errors.Is(got, ErrBots) || !strings.Contains(got.Message, ErrBots.Message) || !strings.Contains(got.Message, "Growth") {
		t.Errorf("%q", got.Message)
	}
	for name, got := range map[string]string{
		"nothing is sold":       catalogue.Explain(ErrBots, false, more).Message,
		"no plan has it":        catalogue.Explain(ErrBots, true, func(Plan) bool { return false }).Message,
		"there is no catalogue": (*Catalogue)(nil).Explain(ErrBots, true, more).Message,
	} {
		if !strings.Contains(got, "Ask whoever runs") {
			t.Errorf("%s: %q", name, got)
		}
	}
	if strings.Contains(ErrBots.Message, "Ask") {
		t.Error("the error that everybody compares with has changed")
	}
}

func TestAPlanWithoutModelsAllowsAnyAndEachAllowsThePlatforms(t *testing.T) {
	t.Parallel()
	some := Plan{Models: []string{"small"}}
	for _, c := range []struct {
		plan  Plan
		model string
		want  bool
	}{{Plan{}, "large", true}, {some, "small", true}, {some, "large", false}, {some, "", true}, {some, "extractive", true}} {
		if got := c.plan.AllowsModel(c.model); got != c.want {
			t.Errorf("%v allows %q: %v", c.plan.Models, c.model, got)
		}
	}
}
