package stripe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	sdk "github.com/stripe/stripe-go/v76"

	"parley/account/billing"
)

// failed turns an error of the library into ours: billing.ErrDeclined where a payment failed, chat.ErrUnavailable where trying again
// may help, and else one that only the operator can do something about. What Stripe answered may name people and cards, and is left out.
func failed(what string, err error) error {
	if err == nil {
		return nil
	}
	var said *sdk.Error
	var network *url.Error
	switch {
	case errors.Is(err, context.Canceled): // whoever asked has gone
		return fmt.Errorf("stripe: %s: %w", what, context.Canceled)
	case errors.As(err, &said):
		reason := fmt.Errorf("stripe: %s: %s", what, describe(said))
		switch {
		case said.Type == sdk.ErrorTypeCard, said.HTTPStatusCode == http.StatusPaymentRequired:
			return billing.ErrDeclined.Because(reason)
		case said.HTTPStatusCode == http.StatusTooManyRequests, said.HTTPStatusCode == http.StatusConflict, said.HTTPStatusCode >= http.StatusInternalServerError:
			return billing.ErrProcessorAway.Because(reason)
		}
		return reason
	case errors.As(err, &network):
		return billing.ErrProcessorAway.Because(fmt.Errorf("stripe: %s: %w", what, network.Err))
	default: // an answer that is not Stripe's, of which the library's error quotes half a page
		return billing.ErrProcessorAway.Because(fmt.Errorf("stripe: %s: the answer cannot be read", what))
	}
}

// describe says what went wrong by Stripe's own names, and where the operator reads the rest: its dashboard shows each request by id.
func describe(e *sdk.Error) string {
	words := []string{string(e.Type)}
	if e.Code != "" {
		words = append(words, string(e.Code))
	}
	if e.Param != "" {
		words = append(words, "parameter "+e.Param)
	}
	words = append(words, fmt.Sprintf("status %d", e.HTTPStatusCode))
	if e.RequestID != "" {
		words = append(words, "request "+e.RequestID)
	}
	return strings.Join(words, ", ")
}
