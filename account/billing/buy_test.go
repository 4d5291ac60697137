package billing

import (
	"slices"
	"strings"
	"testing"
	"time"

	"parley/chat"
)

func TestWhatIsBoughtFirstIsPaidAtTheProcessorsPage(t *testing.T) {
	t.Parallel()
	b := sold(t)
	for _, wrong := range []struct {
		plan     string
		interval Interval
	}{{"unknown", Monthly}, {"friends", Monthly}, {"large", Yearly}, {"", ""}} { // the year of large has no price at the processor
		_, err := b.Checkout(t.Context(), "t", "owner@acme.example", wrong.plan, wrong.interval)
		refusedWith(t, err, ErrPlanUnknown)
	}
	address, err := b.Checkout(t.Context(), "t", "owner@acme.example", "large", Monthly)
	must(t, err)
	want := Order{
		Tenant: "t", Email: "owner@acme.example", Price: "price_large", Meter: "price_over", TrialEnd: noon.AddDate(0, 0, 14),
		Success: "https://chat.example/settings/plan?checkout=done", Cancel: "https://chat.example/settings/plan?checkout=left", Once: b.processor.orders[0].Once,
	}
	if order := b.processor.orders[0]; order != want || !strings.HasPrefix(address, "https://pay.example/") {
		t.Errorf("ordered is %+v", order)
	}
	b.now = noon.Add(time.Minute)
	again, err := b.Checkout(t.Context(), "t", "owner@acme.example", "large", Monthly)
	if must(t, err); again != address {
		t.Error("who asks again within a minute gets another page")
	}
	if other, err := b.Checkout(t.Context(), "t", "owner@acme.example", "small", Yearly); err != nil || other == address {
		t.Errorf("another plan: %s, %v", other, err)
	}
	b.now = noon.Add(time.Hour)
	if later, err := b.Checkout(t.Context(), "t", "owner@acme.example", "large", Monthly); err != nil || later == address {
		t.Errorf("an hour later: %s, %v", later, err)
	}
	must(t, b.hears(t, bought("evt_1", "t", "price_large", time.Hour)))
	_, err = b.Checkout(t.Context(), "t", "owner@acme.example", "small", Monthly)
	refusedWith(t, err, ErrAlreadySubscribed)
}

func TestWhoeverComesBackIsTheSameCustomerAndHasNoTrial(t *testing.T) {
	t.Parallel()
	b := sold(t)
	must(t, b.hears(t, bought("evt_1", "t", "price_small", 0)))
	must(t, b.hears(t, bought("evt_2", "t", "price_small", time.Hour, func(c *Contract) { c.Status, c.Ended = ContractCanceled, noon.Add(time.Hour) })))
	b.now = noon.Add(2 * time.Hour)
	_, err := b.Checkout(t.Context(), "t", "owner@acme.example", "large", Monthly)
	if must(t, err); b.processor.orders[0].Customer != "cus_t" || !b.processor.orders[0].TrialEnd.IsZero() {
		t.Errorf("%+v", b.processor.orders[0])
	}
}

