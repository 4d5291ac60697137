package billing

import (
	"fmt"
	"strings"
	"time"
)

// NoticeKind is what a tenant's owners are mailed about their subscription.
type NoticeKind string

// The kinds.
const (
	PaymentFailed  NoticeKind = "payment_failed" // a payment is missing; on the days of Policy.MailDays
	TrialEnding    NoticeKind = "trial_ending"   // in three days
	TrialEnded     NoticeKind = "trial_ended"
	ChatsSuspended NoticeKind = "suspended"
	PlanCancelled  NoticeKind = "cancelled"
	ErasedSoon     NoticeKind = "erased_soon" // in seven days
	ErasedTomorrow NoticeKind = "erased_tomorrow"
	Usage80        NoticeKind = "usage_80" // of the answers of a month
	Usage100       NoticeKind = "usage_100"
	ChatsRecovered NoticeKind = "recovered" // after PaymentFailed, TrialEnded, ChatsSuspended or PlanCancelled
)

const (
	trialWarning    = 3 * day
	erasureWarning  = 7 * day
	erasureTomorrow = day
)

// Notice is a mail that is due.
type Notice struct {
	Kind NoticeKind
	// Key is the same for the same notice, whenever it is looked for: each is mailed once.
	Key string
}

// DueNotices returns what a tenant's owners must be mailed, given the keys of all that they were mailed before. What was missed while nobody looked is not
// made up for: of the mails of a series only the latest that has come due is sent.
func DueNotices(state State, policy Policy, used Used, sent map[string]bool, now time.Time) []Notice {
	standing := StandingOf(state, policy, now)
	var due []Notice
	add := func(kind NoticeKind, what string) {
		if key := string(kind) + "/" + what; !sent[key] {
			due = append(due, Notice{Kind: kind, Key: key})
		}
	}
	switch standing.Status {
	case Trialing:
		if warn := standing.Until.Add(-trialWarning); !now.Before(warn) && standing.Since.Before(warn) {
			add(TrialEnding, date(standing.Until))
		}
	case PastDue:
		for i := len(policy.MailDays) - 1; i >= 0; i-- {
			if n := policy.MailDays[i]; !now.Before(standing.Since.Add(days(n))) {
				add(PaymentFailed, fmt.Sprintf("%s/%d", date(standing.Since), n))
				break
			}
		}
	case Suspended:
		kind := ChatsSuspended
		if standing.Reason == TrialOver {
			kind = TrialEnded
		}
		add(kind, date(standing.Since))
	case Cancelled:
		add(PlanCancelled, date(standing.Since))
	case Active:
	}
	if !standing.EraseAt.IsZero() {
		switch left := standing.EraseAt.Sub(now); {
		case left <= erasureTomorrow:
			add(ErasedTomorrow, date(standing.EraseAt))
		case left <= erasureWarning:
			add(ErasedSoon, date(standing.EraseAt))
		}
	}
	if standing.Serves() {
		if limit := state.Plan.Limits.Answers; limit > 0 {
			what := fmt.Sprintf("%s/%d", standing.Period.Key(), limit)
			switch {
			case used.Answers >= limit:
				add(Usage100, what)
			case used.Answers*100 >= limit*80:
				add(Usage80, what)
			}
		}
		if standing.Status != PastDue {
			if lapse := lastLapse(sent); lapse != "" {
				add(ChatsRecovered, lapse)
			}
		}
	}
	return due
}

// date names a day in a key: an instant would make another notice of the same thing as soon as an event of a few seconds before arrives.
func date(at time.Time) string { return at.UTC().Format(time.DateOnly) }

// lastLapse is the latest day on which owners were told that something is wrong. "": they were not.
func lastLapse(sent map[string]bool) string {
	var last string
	for key := range sent {
		kind, what, _ := strings.Cut(key, "/")
		switch NoticeKind(kind) {
		case PaymentFailed, TrialEnded, ChatsSuspended, PlanCancelled:
			on, _, _ := strings.Cut(what, "/")
			last = max(last, on)
		default:
		}
	}
	return last
}
