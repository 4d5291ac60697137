// Package billing drives a whole server through what Stripe tells it and what an owner asks of it. Stripe's own mock stands behind all that the
// server asks; the events are signed as Stripe's are, and lie back as far as the server's clock needs.
package billing

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/account/billing/stripe/stripetest"
	"parley/e2e/owner"
	"parley/e2e/server"
	"parley/persistence/testbed"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

const (
	secret = "whsec_of_the_e2e_tests"
	plans  = `
default: small
plans:
  - { id: small, name: Small, about: For one., trial_days: 14, prices: [{ id: price_small, interval: month, amount: 2900, currency: eur }], limits: { answers: 1000, bots: 1 } }
  - id: large
    name: Large
    about: For many.
    prices: [{ id: price_large, interval: month, amount: 9900, currency: eur }, { id: price_large_yearly, interval: year, amount: 99000, currency: eur }]
    limits: { answers: 5000 }
policy: { grace_days: 14, mail_days: [0, 3, 7], keep_days: 30 }
`
)

var (
	small = stripetest.Price{ID: "price_small", Amount: 2900, Currency: "eur", Interval: "month"}
	large = stripetest.Price{ID: "price_large", Amount: 9900, Currency: "eur", Interval: "month"}
)

// shop is a business at a server that sells.
type shop struct {
	*owner.Owner
	t      *testing.T
	server *server.Server
	stripe *stripetest.Stage
	tenant string
}

// subscription is what a test reads of one.
type subscription struct {
	Payments, Subscribed bool
	Status, Reason       string
	Plan                 struct{ ID string }
	Next                 *struct{ Plan string }
	GraceUntil           *time.Time `json:"grace_until"`
}

// onBoth runs a test on SQLite and on Postgres.
func onBoth(t *testing.T, test func(t *testing.T, s *shop)) {
	t.Helper()
	mock := stripetest.Mock(t)
	for name, database := range map[string]func(*testing.T) []string{
		"SQLite":   func(*testing.T) []string { return nil },
		"Postgres": func(t *testing.T) []string { return []string{"DATABASE_URL=" + testbed.Postgres(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, openShop(t, mock, database(t)...))
		})
	}
}

// openShop is one at a server that has some settings.
func openShop(t *testing.T, mock string, env ...string) *shop {
	t.Helper()
	file := filepath.Join(t.TempDir(), "plans.yaml")
	if err := os.WriteFile(file, []byte(plans), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &shop{t: t, stripe: stripetest.NewStage(t, mock)}
	s.server = server.Start(t, append(env,
		"PARLEY_PLANS="+file, "STRIPE_SECRET_KEY=sk_test_123", "STRIPE_WEBHOOK_SECRET="+secret, "STRIPE_API_BASE="+s.stripe.URL)...)
	s.Owner = owner.Register(t, s.server.URL(), owner.Registration{Email: "olga@acme.example", Password: "copper lantern meadow violin", Company: "Acme", Name: "Olga"})
	var tenant struct{ ID string }
	s.Call(http.MethodGet, "tenant", nil, &tenant)
	s.tenant = tenant.ID
	return s
}

// post sends a payload as Stripe does.
func (s *shop) post(payload []byte, header http.Header) (status int, body string) {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.server.URL()+"/api/v1/stripe/webhook", bytes.NewReader(payload))
	if err != nil {
		s.t.Fatal(err)
	}
	request.Header = header.Clone()
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(said)
}

// hear sends events, which Stripe signs when it sends them.
func (s *shop) hear(events ...stripetest.Event) {
	s.t.Helper()
	for _, event := range events {
		if status, body := s.post(event.Payload, stripetest.Sign(event.Payload, secret, time.Now())); status >= http.StatusMultipleChoices {
			s.t.Errorf("%s was answered %d: %s", event.Type, status, body)
		}
	}
}

// stands checks where the business stands.
func (s *shop) stands(status, reason, plan string) subscription {
	s.t.Helper()
	var now subscription
	s.Call(http.MethodGet, "subscription", nil, &now)
	if now.Status != status || now.Reason != reason || now.Plan.ID != plan {
		s.t.Errorf("it is %s %q with plan %q, not %s %q with %q", now.Status, now.Reason, now.Plan.ID, status, reason, plan)
	}
	return now
}

