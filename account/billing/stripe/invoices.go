package stripe

import (
	"context"

	sdk "github.com/stripe/stripe-go/v76"

	"parley/account/billing"
)

// Invoices implements billing.Seller.
func (c *Client) Invoices(ctx context.Context, customer string) ([]billing.Invoice, error) {
	const most = 100 // a page of Stripe's; a yearly subscriber has them for a century, a monthly one for eight years
	params := &sdk.InvoiceListParams{Customer: sdk.String(customer)}
	params.Context = ctx
	params.Limit = sdk.Int64(most)
	params.Single = true
	var all []billing.Invoice
	list := c.api.Invoices.List(params)
	for list.Next() {
		invoice := list.Invoice()
		if invoice.Status == sdk.InvoiceStatusDraft {
			continue // nobody has seen it yet, and it may change
		}
		all = append(all, invoiceOf(invoice))
	}
	return all, failed("list invoices", list.Err())
}

// invoiceOf is what we keep of an invoice.
func invoiceOf(i *sdk.Invoice) billing.Invoice {
	invoice := billing.Invoice{
		ID: i.ID, Number: i.Number, Status: string(i.Status),
		Amount: i.Total, Paid: i.AmountPaid, Currency: string(i.Currency),
		At: moment(i.Created), PeriodStart: moment(i.PeriodStart), PeriodEnd: moment(i.PeriodEnd),
		Page: i.HostedInvoiceURL, PDF: i.InvoicePDF,
	}
	if i.Subscription != nil {
		invoice.Subscription = i.Subscription.ID
	}
	return invoice
}

// leaveOpen has Stripe collect nothing of a subscription's invoices that are not paid.
func (c *Client) leaveOpen(ctx context.Context, subscription string) error {
	for _, status := range []sdk.InvoiceStatus{sdk.InvoiceStatusDraft, sdk.InvoiceStatusOpen} {
		params := &sdk.InvoiceListParams{Subscription: sdk.String(subscription), Status: sdk.String(string(status))}
		params.Context = ctx
		list := c.api.Invoices.List(params)
		for list.Next() {
			if !list.Invoice().AutoAdvance {
				continue
			}
			change := &sdk.InvoiceParams{AutoAdvance: sdk.Bool(false)}
			change.Context = ctx
			if _, err := c.api.Invoices.Update(list.Invoice().ID, change); err != nil {
				return failed("leave "+list.Invoice().ID+" open", err)
			}
		}
		if err := list.Err(); err != nil {
			return failed("list what is owed for "+subscription, err)
		}
	}
	return nil
}
