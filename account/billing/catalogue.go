package billing

import (
	_ "embed"
	"slices"
)

// defaults is the catalogue of those who sell plans and have written none.
//
//go:embed default.yaml
var defaults []byte

// DefaultCatalogue returns it.
func DefaultCatalogue() *Catalogue {
	catalogue, err := ParseCatalogue(defaults)
	if err != nil {
		panic("billing: the catalogue that is built in: " + err.Error()) // it was embedded
	}
	return catalogue
}

// Plan returns the plan with an id.
func (c *Catalogue) Plan(id string) (Plan, bool) {
	i := slices.IndexFunc(c.Plans, func(p Plan) bool { return p.ID == id })
	if i < 0 {
		return Plan{}, false
	}
	return c.Plans[i], true
}

// PlanOfPrice returns what a price at the processor of payments pays for. A former one has its id, and an Amount of 0: what it is, the processor knows.
func (c *Catalogue) PlanOfPrice(id string) (Plan, Price, bool) {
	if c == nil || id == "" {
		return Plan{}, Price{}, false
	}
	for _, plan := range c.Plans {
		for _, price := range plan.Prices {
			if price.ID == id {
				return plan, price, true
			}
			if slices.Contains(price.Former, id) {
				return plan, Price{ID: id, Interval: price.Interval, Currency: price.Currency}, true
			}
		}
	}
	return Plan{}, Price{}, false
}

// Price returns what the plan costs when it is paid by the month or by the year.
func (p Plan) Price(every Interval) (Price, bool) {
	i := slices.IndexFunc(p.Prices, func(price Price) bool { return price.Interval == every })
	if i < 0 {
		return Price{}, false
	}
	return p.Prices[i], true
}

// Meter returns the id of the price that overage is reported to. "": none is sold.
func (p Plan) Meter(every Interval) string {
	switch {
	case p.Overage == nil:
		return ""
	case every == Yearly:
		return p.Overage.YearlyPriceID
	}
	return p.Overage.PriceID
}

// Sold tells whether the plan can be bought: it is shown, and the processor of payments knows a price of it.
func (p Plan) Sold() bool {
	return !p.Hidden && slices.ContainsFunc(p.Prices, func(price Price) bool { return price.ID != "" })
}

// Sells tells whether any plan can be bought.
func (c *Catalogue) Sells() bool { return slices.ContainsFunc(c.Plans, Plan.Sold) }

func (p Plan) hasPrice(id string) bool {
	return slices.ContainsFunc(p.Prices, func(price Price) bool { return price.ID == id || slices.Contains(price.Former, id) })
}