func TestALargerPlanIsHadAtOnceForWhatWasShown(t *testing.T) {
	t.Parallel()
	b := sold(t)
	_, err := b.Preview(t.Context(), "t", "large", Monthly)
	refusedWith(t, err, ErrNotSubscribed)
	must(t, b.hears(t, bought("evt_1", "t", "price_small", 0)))
	b.now = noon.Add(time.Hour + 300*time.Millisecond)
	offer, err := b.Preview(t.Context(), "t", "large", Monthly)
	must(t, err)
	if offer.Later || offer.Preview.Due != 2500 || len(offer.Losses) != 0 || !offer.At.Equal(noon.Add(time.Hour)) {
		t.Errorf("%+v", offer)
	}
	for _, at := range []time.Time{{}, noon.Add(-time.Second), b.now.Add(2 * clocksDiffer), b.now.Add(-offerHolds - time.Minute)} {
		refusedWith(t, b.Change(t.Context(), "t", "large", Monthly, at), ErrChangeStale)
	}
	b.now = b.now.Add(10 * time.Minute)
	must(t, b.Change(t.Context(), "t", "large", Monthly, offer.At))
	if want := "change price_large 2026-11-14T13:00:00Z"; b.processor.asked[len(b.processor.asked)-1] != want {
		t.Errorf("asked %q", b.processor.asked)
	}
	state, _ := b.stands(t, "t")
	if state.Plan.ID != "large" || state.Price != "price_large" || state.Contract.Meter != "price_over" {
		t.Errorf("%+v", state)
	}
	asked := len(b.processor.asked)
	if must(t, b.Change(t.Context(), "t", "large", Monthly, offer.At)); len(b.processor.asked) != asked {
		t.Error("a repetition asks again")
	}
	_, err = b.Preview(t.Context(), "t", "large", Monthly)
	refusedWith(t, err, ErrSamePlan)
	// Somebody else's view is of before the change.
	refusedWith(t, b.Change(t.Context(), "t", "small", Monthly, offer.At), ErrChangeStale)
}

func TestASmallerPlanIsHadWhenThePeriodEndsAndItsLossesAreNamed(t *testing.T) {
	t.Parallel()
	b := sold(t)
	must(t, b.hears(t, bought("evt_1", "t", "price_large", 0)))
	b.kept.used["t 2026-11-14T12:00:00Z"] = Used{Bots: 3, Answers: 50}
	b.now = noon.Add(time.Hour)
	offer, err := b.Preview(t.Context(), "t", "small", Yearly)
	must(t, err)
	if !offer.Later || offer.Preview.Due != 0 || offer.Preview.Next != 10000 || !offer.Preview.NextAt.Equal(noon.AddDate(0, 1, 0)) {
		t.Errorf("%+v", offer)
	}
	if !slices.Contains(offer.Losses, Loss{What: "bots", Have: 3, Allowed: 1}) {
		t.Errorf("losses: %+v", offer.Losses)
	}
	must(t, b.Change(t.Context(), "t", "small", Yearly, offer.At))
	must(t, b.Change(t.Context(), "t", "small", Yearly, offer.At))
	state, _ := b.stands(t, "t")
	if state.Plan.ID != "large" || state.Contract.Next == nil || state.Contract.Next.Price != "price_small_year" {
		t.Errorf("%+v", state.Contract)
	}
	must(t, b.Change(t.Context(), "t", "large", Monthly, offer.At)) // they stay after all
	if state, _ := b.stands(t, "t"); state.Contract.Next != nil {
		t.Errorf("%+v", state.Contract.Next)
	}
	if want := []string{"change later price_small_year", "resume"}; !slices.Equal(b.processor.asked, want) {
		t.Errorf("asked %q", b.processor.asked)
	}
}

func TestASubscriptionIsCancelledAndResumed(t *testing.T) {
	t.Parallel()
	b := sold(t)
	refusedWith(t, b.Cancel(t.Context(), "t"), ErrNotSubscribed)
	refusedWith(t, b.Resume(t.Context(), "t"), ErrNotSubscribed)
	must(t, b.hears(t, bought("evt_1", "t", "price_small", 0)))
	must(t, b.Cancel(t.Context(), "t"))
	must(t, b.Cancel(t.Context(), "t"))
	if state, standing := b.stands(t, "t"); !state.Contract.CancelAt.Equal(noon.AddDate(0, 1, 0)) || standing.Status != Active || !standing.Until.Equal(state.Contract.CancelAt) {
		t.Errorf("%+v, %+v", state.Contract, standing)
	}
	must(t, b.Resume(t.Context(), "t"))
	must(t, b.Resume(t.Context(), "t"))
	if state, _ := b.stands(t, "t"); !state.Contract.CancelAt.IsZero() {
		t.Errorf("%+v", state.Contract)
	}
	if want := []string{"cancel", "resume"}; !slices.Equal(b.processor.asked, want) {
		t.Errorf("asked %q", b.processor.asked)
	}
	must(t, b.Cancel(t.Context(), "t"))
	offer, err := b.Preview(t.Context(), "t", "large", Monthly)
	must(t, err)
	must(t, b.Change(t.Context(), "t", "large", Monthly, offer.At)) // whoever chooses a plan wants to go on
	if state, _ := b.stands(t, "t"); state.Plan.ID != "large" || !state.Contract.CancelAt.IsZero() {
		t.Errorf("%+v", state.Contract)
	}
}

