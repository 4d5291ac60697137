package stripe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	sdk "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/form"

	"parley/account/billing"
)

// tenantKey is under which Stripe keeps whose a subscription is, and says so in its events.
const tenantKey = "tenant"

// shortestTrial is Stripe's: a trial that is bought ends two days later at least
// (https://docs.stripe.com/api/checkout/sessions/create?api-version=2023-10-16, subscription_data.trial_end).
const shortestTrial = 48 * time.Hour

// Checkout implements billing.Seller. The page is good for a day, which is Stripe's rule.
func (c *Client) Checkout(ctx context.Context, order billing.Order) (billing.CheckoutPage, error) {
	params := c.session(order)
	params.Context = ctx
	if order.Once != "" {
		params.SetIdempotencyKey(onceOf(order.Once, params))
	}
	session, err := c.api.CheckoutSessions.New(params)
	if err != nil {
		return billing.CheckoutPage{}, failed("begin a checkout", err)
	}
	return billing.CheckoutPage{ID: session.ID, Address: session.URL}, nil
}

// CloseCheckout implements billing.Seller. Stripe closes a page that is open, and no other: then it says what became of it.
func (c *Client) CloseCheckout(ctx context.Context, id string) (string, error) {
	expire := &sdk.CheckoutSessionExpireParams{}
	expire.Context = ctx
	_, err := c.api.CheckoutSessions.Expire(id, expire)
	var said *sdk.Error
	switch {
	case !errors.As(err, &said):
		return "", failed("close the checkout "+id, err)
	case said.Code == sdk.ErrorCodeResourceMissing: // it is another account's, from before the key was changed
		return "", nil
	case said.HTTPStatusCode != http.StatusBadRequest:
		return "", failed("close the checkout "+id, err)
	}
	params := &sdk.CheckoutSessionParams{}
	params.Context = ctx
	session, err := c.api.CheckoutSessions.Get(id, params)
	switch {
	case err != nil:
		return "", failed("read the checkout "+id, err)
	case session.Subscription != nil:
		return session.Subscription.ID, nil
	case session.Status != sdk.CheckoutSessionStatusExpired:
		return "", billing.ErrPaying.Because(fmt.Errorf("stripe: the checkout %s is %s and cannot be closed", id, session.Status))
	}
	return "", nil
}

// session is what Stripe is asked for when an order is placed.
func (c *Client) session(order billing.Order) *sdk.CheckoutSessionParams {
	params := &sdk.CheckoutSessionParams{
		Mode:                    sdk.String(string(sdk.CheckoutSessionModeSubscription)),
		ClientReferenceID:       sdk.String(order.Tenant),
		LineItems:               []*sdk.CheckoutSessionLineItemParams{{Price: sdk.String(order.Price), Quantity: sdk.Int64(1)}},
		AllowPromotionCodes:     sdk.Bool(true),
		PaymentMethodCollection: sdk.String(string(sdk.CheckoutSessionPaymentMethodCollectionAlways)),
		SuccessURL:              sdk.String(order.Success),
		CancelURL:               sdk.String(order.Cancel),
		SubscriptionData: &sdk.CheckoutSessionSubscriptionDataParams{
			Metadata: map[string]string{tenantKey: order.Tenant},
		},
	}
	params.AddMetadata(tenantKey, order.Tenant)
	if order.Meter != "" {
		params.LineItems = append(params.LineItems, &sdk.CheckoutSessionLineItemParams{Price: sdk.String(order.Meter)}) // metered: without a quantity
	}
	if len(c.methods) > 0 {
		params.PaymentMethodTypes = sdk.StringSlice(c.methods)
	}
	if order.Customer != "" {
		params.Customer = sdk.String(order.Customer)
	} else if order.Email != "" {
		params.CustomerEmail = sdk.String(order.Email)
	}
	if c.tax {
		params.AutomaticTax = &sdk.CheckoutSessionAutomaticTaxParams{Enabled: sdk.Bool(true)}
		params.TaxIDCollection = &sdk.CheckoutSessionTaxIDCollectionParams{Enabled: sdk.Bool(true)}
		if order.Customer != "" { // whose name and address are kept for the next invoice
			params.CustomerUpdate = &sdk.CheckoutSessionCustomerUpdateParams{Address: sdk.String("auto"), Name: sdk.String("auto")}
		}
	}
	if end := c.trialEnd(order.TrialEnd); !end.IsZero() {
		params.SubscriptionData.TrialEnd = sdk.Int64(end.Unix())
	}
	return params
}

// trialEnd is when somebody who buys during a trial pays first: when it ends, but not before Stripe allows. The hour is whole, so that
// an order that is repeated is the same.
func (c *Client) trialEnd(end time.Time) time.Time {
	now := c.clock()
	if !end.After(now) {
		return time.Time{}
	}
	if soonest := now.Add(shortestTrial); end.Before(soonest.Add(time.Hour)) {
		return soonest.Truncate(time.Hour).Add(2 * time.Hour)
	}
	return end
}

// onceOf is a key of idempotence for one wish: Stripe refuses a key that comes with other parameters, so that they are part of it.
func onceOf(once string, params *sdk.CheckoutSessionParams) string {
	body := &form.Values{}
	form.AppendTo(body, params)
	sum := sha256.Sum256([]byte(once + "\n" + body.Encode()))
	return "parley-" + hex.EncodeToString(sum[:])
}

// Portal implements billing.Seller.
func (c *Client) Portal(ctx context.Context, customer, back string) (string, error) {
	params := &sdk.BillingPortalSessionParams{Customer: sdk.String(customer), ReturnURL: sdk.String(back)}
	params.Context = ctx
	session, err := c.api.BillingPortalSessions.New(params)
	if err != nil {
		return "", failed("open the portal", err)
	}
	return session.URL, nil
}
