package stripe_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/account/billing"
	"parley/account/billing/stripe"
	"parley/account/billing/stripe/stripetest"
)

const (
	key    = "sk_test_123"
	secret = "whsec_of_tests"
	tenant = "ten_1"
)

var (
	now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	// contract is what the tests change.
	contract = billing.Contract{
		Provider: stripe.Name, Customer: "cus_1", ID: "sub_1", Tenant: tenant, Status: billing.ContractActive,
		Price: "price_small", Interval: billing.Monthly, Item: "si_1",
		Begun: now.AddDate(0, -1, -10), Anchor: now.AddDate(0, -1, -10), PeriodStart: now.AddDate(0, 0, -10), PeriodEnd: now.AddDate(0, 1, -10),
	}
	small  = billing.Price{ID: "price_small", Interval: billing.Monthly, Amount: 2900, Currency: "eur"}
	large  = billing.Price{ID: "price_large", Interval: billing.Monthly, Amount: 9900, Currency: "eur"}
	yearly = billing.Price{ID: "price_large_yearly", Interval: billing.Yearly, Amount: 99000, Currency: "eur"}
)

// withMeter is a contract whose answers beyond the plan are reported.
func withMeter() billing.Contract {
	metered := contract
	metered.Meter = "si_2"
	return metered
}

// call is one way in which a method asks Stripe.
type call struct {
	name    string
	options func(*stripe.Options)
	play    map[string]stripetest.Answer
	do      func(context.Context, *stripe.Client) error
	asks    []string // what has to be in the requests: "POST /v1/… name=value"
	not     []string
}

// plain is a subscription without a schedule, which the mock's has.
var plain = map[string]stripetest.Answer{"GET /v1/subscriptions/sub_1": {Body: `{"id":"sub_1","status":"active","customer":"cus_1","current_period_end":1797163200,
	"items":{"data":[{"id":"si_1","quantity":1,"price":{"id":"price_small","recurring":{"interval":"month","usage_type":"licensed"}}}]}}`}}

