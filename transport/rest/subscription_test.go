package rest

import (
	"slices"
	"testing"
	"time"

	"parley/account/billing"
	"parley/chat"
)

// subscribed reads how Mia's business stands.
func (m *market) subscribed() (s subscription) {
	m.t.Helper()
	m.json("GET", "/api/v1/subscription", m.mia.tokens.AccessToken, "", 200, &s)
	return s
}

func at(t *testing.T, what string, got *time.Time, want time.Time) {
	t.Helper()
	if got == nil && !want.IsZero() || got != nil && !got.Equal(want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestASubscriptionTellsWhereABusinessStands(t *testing.T) {
	t.Parallel()
	m := setupMarket(t, true)
	day, now := 24*time.Hour, m.now()

	m.plan(m.mia, "starter")
	m.give(m.mia, func(s *billing.State) { s.Assigned, s.Since, s.TrialEnds = false, now.Add(-day), now.Add(13*day) })
	s := m.subscribed()
	if !s.Payments || s.Status != "trialing" || s.Subscribed || s.Assigned || s.Interval != "" || s.Plan.ID != "starter" || !s.Period.Start.Equal(now.Add(-day)) || !s.Period.End.Equal(now.Add(-day).AddDate(0, 1, 0)) {
		t.Errorf("a trial: %+v", s)
	}
	at(t, "end of the trial", s.TrialEnds, now.Add(13*day))
	at(t, "end of the status", s.Until, now.Add(13*day))

	m.pass(14 * day)
	if s = m.subscribed(); s.Status != "suspended" || s.Reason != "trial_over" || s.TrialEnds != nil {
		t.Errorf("after a trial: %+v", s)
	}
	at(t, "erasure", s.EraseAt, now.Add(43*day))
	m.pass(-14 * day)

	m.sell(m.mia, "starter")
	if s = m.subscribed(); s.Status != "active" || !s.Subscribed || s.Interval != "month" || s.Next != nil || s.CancelAt != nil || s.GraceUntil != nil {
		t.Errorf("bought: %+v", s)
	}
	at(t, "renewal", s.RenewsAt, now.Add(-day).AddDate(0, 1, 0))

	m.give(m.mia, func(s *billing.State) { s.PastDue = now.Add(-day) })
	if s = m.subscribed(); s.Status != "past_due" || !s.Subscribed {
		t.Errorf("past due: %+v", s)
	}
	at(t, "grace", s.GraceUntil, now.Add(13*day))

	m.give(m.mia, func(s *billing.State) {
		s.Suspension = &billing.Suspension{At: now, By: "usr_operator", Reason: "Spam was sent."}
	})
	if s = m.subscribed(); s.Status != "suspended" || s.Reason != "operator" || s.Suspension == nil || s.Suspension.Reason != "Spam was sent." {
		t.Errorf("suspended: %+v", s)
	}
	m.play([]scenario{{name: "who decided is the operator's", method: "GET", path: "/api/v1/subscription", token: m.mia.tokens.AccessToken, status: 200, hasNot: []string{"usr_operator", "sub_1", "cus_1", "price_"}}})

	var theirs subscription
	if m.json("GET", "/api/v1/subscription", m.sam.tokens.AccessToken, "", 200, &theirs); theirs.Plan.ID != "all" || theirs.Status != "active" {
		t.Errorf("another business: %+v", theirs)
	}
}

func TestAPlanIsBoughtOnThePagesOfTheProcessor(t *testing.T) {
	t.Parallel()
	m := setupMarket(t, true)
	now, token := m.now(), m.mia.tokens.AccessToken
	m.give(m.mia, func(s *billing.State) { s.TrialEnds = now.Add(5 * 24 * time.Hour) })
	var page struct{ URL string }
	m.json("POST", "/api/v1/subscription/checkout", token, `{"plan":"growth","interval":"year"}`, 200, &page)
	order := m.cashier.orders[0]
	if page.URL != "https://pay.example/price_growth_year" || order.Tenant != m.mia.tokens.Tenant || order.Email != "mia@acme.example" || order.Price != "price_growth_year" || !order.TrialEnd.Equal(now.Add(5*24*time.Hour)) {
		t.Errorf("%s for %+v", page.URL, order)
	}
	m.play([]scenario{
		{name: "no such plan", method: "POST", path: "/api/v1/subscription/checkout", token: token, body: `{"plan":"gold","interval":"month"}`, status: 422, has: []string{`"plan_unknown"`}},
		{name: "a hidden one", method: "POST", path: "/api/v1/subscription/checkout", token: token, body: `{"plan":"all","interval":"month"}`, status: 422, has: []string{`"plan_unknown"`}},
		{name: "by the week", method: "POST", path: "/api/v1/subscription/checkout", token: token, body: `{"plan":"growth","interval":"week"}`, status: 422, has: []string{"body.interval"}},
		{name: "nothing to preview", method: "POST", path: "/api/v1/subscription/preview", token: token, body: `{"plan":"growth","interval":"month"}`, status: 409, has: []string{`"not_subscribed"`}},
		{name: "nothing to cancel", method: "DELETE", path: "/api/v1/subscription", token: token, status: 409, has: []string{`"not_subscribed"`}},
		{name: "no portal yet", method: "POST", path: "/api/v1/subscription/portal", token: token, body: "{}", status: 409, has: []string{`"not_subscribed"`}},
		{name: "no invoice yet", method: "GET", path: "/api/v1/subscription/invoices", token: token, status: 200, has: []string{`{"items":[],"next":""}`}},
	})
	m.sell(m.mia, "starter")
	m.play([]scenario{
		{name: "a second time", method: "POST", path: "/api/v1/subscription/checkout", token: token, body: `{"plan":"growth","interval":"month"}`, status: 409, has: []string{`"already_subscribed"`}},
		{name: "portal", method: "POST", path: "/api/v1/subscription/portal", token: token, body: "{}", status: 200, has: []string{"https://pay.example/portal/cus_1"}},
		{name: "invoices", method: "GET", path: "/api/v1/subscription/invoices", token: token, status: 200, has: []string{`"number":"P-1"`, `"amount":2900`, `"page":"https://pay.example/in_1"`}},
	})
	m.cashier.fails = chat.ErrUnavailable
	m.play([]scenario{{name: "away", method: "POST", path: "/api/v1/subscription/portal", token: token, body: "{}", status: 503}})
}

func TestAnUpgradeCostsWhatThePreviewSaid(t *testing.T) {
	t.Parallel()
	m := setupMarket(t, true)
	token := m.mia.tokens.AccessToken
	m.sell(m.mia, "starter")
	var p planPreview
	m.json("POST", "/api/v1/subscription/preview", token, `{"plan":"growth","interval":"month"}`, 200, &p)
	if p.When != "now" || p.Due != 3450 || p.Credit != 0 || p.Next != 9900 || p.NextAt == nil || len(p.Lines) != 2 || p.Lines[0].Amount != -1450 || !p.At.Equal(m.now()) {
		t.Fatalf("%+v", p)
	}
	m.cashier.said()
	m.pass(time.Minute)
	m.play([]scenario{{name: "as of another time", method: "PUT", path: "/api/v1/subscription", token: token, body: `{"plan":"growth","interval":"month","at":"2026-11-13T00:00:00Z"}`, status: 409, has: []string{`"change_stale"`}}})
	if did := m.cashier.said(); len(did) != 0 {
		t.Errorf("what was refused did %q", did)
	}
	var s subscription
	m.json("PUT", "/api/v1/subscription", token, `{"plan":"growth","interval":"month","at":"`+p.At.Format(time.RFC3339)+`"}`, 200, &s)
	if s.Plan.ID != "growth" || s.Next != nil {
		t.Errorf("%+v", s)
	}
	if did := m.cashier.said(); !slices.Equal(did, []string{"change to price_growth_month at 2026-11-14T09:00:00Z"}) {
		t.Errorf("did %q", did)
	}
	m.play([]scenario{{name: "the same again", method: "POST", path: "/api/v1/subscription/preview", token: token, body: `{"plan":"growth","interval":"month"}`, status: 409, has: []string{`"same_plan"`}}})
}

func TestADowngradeWaitsAndNamesWhatWillStopWorking(t *testing.T) {
	t.Parallel()
	m := setupMarket(t, true)
	token := m.mia.tokens.AccessToken
	m.sell(m.mia, "growth")
	m.books.uses(m.mia.tokens.Tenant, billing.Used{Answers: 50, Bots: 3, Passages: 12, Seats: 2})
	var p planPreview
	m.json("POST", "/api/v1/subscription/preview", token, `{"plan":"starter","interval":"month"}`, 200, &p)
	if p.When != "period_end" || p.Due != 0 || p.Credit != 0 || p.Next != 2900 {
		t.Errorf("%+v", p)
	}
	for _, loss := range []planLoss{
		{What: "bots", Have: 3, Allowed: 1}, {What: "passages", Have: 12, Allowed: 10}, {What: "features", Name: "api"}, {What: "features", Name: "webhooks"},
		{What: "other_models", Name: "small"},
	} {
		if !slices.Contains(p.Losses, loss) {
			t.Errorf("no %+v in %+v", loss, p.Losses)
		}
	}
	if slices.ContainsFunc(p.Losses, func(l planLoss) bool { return l.What == "seats" || l.What == "answers" }) {
		t.Errorf("what is not reached is no loss: %+v", p.Losses)
	}
	var s subscription
	m.json("PUT", "/api/v1/subscription", token, `{"plan":"starter","interval":"month","at":"`+p.At.Format(time.RFC3339)+`"}`, 200, &s)
	if s.Plan.ID != "growth" || s.Next == nil || s.Next.Plan != "starter" || s.Next.Name != "Starter" || s.Next.Interval != "month" || s.Next.At.IsZero() {
		t.Errorf("%+v, next %+v", s, s.Next)
	}
	s = subscription{}
	if m.json("POST", "/api/v1/subscription/resumption", token, `{}`, 200, &s); s.Next != nil {
		t.Errorf("taken back: %+v", s.Next)
	}
	s = subscription{}
	if m.json("DELETE", "/api/v1/subscription", token, ``, 200, &s); s.CancelAt == nil || s.RenewsAt != nil || s.Status != "active" || !s.Subscribed {
		t.Errorf("cancelled: %+v", s)
	}
	s = subscription{}
	if m.json("POST", "/api/v1/subscription/resumption", token, `{}`, 200, &s); s.CancelAt != nil || s.RenewsAt == nil {
		t.Errorf("resumed: %+v", s)
	}
	if did := m.cashier.said(); !slices.Equal(did, []string{"change to price_starter_month later", "resume", "cancel", "resume"}) {
		t.Errorf("did %q", did)
	}
}

func TestOnlyOwnersBuy(t *testing.T) {
	t.Parallel()
	m := setupMarket(t, true)
	m.sell(m.mia, "growth")
	admin, viewer := m.hire(m.mia, "Ada", "admin"), m.hire(m.mia, "Vic", "viewer")
	for who, token := range map[string]string{"admin": admin.AccessToken, "viewer": viewer.AccessToken} {
		for _, s := range []scenario{
			{method: "POST", path: "/checkout", body: `{"plan":"growth","interval":"month"}`}, {method: "POST", path: "/preview", body: `{"plan":"growth","interval":"month"}`},
			{method: "PUT", body: `{"plan":"starter","interval":"month","at":"2026-11-14T09:00:00Z"}`}, {method: "DELETE"},
			{method: "POST", path: "/resumption", body: "{}"}, {method: "POST", path: "/portal", body: "{}"}, {method: "GET", path: "/invoices"},
		} {
			s.name, s.path, s.token, s.status = who+" "+s.method+s.path, "/api/v1/subscription"+s.path, token, 403
			m.play([]scenario{s})
		}
		m.play([]scenario{
			{name: who + " sees the plan", method: "GET", path: "/api/v1/subscription", token: token, status: 200, has: []string{`"id":"growth"`}},
			{name: who + " sees what is used", method: "GET", path: "/api/v1/usage", token: token, status: 200},
		})
	}
	if did := m.cashier.said(); len(did) != 0 {
		t.Errorf("did %q", did)
	}
}
