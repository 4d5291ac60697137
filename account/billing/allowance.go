package billing

import (
	"slices"

	"parley/chat"
)

// AllowanceOf is what conversations need to know of a standing.
func AllowanceOf(state State, standing Standing) chat.Allowance {
	return chat.Allowance{Paused: !standing.Serves(), Answers: state.MostAnswers(standing), Period: standing.Period.Key(), Models: state.Plan.Models}
}

// MostAnswers is how many answers the tenant can have in the month that runs. 0: as many as it likes. Answers beyond the plan's are had only where they are charged: not
// in a trial, nor under a plan of the operator's or a contract that has nothing to report them to.
func (s State) MostAnswers(standing Standing) int64 {
	if !s.chargesOverage(standing) {
		return s.Plan.Limits.Answers
	}
	return s.Plan.MostAnswers()
}

// Over is how many of the answers of the month that runs are charged one by one.
func (s State) Over(standing Standing, answers int64) int64 {
	if !s.chargesOverage(standing) || s.Plan.Overage == nil || s.Plan.Limits.Answers == 0 {
		return 0
	}
	return max(0, answers-s.Plan.Limits.Answers)
}

// chargesOverage tells whether somebody pays for answers one by one: Stripe charges nothing for those of a trial.
func (s State) chargesOverage(standing Standing) bool {
	return !s.Assigned && s.Contract.began() && s.Contract.Meter != "" && standing.Status != Trialing
}

// MostAnswers is how many answers the plan sells in a month, with those that are paid for one by one. 0: as many as they like.
func (p Plan) MostAnswers() int64 {
	switch {
	case p.Overage == nil || p.Limits.Answers == 0:
		return p.Limits.Answers
	case p.Overage.Most == 0:
		return 0
	}
	return p.Limits.Answers + p.Overage.Most
}

// Unlimited is the plan of everybody where there are no plans: all of it, and as many answers in a month as the operator gives to all. 0: no limit.
func Unlimited(answers int64) Plan {
	return Plan{ID: "unlimited", Name: "Unlimited", About: "Everything that this installation has.", Limits: Limits{Answers: answers}, Features: slices.Clone(Features)}
}