// calls are all ways in which the methods of a Client ask Stripe, by the method.
var calls = map[string][]call{
	"Checkout": {
		{
			name: "by somebody new, during a trial, with overage",
			do: func(ctx context.Context, c *stripe.Client) error {
				_, err := c.Checkout(ctx, billing.Order{
					Tenant: tenant, Email: "owner@shop.example", Price: small.ID, Meter: "price_meter", TrialEnd: now.AddDate(0, 0, 9),
					Success: "https://chat.example/settings/plan?checkout=done", Cancel: "https://chat.example/settings/plan", Once: "wish 1",
				})
				return err
			},
			asks: []string{
				"POST /v1/checkout/sessions mode=subscription", "client_reference_id=ten_1", "subscription_data[metadata][tenant]=ten_1",
				"line_items[0][price]=price_small", "line_items[0][quantity]=1", "line_items[1][price]=price_meter", "customer_email=owner@shop.example",
				"subscription_data[trial_end]=1796212800", "allow_promotion_codes=true",
			},
			not: []string{"line_items[1][quantity]", "payment_method_types", "automatic_tax", "customer="},
		},
		{
			name:    "by a customer, with tax, by card and PayPal",
			options: func(o *stripe.Options) { o.Tax, o.Methods = true, []string{"card", "paypal"} },
			do: func(ctx context.Context, c *stripe.Client) error {
				_, err := c.Checkout(ctx, billing.Order{Tenant: tenant, Customer: "cus_1", Email: "owner@shop.example", Price: large.ID, Success: "https://chat.example/", Cancel: "https://chat.example/"})
				return err
			},
			asks: []string{
				"customer=cus_1", "payment_method_types[0]=card", "payment_method_types[1]=paypal", "automatic_tax[enabled]=true",
				"customer_update[address]=auto", "tax_id_collection[enabled]=true",
			},
			not: []string{"customer_email", "trial_end", "line_items[1]"},
		},
	},
	"CloseCheckout": {
		{
			name: "that is open",
			do:   func(ctx context.Context, c *stripe.Client) error { _, err := c.CloseCheckout(ctx, "cs_1"); return err },
			asks: []string{"POST /v1/checkout/sessions/cs_1/expire"},
			not:  []string{"GET /v1/checkout/sessions/cs_1"},
		},
		{
			name: "that is not open any more",
			play: map[string]stripetest.Answer{
				"POST /v1/checkout/sessions/cs_1/expire": notOpen, "GET /v1/checkout/sessions/cs_1": {Body: `{"id":"cs_1","status":"expired"}`},
			},
			do:   func(ctx context.Context, c *stripe.Client) error { _, err := c.CloseCheckout(ctx, "cs_1"); return err },
			asks: []string{"POST /v1/checkout/sessions/cs_1/expire", "GET /v1/checkout/sessions/cs_1"},
		},
	},
	"Portal": {{
		do: func(ctx context.Context, c *stripe.Client) error {
			_, err := c.Portal(ctx, "cus_1", "https://chat.example/settings/plan")
			return err
		},
		asks: []string{"POST /v1/billing_portal/sessions customer=cus_1", "return_url=https://chat.example/settings/plan"},
	}},
	"Invoices": {{
		do:   func(ctx context.Context, c *stripe.Client) error { _, err := c.Invoices(ctx, "cus_1"); return err },
		asks: []string{"GET /v1/invoices customer=cus_1", "limit=100"},
	}},
	"Preview": {
		{
			name: "of another plan by the month",
			do: func(ctx context.Context, c *stripe.Client) error {
				_, err := c.Preview(ctx, contract, large, "", now)
				return err
			},
			asks: []string{
				"GET /v1/invoices/upcoming subscription=sub_1", "subscription_items[0][id]=si_1", "subscription_items[0][price]=price_large",
				"subscription_proration_date=1795435200", "subscription_proration_behavior=always_invoice", "subscription_proration_behavior=none",
			},
		},
		{
			name: "of a year, with overage",
			do: func(ctx context.Context, c *stripe.Client) error {
				_, err := c.Preview(ctx, withMeter(), yearly, "price_meter_yearly", now)
				return err
			},
			asks: []string{"subscription_items[1][id]=si_2", "subscription_items[1][price]=price_meter_yearly"},
			not:  []string{"subscription_proration_behavior=none"},
		},
		{
			name: "of a plan without the overage that there is",
			do: func(ctx context.Context, c *stripe.Client) error {
				_, err := c.Preview(ctx, withMeter(), large, "", now)
				return err
			},
			asks: []string{"subscription_items[1][deleted]=true", "subscription_items[1][clear_usage]=true"},
		},
	},
	"Change": {
		{
			name: "to a plan with overage",
			play: plain,
			do: func(ctx context.Context, c *stripe.Client) error {
				_, err := c.Change(ctx, contract, large, "price_meter", now)
				return err
			},
			asks: []string{
				"POST /v1/subscriptions/sub_1 payment_behavior=error_if_incomplete", "proration_behavior=always_invoice", "proration_date=1795435200",
				"items[0][price]=price_large", "items[1][price]=price_meter",
			},
			not: []string{"/release", "cancel_at_period_end"},
		},
		{
			name: "to a plan without the overage that there is",
			play: map[string]stripetest.Answer{"GET /v1/subscriptions/sub_1": {Body: `{"id":"sub_1","status":"active","items":{"data":[
				{"id":"si_1","quantity":1,"price":{"id":"price_small","recurring":{"interval":"month","usage_type":"licensed"}}},
				{"id":"si_2","price":{"id":"price_meter","recurring":{"interval":"month","usage_type":"metered"}}}]}}`}},
			do: func(ctx context.Context, c *stripe.Client) error {
				_, err := c.Change(ctx, withMeter(), large, "", now)
				return err
			},
			asks: []string{"items[0][id]=si_1", "items[1][id]=si_2", "items[1][deleted]=true", "items[1][clear_usage]=true"},
		},
		{
			name: "of what is cancelled and has a schedule",
			play: map[string]stripetest.Answer{"GET /v1/subscriptions/sub_1": {Body: `{"id":"sub_1","status":"active","cancel_at_period_end":true,
				"schedule":{"id":"sub_sched_1","status":"active"},"items":{"data":[{"id":"si_1","quantity":1,"price":{"id":"price_small"}}]}}`}},
			do: func(ctx context.Context, c *stripe.Client) error {
				_, err := c.Change(ctx, contract, large, "", now)
				return err
			},
			asks: []string{"POST /v1/subscription_schedules/sub_sched_1/release", "cancel_at_period_end=false"},
		},
	},
	"ChangeLater": {
		{
			name: "to a plan with overage",
			play: plain,
			do: func(ctx context.Context, c *stripe.Client) error {
				_, err := c.ChangeLater(ctx, contract, small, "price_meter")
				return err
			},
			asks: []string{
				"POST /v1/subscription_schedules from_subscription=sub_1", "POST /v1/subscription_schedules/", "end_behavior=release", "phases[0][items][0][quantity]=1",
				"metadata[tenant]=ten_1", "phases[0][end_date]=1797163200", "phases[1][items][0][price]=price_small", "phases[1][items][1][price]=price_meter", "phases[1][iterations]=1", "proration_behavior=none",
			},
			not: []string{"/release ", "phases[1][items][1][quantity]", "phases[0][coupon]"},
		},
		{
			name: "of a trial that is cancelled, has a schedule and was promised something",
			play: map[string]stripetest.Answer{
				"GET /v1/subscriptions/sub_1": {Body: `{"id":"sub_1","status":"trialing","trial_end":1796212800,"cancel_at_period_end":true,"current_period_start":1795000000,"current_period_end":1796212800,
					"schedule":{"id":"sub_sched_1","status":"active"},"items":{"data":[{"id":"si_1","quantity":1,"price":{"id":"price_large"}},
					{"id":"si_2","price":{"id":"price_meter","recurring":{"interval":"month","usage_type":"metered"}}}]}}`},
				"POST /v1/subscription_schedules": {Body: `{"id":"sub_sched_2","status":"active","current_phase":{"start_date":1795000000,"end_date":1796212800},
					"phases":[{"start_date":1795000000,"coupon":"FRIEND","default_payment_method":"pm_1"}]}`},
			},
			do: func(ctx context.Context, c *stripe.Client) error {
				_, err := c.ChangeLater(ctx, contract, small, "")
				return err
			},
			asks: []string{
				"POST /v1/subscription_schedules/sub_sched_1/release", "cancel_at_period_end=false", "POST /v1/subscription_schedules/sub_sched_2", "phases[0][trial_end]=1796212800",
				"phases[0][items][1][price]=price_meter", "phases[0][coupon]=FRIEND", "phases[1][coupon]=FRIEND", "phases[1][default_payment_method]=pm_1",
			},
			not: []string{"phases[0][items][1][quantity]", "phases[1][trial_end]"},
		},
	},
	"Cancel": {
		{
			do:   func(ctx context.Context, c *stripe.Client) error { _, err := c.Cancel(ctx, contract); return err },
			asks: []string{"GET /v1/subscriptions/sub_1 expand[0]=schedule", "POST /v1/subscriptions/sub_1 cancel_at_period_end=true"},
		},
	},
	"Resume": {
		{
			do:   func(ctx context.Context, c *stripe.Client) error { _, err := c.Resume(ctx, contract); return err },
			asks: []string{"POST /v1/subscriptions/sub_1 cancel_at_period_end=false"},
		},
	},
	"End": {
		{
			name: "of what runs, with invoices that are not paid",
			play: map[string]stripetest.Answer{
				"GET /v1/subscriptions/sub_1": plain["GET /v1/subscriptions/sub_1"],
				"GET /v1/invoices":            {Body: `{"data":[{"id":"in_1","auto_advance":true},{"id":"in_2","auto_advance":false}]}`},
			},
			do: func(ctx context.Context, c *stripe.Client) error { _, err := c.End(ctx, contract); return err },
			asks: []string{
				"GET /v1/invoices subscription=sub_1", "GET /v1/invoices status=draft", "GET /v1/invoices status=open", "POST /v1/invoices/in_1 auto_advance=false",
				"DELETE /v1/subscriptions/sub_1 ", "invoice_now=false", "prorate=false",
			},
			not: []string{"/v1/invoices/in_2"},
		},
		{
			name: "of what has ended",
			play: map[string]stripetest.Answer{
				"GET /v1/subscriptions/sub_1": {Body: `{"id":"sub_1","status":"canceled","ended_at":1797163200}`},
				"GET /v1/invoices":            {Body: `{"data":[{"id":"in_1","auto_advance":true}]}`},
			},
			do:   func(ctx context.Context, c *stripe.Client) error { _, err := c.End(ctx, contract); return err },
			asks: []string{"POST /v1/invoices/in_1 auto_advance=false"},
			not:  []string{"DELETE"},
		},
	},
	"Report": {{
		do: func(ctx context.Context, c *stripe.Client) error { return c.Report(ctx, withMeter(), 12, now) },
		asks: []string{
			"POST /v1/subscription_items/si_2/usage_records action=set", "quantity=12", "timestamp=1794571200", // the period's begin
		},
	}},
	"Contracts": {{
		do: func(ctx context.Context, c *stripe.Client) error {
			for _, err := range c.Contracts(ctx) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		asks: []string{"GET /v1/subscriptions status=all", "expand[0]=data.schedule", "limit=100"},
	}},
	"Price": {{
		do: func(ctx context.Context, c *stripe.Client) error {
			_, _, err := c.Price(ctx, "price_small")
			return err
		},
		asks: []string{"GET /v1/prices/price_small"},
	}},
}

// silent methods ask Stripe nothing.
var silent = []string{"Name", "Read", "Facts"}

func TestStripesOwnMockUnderstandsEachCall(t *testing.T) {
	t.Parallel()
	mock := stripetest.Mock(t)
	methods := reflect.TypeFor[*stripe.Client]()
	for i := range methods.NumMethod() {
		method := methods.Method(i).Name
		if slices.Contains(silent, method) {
			continue
		}
		if len(calls[method]) == 0 {
			t.Errorf("nothing shows that Stripe understands %s: add it to calls", method)
		}
		for _, call := range calls[method] {
			t.Run(strings.TrimSpace(method+" "+call.name), func(t *testing.T) {
				t.Parallel()
				stage := stripetest.NewStage(t, mock)
				for request, answer := range call.play {
					stage.Play(request, answer)
				}
				if err := call.do(t.Context(), client(stage.URL, call.options)); err != nil {
					t.Fatal(err)
				}
				checkAsked(t, stage.Asked(), call)
			})
		}
	}
}

func TestOtherVersionsOfTheAPIAreNotWhatTheMockChecks(t *testing.T) {
	t.Parallel()
	if stripe.Version != "2023-10-16" {
		t.Errorf("the library speaks %s: the mock, the events of tests and the operator's webhook endpoint have to change with it", stripe.Version)
	}
}

// client returns one that asks a server.
func client(address string, change func(*stripe.Options)) *stripe.Client {
	options := stripe.Options{Key: key, WebhookSecret: secret, APIBase: address, Clock: func() time.Time { return now }}
	if change != nil {
		change(&options)
	}
	return stripe.New(options)
}

// checkAsked looks for what has to be, and must not be, in requests, and for what all of them have.
func checkAsked(t *testing.T, asked []stripetest.Asked, call call) {
	t.Helper()
	if len(asked) == 0 {
		t.Fatal("Stripe was asked nothing")
	}
	var all strings.Builder
	for _, a := range asked {
		if a.Header.Get("Authorization") != "Bearer "+key || a.Header.Get("Stripe-Version") != stripe.Version {
			t.Errorf("%s %s comes without the key or the version", a.Method, a.Path)
		}
		if a.Method == "POST" && a.Header.Get("Idempotency-Key") == "" {
			t.Errorf("%s %s can be done twice: it has no key of idempotence", a.Method, a.Path)
		}
		all.WriteString(a.Method + " " + a.Path + " \n")
		for name, values := range a.Form {
			for _, value := range values {
				all.WriteString(a.Method + " " + a.Path + " " + name + "=" + value + "\n")
			}
		}
	}
	for _, want := range call.asks {
		if !strings.Contains(all.String(), want) {
			t.Errorf("Stripe was not asked for %q, but:\n%s", want, all.String())
		}
	}
	for _, unwanted := range call.not {
		if strings.Contains(all.String(), unwanted) {
			t.Errorf("Stripe was asked for %q:\n%s", unwanted, all.String())
		}
	}
}