// knows has Stripe answer with a subscription as it is now.
func (s *shop) knows(life *stripetest.Life) {
	answer := stripetest.Answer{Body: string(life.Object())}
	s.stripe.Play("GET /v1/subscriptions/"+life.Subscription(), answer)
	s.stripe.Play("POST /v1/subscriptions/"+life.Subscription(), answer)
}

func TestAServerFollowsWhatStripeSays(t *testing.T) {
	t.Parallel()
	onBoth(t, func(_ *testing.T, s *shop) {
		s.stands("trialing", "", "small")
		life := stripetest.Buy(s.tenant, time.Now().AddDate(0, 0, -40), large, 0)
		bought := life.Events()
		slices.Reverse(bought)
		s.hear(bought...)
		s.stands("active", "", "large")
		life.RenewsUnpaid() // some ten days ago
		s.hear(life.Events()[len(bought):]...)
		if now := s.stands("past_due", "", "large"); now.GraceUntil == nil {
			s.t.Error("nobody says until when everything works on")
		}
		life.Wait(2 * 24 * time.Hour).Pays()
		s.hear(life.Events()...)
		s.stands("active", "", "large")
		life.Wait(time.Hour).Refunds(0)
		s.hear(life.Events()...)
		s.stands("suspended", "refunded", "large")
		life.Wait(time.Hour).Ends()
		s.hear(life.Events()...)
		s.stands("cancelled", "refunded", "large")
		life.Wait(time.Hour).BuysAgain(small, 0)
		s.hear(life.Events()...)
		s.stands("active", "", "small")
		s.counted("new", len(life.Events()))
	})
}

func TestAServerBelievesNobodyElse(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *shop) {
		life := stripetest.Buy(s.tenant, time.Now().AddDate(0, 0, -3), large, 0)
		s.hear(life.Events()...)
		event := life.Wait(time.Hour).Ends().Events()
		end := event[len(event)-1]
		other := end.OfVersion("2024-06-20")
		for _, test := range []struct {
			name    string
			payload []byte
			header  http.Header
			code    string
			counted string
		}{
			{"without a signature", end.Payload, http.Header{}, "event_forged", "forged"},
			{"with a forged one", end.Payload, stripetest.Sign(end.Payload, "whsec_other", time.Now()), "event_forged", "forged"},
			{"too old", end.Payload, stripetest.Sign(end.Payload, secret, time.Now().Add(-6*time.Minute)), "event_old", "old"},
			{"of another version", other.Payload, stripetest.Sign(other.Payload, secret, time.Now()), "event_version", "version"},
		} {
			before := s.count(test.counted)
			status, body := s.post(test.payload, test.header)
			if status < 400 || status >= 500 || !strings.Contains(body, test.code) {
				t.Errorf("an event %s was answered %d: %s", test.name, status, body)
			}
			if after := s.count(test.counted); after != before+1 {
				t.Errorf("an event %s was counted %v times", test.name, after-before)
			}
			s.stands("active", "", "large")
		}
		if n := strings.Count(string(s.server.Log()), "an event of the payment service is refused"); n != 4 {
			t.Errorf("the log has %d refusals of 4", n)
		}
		if strings.Contains(string(s.server.Log()), secret) {
			t.Error("the log has the secret")
		}
		s.hear(end) // by Stripe itself
		s.stands("cancelled", "ended", "large")
	})
}

