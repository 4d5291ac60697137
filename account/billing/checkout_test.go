package billing

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// closed are the pages that the processor was asked to close.
func (p *processor) closed() (ids []string) {
	for _, asked := range p.asked {
		if id, found := strings.CutPrefix(asked, "close "); found {
			ids = append(ids, id)
		}
	}
	return ids
}

// open are the ids of the pages that a tenant can pay on, as far as is known.
func (b *business) open(tenant string) (ids []string) {
	for _, page := range b.kept.states[tenant].Checkouts {
		ids = append(ids, page.ID)
	}
	return ids
}

func TestOnlyTheLastPageThatWasAskedForCanBePaidOn(t *testing.T) {
	t.Parallel()
	b := sold(t)
	buy := func(plan string) string {
		t.Helper()
		address, err := b.Checkout(t.Context(), "t", "owner@acme.example", plan, Monthly)
		must(t, err)
		return address
	}
	small := buy("small")
	if again := buy("small"); again != small || len(b.processor.closed()) != 0 {
		t.Errorf("who asks again gets %s rather than %s, and %q are closed", again, small, b.processor.closed())
	}
	buy("large")
	if got := b.processor.closed(); !slices.Equal(got, []string{"cs_1"}) || !slices.Equal(b.open("t"), []string{"cs_2"}) {
		t.Errorf("closed are %q, and open %q", got, b.open("t"))
	}
	if again := buy("small"); again == small {
		t.Error("who takes the first plan after all gets the page that was closed")
	}
	b.now = noon.Add(checkoutHolds + time.Hour)
	buy("large")
	if got := b.processor.closed(); !slices.Equal(got, []string{"cs_1", "cs_2"}) || !slices.Equal(b.open("t"), []string{"cs_4"}) {
		t.Errorf("closed are %q, also what nobody could pay on any more, and open %q", got, b.open("t"))
	}
}

func TestOfTwoWhoBuyAtOnceOneCanPay(t *testing.T) {
	t.Parallel()
	b := sold(t)
	b.processor.opened = func(CheckoutPage) { // while the first page is on its way, somebody else gets another one
		_, err := b.Checkout(t.Context(), "t", "admin@acme.example", "large", Monthly)
		must(t, err)
	}
	_, err := b.Checkout(t.Context(), "t", "owner@acme.example", "small", Monthly)
	must(t, err)
	if got := b.processor.closed(); !slices.Equal(got, []string{"cs_2"}) || !slices.Equal(b.open("t"), []string{"cs_1"}) {
		t.Errorf("closed are %q, and open %q", got, b.open("t"))
	}
}

func TestWhoHasPaidOnAnotherPageGetsNoSecondOne(t *testing.T) {
	t.Parallel()
	b := sold(t)
	buy := func() error {
		_, err := b.Checkout(t.Context(), "t", "owner@acme.example", "large", Monthly)
		b.now = b.now.Add(checkoutOnce)
		return err
	}
	must(t, buy())
	b.processor.paying = map[string]bool{"cs_1": true}
	refusedWith(t, buy(), ErrPaying)
	b.processor.paying, b.processor.paid = nil, map[string]string{"cs_1": "sub_t"}
	refusedWith(t, buy(), ErrAlreadySubscribed) // the processor has not told yet
	fact := bought("evt_1", "t", "price_large", 0)
	b.kept.events["evt_1"] = KeptEvent{Event: Event{ID: "evt_1"}, Tenant: "t"}
	b.kept.facts["evt_1"] = []Fact{fact}
	refusedWith(t, buy(), ErrAlreadySubscribed) // it has, and the state is behind
	if !slices.Contains(b.open("t"), "cs_1") {
		t.Error("the page that was paid on is forgotten before it is known what was bought")
	}
	must(t, b.hears(t, fact))
	must(t, b.hears(t, bought("evt_2", "t", "price_large", time.Hour, func(c *Contract) { c.Status, c.Ended = ContractCanceled, noon.Add(time.Hour) })))
	must(t, buy()) // what was bought has ended: they come back
	if open := b.open("t"); len(open) != 1 || open[0] == "cs_1" {
		t.Errorf("open are %q", open)
	}
}

func TestAPageThatCannotBeClosedKeepsTheNextOneBack(t *testing.T) {
	t.Parallel()
	b := sold(t)
	_, err := b.Checkout(t.Context(), "t", "owner@acme.example", "small", Monthly)
	must(t, err)
	b.processor.opened = func(CheckoutPage) { b.processor.paying = map[string]bool{"cs_1": true} }
	address, err := b.Checkout(t.Context(), "t", "owner@acme.example", "large", Monthly)
	if refusedWith(t, err, ErrPaying); address != "" {
		t.Errorf("there are two pages to pay on: %s", address)
	}
	b.processor.paying = nil
	_, err = b.Checkout(t.Context(), "t", "owner@acme.example", "large", Monthly)
	if must(t, err); !slices.Equal(b.open("t"), []string{"cs_3"}) {
		t.Errorf("open are %q", b.open("t"))
	}
}

func TestNothingIsPaidOnAPageOfABusinessThatGoes(t *testing.T) {
	t.Parallel()
	b := sold(t)
	_, err := b.Checkout(t.Context(), "t", "owner@acme.example", "small", Monthly)
	must(t, err)
	b.processor.paid = map[string]string{"cs_1": "sub_t"}
	refusedWith(t, b.End(t.Context(), "t"), ErrAlreadySubscribed) // it was paid on, and the processor has not told yet
	fact := bought("evt_1", "t", "price_small", 0)
	must(t, b.hears(t, fact))
	refusedWith(t, b.End(t.Context(), "t"), ErrAlreadySubscribed) // it is ended, and the processor has not told that
	must(t, b.hears(t, bought("evt_2", "t", "price_small", time.Hour, func(c *Contract) { c.Status, c.Ended = ContractCanceled, noon.Add(time.Hour) })))
	must(t, b.End(t.Context(), "t"))
	if !slices.Contains(b.processor.asked, "end") || len(b.open("t")) != 0 {
		t.Errorf("asked %q, open are %q", b.processor.asked, b.open("t"))
	}
	b.processor.asked, b.processor.paid = nil, nil
	_, err = b.Checkout(t.Context(), "u", "owner@acme.example", "small", Monthly) // who never bought anything
	must(t, err)
	must(t, b.End(t.Context(), "u"))
	if !slices.Equal(b.processor.closed(), []string{"cs_2"}) || len(b.open("u")) != 0 {
		t.Errorf("asked %q, open are %q", b.processor.asked, b.open("u"))
	}
}
