package billing

import (
	"slices"

	"parley/chat"
)

// Explain adds to a refusal of what a plan does not allow how it would be allowed: by the cheapest plan that does, where people buy plans
// themselves, and by the operator elsewhere. A nil catalogue offers nothing.
func (c *Catalogue) Explain(refusal *chat.Error, sold bool, allows func(Plan) bool) *chat.Error {
	explained := *refusal
	explained.Message += " " + c.wayOut(sold, allows)
	return &explained
}

// extractive is what chat.Settings calls answers without a model.
const extractive = "extractive"

func (c *Catalogue) wayOut(sold bool, allows func(Plan) bool) string {
	const ask = "Ask whoever runs this service for another plan."
	if c == nil || !sold {
		return ask
	}
	for _, plan := range c.Plans {
		if !plan.Hidden && len(plan.Prices) > 0 && allows(plan) {
			return "The plan " + plan.Name + " does: an owner of your account can change to it under Settings, Plan."
		}
	}
	return ask
}

// Allows tells whether a plan has a feature.
func (p Plan) Allows(feature Feature) bool {
	return slices.Contains(p.Features, feature)
}

// AllowsModel tells whether bots may be given a model. The platform's own, which has no name, and sentences from what a bot has read, which
// cost nothing, are in every plan.
func (p Plan) AllowsModel(model string) bool {
	return model == "" || model == extractive || len(p.Models) == 0 || slices.Contains(p.Models, model)
}
