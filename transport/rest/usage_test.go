package rest

import (
	"testing"
	"time"

	"parley/account/billing"
)

func TestUsageIsHeldAgainstThePlan(t *testing.T) {
	t.Parallel()
	m := setupMarket(t, true)
	token, tenant := m.mia.tokens.AccessToken, m.mia.tokens.Tenant
	m.sell(m.mia, "growth")
	m.books.uses(tenant, billing.Used{Answers: 1200, Bots: 3, Passages: 400, Seats: 2, Pages: 90})
	day := time.Date(2026, 11, 14, 0, 0, 0, 0, time.UTC)
	m.books.spent[tenant] = billing.Spent{Answers: 1200, Cached: 20, InputTokens: 5000, OutputTokens: 700, CostMicros: 4200, Unpriced: 3}
	m.books.days[tenant] = []billing.SpentDay{{Day: day, Spent: billing.Spent{Answers: 2, Unpriced: 2}}, {Day: day.AddDate(0, 0, 1), Spent: billing.Spent{Answers: 4, CostMicros: 9, Cached: 1}}}
	m.books.past[tenant] = []string{"2026-10-20T09:00:00Z", "2026-10"}

	var u usage
	m.json("GET", "/api/v1/usage", token, "", 200, &u)
	if a := u.Answers; a.Used != 1200 || *a.Limit != 1500 || *a.Included != 1000 || a.Over != 200 {
		t.Errorf("answers %+v", a)
	}
	if u.Bots.Used != 3 || *u.Bots.Limit != 5 || *u.Passages.Limit != 1000 || *u.Seats.Limit != 10 || u.Pages.Used != 90 || *u.Pages.Limit != 100 {
		t.Errorf("%+v", u)
	}
	if u.Tokens != (usedTokens{5000, 700}) || *u.CostMicros != 4200 || u.Unpriced != 3 || u.Cached != 20 || len(u.Days) != 2 || u.Days[0].CostMicros != nil || *u.Days[1].CostMicros != 9 {
		t.Errorf("%+v", u)
	}
	begun := m.now().Add(-24 * time.Hour)
	if !u.Period.Start.Equal(begun) || !u.Period.End.Equal(begun.AddDate(0, 1, 0)) || len(u.Periods) != 3 || u.Periods[0] != begun.Format(time.RFC3339) {
		t.Errorf("period %+v of %v", u.Period, u.Periods)
	}

	// A month of the calendar ended where the first of the subscription began.
	m.json("GET", "/api/v1/usage?period=2026-10", token, "", 200, &u)
	if !u.Period.Start.Equal(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)) || !u.Period.End.Equal(time.Date(2026, 10, 20, 9, 0, 0, 0, time.UTC)) || u.Answers.Limit != nil || u.Answers.Used != 1200 {
		t.Errorf("earlier: %+v of %+v", u.Answers, u.Period)
	}
	for _, period := range []string{"2025-01", "x", "2026-13", "%00", "2026-10-20T09:00:00%2B01:00"} {
		m.play([]scenario{{name: period, method: "GET", path: "/api/v1/usage?period=" + period, token: token, status: 422, has: []string{`"period_unknown"`}}})
	}
	var theirs usage
	if m.json("GET", "/api/v1/usage", m.sam.tokens.AccessToken, "", 200, &theirs); theirs.Answers.Used != 0 || theirs.Tokens.Input != 0 || len(theirs.Days) != 0 || len(theirs.Periods) != 1 {
		t.Errorf("another business: %+v", theirs)
	}
}

func TestWithoutPlansUsageHasNoLimits(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	var u usage
	w.json("GET", "/api/v1/usage", w.mia.tokens.AccessToken, "", 200, &u)
	if u.Answers.Limit != nil || u.Bots.Limit != nil || u.Seats.Limit != nil || u.CostMicros == nil || u.Period.Start.Day() != 1 {
		t.Errorf("%+v", u)
	}
}
