package stripetest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"
)

// version is of the API whose events a Life makes.
const version = "2023-10-16"

// Event is one of Stripe's, as it arrives.
type Event struct {
	ID, Type string
	At       time.Time
	Payload  []byte
}

// event makes one. Its id says nothing about when it was made, as with Stripe's.
func event(seed string, kind string, at time.Time, about, previous object) Event {
	sum := sha256.Sum256([]byte(seed))
	id := "evt_" + hex.EncodeToString(sum[:12])
	data := object{"object": copied(about)}
	if previous != nil {
		data["previous_attributes"] = previous
	}
	return Event{ID: id, Type: kind, At: at, Payload: encode(object{
		"id": id, "object": "event", "api_version": version, "created": at.Unix(), "livemode": false, "pending_webhooks": 1,
		"request": object{"id": nil, "idempotency_key": nil}, "type": kind, "data": data,
	})}
}

// OfVersion is the event as another version of the API has it.
func (e Event) OfVersion(other string) Event {
	e.Payload = bytes.Replace(e.Payload, []byte(fmt.Sprintf("%q", version)), []byte(fmt.Sprintf("%q", other)), 1)
	return e
}

// Sign returns the header that comes with a payload that is sent then: Stripe signs each attempt anew.
func Sign(payload []byte, secret string, at time.Time) http.Header {
	signed := webhook.GenerateTestSignedPayload(&webhook.UnsignedPayload{Payload: payload, Secret: secret, Timestamp: at})
	return http.Header{"Stripe-Signature": {signed.Header}}
}
