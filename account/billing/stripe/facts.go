package stripe

import (
	"encoding/json"
	"fmt"
	"strings"

	sdk "github.com/stripe/stripe-go/v76"

	"parley/account/billing"
)

// Facts implements billing.Teller. Events of types that say nothing about who may use what have none.
func (c *Client) Facts(event billing.Event) ([]billing.Fact, error) {
	var e sdk.Event
	if err := json.Unmarshal(event.Payload, &e); err != nil || e.Data == nil {
		return nil, fmt.Errorf("stripe: event %s cannot be read", event.ID)
	}
	read := readers[family(string(e.Type))]
	if read == nil {
		return nil, nil
	}
	fact := billing.Fact{ID: e.ID, At: moment(e.Created)}
	known, err := read(e, &fact)
	if err != nil {
		return nil, fmt.Errorf("stripe: read the object of event %s, a %s: %w", e.ID, e.Type, err)
	}
	if !known {
		return nil, nil
	}
	return []billing.Fact{fact}, nil
}

// readers make out what events of a family say of their object.
var readers = map[string]func(sdk.Event, *billing.Fact) (bool, error){
	"customer.subscription": subscriptionFact,
	"invoice":               invoiceFact,
	"charge":                refundFact,
	"checkout.session":      checkoutFact,
	"subscription_schedule": scheduleFact,
}

// family is what an event is about: "invoice" of "invoice.paid".
func family(kind string) string {
	dot := strings.LastIndexByte(kind, '.')
	return kind[:max(dot, 0)]
}

// within reads the object of an event.
func within(e sdk.Event, object any) error {
	if err := json.Unmarshal(e.Data.Raw, object); err != nil {
		return fmt.Errorf("%T cannot be read", object) // the library's error may quote it
	}
	return nil
}

func subscriptionFact(e sdk.Event, fact *billing.Fact) (bool, error) {
	var s sdk.Subscription
	if err := within(e, &s); err != nil {
		return false, err
	}
	contract := contractOf(&s)
	fact.Contract = &contract
	fact.Tenant, fact.Customer, fact.Subscription = contract.Tenant, contract.Customer, contract.ID
	fact.Rank = subscriptionRank(string(e.Type), s.Status)
	return true, nil
}

// subscriptionRank orders what happens to a subscription within a second, which is as exactly as Stripe tells. It is made before it
// changes, and ends last; of changes, the one that opens more comes later, as in a first payment, or a second attempt at one.
func subscriptionRank(kind string, status sdk.SubscriptionStatus) int {
	switch kind {
	case "customer.subscription.created":
		return 0
	case "customer.subscription.deleted":
		return 100
	}
	switch status {
	case sdk.SubscriptionStatusIncomplete:
		return 10
	case sdk.SubscriptionStatusTrialing:
		return 20
	case sdk.SubscriptionStatusUnpaid:
		return 30
	case sdk.SubscriptionStatusPastDue:
		return 40
	case sdk.SubscriptionStatusPaused:
		return 50
	case sdk.SubscriptionStatusActive:
		return 60
	default: // it has ended
		return 90
	}
}

func invoiceFact(e sdk.Event, fact *billing.Fact) (bool, error) {
	var i sdk.Invoice
	if err := within(e, &i); err != nil {
		return false, err
	}
	if i.ID == "" || i.Subscription == nil { // a preview, or a bill for something else
		return false, nil
	}
	if e.Type == sdk.EventTypeInvoiceDeleted { // it was a draft
		return false, nil
	}
	invoice := invoiceOf(&i)
	invoice.Failed = i.Status == sdk.InvoiceStatusOpen && i.Attempted
	fact.Rank = invoiceRank(invoice, e.Type == sdk.EventTypeInvoiceCreated)
	fact.Invoice = &invoice
	fact.Subscription = invoice.Subscription
	if i.Customer != nil {
		fact.Customer = i.Customer.ID
	}
	if i.SubscriptionDetails != nil {
		fact.Tenant = i.SubscriptionDetails.Metadata[tenantKey]
	}
	return true, nil
}

// invoiceRank orders what happens to an invoice within a second: a draft becomes open, and is then paid or given up.
func invoiceRank(invoice billing.Invoice, created bool) int {
	switch {
	case created:
		return 0
	case invoice.Status == string(sdk.InvoiceStatusDraft):
		return 10
	case invoice.Status == string(sdk.InvoiceStatusOpen) && !invoice.Failed:
		return 20
	case invoice.Status == string(sdk.InvoiceStatusOpen):
		return 30
	case invoice.Status == string(sdk.InvoiceStatusPaid):
		return 40
	default: // void, uncollectible
		return 50
	}
}

func refundFact(e sdk.Event, fact *billing.Fact) (bool, error) {
	if e.Type != sdk.EventTypeChargeRefunded {
		return false, nil
	}
	var charge sdk.Charge
	if err := within(e, &charge); err != nil {
		return false, err
	}
	if charge.Invoice == nil { // of something else
		return false, nil
	}
	fact.Refund = &billing.Refund{
		Charge: charge.ID, Invoice: charge.Invoice.ID, Currency: string(charge.Currency),
		Amount: charge.Amount, Refunded: charge.AmountRefunded,
	}
	if charge.Customer != nil {
		fact.Customer = charge.Customer.ID
	}
	return true, nil
}

func checkoutFact(e sdk.Event, fact *billing.Fact) (bool, error) {
	if e.Type != sdk.EventTypeCheckoutSessionCompleted {
		return false, nil
	}
	var session sdk.CheckoutSession
	if err := within(e, &session); err != nil {
		return false, err
	}
	if session.Mode != sdk.CheckoutSessionModeSubscription || session.Subscription == nil || session.Customer == nil {
		return false, nil
	}
	fact.Checkout = &billing.Checkout{Tenant: session.ClientReferenceID, Customer: session.Customer.ID, Subscription: session.Subscription.ID}
	fact.Tenant, fact.Customer, fact.Subscription = session.ClientReferenceID, session.Customer.ID, session.Subscription.ID
	return true, nil
}

func scheduleFact(e sdk.Event, fact *billing.Fact) (bool, error) {
	var s sdk.SubscriptionSchedule
	if err := within(e, &s); err != nil {
		return false, err
	}
	switch {
	case s.Subscription != nil:
		fact.Subscription = s.Subscription.ID
	case s.ReleasedSubscription != nil:
		fact.Subscription = s.ReleasedSubscription.ID
	default:
		return false, nil
	}
	fact.Tenant = s.Metadata[tenantKey]
	if s.Customer != nil {
		fact.Customer = s.Customer.ID
	}
	fact.Schedule = &billing.NextPrice{Schedule: s.ID}
	if next := nextOf(&s); next != nil {
		fact.Schedule = next
	}
	switch string(e.Type) {
	case "subscription_schedule.created":
		fact.Rank = 0
	case "subscription_schedule.updated", "subscription_schedule.expiring":
		fact.Rank = 10
	default: // released, completed, canceled, aborted
		fact.Rank = 20
	}
	return true, nil
}
