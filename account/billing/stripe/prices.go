package stripe

import (
	"context"

	sdk "github.com/stripe/stripe-go/v76"

	"parley/account/billing"
)

// Price reads what Stripe has under an id, so that a catalogue can be compared with it, and whether it is for what is reported.
func (c *Client) Price(ctx context.Context, id string) (price billing.Price, isMetered bool, err error) {
	params := &sdk.PriceParams{}
	params.Context = ctx
	found, err := c.api.Prices.Get(id, params)
	if err != nil {
		return billing.Price{}, false, failed("read the price "+id, err)
	}
	price = billing.Price{ID: found.ID, Amount: found.UnitAmount, Currency: string(found.Currency)}
	if found.Recurring != nil {
		price.Interval = billing.Interval(found.Recurring.Interval)
	}
	return price, metered(found), nil
}
