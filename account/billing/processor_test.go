package billing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"parley/chat"
)

// processor is a processor of payments that does what it is told, and writes it down.
type processor struct {
	asked     []string
	orders    []Order
	opened    func(CheckoutPage) // before the next page is handed out
	paid      map[string]string  // contracts that were bought, by the page
	paying    map[string]bool    // pages that somebody pays on
	fails     error
	unknown   map[string]error // events it makes nothing of
	contracts []Contract
	totals    map[time.Time]int64
	clock     func() time.Time
}

func (p *processor) Name() string { return "stub" }

func (p *processor) ask(what string) error {
	p.asked = append(p.asked, what)
	return p.fails
}

func (p *processor) Checkout(_ context.Context, order Order) (CheckoutPage, error) {
	p.orders = append(p.orders, order)
	page := CheckoutPage{ID: fmt.Sprintf("cs_%d", len(p.orders)), Address: "https://pay.example/" + order.Once}
	if opened := p.opened; opened != nil {
		p.opened = nil
		opened(page)
	}
	return page, p.ask("checkout")
}

func (p *processor) CloseCheckout(_ context.Context, id string) (string, error) {
	err := p.ask("close " + id)
	if p.paying[id] {
		err = ErrPaying
	}
	return p.paid[id], err
}

func (p *processor) Portal(_ context.Context, customer, back string) (string, error) {
	return "https://pay.example/portal/" + customer + "?" + back, p.ask("portal")
}

func (p *processor) Invoices(_ context.Context, customer string) ([]Invoice, error) {
	return []Invoice{{ID: "in_of_" + customer}}, p.ask("invoices")
}

func (p *processor) Preview(_ context.Context, contract Contract, to Price, _ string, at time.Time) (Preview, error) {
	return Preview{Due: to.Amount / 2, Next: to.Amount, NextAt: contract.PeriodEnd, Currency: to.Currency}, p.ask("preview " + to.ID + " " + at.Format(time.RFC3339))
}

func (p *processor) Change(_ context.Context, contract Contract, to Price, meter string, at time.Time) (Contract, error) {
	contract.Price, contract.Interval, contract.Meter = to.ID, to.Interval, meter
	return contract, p.ask("change " + to.ID + " " + at.Format(time.RFC3339))
}

func (p *processor) ChangeLater(_ context.Context, contract Contract, to Price, _ string) (Contract, error) {
	contract.Next = &NextPrice{Price: to.ID, At: contract.PeriodEnd}
	return contract, p.ask("change later " + to.ID)
}

func (p *processor) Cancel(_ context.Context, contract Contract) (Contract, error) {
	contract.CancelAt = contract.PeriodEnd
	return contract, p.ask("cancel")
}

func (p *processor) Resume(_ context.Context, contract Contract) (Contract, error) {
	contract.CancelAt, contract.Next = time.Time{}, nil
	return contract, p.ask("resume")
}

func (p *processor) End(_ context.Context, contract Contract) (Contract, error) {
	contract.Status, contract.Ended = ContractCanceled, p.clock()
	return contract, p.ask("end")
}

func (p *processor) Report(_ context.Context, _ Contract, total int64, at time.Time) error {
	if p.totals == nil {
		p.totals = map[time.Time]int64{}
	}
	p.totals[at] = total
	return p.ask("report")
}

func (p *processor) Read(payload []byte, header http.Header, _ time.Time) (Event, error) {
	switch header.Get("Signature") {
	case "good":
	case "old":
		return Event{}, ErrOld
	case "version":
		return Event{}, ErrVersion
	default:
		return Event{}, ErrForged
	}
	var facts []Fact
	if err := json.Unmarshal(payload, &facts); err != nil || len(facts) == 0 {
		return Event{}, ErrForged
	}
	return Event{ID: facts[0].ID, Provider: p.Name(), Type: "facts", At: facts[0].At, Received: p.clock(), Payload: payload}, nil
}

func (p *processor) Facts(event Event) (facts []Fact, err error) {
	if err := p.unknown[event.ID]; err != nil {
		return nil, err
	}
	return facts, json.Unmarshal(event.Payload, &facts)
}

func (p *processor) Contracts(context.Context) iter.Seq2[Contract, error] {
	return func(yield func(Contract, error) bool) {
		for _, contract := range p.contracts {
			if !yield(contract, nil) {
				return
			}
		}
		if p.fails != nil {
			yield(Contract{}, p.fails)
		}
	}
}

