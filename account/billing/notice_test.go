package billing

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// owner is somebody who is mailed what is due, hour by hour.
type owner struct {
	state State
	used  func(Period, time.Time) int64
	sent  map[string]bool
	mails []string // day and kind
}

func (o *owner) until(from, to time.Time) {
	for now := from; now.Before(to); now = now.Add(time.Hour) {
		o.look(now)
	}
}

func (o *owner) look(now time.Time) {
	used := Used{}
	if o.used != nil {
		used.Answers = o.used(PeriodOf(o.state.Anchor(), now), now)
	}
	for _, notice := range DueNotices(o.state, strict, used, o.sent, now) {
		if o.sent[notice.Key] {
			panic("the same again: " + notice.Key)
		}
		o.sent[notice.Key] = true
		o.mails = append(o.mails, fmt.Sprintf("%d %s", int(now.Sub(begun)/day), notice.Kind))
	}
}

func TestOwnersAreMailedOnTheDay(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		states map[int]State // from a day on
		days   int
		want   []string
	}{
		"whoever tries, and does not buy": {map[int]State{0: {Since: begun, TrialEnds: begun.Add(days(14))}}, 60,
			[]string{"11 trial_ending", "14 trial_ended", "37 erased_soon", "43 erased_tomorrow"}},
		"whoever tries for two days": {map[int]State{0: {Since: begun, TrialEnds: begun.Add(days(2))}}, 5,
			[]string{"2 trial_ended"}}, // not in the minute in which they came
		"whoever tries with a card": {map[int]State{0: {Contract: contract(func(c *Contract) { c.Status, c.TrialEnd = ContractTrialing, begun.Add(days(14)) })}}, 20,
			[]string{"11 trial_ending"}},
		"whoever buys after the trial was over": {map[int]State{0: {Since: begun, TrialEnds: begun.Add(days(14))}, 20: {Contract: contract(nil)}}, 60,
			[]string{"11 trial_ending", "14 trial_ended", "20 recovered"}},
		"whoever buys while they try": {map[int]State{0: {Since: begun, TrialEnds: begun.Add(days(14))}, 12: {Contract: contract(nil)}}, 60,
			[]string{"11 trial_ending"}},
		"whoever does not pay": {map[int]State{0: {Contract: contract(nil)}, 5: {PastDue: begun.Add(days(5)), Contract: contract(nil)}}, 90,
			[]string{"5 payment_failed", "8 payment_failed", "12 payment_failed", "19 suspended", "49 cancelled", "72 erased_soon", "78 erased_tomorrow"}},
		"whoever pays on the second day": {map[int]State{0: {PastDue: begun, Contract: contract(nil)}, 2: {Contract: contract(nil)}}, 90,
			[]string{"0 payment_failed", "2 recovered"}},
		"whoever pays when their chats rest": {map[int]State{0: {PastDue: begun, Contract: contract(nil)}, 20: {Contract: contract(nil)}}, 90,
			[]string{"0 payment_failed", "3 payment_failed", "7 payment_failed", "14 suspended", "20 recovered"}},
		"whoever fails to pay twice": {map[int]State{0: {PastDue: begun, Contract: contract(nil)}, 2: {Contract: contract(nil)}, 30: {PastDue: begun.Add(days(30)), Contract: contract(nil)}, 31: {Contract: contract(nil)}}, 90,
			[]string{"0 payment_failed", "2 recovered", "30 payment_failed", "31 recovered"}},
		"whose payment fails a few seconds earlier, as is told later": {map[int]State{0: {PastDue: begun, Contract: contract(nil)}, 1: {PastDue: begun.Add(-5 * time.Second), Contract: contract(nil)}}, 4,
			[]string{"0 payment_failed", "3 payment_failed"}},
		"whoever ends": {map[int]State{0: {Contract: contract(func(c *Contract) { c.CancelAt = begun.Add(days(10)) })}, 11: {Contract: contract(func(c *Contract) { c.Status, c.Ended = ContractCanceled, begun.Add(days(10)) })}}, 60,
			[]string{"10 cancelled", "33 erased_soon", "39 erased_tomorrow"}},
		"whoever ends, and comes back": {map[int]State{0: {Contract: contract(func(c *Contract) { c.Status, c.Ended = ContractCanceled, begun })}, 20: {Contract: contract(nil)}}, 60,
			[]string{"0 cancelled", "20 recovered"}},
		"whoever is paid back": {map[int]State{0: {Refunded: begun, Contract: contract(nil)}}, 70,
			[]string{"0 suspended", "30 cancelled", "53 erased_soon", "59 erased_tomorrow"}},
		"whom the operator suspends and resumes": {map[int]State{0: {Contract: contract(nil)}, 3: {Suspension: &Suspension{At: begun.Add(days(3))}, Contract: contract(nil)}, 9: {Contract: contract(nil)}}, 20,
			[]string{"3 suspended", "9 recovered"}},
		"whoever has a plan of the operator's": {map[int]State{0: {Assigned: true, Since: begun}}, 400, nil},
		"whoever pays":                         {map[int]State{0: {Contract: contract(nil)}}, 400, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &owner{sent: map[string]bool{}}
			for on := range test.days {
				if state, ok := test.states[on]; ok {
					o.state = state
				}
				o.until(begun.Add(days(on)), begun.Add(days(on+1)))
			}
			if !slices.Equal(o.mails, test.want) {
				t.Errorf("they are mailed\n%v, want\n%v", o.mails, test.want)
			}
		})
	}
}

