package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
)

var someActivity = account.Activity{
	Requests: 1, Errors: 2, Refused: 3, Messages: 4, Answers: 5, Tokens: 6, CostMicros: 7, SignInFailures: 8,
}

// hour is the nth of those tests.
func hour(n int) time.Time {
	return time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Hour)
}

func (w *world) active(line string, n int, a account.Activity) account.ActivityHour {
	return account.ActivityHour{Subject: account.Subject{Tenant: w.tenant.ID, Line: line}, At: hour(n), Activity: a}
}

// unlike is an anomaly of the world's business.
func (w *world) unlike(line string, n int, kind account.AnomalyKind) account.Anomaly {
	return account.Anomaly{
		ID: chat.NewID(account.AnomalyPrefix), Subject: account.Subject{Tenant: w.tenant.ID, Line: line}, At: hour(n),
		Finding: account.Finding{Kind: kind, Unit: account.InDollars, Value: 12.25, Usual: 0.000001},
	}
}

func (w *world) put(t testing.TB, a account.Anomaly, day int) bool {
	t.Helper()
	added, err := w.PutAnomaly(t.Context(), a, hour(0).Truncate(24*time.Hour).AddDate(0, 0, day))
	must(t, err)
	return added
}

// anomalies returns all of the world's.
func (w *world) anomalies(t testing.TB, limit int) (all []account.Anomaly) {
	t.Helper()
	for cursor, pages := "", 0; ; pages++ {
		page, next, err := w.Anomalies(t.Context(), w.tenant.ID, cursor, limit)
		must(t, err)
		all = append(all, page...)
		if cursor = next; next == "" || pages > 10 {
			return all
		}
	}
}

var activityTests = []test{
	{"What happened in an hour is added up", func(t *testing.T, w *world) {
		ctx := t.Context()
		must(t, w.AddActivity(ctx, nil))
		must(t, w.AddActivity(ctx, []account.ActivityHour{w.active("", 1, someActivity), w.active("key_a", 1, account.Activity{Requests: 9}), w.active("", 0, account.Activity{Answers: 1})}))
		must(t, w.AddActivity(ctx, []account.ActivityHour{w.active("", 1, someActivity)}))
		twice := account.Activity{Requests: 2, Errors: 4, Refused: 6, Messages: 8, Answers: 10, Tokens: 12, CostMicros: 14, SignInFailures: 16}
		for _, c := range []struct {
			line        string
			from, until int
			want        []account.ActivityHour
		}{
			{"", 0, 24, []account.ActivityHour{w.active("", 0, account.Activity{Answers: 1}), w.active("", 1, twice)}},
			{"", 1, 2, []account.ActivityHour{w.active("", 1, twice)}},
			{"", 2, 24, nil},
			{"key_a", 0, 24, []account.ActivityHour{w.active("key_a", 1, account.Activity{Requests: 9})}},
			{"key_b", 0, 24, nil},
		} {
			got, err := w.Activity(ctx, account.Subject{Tenant: w.tenant.ID, Line: c.line}, hour(c.from), hour(c.until))
			must(t, err)
			if !slices.Equal(got, c.want) {
				t.Errorf("%q from %d until %d: %s", c.line, c.from, c.until, cmp.Diff(c.want, got))
			}
		}
	}},
	{"What is of a tenant that is gone is dropped alone", func(t *testing.T, w *world) {
		gone := w.active("", 0, someActivity)
		gone.Tenant = chat.NewID(chat.TenantPrefix)
		must(t, w.AddActivity(t.Context(), []account.ActivityHour{gone, w.active("", 0, someActivity)}))
		for tenant, want := range map[string]int{gone.Tenant: 0, w.tenant.ID: 1} {
			if got, err := w.Activity(t.Context(), account.Subject{Tenant: tenant}, hour(0), hour(1)); err != nil || len(got) != want {
				t.Errorf("%s: %v, %v", tenant, got, err)
			}
		}
	}},
	{"Who did much is found by any of the numbers", func(t *testing.T, w *world) {
		least := account.Activity{Requests: 100, Errors: 100, Refused: 100, Tokens: 100, CostMicros: 100, SignInFailures: 100}
		for line, a := range map[string]account.Activity{
			"requests": {Requests: 60, Messages: 40}, "errors": {Errors: 100}, "refused": {Refused: 100}, "tokens": {Tokens: 100},
			"cost": {CostMicros: 100}, "failures": {SignInFailures: 100},
			"little": {Requests: 50, Messages: 49, Errors: 99, Refused: 99, Tokens: 99, CostMicros: 99, SignInFailures: 99, Answers: 1000},
		} {
			must(t, w.AddActivity(t.Context(), []account.ActivityHour{w.active(line, 5, a), w.active("another hour", 6, account.Activity{Requests: 1000})}))
		}
		all, err := w.ActivityOver(t.Context(), hour(5), least)
		must(t, err)
		var lines []string
		for _, h := range all {
			if h.Tenant == w.tenant.ID {
				lines = append(lines, h.Line)
				if !h.At.Equal(hour(5)) || h.Activity == (account.Activity{}) {
					t.Errorf("got %+v", h)
				}
			}
		}
		if want := []string{"cost", "errors", "failures", "refused", "requests", "tokens"}; !slices.Equal(lines, want) {
			t.Errorf("found %v, want %v", lines, want)
		}
	}},
	{"Of one kind and subject there is one anomaly in a day", func(t *testing.T, w *world) {
		for _, c := range []struct {
			line string
			kind account.AnomalyKind
			day  int
			want bool
		}{
			{"", account.UnusualSpend, 0, true}, {"", account.UnusualSpend, 0, false}, {"", account.UnusualSpend, 1, true},
			{"", account.UnusualRate, 0, true}, {"key_a", account.UnusualSpend, 0, true}, {"key_a", account.UnusualSpend, 0, false},
		} {
			if got := w.put(t, w.unlike(c.line, 0, c.kind), c.day); got != c.want {
				t.Errorf("%+v: added %v", c, got)
			}
		}
	}},
	{"Anomalies are listed by pages, latest first, and whoever saw one first is kept", func(t *testing.T, w *world) {
		want := []account.Anomaly{w.unlike("", 3, account.UnusualRate), w.unlike("key_a", 2, account.UnusualSpend), w.unlike("", 1, account.UnusualErrors)}
		for _, a := range want {
			w.put(t, a, 0)
		}
		must(t, w.SeeAnomaly(t.Context(), w.tenant.ID, want[1].ID, w.user.ID, moment(1)))
		must(t, w.SeeAnomaly(t.Context(), w.tenant.ID, want[1].ID, "usr_other", moment(2)))
		want[1].SeenBy, want[1].SeenAt = w.user.ID, moment(1)
		for _, limit := range []int{1, 2, 50} {
			if diff := cmp.Diff(want, w.anomalies(t, limit)); diff != "" {
				t.Errorf("by %d: %s", limit, diff)
			}
		}
		_, _, err := w.Anomalies(t.Context(), w.tenant.ID, "made up", 10)
		if code(err) != "bad_cursor" {
			t.Errorf("a cursor that is made up: %v", err)
		}
	}},
	{"Another tenant's anomaly is none", func(t *testing.T, w *world) {
		a, other := w.unlike("", 0, account.UnusualRate), newWorld(t, w.Store)
		w.put(t, a, 0)
		want(t, other.SeeAnomaly(t.Context(), other.tenant.ID, a.ID, other.user.ID, moment(1)), chat.ErrNotFound)
		if got := other.anomalies(t, 10); len(got) != 0 {
			t.Errorf("another tenant has %v", got)
		}
		must(t, other.AnomalyMailed(t.Context(), other.tenant.ID, a.ID, time.Time{}))
		if got := w.anomalies(t, 10); len(got) != 1 || got[0].Tries != 0 || !got[0].SeenAt.IsZero() {
			t.Errorf("another tenant changed it: %+v", got)
		}
	}},
}

