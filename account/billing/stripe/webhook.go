package stripe

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"parley/account/billing"
)

// oldest is how long ago a request may have been signed. Stripe signs each attempt anew, those of the third day too.
const oldest = webhook.DefaultTolerance

// Read implements billing.Teller.
func (c *Client) Read(payload []byte, header http.Header, now time.Time) (billing.Event, error) {
	signature := header.Get("Stripe-Signature")
	if err := webhook.ValidatePayloadIgnoringTolerance(payload, signature, c.secret); err != nil {
		return billing.Event{}, billing.ErrForged.Because(err)
	}
	if age := now.Sub(signedAt(signature)); age > oldest { // by our clock, which the library cannot be given
		return billing.Event{}, billing.ErrOld.Because(fmt.Errorf("stripe: signed %s ago", age.Round(time.Second)))
	}
	event, err := webhook.ConstructEventIgnoringTolerance(payload, signature, c.secret)
	switch {
	case err != nil && event.ID != "" && event.APIVersion != sdk.APIVersion:
		return billing.Event{}, billing.ErrVersion.Because(fmt.Errorf("stripe: event %s is of version %q: make the webhook endpoint with %s", event.ID, event.APIVersion, sdk.APIVersion))
	case err != nil || event.ID == "" || event.Data == nil:
		return billing.Event{}, billing.ErrForged.Because(fmt.Errorf("stripe: what was signed is no event"))
	}
	return billing.Event{
		ID: event.ID, Provider: Name, Type: string(event.Type),
		At: moment(event.Created), Received: now, Payload: payload,
	}, nil
}

// signedAt is the time in a signature that was found good: "t=1792000000,v1=…". Of several it is the last, which is the one that the library
// found good: with another, somebody could make an old request young again.
func signedAt(signature string) (at time.Time) {
	for part := range strings.SplitSeq(signature, ",") {
		if seconds, found := strings.CutPrefix(part, "t="); found {
			if n, err := strconv.ParseInt(seconds, 10, 64); err == nil {
				at = time.Unix(n, 0)
			}
		}
	}
	return at
}
