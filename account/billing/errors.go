package billing

import "parley/chat"

// What a plan does not allow. The messages say no more than that: Explain adds the way out.
var (
	ErrBots     = chat.Fail(chat.Forbidden, "plan_bots", "Your plan has no room for another bot.")
	ErrPassages = chat.Fail(chat.Forbidden, "plan_passages", "Your plan has no room for more knowledge.")
	ErrSeats    = chat.Fail(chat.Forbidden, "plan_seats", "Your plan has no seat left for another person.")
	ErrPages    = chat.Fail(chat.Forbidden, "plan_pages", "Your plan has no room for more pages of websites.")
	ErrModel    = chat.Fail(chat.Forbidden, "plan_model", "Your plan does not include this model.")
	ErrFeature  = chat.Fail(chat.Forbidden, "plan_feature", "Your plan does not include this.")
)

// lacks are the words for a feature.
var lacks = map[Feature]string{
	API:          "API keys",
	Webhooks:     "webhooks",
	Identity:     "known customers",
	SecondFactor: "asking all members for a second factor",
}

// Lacks is an ErrFeature that names what the plan does not have.
func Lacks(feature Feature) *chat.Error {
	return chat.Fail(ErrFeature.Kind, ErrFeature.Code, "Your plan does not include "+lacks[feature]+".")
}

// What happens to those who buy.
var (
	// ErrPaymentsOff answers all that has to do with paying where nothing is sold.
	ErrPaymentsOff = chat.Fail(chat.NotFound, "payments_off", "Nothing is sold here. Ask whoever runs this service for another plan.")
	// ErrPlanUnknown refuses a plan that is not on offer, or not by the month or by the year as was asked.
	ErrPlanUnknown = chat.Fail(chat.Invalid, "plan_unknown", "This plan is not on offer. Please choose another.")
	// ErrNotSubscribed refuses to change what was not bought yet.
	ErrNotSubscribed = chat.Fail(chat.Conflict, "not_subscribed", "Nothing was bought yet. Please choose a plan first.")
	// ErrAlreadySubscribed refuses to buy a second time.
	ErrAlreadySubscribed = chat.Fail(chat.Conflict, "already_subscribed", "You have a subscription already. Change its plan instead.")
	// ErrSamePlan refuses a change into what there is.
	ErrSamePlan = chat.Fail(chat.Conflict, "same_plan", "This is the plan that you have.")
	// ErrChangeStale refuses to change under conditions that were shown too long ago, or do not hold any more.
	ErrChangeStale = chat.Fail(chat.Conflict, "change_stale", "The conditions have changed since they were shown. Please look at them again.")
)
