package stripe

import (
	"context"
	"time"

	sdk "github.com/stripe/stripe-go/v76"

	"parley/account/billing"
)

// Preview implements billing.Changer. Stripe is asked for the invoice that the change would make at once; what is paid each time after
// is that of the period after it, or that same invoice's where a change from months to years begins a period now.
func (c *Client) Preview(ctx context.Context, contract billing.Contract, to billing.Price, meter string, at time.Time) (billing.Preview, error) {
	items := itemsFor(contract, to, meter)
	at1, err := c.upcoming(ctx, contract, items, at, "always_invoice")
	if err != nil {
		return billing.Preview{}, err
	}
	preview := dueNow(at1, contract, at)
	if contract.Interval != to.Interval { // it begins now
		preview.Next, preview.NextAt = recurring(at1), after(at, to.Interval)
		return preview, nil
	}
	later, err := c.upcoming(ctx, contract, items, at, "none")
	if err != nil {
		return billing.Preview{}, err
	}
	preview.Next, preview.NextAt = recurring(later), contract.PeriodEnd
	return preview, nil
}

// upcoming asks for an invoice that is not made.
func (c *Client) upcoming(ctx context.Context, contract billing.Contract, items []*sdk.SubscriptionItemsParams, at time.Time, proration string) (*sdk.Invoice, error) {
	params := &sdk.InvoiceUpcomingParams{
		Customer:                      sdk.String(contract.Customer),
		Subscription:                  sdk.String(contract.ID),
		SubscriptionItems:             items,
		SubscriptionProrationBehavior: sdk.String(proration),
		SubscriptionProrationDate:     sdk.Int64(at.Unix()),
	}
	if proration == "none" {
		params.SubscriptionProrationDate = nil // Stripe refuses it where nothing is prorated
	}
	params.Context = ctx
	invoice, err := c.api.Invoices.Upcoming(params)
	if err != nil {
		return nil, failed("preview a change of "+contract.ID, err)
	}
	return invoice, nil
}

// dueNow is what an invoice asks for at once. Stripe shows the next period's lines with those of the change in some cases: they are left
// out, and then taxes and credit are those of the lines.
func dueNow(invoice *sdk.Invoice, contract billing.Contract, at time.Time) billing.Preview {
	preview := billing.Preview{Currency: string(invoice.Currency)}
	var due int64
	all := true
	for _, line := range linesOf(invoice) {
		if line.Period != nil && !line.Proration && line.Period.Start > at.Unix() && line.Period.Start >= contract.PeriodEnd.Unix() {
			all = false
			continue
		}
		if line.Price != nil && metered(line.Price) {
			all = false
			continue // of what was used beyond the plan so far, which is paid when the period ends as before
		}
		due += lineTotal(line)
		preview.Lines = append(preview.Lines, billing.PreviewLine{Text: line.Description, Amount: line.Amount})
	}
	switch {
	case !all:
		preview.Due = due
	case invoice.Total < 0: // is credit
		preview.Due = invoice.Total
	default: // less the credit that there is
		preview.Due = invoice.AmountDue
	}
	return preview
}

// recurring is what an invoice asks for having the plan for a period.
func recurring(invoice *sdk.Invoice) (sum int64) {
	for _, line := range linesOf(invoice) {
		if !line.Proration && line.Type == sdk.InvoiceLineItemTypeSubscription && (line.Price == nil || !metered(line.Price)) {
			sum += lineTotal(line)
		}
	}
	return sum
}

func linesOf(invoice *sdk.Invoice) []*sdk.InvoiceLineItem {
	if invoice.Lines == nil {
		return nil
	}
	return invoice.Lines.Data // ten at most come with it, and a change makes three or four
}

// lineTotal is a line's amount with what is taken off and the taxes that are not in it.
func lineTotal(line *sdk.InvoiceLineItem) int64 {
	total := line.Amount
	for _, discount := range line.DiscountAmounts {
		total -= discount.Amount
	}
	for _, tax := range line.TaxAmounts {
		if !tax.Inclusive {
			total += tax.Amount
		}
	}
	return total
}

// after is one interval later.
func after(at time.Time, interval billing.Interval) time.Time {
	if interval == billing.Yearly {
		return at.AddDate(1, 0, 0)
	}
	return at.AddDate(0, 1, 0)
}
