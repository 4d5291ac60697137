package storetest

import (
	"testing"
	"time"

	"parley/account/billing"
	"parley/chat"
)

// monthTests drive a clock over the months of subscriptions. Their boundaries are written down here: what billing makes of an anchor is tried along with what is counted.
var monthTests = []test{
	{"A yearly subscriber has the plan's answers in each of twelve months, over a leap day", func(t *testing.T, w *world) {
		w.answersOfEachMonth(t, billing.Yearly, "2027-07-31T22:15:00Z",
			"2027-08-31T22:15:00Z", "2027-09-30T22:15:00Z", "2027-10-31T22:15:00Z", "2027-11-30T22:15:00Z", "2027-12-31T22:15:00Z", "2028-01-31T22:15:00Z",
			"2028-02-29T22:15:00Z", "2028-03-31T22:15:00Z", "2028-04-30T22:15:00Z", "2028-05-31T22:15:00Z", "2028-06-30T22:15:00Z", "2028-07-31T22:15:00Z")
	}},
	{"A subscriber of the 31st has the plan's answers in each month, however short", func(t *testing.T, w *world) {
		w.answersOfEachMonth(t, billing.Monthly, "2026-12-31T00:00:00Z", "2027-01-31T00:00:00Z", "2027-02-28T00:00:00Z", "2027-03-31T00:00:00Z", "2027-04-30T00:00:00Z")
	}},
	{"Whoever buys in another time zone has months that begin at that instant everywhere", func(t *testing.T, w *world) {
		w.answersOfEachMonth(t, billing.Monthly, "2026-10-31T23:30:00-04:00", "2026-12-01T03:30:00Z", "2027-01-01T03:30:00Z", "2027-02-01T03:30:00Z")
	}},
	{"A subscriber of a leap day has the plan's answers in each month", func(t *testing.T, w *world) {
		w.answersOfEachMonth(t, billing.Yearly, "2028-02-29T12:00:00Z", "2028-03-29T12:00:00Z", "2028-04-29T12:00:00Z")
	}},
}

// answersOfEachMonth lets a subscriber of a plan with two answers ask three times in each month: at its first instant, and twice at its last.
func (w *world) answersOfEachMonth(t *testing.T, every billing.Interval, begun string, ends ...string) {
	t.Helper()
	at := func(text string) time.Time {
		parsed, err := time.Parse(time.RFC3339, text)
		must(t, err)
		return parsed
	}
	start := at(begun)
	state := billing.State{
		Tenant: w.tenant.ID, Interval: every, Plan: billing.Plan{Limits: billing.Limits{Answers: 2}},
		Contract: &billing.Contract{Status: billing.ContractActive, Interval: every, Begun: start, Anchor: start},
	}
	ask := func(now time.Time) chat.Append {
		allowance := billing.AllowanceOf(state, billing.StandingOf(state, billing.Policy{}, now))
		return w.askingIn(allowance.Period, allowance.Answers, now)
	}
	counted := map[string]int64{}
	for _, text := range ends {
		end := at(text)
		last := end.Add(-time.Millisecond)
		w.committed(t, ask(start))
		w.committed(t, ask(last.In(time.FixedZone("", 13*3600))))
		w.refused(t, chat.ErrQuota, ask(last))
		counted[billing.Period{Start: start, End: end}.Key()] = 2
		start = end
	}
	if len(counted) != len(ends) {
		t.Errorf("%d months have %d names", len(ends), len(counted))
	}
	w.answersIn(t, counted)
}
