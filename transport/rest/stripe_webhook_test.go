package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"parley/account/billing"
	"parley/chat"
)

// till takes what claims to be the processor's, and those who begin with a plan.
type till struct {
	fails     error
	payload   string
	signature string
	begun     []string
}

func (c *till) Receive(_ context.Context, payload []byte, header http.Header) error {
	c.payload, c.signature = string(payload), header.Get("Stripe-Signature")
	return c.fails
}

func (c *till) Begin(_ context.Context, tenant, plan string) error {
	c.begun = append(c.begun, tenant+" "+plan)
	return c.fails
}

func TestWhatStripeSendsArrivesAsItWasSigned(t *testing.T) {
	t.Parallel()
	taken := &till{}
	w, _ := setup(t, func(c *Config) { c.Payments = taken })
	const body = "{ \"id\" : \"evt_1\",\n\"object\":\"event\"}"
	send := func(body string) response {
		return w.do(request{method: "POST", path: "/api/v1/stripe/webhook", body: body, header: map[string]string{"Stripe-Signature": "t=1,v1=abc"}})
	}
	for _, c := range []struct {
		fails  error
		status int
		code   string
	}{
		{nil, 204, ""}, {billing.ErrForged, 422, "event_forged"}, {billing.ErrOld.Because(errors.New("hunter2")), 422, "event_old"}, {billing.ErrVersion, 422, "event_version"},
		{billing.ErrPaymentsOff, 404, "payments_off"}, {chat.ErrUnavailable, 503, "unavailable"}, {errors.New("hunter2"), 500, "internal"},
	} {
		taken.fails = c.fails
		got := send(body)
		if got.status != c.status || !strings.Contains(got.body, c.code) || strings.Contains(got.body, "hunter2") {
			t.Errorf("%v: %d %s", c.fails, got.status, got.body)
		}
		if taken.payload != body || taken.signature != "t=1,v1=abc" {
			t.Errorf("arrived are %q, %q", taken.payload, taken.signature)
		}
	}
	taken.payload = ""
	if got := send(`{"id":"` + strings.Repeat("x", stripeBody) + `"}`); got.status != 413 || taken.payload != "" {
		t.Errorf("what is too large: %d", got.status)
	}
}

func TestWhoeverRegistersMayChooseThePlanToTry(t *testing.T) {
	t.Parallel()
	taken := &till{}
	w, _ := setup(t, func(c *Config) { c.Payments = taken })
	register := func(email, plan string) (tokens signIn) {
		w.json("POST", "/api/v1/auth/register", "", `{"email":"`+email+`","password":"`+goodPassword+`","company":"Acme"`+plan+`}`, 201, &tokens)
		return tokens
	}
	register("a@acme.example", "")
	if len(taken.begun) != 0 {
		t.Errorf("who chose nothing: %q", taken.begun)
	}
	tokens := register("b@acme.example", `,"plan":"growth"`)
	if len(taken.begun) != 1 || taken.begun[0] != tokens.Tenant+" growth" {
		t.Errorf("begun have %q", taken.begun)
	}
	taken.fails = chat.ErrUnavailable // they are registered all the same
	register("c@acme.example", `,"plan":"growth"`)
	if got := w.do(request{method: "POST", path: "/api/v1/auth/register", body: `{"email":"a@acme.example","password":"` + goodPassword + `","company":"Acme","plan":"growth"}`}); got.status != 409 || len(taken.begun) != 2 {
		t.Errorf("who is not registered: %d, %q", got.status, taken.begun)
	}
}