// business is a service with what it works with.
type business struct {
	*Service
	kept      *memory
	processor *processor
	now       time.Time
	catalogue *Catalogue
	arrived   map[Arrival]int
	mails     []Letter
	mailFails error
}

var noon = time.Date(2026, 11, 14, 12, 0, 0, 0, time.UTC)

// plans is a small catalogue.
func plans() *Catalogue {
	price := func(id string, interval Interval, amount int64) Price {
		return Price{ID: id, Interval: interval, Amount: amount, Currency: "usd"}
	}
	return &Catalogue{
		Default: "small", Policy: Policy{GraceDays: 14, MailDays: []int{0, 3, 7}, KeepDays: 30},
		Plans: []Plan{
			{ID: "small", Name: "Small", TrialDays: 14, Limits: Limits{Answers: 100, Bots: 1, Seats: 2}, Prices: []Price{price("price_small", Monthly, 1000), price("price_small_year", Yearly, 10000)}},
			{
				ID: "large", Name: "Large", TrialDays: 7, Limits: Limits{Answers: 1000, Bots: 10}, Features: Features,
				Prices: []Price{price("price_large", Monthly, 5000), {Interval: Yearly, Amount: 50000, Currency: "usd"}}, Overage: &Overage{PriceID: "price_over", Amount: 100, Currency: "usd"},
			},
			{ID: "friends", Name: "Friends", Hidden: true, Limits: Limits{Answers: 50}},
		},
	}
}

// sold is a business of those that plans are sold to.
func sold(t *testing.T) *business {
	t.Helper()
	return open(t, true, plans())
}

func open(t *testing.T, sells bool, catalogue *Catalogue) *business {
	t.Helper()
	b := &business{kept: newMemory(), now: noon, catalogue: catalogue, arrived: map[Arrival]int{}}
	clock := func() time.Time { return b.now }
	b.processor = &processor{clock: clock}
	config := Config{
		Store: b.kept, Events: b.kept, Log: b.kept, Counts: b.kept, Differences: b.kept, Clock: clock, PublicURL: "https://chat.example/",
		FreeAnswers: 7, Count: func(a Arrival) { b.arrived[a]++ }, Logger: slog.New(slog.DiscardHandler),
	}
	if catalogue != nil {
		config.Catalogue = func() *Catalogue { return b.catalogue }
	}
	if sells {
		config.Provider = b.processor
	}
	b.Service = New(config)
	return b
}

// Tell keeps a mail.
func (b *business) Tell(_ context.Context, to []string, letter Letter) error {
	if !slices.Equal(to, []string{"owner@acme.example"}) {
		return errors.New("mailed to others than the owner")
	}
	if b.mailFails != nil {
		return b.mailFails
	}
	b.mails = append(b.mails, letter)
	return nil
}

// rounds are those of this business.
func (b *business) rounds() *Rounds {
	return newRounds(RoundsConfig{
		Service: b.Service, Leases: b.kept, Notices: b.kept, Reports: b.kept, Departures: b.kept, People: b.kept, Postman: b, Logger: b.logger,
	})
}

// hears has the service receive facts, as an event of the first one's id.
func (b *business) hears(t *testing.T, facts ...Fact) error {
	t.Helper()
	payload, err := json.Marshal(facts)
	if err != nil {
		t.Fatal(err)
	}
	return b.Receive(t.Context(), payload, http.Header{"Signature": {"good"}})
}

// bought is what is told when a tenant has bought something a while after noon.
func bought(id, tenant, price string, after time.Duration, change ...func(*Contract)) Fact {
	at := noon.Add(after)
	contract := Contract{
		Provider: "stub", Customer: "cus_" + tenant, ID: "sub_" + tenant, Tenant: tenant, Status: ContractActive, Price: price, Interval: Monthly,
		Begun: noon, Anchor: noon, PeriodStart: noon, PeriodEnd: noon.AddDate(0, 1, 0),
	}
	for _, c := range change {
		c(&contract)
	}
	return Fact{ID: id, At: at, Contract: &contract, Tenant: tenant, Customer: contract.Customer, Subscription: contract.ID}
}

// stands returns where a tenant stands.
func (b *business) stands(t *testing.T, tenant string) (State, Standing) {
	t.Helper()
	state, standing, err := b.Standing(t.Context(), tenant)
	if err != nil {
		t.Fatalf("standing of %s: %v", tenant, err)
	}
	return state, standing
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refusedWith(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got %v, want %v", err, want)
	}
}

var errAway = chat.ErrUnavailable.Because(errors.New("the database is restarted"))
