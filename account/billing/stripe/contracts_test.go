package stripe_test

import (
	"testing"
	"time"

	"parley/account/billing"
	"parley/account/billing/stripe"
	"parley/account/billing/stripe/stripetest"
)

func TestContractsAreReadPageByPage(t *testing.T) {
	t.Parallel()
	stage := stripetest.NewStage(t, stripetest.Mock(t))
	stage.Play("GET /v1/subscriptions",
		stripetest.Answer{Body: `{"object":"list","has_more":true,"data":[{"id":"sub_1","status":"active","customer":"cus_1","metadata":{"tenant":"ten_1"},
			"start_date":1790000000,"billing_cycle_anchor":1790000001,"current_period_start":1795000000,"current_period_end":1797592000,"cancel_at_period_end":true,
			"schedule":{"id":"sub_sched_1","status":"active","current_phase":{"start_date":1795000000},"phases":[{"start_date":1795000000,"items":[{"price":"price_large","quantity":1}]},
				{"start_date":1797592000,"items":[{"price":"price_meter"},{"price":"price_small","quantity":1}]}]},
			"items":{"data":[{"id":"si_2","price":{"id":"price_meter","recurring":{"interval":"month","usage_type":"metered"}}},
				{"id":"si_1","quantity":1,"price":{"id":"price_large","unit_amount":9900,"currency":"eur","recurring":{"interval":"month","usage_type":"licensed"}}}]}}]}`},
		stripetest.Answer{Body: `{"object":"list","has_more":false,"data":[{"id":"sub_2","status":"canceled","ended_at":1795000000}]}`},
	)
	var got []billing.Contract
	for contract, err := range client(stage.URL, nil).Contracts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, contract)
	}
	if len(got) != 2 || got[1].ID != "sub_2" || got[1].Status != billing.ContractCanceled || !got[1].Ended.Equal(time.Unix(1795000000, 0)) {
		t.Fatalf("the contracts are %+v", got)
	}
	want := billing.Contract{
		Provider: stripe.Name, Customer: "cus_1", ID: "sub_1", Tenant: "ten_1", Status: billing.ContractActive,
		Price: "price_large", Interval: billing.Monthly, Amount: 9900, Currency: "eur", Item: "si_1", Meter: "si_2",
		Begun: time.Unix(1790000000, 0).UTC(), Anchor: time.Unix(1790000001, 0).UTC(), PeriodStart: time.Unix(1795000000, 0).UTC(), PeriodEnd: time.Unix(1797592000, 0).UTC(),
		CancelAt: time.Unix(1797592000, 0).UTC(),
	}
	next := got[0].Next
	if got[0].Next = nil; got[0] != want {
		t.Errorf("the contract is\n%+v, not\n%+v", got[0], want)
	}
	if next == nil || next.Price != "price_small" || next.Schedule != "sub_sched_1" || !next.At.Equal(want.PeriodEnd) {
		t.Errorf("it becomes %+v", next)
	}
	if pages := stage.Asked(); len(pages) != 2 || pages[1].Form.Get("starting_after") != "sub_1" {
		t.Errorf("the second page was asked for by %v", pages[len(pages)-1].Form)
	}
}

func TestAChangeThatIsDoneAlreadyIsNotDoneAgain(t *testing.T) {
	t.Parallel()
	stage := stripetest.NewStage(t, stripetest.Mock(t))
	stage.Play("GET /v1/subscriptions/sub_1", plain["GET /v1/subscriptions/sub_1"])
	got, err := client(stage.URL, nil).Change(t.Context(), contract, small, "", now)
	if err != nil || got.Price != small.ID {
		t.Fatalf("the change led to %+v: %v", got, err)
	}
	if n := len(stage.Asked()); n != 1 {
		t.Errorf("Stripe was asked %d times: the customer may pay twice", n)
	}
}

func TestTheSameWishIsTheSameCheckout(t *testing.T) {
	t.Parallel()
	stage := stripetest.NewStage(t, stripetest.Mock(t))
	c := client(stage.URL, nil)
	order := billing.Order{Tenant: tenant, Email: "owner@shop.example", Price: small.ID, Success: "https://chat.example/", Cancel: "https://chat.example/", Once: "wish"}
	other, sooner := order, order
	other.Price, sooner.TrialEnd = large.ID, now.Add(time.Hour)
	for _, order := range []billing.Order{order, order, other, sooner} {
		if page, err := c.Checkout(t.Context(), order); err != nil || page.ID == "" || page.Address == "" {
			t.Fatalf("the page is %+v: %v", page, err)
		}
	}
	pages := stage.Asked()
	once := func(i int) string { return pages[i].Header.Get("Idempotency-Key") }
	if once(0) != once(1) || once(0) == once(2) || once(0) == once(3) {
		t.Errorf("the keys of idempotence are %q, %q, %q and %q", once(0), once(1), once(2), once(3))
	}
	// Stripe refuses a trial of less than 48 hours.
	if end := pages[3].Form.Get("subscription_data[trial_end]"); end != "1795615200" { // 50 h ahead
		t.Errorf("a trial that ends in an hour ends at %s", end)
	}
}

// notOpen is what Stripe says when a page is to be closed that is not open.
var notOpen = refusal(400, `"type":"invalid_request_error"`)

func TestAPageThatCannotBeClosedSaysWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	mock := stripetest.Mock(t)
	const expire, read = "POST /v1/checkout/sessions/cs_1/expire", "GET /v1/checkout/sessions/cs_1"
	for name, test := range map[string]struct {
		close, became stripetest.Answer
		contract      string
		want          error
		says          string
	}{
		"it was paid on":             {notOpen, stripetest.Answer{Body: `{"id":"cs_1","status":"complete","subscription":"sub_1"}`}, "sub_1", nil, ""},
		"it had expired":             {notOpen, stripetest.Answer{Body: `{"id":"cs_1","status":"expired"}`}, "", nil, ""},
		"somebody pays on it":        {notOpen, stripetest.Answer{Body: `{"id":"cs_1","status":"open"}`}, "", billing.ErrPaying, "cs_1 is open"},
		"it is another account's":    {refusal(404, `"type":"invalid_request_error","code":"resource_missing"`), stripetest.Answer{}, "", nil, ""},
		"Stripe is away":             {refusal(500, `"type":"api_error"`), stripetest.Answer{}, "", billing.ErrProcessorAway, "status 500"},
		"Stripe is away in between":  {notOpen, refusal(500, `"type":"api_error"`), "", billing.ErrProcessorAway, "read the checkout"},
		"the key may not close them": {refusal(403, `"type":"invalid_request_error"`), stripetest.Answer{}, "", nil, "status 403"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := stripetest.NewStage(t, mock)
			stage.Play(expire, test.close)
			stage.Play(read, test.became)
			contract, err := client(stage.URL, nil).CloseCheckout(t.Context(), "cs_1")
			if contract != test.contract {
				t.Errorf("%q was bought on it", contract)
			}
			checkFailure(t, err, test.want, test.says)
		})
	}
}