func TestOwnersAreMailedOnceAtFourFifthsAndAtTheLimitOfEachMonth(t *testing.T) {
	t.Parallel()
	o := &owner{sent: map[string]bool{}, state: State{Plan: Plan{Limits: Limits{Answers: 30}}, Contract: contract(func(c *Contract) { c.Interval = Yearly })}}
	o.used = func(p Period, now time.Time) int64 { return int64(now.Sub(p.Start) / day) } // one each day
	o.until(begun, begun.AddDate(1, 0, 0))
	var eighty, full int
	for key := range o.sent {
		eighty += strings.Count(key, string(Usage80))
		full += strings.Count(key, string(Usage100))
	}
	// From 31 March: months of 30 days have no 31st answer, and the 30th is reached in those of 31.
	if eighty != 12 || full != 7 || len(o.mails) != eighty+full {
		t.Errorf("in a year they are mailed %d times at 80 %% and %d times at the limit: %v", eighty, full, o.mails)
	}
	if o.mails[0] != "24 usage_80" {
		t.Errorf("the first is on %s", o.mails[0])
	}
}

func TestALimitIsToldOfOnceWhateverIsUsed(t *testing.T) {
	t.Parallel()
	state := State{Plan: Plan{Limits: Limits{Answers: 10}}, Contract: contract(nil)}
	kinds := func(state State, used int64, sent map[string]bool) string {
		var all []string
		for _, n := range DueNotices(state, strict, Used{Answers: used}, sent, begun) {
			all = append(all, string(n.Kind))
		}
		return strings.Join(all, " ")
	}
	for used, want := range map[int64]string{0: "", 7: "", 8: "usage_80", 9: "usage_80", 10: "usage_100", 99: "usage_100"} {
		if got := kinds(state, used, nil); got != want {
			t.Errorf("with %d answers of 10 they are mailed %q, want %q", used, got, want)
		}
	}
	sent := map[string]bool{"usage_80/2026-03-31T10:00:00Z/10": true, "usage_100/2026-03-31T10:00:00Z/10": true}
	if got := kinds(state, 10, sent); got != "" {
		t.Errorf("again they are mailed %q", got)
	}
	larger := state
	larger.Plan.Limits.Answers = 100
	if got := kinds(larger, 80, sent); got != "usage_80" {
		t.Errorf("at the limit of a larger plan they are mailed %q", got)
	}
	for name, quiet := range map[string]State{
		"without a limit": {Contract: contract(nil)},
		"suspended":       {Plan: state.Plan, Contract: contract(nil), Suspension: &Suspension{At: begun}},
	} {
		if got := kinds(quiet, 99, map[string]bool{"suspended/2026-03-31": true}); got != "" && got != "recovered" {
			t.Errorf("%s they are mailed %q", name, got)
		}
	}
}

// Nobody looked for days: only what holds now is told.
func TestWhatWasMissedIsNotMadeUpFor(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		state State
		on    int
		want  string
	}{
		"the payment failed eight days ago": {State{PastDue: begun, Contract: contract(nil)}, 8, "payment_failed/2026-03-31/7"},
		"the trial is over":                 {State{Since: begun, TrialEnds: begun.Add(days(14))}, 16, "trial_ended/2026-04-14"},
		"it is erased within the hour":      {State{Since: begun, TrialEnds: begun.Add(days(14))}, 43, "trial_ended/2026-04-14 erased_tomorrow/2026-05-14"},
	} {
		sent := map[string]bool{}
		var keys []string
		for range 3 {
			for _, n := range DueNotices(test.state, strict, Used{}, sent, begun.Add(days(test.on)+time.Hour)) {
				sent[n.Key] = true
				keys = append(keys, n.Key)
			}
		}
		if got := strings.Join(keys, " "); got != test.want {
			t.Errorf("%s: they are mailed %q, want %q", name, got, test.want)
		}
	}
}

// Whatever happens to a tenant, nobody is mailed about each second of it, and nobody's data goes unannounced.
func TestNobodyIsFloodedNorErasedUnannounced(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := &owner{sent: map[string]bool{}, state: anyState().Draw(t, "state")}
		now := begun
		for range 300 {
			if rapid.IntRange(0, 50).Draw(t, "something happens") == 0 {
				o.state = anyState().Draw(t, "state")
			}
			before := len(o.mails)
			o.look(now)
			if n := len(o.mails) - before; n > 3 {
				t.Fatalf("%d mails at once: %v", n, o.mails[before:])
			}
			if n := len(DueNotices(o.state, strict, Used{}, maps.Clone(o.sent), now)); n > 0 {
				t.Fatalf("after all was sent, %d are due", n)
			}
			if erased := StandingOf(o.state, strict, now).EraseAt; !erased.IsZero() && !now.Before(erased) && !o.sent[string(ErasedTomorrow)+"/"+date(erased)] {
				t.Fatalf("at %v data is erased, and nobody was told: %v", now, o.mails)
			}
			now = now.Add(12 * time.Hour)
		}
	})
}
