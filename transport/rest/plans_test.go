package rest

import (
	"testing"
)

func TestPlansAreShownToAnybodyWhereTheyAreSold(t *testing.T) {
	t.Parallel()
	m := setupMarket(t, true)
	var shown plansShown
	m.json("GET", "/api/v1/plans", "", "", 200, &shown)
	if !shown.Payments || len(shown.Items) != 2 || shown.Items[0].ID != "starter" || shown.Items[1].ID != "growth" {
		t.Fatalf("%+v", shown)
	}
	starter, growth := shown.Items[0], shown.Items[1]
	if starter.TrialDays != 14 || len(starter.Prices) != 2 || starter.Prices[1] != (planPrice{"year", 29000, "usd"}) || *starter.Limits.Answers != 100 || starter.Overage != nil ||
		len(starter.Features) != 0 || len(starter.Models) != 1 {
		t.Errorf("%+v", starter)
	}
	if growth.Overage == nil || growth.Overage.Amount != 200 || *growth.Overage.Most != 500 || len(growth.Features) != 4 || len(growth.Models) != 0 {
		t.Errorf("%+v", growth)
	}
	m.play([]scenario{{name: "nothing of the processor's own is shown", method: "GET", path: "/api/v1/plans", status: 200, hasNot: []string{"price_", "All", "Unpriced"}}})
}

func TestWhereNothingIsSoldNoPlanIsShown(t *testing.T) {
	t.Parallel()
	const nothing = `{"payments":false,"trial_days":0,"items":[]}`
	assigned := setupMarket(t, false)
	without, _ := setup(t)
	for _, w := range []*world{assigned.world, without} {
		w.play([]scenario{{name: "none", method: "GET", path: "/api/v1/plans", status: 200, has: []string{nothing}}})
		token := w.mia.tokens.AccessToken
		const choice = `{"plan":"growth","interval":"month"}`
		for _, s := range []scenario{
			{method: "POST", path: "checkout", body: choice}, {method: "POST", path: "preview", body: choice},
			{method: "POST", path: "resumption", body: "{}"}, {method: "POST", path: "portal", body: "{}"}, {method: "GET", path: "invoices"},
		} {
			s.name, s.path, s.token, s.status, s.has = s.path, "/api/v1/subscription/"+s.path, token, 404, []string{`"payments_off"`}
			w.play([]scenario{s})
		}
		w.play([]scenario{
			{name: "change", method: "PUT", path: "/api/v1/subscription", token: token, body: `{"plan":"growth","interval":"month","at":"2026-11-14T09:00:00Z"}`, status: 404, has: []string{`"payments_off"`}},
			{name: "cancel", method: "DELETE", path: "/api/v1/subscription", token: token, status: 404, has: []string{`"payments_off"`}},
		})
	}
	var s subscription
	without.json("GET", "/api/v1/subscription", without.mia.tokens.AccessToken, "", 200, &s)
	if s.Payments || s.Status != "active" || s.Subscribed || s.Plan.Limits.Answers != nil || len(s.Plan.Features) != 4 || len(s.Plan.Prices) != 0 || s.Until != nil {
		t.Errorf("without plans: %+v", s)
	}
	assigned.plan(assigned.mia, "starter")
	assigned.json("GET", "/api/v1/subscription", assigned.mia.tokens.AccessToken, "", 200, &s)
	if s.Payments || s.Status != "active" || !s.Assigned || s.Plan.ID != "starter" {
		t.Errorf("assigned: %+v", s)
	}
}
