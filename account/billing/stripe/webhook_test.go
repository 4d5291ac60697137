package stripe_test

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"

	"parley/account/billing"
	"parley/account/billing/stripe"
	"parley/account/billing/stripe/stripetest"
)

func TestWhatStripeSignedIsReadAsItCame(t *testing.T) {
	t.Parallel()
	life := stripetest.Buy(tenant, now.AddDate(0, 0, -3), oneSmall, 0) // Stripe tries for three days
	c := client("http://127.0.0.1:1", nil)
	for _, event := range life.Events() {
		for age, signed := range map[string]time.Time{"at once": now, "at the last moment": now.Add(-5 * time.Minute), "by a clock that is ahead": now.Add(time.Minute)} {
			got, err := c.Read(event.Payload, stripetest.Sign(event.Payload, secret, signed), now)
			if err != nil {
				t.Fatalf("%s, %s: %v", event.Type, age, err)
			}
			if got.ID != event.ID || got.Type != event.Type || got.Provider != stripe.Name || !got.At.Equal(event.At) || !got.Received.Equal(now) || !bytes.Equal(got.Payload, event.Payload) {
				t.Errorf("%s, %s: it was read as %+v", event.Type, age, got)
			}
		}
	}
}

func TestWhatStripeDidNotSignAsItDoesIsRefused(t *testing.T) {
	t.Parallel()
	event := stripetest.Buy(tenant, now, oneSmall, 0).Events()[1]
	payload := event.Payload
	good := stripetest.Sign(payload, secret, now)
	header := func(text string) http.Header { return http.Header{"Stripe-Signature": {text}} }
	other := event.OfVersion("2024-06-20").Payload
	none := []byte(`{"object":"event","api_version":"2023-10-16"}`)
	thin := []byte(`{"id":"evt_1","object":"v2.core.event"}`)
	unsigned := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: payload, Secret: secret, Timestamp: now, Scheme: "v0"})
	for name, test := range map[string]struct {
		payload []byte
		header  http.Header
		want    error
	}{
		"without a signature":                {payload, nil, billing.ErrForged},
		"with an empty one":                  {payload, header(""), billing.ErrForged},
		"with one that cannot be read":       {payload, header("t=now,v1=zz"), billing.ErrForged},
		"with one of another scheme":         {payload, header(unsigned.Header), billing.ErrForged},
		"with one by another secret":         {payload, stripetest.Sign(payload, "whsec_other", now), billing.ErrForged},
		"with one of something else":         {append([]byte(" "), payload...), good, billing.ErrForged},
		"with one that is made younger":      {payload, header(strings.Replace(stripetest.Sign(payload, secret, now.Add(-time.Hour)).Get("Stripe-Signature"), "t=", "t=1795435200,t=", 1)), billing.ErrOld},
		"signed too long ago":                {payload, stripetest.Sign(payload, secret, now.Add(-5*time.Minute-time.Second)), billing.ErrOld},
		"signed three days ago":              {payload, stripetest.Sign(payload, secret, now.AddDate(0, 0, -3)), billing.ErrOld},
		"of another version":                 {other, stripetest.Sign(other, secret, now), billing.ErrVersion},
		"of a version that old events lack":  {thin, stripetest.Sign(thin, secret, now), billing.ErrVersion},
		"of another version, and forged too": {other, good, billing.ErrForged},
		"that is no event":                   {none, stripetest.Sign(none, secret, now), billing.ErrForged},
		"that is not JSON":                   {[]byte("hello"), stripetest.Sign([]byte("hello"), secret, now), billing.ErrForged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := client("http://127.0.0.1:1", nil).Read(test.payload, test.header, now)
			if !errors.Is(err, test.want) || got.ID != "" {
				t.Errorf("it was read as %+v: %v; want %v", got, err, test.want)
			}
			if err != nil && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "cus_")) {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}