func TestWhatAnOwnerAsksOfTheirSubscriptionStripeUnderstands(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *shop) {
		var page struct{ URL string }
		s.Call(http.MethodPost, "subscription/checkout", map[string]string{"plan": "large", "interval": "month"}, &page)
		if !strings.HasPrefix(page.URL, "https://checkout.stripe.com/") {
			t.Errorf("one pays at %q", page.URL)
		}
		life := stripetest.Buy(s.tenant, time.Now().AddDate(0, 0, -10), large, 0)
		s.hear(life.Events()...)
		s.knows(life)
		for _, wish := range []struct{ plan, interval, when string }{{"large", "year", "now"}, {"small", "month", "period_end"}} {
			var preview struct {
				When string
				At   time.Time
			}
			choice := map[string]any{"plan": wish.plan, "interval": wish.interval}
			s.Call(http.MethodPost, "subscription/preview", choice, &preview)
			if preview.When != wish.when {
				t.Errorf("%s by the %s counts %s, not %s", wish.plan, wish.interval, preview.When, wish.when)
			}
			choice["at"] = preview.At
			s.Call(http.MethodPut, "subscription", choice, nil)
		}
		if now := s.stands("active", "", "large"); now.Next == nil || now.Next.Plan != "small" {
			t.Errorf("it becomes %+v", now.Next)
		}
		s.Call(http.MethodDelete, "subscription", nil, nil)
		life.WillEnd()
		s.hear(life.Events()...)
		s.knows(life)
		s.Call(http.MethodPost, "subscription/resumption", nil, nil)
		s.Call(http.MethodPost, "subscription/portal", nil, &page)
		if !strings.HasPrefix(page.URL, "https://") {
			t.Errorf("one changes how one pays at %q", page.URL)
		}
		s.Call(http.MethodGet, "subscription/invoices", nil, nil)
		var paths []string
		for _, asked := range s.stripe.Asked() {
			paths = append(paths, strings.ReplaceAll(fmt.Sprintf("%s %s", asked.Method, asked.Path), life.Subscription(), "sub"))
		}
		for _, want := range []string{
			"POST /v1/checkout/sessions", "GET /v1/invoices/upcoming", "POST /v1/subscriptions/sub", "POST /v1/subscription_schedules",
			"POST /v1/billing_portal/sessions", "GET /v1/invoices",
		} {
			if !slices.Contains(paths, want) {
				t.Errorf("Stripe was not asked for %s, but for %q", want, paths)
			}
		}
	})
}

func TestOfSeveralPagesToPayOnTheLastOneIsLeft(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *shop) {
		session := func(id, more string) stripetest.Answer {
			return stripetest.Answer{Body: fmt.Sprintf(`{"id":%q,"object":"checkout.session","url":"https://checkout.stripe.com/%s"%s}`, id, id, more)}
		}
		s.stripe.Play("POST /v1/checkout/sessions", session("cs_1", ""), session("cs_2", ""), session("cs_3", ""))
		buy := func(plan string) string {
			var page struct{ URL string }
			s.Call(http.MethodPost, "subscription/checkout", map[string]string{"plan": plan, "interval": "month"}, &page)
			return page.URL
		}
		closed := func(id string) bool {
			return slices.ContainsFunc(s.stripe.Asked(), func(a stripetest.Asked) bool { return a.Path == "/v1/checkout/sessions/"+id+"/expire" })
		}
		first := buy("small")
		if again := buy("small"); again != first || closed("cs_1") {
			t.Errorf("who asks again gets %q rather than %q", again, first)
		}
		if second := buy("large"); second == first || !closed("cs_1") || closed("cs_2") {
			t.Errorf("after another page, at %q, the first one can still be paid on", second)
		}
		// They pay on the second one, and Stripe has not told yet.
		s.stripe.Play("POST /v1/checkout/sessions/cs_2/expire", stripetest.Answer{Status: http.StatusBadRequest, Body: `{"error":{"type":"invalid_request_error"}}`})
		s.stripe.Play("GET /v1/checkout/sessions/cs_2", session("cs_2", `,"status":"complete","subscription":"sub_1"`))
		answer, err := s.Try(http.MethodPost, "subscription/checkout", "application/json", strings.NewReader(`{"plan":"small","interval":"month"}`))
		if err != nil {
			t.Fatal(err)
		}
		if answer.Status != http.StatusConflict || answer.Problem().Code != "already_subscribed" {
			t.Errorf("who has paid and wants to pay again is answered %d %s", answer.Status, answer.Problem().Code)
		}
	})
}

// count is how many events came to such an end.
func (s *shop) count(outcome string) float64 {
	s.t.Helper()
	answer, err := http.Get(s.server.URL() + "/metrics")
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	var n float64
	_, after, found := strings.Cut(string(text), fmt.Sprintf("parley_billing_events_total{outcome=%q} ", outcome))
	if _, err := fmt.Sscan(after, &n); err != nil || !found {
		s.t.Fatalf("there is no metric of events that are %s", outcome)
	}
	return n
}

func (s *shop) counted(outcome string, want int) {
	s.t.Helper()
	if got := s.count(outcome); got != float64(want) {
		s.t.Errorf("%v events were %s, not %d", got, outcome, want)
	}
}