var activityAloneTests = []aloneTest{
	{"An anomaly is mailed until that is done", func(t *testing.T, d Database) {
		s := d.Open(t)
		defer s.Close()
		w := newWorld(t, s)
		a := w.unlike("key_a", 0, account.UnusualFailures)
		w.put(t, a, 0)
		due := func(at time.Time) []account.Anomaly {
			found, err := w.AnomaliesToMail(t.Context(), at, 10)
			must(t, err)
			return found
		}
		now := time.Now().Add(time.Second)
		if diff := cmp.Diff([]account.Anomaly{a}, due(now)); diff != "" {
			t.Error(diff)
		}
		must(t, w.AnomalyMailed(t.Context(), w.tenant.ID, a.ID, now.Add(time.Minute)))
		if got := due(now); len(got) != 0 {
			t.Errorf("it is due before its time: %v", got)
		}
		if got := due(now.Add(2 * time.Minute)); len(got) != 1 || got[0].Tries != 1 {
			t.Errorf("it is not due again: %v", got)
		}
		must(t, w.AnomalyMailed(t.Context(), w.tenant.ID, a.ID, time.Time{}))
		if got := due(now.AddDate(1, 0, 0)); len(got) != 0 {
			t.Errorf("it was sent and is due: %v", got)
		}
	}},
	{"What is old is forgotten", func(t *testing.T, d Database) {
		s := d.Open(t)
		defer s.Close()
		w := newWorld(t, s)
		must(t, w.AddActivity(t.Context(), []account.ActivityHour{w.active("", 0, someActivity), w.active("", 1, someActivity)}))
		w.put(t, w.unlike("", 0, account.UnusualRate), 0)
		later := w.unlike("", 1, account.UnusualErrors)
		w.put(t, later, 0)
		must(t, w.ForgetActivity(t.Context(), hour(1)))
		must(t, w.ForgetAnomalies(t.Context(), hour(1)))
		left, err := w.Activity(t.Context(), account.Subject{Tenant: w.tenant.ID}, hour(0), hour(9))
		must(t, err)
		if len(left) != 1 || !left[0].At.Equal(hour(1)) {
			t.Errorf("hours left: %v", left)
		}
		if got := w.anomalies(t, 10); len(got) != 1 || got[0].ID != later.ID {
			t.Errorf("anomalies left: %v", got)
		}
	}},
}
