package billing

import (
	"slices"
	"strings"
)

// Compare names what will stop working: what is used beyond the other plan's limits, features and models that it does not have. A limit that is
// lower, but not reached, is no loss.
func Compare(have, to Plan, used Used) []Loss {
	var losses []Loss
	count := func(what string, used, allowed int64) {
		if allowed > 0 && used > allowed {
			losses = append(losses, Loss{What: what, Have: used, Allowed: allowed})
		}
	}
	count("answers", used.Answers, to.MostAnswers())
	count("bots", used.Bots, to.Limits.Bots)
	count("passages", used.Passages, to.Limits.Passages)
	count("seats", used.Seats, to.Limits.Seats)
	count("pages", used.Pages, to.Limits.Pages)
	for _, feature := range have.Features {
		if !to.Allows(feature) {
			losses = append(losses, Loss{What: "features", Name: string(feature)})
		}
	}
	if len(have.Models) == 0 && len(to.Models) > 0 {
		losses = append(losses, Loss{What: "other_models", Name: strings.Join(to.Models, ", ")})
	}
	for _, model := range have.Models {
		if !to.AllowsModel(model) {
			losses = append(losses, Loss{What: "models", Name: model})
		}
	}
	return losses
}

// AtOnce tells whether a change of plan is an upgrade, which happens at once; a downgrade waits for the end of what was paid. More is a plan that costs more in a
// month; at the same price one that takes nothing away; and of the same plan a year after a month.
func AtOnce(have Plan, every Interval, to Plan, next Interval) bool {
	if have.ID == to.ID {
		return every == next || next == Yearly
	}
	a, b := have.yearlyRate(), to.yearlyRate()
	if a != b {
		return b > a
	}
	return to.includes(have)
}

// yearlyRate is what twelve months cost, paid by the month where that can be chosen.
func (p Plan) yearlyRate() int64 {
	if price, ok := p.Price(Monthly); ok {
		return price.Amount * 12
	}
	price, _ := p.Price(Yearly)
	return price.Amount
}

// includes tells whether a plan takes nothing away that another gives.
func (p Plan) includes(other Plan) bool {
	enough := func(have, want int64) bool { return have == 0 || want > 0 && want <= have }
	return enough(p.MostAnswers(), other.MostAnswers()) &&
		enough(p.Limits.Bots, other.Limits.Bots) &&
		enough(p.Limits.Passages, other.Limits.Passages) &&
		enough(p.Limits.Seats, other.Limits.Seats) &&
		enough(p.Limits.Pages, other.Limits.Pages) &&
		!slices.ContainsFunc(other.Features, func(f Feature) bool { return !p.Allows(f) }) &&
		(len(p.Models) == 0 || len(other.Models) > 0 && !slices.ContainsFunc(other.Models, func(m string) bool { return !p.AllowsModel(m) }))
}
