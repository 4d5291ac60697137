package billing

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// What a catalogue may say.
const (
	plansMost     = 50
	nameMost      = 60  // characters: a card on the page of plans
	aboutMost     = 300 // likewise
	modelsMost    = 100
	trialDaysMost = 365
	graceDaysMost = 90
	keepDaysMost  = 3650
	// keepDaysLeast is how many days before an erasure owners are mailed.
	keepDaysLeast = 7
	limitMost     = 1_000_000_000_000
	amountMost    = 99_999_999 // what Stripe charges at most, in the smallest unit
)

// defaultPolicy holds for what a catalogue does not say.
var defaultPolicy = Policy{GraceDays: 14, MailDays: []int{0, 3, 7}, KeepDays: 30}

var (
	planID   = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,39}$`)
	currency = regexp.MustCompile(`^[a-z]{3}$`)
	priceID  = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)
)

// check looks for what contradicts itself in a catalogue.
type check struct {
	root      *yaml.Node
	catalogue *Catalogue
	faults    *faults
}

// wrong tells of a fault at a place: names of fields and indexes in lists.
func (c check) wrong(place []any, format string, args ...any) {
	node, _ := find(c.root, place)
	c.faults.add(node.Line, format, args...)
}

// find returns what stands at a place, or the last on the way there that does stand.
func find(node *yaml.Node, place []any) (*yaml.Node, bool) {
	if node.Kind == yaml.AliasNode {
		node = node.Alias
	}
	if len(place) == 0 {
		return node, true
	}
	rest := place[1:]
	switch step := place[0].(type) {
	case int:
		if node.Kind == yaml.SequenceNode && step < len(node.Content) {
			return find(node.Content[step], rest)
		}
	case string:
		for i := 0; node.Kind == yaml.MappingNode && i+1 < len(node.Content); i += 2 {
			if node.Content[i].Value == step {
				return find(node.Content[i+1], rest)
			}
		}
	}
	return node, false
}

func at(place []any, more ...any) []any { return append(slices.Clip(place), more...) }

func (c check) all() {
	switch n := len(c.catalogue.Plans); {
	case n == 0:
		c.wrong([]any{"plans"}, "there are no plans: name one at least under plans")
	case n > plansMost:
		c.wrong([]any{"plans"}, "there are %d plans: %d at most", n, plansMost)
	}
	ids, prices := map[string]bool{}, map[string]bool{}
	for i, plan := range c.catalogue.Plans {
		c.plan([]any{"plans", i}, plan, ids, prices)
	}
	switch plan, ok := c.catalogue.Plan(c.catalogue.Default); {
	case !ok && len(c.catalogue.Plans) > 0:
		c.wrong([]any{"default"}, "default must be the id of the plan that new businesses begin with, which is one of %s", strings.Join(c.ids(), ", "))
	case plan.TrialDays == 0 && slices.ContainsFunc(plan.Prices, func(price Price) bool { return price.ID != "" }):
		c.wrong([]any{"default"}, "whoever registers would have %s for nothing, since it is sold and cannot be tried: give it trial_days, or make a plan without prices the default", plan.ID)
	}
	c.policy([]any{"policy"}, c.catalogue.Policy)
}

func (c check) ids() []string {
	ids := make([]string, len(c.catalogue.Plans))
	for i, plan := range c.catalogue.Plans {
		ids[i] = plan.ID
	}
	return ids
}

func (c check) plan(place []any, plan Plan, ids, prices map[string]bool) {
	if !planID.MatchString(plan.ID) {
		c.wrong(at(place, "id"), "the id of a plan is up to 40 of a-z, 0-9, _ and -, as \"starter\": %q is none", plan.ID)
	} else if ids[plan.ID] {
		c.wrong(at(place, "id"), "there is a plan %q already: subscribers are known by the id, so each has its own", plan.ID)
	}
	ids[plan.ID] = true
	c.text(at(place, "name"), "the name of a plan", plan.Name, nameMost)
	if plan.About != "" {
		c.text(at(place, "about"), "about", plan.About, aboutMost)
	}
	c.within(at(place, "trial_days"), "trial_days", int64(plan.TrialDays), 0, trialDaysMost)
	c.limits(at(place, "limits"), plan.Limits)
	c.prices(at(place, "prices"), plan, prices)
	c.overage(at(place, "overage"), plan, prices)
	c.models(at(place, "models"), plan.Models)
	c.features(at(place, "features"), plan.Features)
}

func (c check) text(place []any, what, text string, most int) {
	if n := utf8.RuneCountInString(text); strings.TrimSpace(text) == "" || n > most || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' }) {
		c.wrong(place, "%s is a line of 1 to %d characters", what, most)
	}
}

func (c check) within(place []any, what string, n, least, most int64) {
	if n < least || n > most {
		c.wrong(place, "%s is %d: it must be %d to %d", what, n, least, most)
	}
}

// limits must be left out where there is none: whoever writes 0 may mean nothing at all, and would give everything.
func (c check) limits(place []any, limits Limits) {
	for _, limit := range []struct {
		name string
		most int64
	}{{"answers", limits.Answers}, {"bots", limits.Bots}, {"passages", limits.Passages}, {"seats", limits.Seats}, {"pages", limits.Pages}} {
		here := at(place, limit.name)
		if _, named := find(c.root, here); named && limit.most == 0 {
			c.wrong(here, "%s is 0: leave the line out for no limit, or write 1 at least", limit.name)
			continue
		}
		c.within(here, limit.name, limit.most, 0, limitMost)
	}
}

func (c check) prices(place []any, plan Plan, known map[string]bool) {
	intervals := map[Interval]bool{}
	for i, price := range plan.Prices {
		here := at(place, i)
		if price.Interval != Monthly && price.Interval != Yearly {
			c.wrong(at(here, "interval"), "the interval of a price is month or year, not %q", price.Interval)
		} else if intervals[price.Interval] {
			c.wrong(at(here, "interval"), "there is a price by the %s already: a plan has one of each interval (ids of before go into former)", price.Interval)
		}
		intervals[price.Interval] = true
		c.within(at(here, "amount"), "the amount of a price", price.Amount, 1, amountMost)
		c.money(at(here, "currency"), price.Currency)
		if price.Currency != plan.Prices[0].Currency {
			c.wrong(at(here, "currency"), "the prices of a plan have one currency: %s here, and %s before", price.Currency, plan.Prices[0].Currency)
		}
		c.price(at(here, "id"), price.ID, known)
		for j, id := range price.Former {
			c.price(at(here, "former", j), cmp.Or(id, " "), known)
		}
	}
}

// price looks at an id at the processor of payments, which may be missing, and pays for one thing only.
func (c check) price(place []any, id string, known map[string]bool) {
	switch {
	case id == "":
	case !priceID.MatchString(id):
		c.wrong(place, "%q is no id of a price: copy it from Stripe, as price_1Nv4…", id)
	case known[id]:
		c.wrong(place, "the price %s is named twice: whoever pays it could have either plan", id)
	}
	known[id] = true
}

func (c check) money(place []any, text string) {
	if !currency.MatchString(text) {
		c.wrong(place, "a currency is three lower-case letters, as eur: %q is none", text)
	}
}

func (c check) overage(place []any, plan Plan, known map[string]bool) {
	overage := plan.Overage
	if overage == nil {
		return
	}
	if plan.Limits.Answers == 0 {
		c.wrong(place, "answers are sold beyond a limit that there is not: name limits.answers, or remove overage")
	}
	c.within(at(place, "amount"), "the amount of overage", overage.Amount, 1, amountMost)
	c.money(at(place, "currency"), overage.Currency)
	if len(plan.Prices) > 0 && overage.Currency != plan.Prices[0].Currency {
		c.wrong(at(place, "currency"), "overage is charged with the plan, so its currency is the same: %s", plan.Prices[0].Currency)
	}
	c.within(at(place, "most"), "most", overage.Most, 0, limitMost)
	c.price(at(place, "price_id"), overage.PriceID, known)
	c.price(at(place, "yearly_price_id"), overage.YearlyPriceID, known)
	for _, price := range plan.Prices {
		if price.ID != "" && plan.Meter(price.Interval) == "" {
			field := map[Interval]string{Monthly: "price_id", Yearly: "yearly_price_id"}[price.Interval]
			c.wrong(place, "whoever pays by the %s would get answers beyond the plan for nothing: fill in %s, a metered price by the %s", price.Interval, field, price.Interval)
		}
	}
}

func (c check) models(place []any, models []string) {
	if len(models) > modelsMost {
		c.wrong(place, "there are %d models: %d at most", len(models), modelsMost)
	}
	for i, model := range models {
		c.text(at(place, i), "a model", model, nameMost)
		if slices.Contains(models[:i], model) {
			c.wrong(at(place, i), "the model %s is named twice", model)
		}
	}
}

func (c check) features(place []any, features []Feature) {
	for i, feature := range features {
		if !slices.Contains(Features, feature) {
			c.wrong(at(place, i), "there is no feature %q: there are %s", feature, strings.Trim(fmt.Sprint(Features), "[]"))
		} else if slices.Contains(features[:i], feature) {
			c.wrong(at(place, i), "the feature %s is named twice", feature)
		}
	}
}

func (c check) policy(place []any, policy Policy) {
	c.within(at(place, "grace_days"), "grace_days", int64(policy.GraceDays), 0, graceDaysMost)
	if policy.KeepDays != 0 {
		c.within(at(place, "keep_days"), "keep_days (0: nothing is erased)", int64(policy.KeepDays), keepDaysLeast, keepDaysMost)
	}
	for i, n := range policy.MailDays {
		here := at(place, "mail_days", i)
		switch {
		case n < 0 || n > policy.GraceDays:
			c.wrong(here, "owners are mailed within the %d days of grace: day %d is none of them", policy.GraceDays, n)
		case i > 0 && n <= policy.MailDays[i-1]:
			c.wrong(here, "mail_days are in order, each once")
		}
	}
}
