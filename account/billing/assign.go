package billing

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode/utf8"

	"parley/chat"
)

// maxReason bounds what an operator writes, in characters.
const maxReason = 500

// Errors of what operators do.
var (
	errNoPlans = chat.Fail(chat.Conflict, "no_plans", "There are no plans here. Name a file with plans in PARLEY_PLANS first.")
	// errPays refuses to give a plan to whoever pays for another.
	errPays = chat.Fail(chat.Conflict, "already_subscribed", "This business pays for a subscription. End that first, or it goes on paying.")
	errWhy  = chat.Fail(chat.Invalid, "reason_invalid", fmt.Sprintf("Please write why, in %d characters at most.", maxReason))
)

// Assign gives a tenant a plan, which nothing is owed for, for as long as the operator wants. Hidden plans are for this alone. Codes: no_plans,
// plan_unknown, already_subscribed, reason_invalid.
func (s *Service) Assign(ctx context.Context, by, tenant, plan, reason string) error {
	reason, err := cleanReason(reason)
	if err != nil {
		return err
	}
	catalogue := s.catalogue()
	if catalogue == nil {
		return errNoPlans
	}
	assigned, ok := catalogue.Plan(plan)
	if !ok {
		return ErrPlanUnknown
	}
	_, err = s.change(ctx, tenant, func(state State) (State, error) {
		if state.Subscribed() {
			return State{}, errPays
		}
		state.Plan, state.Price, state.Interval, state.Since = assigned, "", "", s.now().UTC()
		state.Assigned, state.TrialEnds = true, time.Time{}
		state.Assignment = &Assignment{At: state.Since, By: by, Reason: reason}
		return state, nil
	})
	if err == nil {
		s.logger.InfoContext(ctx, "an operator assigns a plan", slog.String("tenant", tenant), slog.String("plan", plan), slog.String("by", by))
	}
	return err
}

// Suspend lets a tenant's chats rest, until ResumeTenant. Its people are told the reason. Code: reason_invalid.
func (s *Service) Suspend(ctx context.Context, by, tenant, reason string) error {
	reason, err := cleanReason(reason)
	if err != nil {
		return err
	}
	_, err = s.change(ctx, tenant, func(state State) (State, error) {
		suspension := Suspension{At: s.now().UTC(), By: by, Reason: reason}
		if state.Suspension != nil { // since when it rests does not change with the reason
			suspension.At = state.Suspension.At
		}
		state.Suspension = &suspension
		return state, nil
	})
	if err == nil {
		s.logger.InfoContext(ctx, "an operator suspends a tenant", slog.String("tenant", tenant), slog.String("by", by))
	}
	return err
}

// ResumeTenant takes back Suspend. Repeating it changes nothing.
func (s *Service) ResumeTenant(ctx context.Context, by, tenant string) error {
	_, err := s.change(ctx, tenant, func(state State) (State, error) {
		state.Suspension = nil
		return state, nil
	})
	if err == nil {
		s.logger.InfoContext(ctx, "an operator resumes a tenant", slog.String("tenant", tenant), slog.String("by", by))
	}
	return err
}

func cleanReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxReason || !utf8.ValidString(reason) {
		return "", errWhy
	}
	return reason, nil
}
