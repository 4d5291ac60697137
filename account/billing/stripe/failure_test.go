package stripe_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/account/billing"
	"parley/account/billing/stripe/stripetest"
	"parley/chat"
)

// leak is what Stripe says of people and cards: nobody may find it in an error.
const leak = "zqx Jenny Rosen 4242"

// refusal is an error of Stripe's.
func refusal(status int, fields string) stripetest.Answer {
	return stripetest.Answer{Status: status, Header: map[string]string{"Request-Id": "req_1"}, Body: `{"error":{` + fields + `,"message":"` + leak + `","payment_method":{"id":"pm_1","billing_details":{"name":"` + leak + `"}}}}`}
}

func TestWhatStripeRefusesIsToldWithoutWhatItSaysOfPeople(t *testing.T) {
	t.Parallel()
	mock := stripetest.Mock(t)
	const invoices, change = "GET /v1/invoices", "POST /v1/subscriptions/sub_1"
	for name, test := range map[string]struct {
		request string
		answers []stripetest.Answer
		want    error // nil: an error of ours, which people are not shown
		says    string
		times   int
	}{
		"a declined card":              {change, []stripetest.Answer{refusal(402, `"type":"card_error","code":"card_declined"`)}, billing.ErrDeclined, "card_declined", 1},
		"a payment that needs a visit": {change, []stripetest.Answer{refusal(402, `"type":"invalid_request_error","code":"subscription_payment_intent_requires_action"`)}, billing.ErrDeclined, "requires_action", 1},
		"a price that is not there":    {change, []stripetest.Answer{refusal(400, `"type":"invalid_request_error","code":"resource_missing","param":"items[0][price]"`)}, nil, "resource_missing, parameter items[0][price], status 400, request req_1", 1},
		"a key that is not good":       {invoices, []stripetest.Answer{refusal(401, `"type":"invalid_request_error"`)}, nil, "status 401", 1},
		"a fault of Stripe's":          {change, []stripetest.Answer{refusal(500, `"type":"api_error"`)}, billing.ErrProcessorAway, "status 500", 1},
		"a fault that passes":          {invoices, []stripetest.Answer{refusal(500, `"type":"api_error"`), {Body: `{"data":[]}`}}, nil, "", 2},
		"too many requests":            {change, []stripetest.Answer{tooMany("0"), {Body: `{"id":"sub_1"}`}}, nil, "", 2},
		"too many for long":            {change, []stripetest.Answer{tooMany("0")}, billing.ErrProcessorAway, "status 429", 3},
		"too many, and a long wait":    {change, []stripetest.Answer{tooMany("3600")}, billing.ErrProcessorAway, "status 429", 1},
		"a page of somebody else's":    {change, []stripetest.Answer{{Status: 404, Body: "<html>" + leak}}, billing.ErrProcessorAway, "the answer cannot be read", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := stripetest.NewStage(t, mock)
			stage.Play("GET /v1/subscriptions/sub_1", plain["GET /v1/subscriptions/sub_1"])
			stage.Play(test.request, test.answers...)
			c := client(stage.URL, nil)
			var err error
			if test.request == invoices {
				_, err = c.Invoices(t.Context(), "cus_1")
			} else {
				_, err = c.Change(t.Context(), contract, large, "", now)
			}
			if got := asked(stage, test.request); len(got) != test.times {
				t.Errorf("Stripe was asked %d times, not %d", len(got), test.times)
			} else if got[0].Header.Get("Idempotency-Key") != got[len(got)-1].Header.Get("Idempotency-Key") {
				t.Error("a request that is sent again has another key of idempotence: it may be done twice")
			}
			checkFailure(t, err, test.want, test.says)
		})
	}
}

func tooMany(wait string) stripetest.Answer {
	answer := refusal(http.StatusTooManyRequests, `"type":"invalid_request_error","code":"rate_limit"`)
	answer.Header["Retry-After"] = wait
	return answer
}

// asked returns the requests of a method and path.
func asked(stage *stripetest.Stage, request string) (found []stripetest.Asked) {
	for _, a := range stage.Asked() {
		if a.Method+" "+a.Path == request {
			found = append(found, a)
		}
	}
	return found
}

// checkFailure looks at an error: what it is to people (want), and what it says to the operator (says). Both empty: there must be none.
func checkFailure(t *testing.T, err, want error, says string) {
	t.Helper()
	if want == nil && says == "" {
		if err != nil {
			t.Errorf("it failed: %v", err)
		}
		return
	}
	if err == nil || !strings.Contains(err.Error(), says) {
		t.Fatalf("the error says %v, which lacks %q", err, says)
	}
	if strings.Contains(err.Error(), "4242") || strings.Contains(err.Error(), key) {
		t.Errorf("the error tells a secret: %v", err)
	}
	var shown *chat.Error
	switch {
	case want == nil && errors.As(err, &shown):
		t.Errorf("people are shown %q, which only the operator can do something about", shown.Message)
	case want != nil && !errors.Is(err, want):
		t.Errorf("the error is %v, not %v", err, want)
	}
}

func TestStripeThatIsAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = client(address, nil).Invoices(t.Context(), "cus_1")
	checkFailure(t, err, chat.ErrUnavailable, "list invoices")
	if shown := chat.AsError(err); shown.Kind != chat.Unavailable || strings.Contains(shown.Message, "storage") {
		t.Errorf("people are told %q", shown.Message)
	}
	for _, err := range client(address, nil).Contracts(t.Context()) {
		checkFailure(t, err, chat.ErrUnavailable, "list subscriptions")
	}
}

func TestWhoeverHasGoneIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	mock := stripetest.Mock(t)
	for name, answer := range map[string]stripetest.Answer{"while Stripe thinks": {Hang: true}, "while too many ask": tooMany("9")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := stripetest.NewStage(t, mock)
			stage.Play("GET /v1/invoices", answer)
			ctx, leave := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer leave()
			begin := time.Now()
			_, err := client(stage.URL, nil).Invoices(ctx, "cus_1")
			checkFailure(t, err, chat.ErrUnavailable, "list invoices")
			if took := time.Since(begin); took > 8*time.Second { // less than what Stripe asks to wait
				t.Errorf("it took %s", took)
			}
		})
	}
}
