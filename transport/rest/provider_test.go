package rest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"parley/account/billing"
)

// cashier is a processor of payments that does what it is asked for at once. What is not tried here panics.
type cashier struct {
	billing.Provider
	mu     sync.Mutex
	orders []billing.Order
	did    []string
	fails  error
	clock  func() time.Time
}

func (c *cashier) Name() string { return "cashier" }

// note remembers what it was asked for.
func (c *cashier) note(format string, about ...any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.did = append(c.did, fmt.Sprintf(format, about...))
	return c.fails
}

// said returns what it was asked for since the last time.
func (c *cashier) said() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	did := c.did
	c.did = nil
	return did
}

func (c *cashier) Checkout(_ context.Context, order billing.Order) (billing.CheckoutPage, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.orders = append(c.orders, order)
	return billing.CheckoutPage{ID: "cs_" + order.Once, Address: "https://pay.example/" + order.Price}, c.fails
}

func (c *cashier) CloseCheckout(context.Context, string) (string, error) { return "", nil }

func (c *cashier) Portal(_ context.Context, customer, back string) (string, error) {
	return "https://pay.example/portal/" + customer, c.note("portal of %s, back to %s", customer, back)
}

func (c *cashier) Invoices(_ context.Context, customer string) ([]billing.Invoice, error) {
	at := c.clock()
	return []billing.Invoice{{
		ID: "in_1", Number: "P-1", Status: "paid", Amount: 2900, Paid: 2900, Currency: "usd", At: at, PeriodStart: at, PeriodEnd: at.AddDate(0, 1, 0), Page: "https://pay.example/in_1",
	}}, c.note("invoices of %s", customer)
}

func (c *cashier) Preview(_ context.Context, contract billing.Contract, to billing.Price, meter string, at time.Time) (billing.Preview, error) {
	return billing.Preview{
		Due: 3450, Next: to.Amount, NextAt: contract.PeriodEnd, Currency: to.Currency,
		Lines: []billing.PreviewLine{{Text: "Unused time on Starter", Amount: -1450}, {Text: "Remaining time on Growth", Amount: 4900}},
	}, c.note("preview of %s with %s at %s", to.ID, meter, at.Format(time.RFC3339))
}

func (c *cashier) Change(_ context.Context, contract billing.Contract, to billing.Price, meter string, at time.Time) (billing.Contract, error) {
	contract.Price, contract.Interval, contract.Meter, contract.Next = to.ID, to.Interval, meter, nil
	return contract, c.note("change to %s at %s", to.ID, at.Format(time.RFC3339))
}

func (c *cashier) ChangeLater(_ context.Context, contract billing.Contract, to billing.Price, _ string) (billing.Contract, error) {
	contract.Next = &billing.NextPrice{Price: to.ID, At: contract.PeriodEnd}
	return contract, c.note("change to %s later", to.ID)
}

func (c *cashier) Cancel(_ context.Context, contract billing.Contract) (billing.Contract, error) {
	contract.CancelAt = contract.PeriodEnd
	return contract, c.note("cancel")
}

func (c *cashier) Resume(_ context.Context, contract billing.Contract) (billing.Contract, error) {
	contract.CancelAt, contract.Next = time.Time{}, nil
	return contract, c.note("resume")
}