func TestWhatTheProcessorRefusesChangesNothing(t *testing.T) {
	t.Parallel()
	b := sold(t)
	must(t, b.hears(t, bought("evt_1", "t", "price_small", 0)))
	offer, err := b.Preview(t.Context(), "t", "large", Monthly)
	must(t, err)
	b.processor.fails = ErrDeclined
	refusedWith(t, b.Change(t.Context(), "t", "large", Monthly, offer.At), ErrDeclined)
	refusedWith(t, b.Cancel(t.Context(), "t"), ErrDeclined)
	if state, _ := b.stands(t, "t"); state.Plan.ID != "small" || !state.Contract.CancelAt.IsZero() {
		t.Errorf("%+v", state)
	}
}

func TestWhoeverOwesAPaymentGetsNothingMoreBeforeItIsPaid(t *testing.T) {
	t.Parallel()
	b := sold(t)
	must(t, b.hears(t, bought("evt_1", "t", "price_small", 0, func(c *Contract) { c.Status = ContractPastDue })))
	refusedWith(t, b.Change(t.Context(), "t", "large", Monthly, noon), ErrDeclined)
	if len(b.processor.asked) != 0 {
		t.Errorf("asked %q", b.processor.asked)
	}
	must(t, b.hears(t, bought("evt_2", "t", "price_small", time.Minute)))
	must(t, b.Change(t.Context(), "t", "large", Monthly, noon))
}

func TestPagesOfPaymentsAreForCustomers(t *testing.T) {
	t.Parallel()
	b := sold(t)
	_, err := b.Portal(t.Context(), "t")
	refusedWith(t, err, ErrNotSubscribed)
	if invoices, err := b.Invoices(t.Context(), "t"); err != nil || len(invoices) != 0 {
		t.Errorf("%v, %v", invoices, err)
	}
	must(t, b.hears(t, bought("evt_1", "t", "price_small", 0)))
	if page, err := b.Portal(t.Context(), "t"); err != nil || page != "https://pay.example/portal/cus_t?https://chat.example/settings/plan" {
		t.Errorf("%s, %v", page, err)
	}
	if invoices, err := b.Invoices(t.Context(), "t"); err != nil || len(invoices) != 1 || invoices[0].ID != "in_of_cus_t" {
		t.Errorf("%v, %v", invoices, err)
	}
}

func TestAPlanIsNotGivenToWhoeverPaysForAnother(t *testing.T) {
	t.Parallel()
	b := sold(t)
	must(t, b.Assign(t.Context(), "usr_1", "t", "friends", "A friend."))
	b.now = noon.Add(time.Minute)
	must(t, b.hears(t, bought("evt_1", "t", "price_large", time.Hour, func(c *Contract) { c.Begun = noon.Add(time.Hour) })))
	if state, _ := b.stands(t, "t"); state.Assigned || state.Plan.ID != "large" {
		t.Errorf("whoever buys has what they bought: %+v", state)
	}
	err := b.Assign(t.Context(), "usr_1", "t", "friends", "A friend.")
	if chat.AsError(err).Code != "already_subscribed" {
		t.Errorf("got %v", err)
	}
}
