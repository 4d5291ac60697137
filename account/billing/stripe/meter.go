package stripe

import (
	"context"
	"time"

	sdk "github.com/stripe/stripe-go/v76"

	"parley/account/billing"
)

// Report implements billing.Meter. Stripe adds up what is said of different seconds of a billing period, and keeps the last that was
// said of one second: all reports of a month are of the second in which it begins, so that repeating them changes nothing, and
// the months of a year add up.
func (c *Client) Report(ctx context.Context, contract billing.Contract, total int64, at time.Time) error {
	month := billing.PeriodOf(contract.Anchor, at)
	second := month.Start
	if second.Before(contract.PeriodStart) {
		second = contract.PeriodStart // what was before it is on an invoice already
	}
	params := &sdk.UsageRecordParams{
		SubscriptionItem: sdk.String(contract.Meter),
		Action:           sdk.String(sdk.UsageRecordActionSet),
		Quantity:         sdk.Int64(total),
		Timestamp:        sdk.Int64(second.Unix()),
	}
	params.Context = ctx
	_, err := c.api.UsageRecords.New(params)
	return failed("report answers beyond the plan", err)
}
