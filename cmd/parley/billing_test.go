package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"parley/account/billing/stripe/stripetest"
)

const somePlans = `
default: small
plans:
  - { id: small, name: Small, about: For few., trial_days: 14, prices: [{ id: price_small, interval: month, amount: 1000, currency: usd }], limits: { answers: 100 } }
  - { id: large, name: Large, about: For many., prices: [{ id: price_large, interval: month, amount: 5000, currency: usd }], limits: { answers: 1000, bots: 9 } }
  - { id: friends, name: Friends, about: For friends., hidden: true }
policy: { grace_days: 14, mail_days: [0, 3, 7], keep_days: 30 }
`

// serving starts a server on SQLite until the test ends, and returns its configuration and address.
func serving(t *testing.T, flags ...string) (c *Config, url string) {
	t.Helper()
	c, err := parse(t, append([]string{"--addr=127.0.0.1:0", "--data=" + t.TempDir()}, flags...)...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan string, 1), make(chan error, 1)
	serve := ServeCmd{Config: *c, onReady: func(url string) { ready <- url }}
	go func() { ended <- serve.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	select {
	case url = <-ready:
	case err := <-ended:
		ended <- nil
		t.Fatalf("it does not start: %v", err)
	}
	return c, url
}

func planFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plans.yaml")
	if err := os.WriteFile(path, []byte(somePlans), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// asked sends a request, and reads its answer into a value unless that is nil.
func asked(t *testing.T, method, url string, header http.Header, body []byte, into any) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header.Clone()
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if into != nil {
		if err := json.Unmarshal(answer, into); err != nil {
			t.Fatalf("%s %s: %s: %v", method, url, answer, err)
		}
	}
	return response.StatusCode
}

// registered makes a business that wishes to try a plan.
func registered(t *testing.T, url, plan string) (tenant string, header http.Header) {
	t.Helper()
	var tokens struct {
		Tenant      string `json:"tenant"`
		AccessToken string `json:"access_token"`
	}
	body := `{"email":"owner@acme.example","password":"correct horse battery 9","company":"Acme","plan":"` + plan + `"}`
	if status := asked(t, http.MethodPost, url+"/api/v1/auth/register", http.Header{}, []byte(body), &tokens); status != http.StatusCreated {
		t.Fatalf("registered with %d", status)
	}
	return tokens.Tenant, http.Header{"Authorization": {"Bearer " + tokens.AccessToken}}
}

type subscribed struct {
	Payments bool `json:"payments"`
	Plan     struct {
		ID string `json:"id"`
	} `json:"plan"`
	Status string `json:"status"`
}

// becomes waits until a business has a plan, as those who run by memory do within a second or so.
func becomes(t *testing.T, url string, header http.Header, plan, status string) {
	t.Helper()
	var found subscribed
	deadline := time.Now().Add(30 * time.Second)
	for {
		asked(t, http.MethodGet, url+"/api/v1/subscription", header, nil, &found)
		if found.Plan.ID == plan && found.Status == status {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it has %+v, and not %s, %s", found, plan, status)
		}
		time.Sleep(50 * time.Millisecond) // another process, in effect: it polls
	}
}

func TestThePlanThatACommandAssignsHoldsInARunningServer(t *testing.T) {
	c, url := serving(t, "--plans="+planFile(t))
	tenant, header := registered(t, url, "large")
	becomes(t, url, header, "small", "active") // nothing is sold, so that nothing is tried

	printed, err := said(t, c, func(k *kong.Kong) error {
		return (&AssignPlanCmd{Config: *c, Tenant: tenant, Plan: "friends", Reason: "A friend."}).Run(t.Context(), k)
	})
	if err != nil || !strings.Contains(printed, "has the plan friends") {
		t.Fatalf("%s, %v", printed, err)
	}
	becomes(t, url, header, "friends", "active")
	printed, err = said(t, c, func(k *kong.Kong) error { return (&ShowBillingCmd{*c, tenant}).Run(t.Context(), k) })
	if err != nil || !strings.Contains(printed, "friends") || !strings.Contains(printed, "0 of no limit") {
		t.Errorf("%s, %v", printed, err)
	}
	for _, wrong := range []AssignPlanCmd{{*c, tenant, "unknown", "Why."}, {*c, "tnt_unknown", "small", "Why."}} {
		if _, err := said(t, c, func(k *kong.Kong) error { return wrong.Run(t.Context(), k) }); err == nil {
			t.Errorf("%s has %s", wrong.Tenant, wrong.Plan)
		}
	}
}

func TestWhatStripeTellsIsKeptListedAndReplayed(t *testing.T) {
	const secret = "whsec_hunter2"
	c, url := serving(t, "--plans="+planFile(t), "--stripe-secret-key=sk_test_1", "--stripe-webhook-secret="+secret)
	tenant, header := registered(t, url, "small")
	becomes(t, url, header, "small", "trialing")

	life := stripetest.Buy(tenant, time.Now().Add(-time.Minute), stripetest.Price{ID: "price_large", Amount: 5000, Currency: "usd", Interval: "month"}, 0)
	webhook := url + "/api/v1/stripe/webhook"
	for _, event := range life.Events() {
		for range 2 {
			if status := asked(t, http.MethodPost, webhook, stripetest.Sign(event.Payload, secret, time.Now()), event.Payload, nil); status != http.StatusNoContent {
				t.Fatalf("%s: %d", event.Type, status)
			}
		}
	}
	becomes(t, url, header, "large", "active")
	first := life.Events()[0]
	for name, header := range map[string]http.Header{
		"forged": stripetest.Sign(first.Payload, "whsec_another", time.Now()), "old": stripetest.Sign(first.Payload, secret, time.Now().Add(-6*time.Minute)), "unsigned": {},
	} {
		if status := asked(t, http.MethodPost, webhook, header, first.Payload, nil); status/100 != 4 {
			t.Errorf("%s: %d", name, status)
		}
	}
	response, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	metrics, err := io.ReadAll(response.Body)
	response.Body.Close()
	if err != nil || !strings.Contains(string(metrics), `parley_billing_events_total{outcome="forged"} 2`) || !strings.Contains(string(metrics), `parley_billing_events_total{outcome="old"} 1`) {
		t.Errorf("counted are %s, %v", metrics, err)
	}

	printed, err := said(t, c, func(k *kong.Kong) error {
		return (&BillingEventsCmd{Config: *c, State: "settled", Count: 50}).Run(t.Context(), k)
	})
	if err != nil || strings.Count(printed, "evt_") != len(life.Events()) || !strings.Contains(printed, tenant) {
		t.Errorf("listed are\n%s, %v", printed, err)
	}
	printed, err = said(t, c, func(k *kong.Kong) error { return (&ReplayEventCmd{*c, []string{first.ID}}).Run(t.Context(), k) })
	if err != nil || !strings.Contains(printed, first.ID+" is processed.") {
		t.Errorf("%s, %v", printed, err)
	}
	if _, err := said(t, c, func(k *kong.Kong) error { return (&ReplayEventCmd{*c, []string{"evt_unknown"}}).Run(t.Context(), k) }); err == nil {
		t.Error("an event that never came is replayed")
	}
	becomes(t, url, header, "large", "active")
}

func TestTheDoctorComparesPricesWithStripes(t *testing.T) {
	stripe := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		amount := map[string]string{"/v1/prices/price_small": "1000", "/v1/prices/price_large": "6000"}[r.URL.Path]
		_, _ = io.WriteString(w, `{"id":"x","object":"price","currency":"usd","unit_amount":`+amount+`,"recurring":{"interval":"month","usage_type":"licensed"}}`)
	}))
	defer stripe.Close()
	sold := []string{"--stripe-secret-key=sk_test_1", "--stripe-webhook-secret=whsec_1", "--stripe-api-base=" + stripe.URL, "--data=" + t.TempDir()}
	said := examined(t, append(sold, "--plans="+planFile(t))...)
	if !strings.Contains(said, "✗ plans            the plan large: the price price_large is 6000 usd at Stripe, and 5000 usd here") || strings.Contains(said, "the plan small") {
		t.Error(said)
	}
	if said := examined(t, sold...); !strings.Contains(said, "! plans            no plan can be bought") {
		t.Error(said)
	}
	wrong := filepath.Join(t.TempDir(), "plans.yaml")
	if err := os.WriteFile(wrong, []byte("plan: none"), 0o600); err != nil {
		t.Fatal(err)
	}
	if said := examined(t, "--plans="+wrong, "--data="+t.TempDir()); !strings.Contains(said, "✗ plans            PARLEY_PLANS: ") {
		t.Error(said)
	}
}
