package rest

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/chat"
)

// Payments is what the API asks of *billing.Service where nobody has signed in.
type Payments interface {
	// Begin has who has just registered try a plan.
	Begin(ctx context.Context, tenant, plan string) error
	// Receive keeps what the processor sent; who signed it is checked there.
	Receive(ctx context.Context, payload []byte, header http.Header) error
}

// stripeBody bounds an event. Stripe's largest, of invoices with hundreds of lines, have some 200 kB.
const stripeBody = 1 << 20

func (s *server) routeStripe() {
	open(s, huma.Operation{
		OperationID: "receiveStripeEvent", Method: http.MethodPost, Path: "/api/v1/stripe/webhook", Tags: []string{billingTag},
		Summary: "For Stripe, which tells here what happens to subscriptions", MaxBodyBytes: stripeBody, DefaultStatus: http.StatusNoContent,
		SkipValidateBody: true, // bytes are what is signed: who signed them says what they are
		Description: "An event is kept before it is answered, once, however often it comes. What Stripe has not signed, or more than five minutes ago, or what is of " +
			"another version of its API, changes nothing.",
	}, s.receiveStripeEvent)
}

type stripeEventInput struct {
	Signature string `header:"Stripe-Signature" doc:"Stripe's."`
	RawBody   []byte `contentType:"application/json"`
}

func (s *server) receiveStripeEvent(ctx context.Context, in *stripeEventInput) (*struct{}, error) {
	if s.Payments == nil {
		return nil, chat.ErrNotFound
	}
	return nil, s.Payments.Receive(ctx, in.RawBody, http.Header{"Stripe-Signature": {in.Signature}})
}

// beginPlan has who has just registered try the plan that they chose. Without it they begin with everybody's, when somebody looks.
func (s *server) beginPlan(ctx context.Context, tenant, plan string) {
	if s.Payments == nil || plan == "" {
		return
	}
	if err := s.Payments.Begin(ctx, tenant, plan); err != nil {
		s.Logger.WarnContext(ctx, "a business does not begin with the plan that it chose", slog.String("tenant", tenant), slog.Any("error", err))
	}
}
