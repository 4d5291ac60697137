package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
)

var billingTests = []test{
	{"A state is read as it was written, and a write names the one that it read", func(t *testing.T, w *world) {
		ctx, b := t.Context(), w.Billing()
		_, err := b.State(ctx, w.tenant.ID)
		want(t, err, chat.ErrNotFound)
		state := w.subscribed("1")
		must(t, b.PutState(ctx, state))
		want(t, b.PutState(ctx, state), chat.ErrStale) // there is one now
		state.Version = 1
		w.stateIs(t, state)
		state.Suspension = &billing.Suspension{At: moment(3), By: w.user.ID, Reason: "It sells locks."}
		must(t, b.PutState(ctx, state))
		want(t, b.PutState(ctx, state), chat.ErrStale)
		state.Version = 2
		w.stateIs(t, state)
		want(t, b.PutState(ctx, billing.State{Tenant: chat.NewID(chat.TenantPrefix)}), chat.ErrNotFound)
	}},
	{"Of many who write a state at once one does", func(t *testing.T, w *world) {
		ctx, b := t.Context(), w.Billing()
		for version := range int64(3) {
			var group sync.WaitGroup
			var written atomic.Int64
			for range 8 {
				group.Go(func() {
					switch err := b.PutState(ctx, billing.State{Tenant: w.tenant.ID, Version: version}); {
					case err == nil:
						written.Add(1)
					case !errors.Is(err, chat.ErrStale):
						t.Errorf("got %v", err)
					}
				})
			}
			group.Wait()
			if written.Load() != 1 {
				t.Errorf("version %d was written %d times", version+1, written.Load())
			}
		}
	}},
	{"Who was changed is told in order, and each change once", func(t *testing.T, w *world) {
		ctx, b := t.Context(), w.Billing()
		_, before, err := b.Changed(ctx, -1)
		must(t, err)
		other := newWorld(t, w.Store)
		must(t, b.PutState(ctx, billing.State{Tenant: w.tenant.ID}))
		must(t, b.PutState(ctx, billing.State{Tenant: other.tenant.ID}))
		must(t, b.PutState(ctx, billing.State{Tenant: w.tenant.ID, Version: 1}))
		mine := func(after int64) (found []string, last int64) {
			all, last, err := b.Changed(ctx, after)
			must(t, err)
			for _, tenant := range all {
				if tenant == w.tenant.ID || tenant == other.tenant.ID {
					found = append(found, tenant)
				}
			}
			return found, last
		}
		found, last := mine(before)
		if !slices.Equal(found, []string{other.tenant.ID, w.tenant.ID}) || last < before+3 {
			t.Errorf("after %d, up to %d: %v", before, last, found)
		}
		if found, again := mine(last); len(found) > 0 || again < last {
			t.Errorf("after %d, up to %d: %v", last, again, found)
		}
	}},
	{"All states are listed", func(t *testing.T, w *world) {
		ctx, b, other := t.Context(), w.Billing(), newWorld(t, w.Store)
		for _, one := range []*world{w, other} {
			must(t, b.PutState(ctx, one.subscribed("s"+one.tenant.ID)))
		}
		found := map[string]string{}
		for state, err := range b.States(ctx) {
			must(t, err)
			if state.Contract != nil {
				found[state.Tenant] = state.Contract.ID
			}
		}
		for _, one := range []*world{w, other} {
			if found[one.tenant.ID] != "sub_s"+one.tenant.ID {
				t.Errorf("found %v", found)
			}
		}
	}},
}

// subscribed is the state of somebody who pays, whose ids end as told.
func (w *world) subscribed(suffix string) billing.State {
	return billing.State{
		Tenant: w.tenant.ID, Since: moment(1), Interval: billing.Yearly,
		Plan: billing.Plan{ID: "growth", Name: "Growth", Limits: billing.Limits{Answers: 500}, Models: []string{"small"}, Features: []billing.Feature{billing.API}},
		Contract: &billing.Contract{
			Provider: "stripe", Customer: "cus_" + suffix, ID: "sub_" + suffix, Tenant: w.tenant.ID, Status: billing.ContractActive,
			Anchor: moment(2).Add(time.Nanosecond), Next: &billing.NextPrice{Price: "price_1", At: moment(5)},
		},
	}
}

func (w *world) stateIs(t testing.TB, wanted billing.State) {
	t.Helper()
	found, err := w.Billing().State(t.Context(), w.tenant.ID)
	must(t, err)
	if diff := cmp.Diff(wanted, found); diff != "" {
		t.Fatal(diff)
	}
}

var billingEventTests = []test{
	{"An event is kept once, as it came, until it is settled", func(t *testing.T, w *world) {
		ctx, b := t.Context(), w.Billing()
		event := w.received(t, "invoice.paid", `{"name":"Bo"}`)
		again := event
		again.Payload = []byte("something else")
		if known, err := b.Receive(ctx, again); err != nil || !known {
			t.Errorf("once more: %t, %v", known, err)
		}
		found, err := b.Event(ctx, event.ID)
		must(t, err)
		if diff := cmp.Diff(event, found); diff != "" {
			t.Error(diff)
		}
		if waiting := w.unsettled(t, event.ID, time.Hour); waiting {
			t.Error("it was given out to others while it is processed")
		}
		if waiting := w.unsettled(t, event.ID, 0); !waiting {
			t.Error("it is waiting and was not given out")
		}
		must(t, b.Settle(ctx, event.ID, billing.Outcome{}))
		if waiting := w.unsettled(t, event.ID, 0); waiting {
			t.Error("it was settled and is given out")
		}
		want(t, b.Settle(ctx, "evt_none", billing.Outcome{}), chat.ErrNotFound)
		_, err = b.Event(ctx, "evt_none")
		want(t, err, chat.ErrNotFound)
	}},
	{"What failed is tried again later, and says why", func(t *testing.T, w *world) {
		ctx, b := t.Context(), w.Billing()
		event := w.received(t, "invoice.paid", `{}`)
		must(t, b.Settle(ctx, event.ID, billing.Outcome{Tenant: w.tenant.ID, Facts: []billing.Fact{{ID: event.ID}}, Error: "no such price"}))
		if waiting := w.unsettled(t, event.ID, 0); waiting {
			t.Error("it is given out at once")
		}
		if kept := w.keptEvent(t, event.ID, billing.EventFailed); kept.Error != "no such price" || kept.Tenant != w.tenant.ID || kept.Payload != nil {
			t.Errorf("it is listed as %+v", kept)
		}
		w.factsAre(t, billing.Fact{ID: event.ID}) // they count all the same
		must(t, b.Settle(ctx, event.ID, billing.Outcome{Error: "the database is away"}))
		w.factsAre(t, billing.Fact{ID: event.ID})
		must(t, b.Settle(ctx, event.ID, billing.Outcome{Tenant: w.tenant.ID}))
		w.factsAre(t)
		if kept := w.keptEvent(t, event.ID, billing.EventSettled); kept.Error != "" {
			t.Errorf("it is listed as %+v", kept)
		}
	}},
	{"Facts that came before it was known whose they are, are found", func(t *testing.T, w *world) {
		ctx, b, id := t.Context(), w.Billing(), w.tenant.ID
		invoice := billing.Fact{ID: "a" + id, Customer: "cus_" + id, Invoice: &billing.Invoice{ID: "in_1", Subscription: "sub_" + id}}
		contract := billing.Fact{ID: "b" + id, Subscription: "sub_" + id, Contract: &billing.Contract{Customer: "cus_" + id, ID: "sub_" + id}}
		charge := billing.Fact{ID: "c" + id, Customer: "cus_" + id, Refund: &billing.Refund{Charge: "ch_1"}}
		foreign := billing.Fact{ID: "d" + id, Customer: "cus_else" + id}
		for _, fact := range []billing.Fact{invoice, contract, charge, foreign} {
			w.settled(t, "", fact)
		}
		w.factsAre(t)
		w.belongs(t, "", contract)
		checkout := billing.Fact{ID: "e" + id, Tenant: id, Checkout: &billing.Checkout{Tenant: id, Customer: "cus_" + id, Subscription: "sub_" + id}}
		w.settled(t, id, checkout)
		w.factsAre(t, invoice, contract, charge, checkout)
		for _, fact := range []billing.Fact{invoice, contract, charge, checkout} {
			w.belongs(t, id, fact)
		}
		w.belongs(t, "", foreign)
		must(t, b.PutState(ctx, billing.State{Tenant: id, Contract: &billing.Contract{Customer: "cus_else" + id, ID: "sub_else" + id}}))
		w.belongs(t, id, foreign)
		w.belongs(t, id, billing.Fact{Subscription: "sub_else" + id})
		w.factsAre(t, invoice, contract, charge, checkout, foreign)
	}},
	{"An event is not settled as nobody's when somebody's it has become", func(t *testing.T, w *world) {
		ctx, b, id := t.Context(), w.Billing(), w.tenant.ID
		early := billing.Fact{ID: "a" + id, Customer: "cus_" + id}
		event := w.received(t, "x", "{}")
		w.belongs(t, "", early)
		w.settled(t, id, billing.Fact{ID: "b" + id, Tenant: id, Customer: "cus_" + id}) // another node is quicker
		want(t, b.Settle(ctx, event.ID, billing.Outcome{Facts: []billing.Fact{early}}), chat.ErrStale)
		if !w.unsettled(t, event.ID, 0) {
			t.Error("it is not processed again")
		}
		w.belongs(t, id, early)
		must(t, b.Settle(ctx, event.ID, billing.Outcome{Tenant: id, Facts: []billing.Fact{early}}))
		w.factsAre(t, early, billing.Fact{ID: "b" + id, Tenant: id, Customer: "cus_" + id})
	}},
	{"What is said of a tenant at once, by many nodes in any order, is all counted", manyEvents},
	{"A fact that names a tenant is that one's alone", func(t *testing.T, w *world) {
		other := newWorld(t, w.Store)
		id, theirs := w.tenant.ID, other.tenant.ID
		w.settled(t, id, billing.Fact{ID: "a" + id, Tenant: id, Customer: "cus_" + id})
		named := billing.Fact{ID: "b" + id, Tenant: theirs, Customer: "cus_" + id}
		w.settled(t, theirs, named)
		w.factsAre(t, billing.Fact{ID: "a" + id, Tenant: id, Customer: "cus_" + id})
		other.factsAre(t, named)
		w.belongs(t, theirs, named)
		w.belongs(t, "", billing.Fact{Tenant: chat.NewID(chat.TenantPrefix), Customer: "cus_" + id}) // it does not exist
	}},
	{"Events are listed in pages, latest first", func(t *testing.T, w *world) {
		ctx, b := t.Context(), w.Billing()
		wanted := []string{}
		for i := range 5 {
			event := billing.Event{ID: fmt.Sprint("evt_", i, w.tenant.ID), Type: "x", At: moment(i), Received: moment(i), Payload: []byte("{}")}
			_, err := b.Receive(ctx, event)
			must(t, err)
			wanted = append(wanted, event.ID)
		}
		slices.Reverse(wanted)
		var found []string
		filter := billing.EventFilter{State: billing.EventWaiting, Limit: 2}
		for {
			page, next, err := b.Events(ctx, filter)
			must(t, err)
			for _, event := range page {
				if slices.Contains(wanted, event.ID) {
					found = append(found, event.ID)
				}
			}
			if filter.Cursor = next; next == "" {
				break
			}
		}
		if !slices.Equal(found, wanted) {
			t.Errorf("found %v, not %v", found, wanted)
		}
		_, _, err := b.Events(ctx, billing.EventFilter{Cursor: "made-up"})
		if code(err) != "bad_cursor" {
			t.Errorf("a cursor that was made up: %v", err)
		}
	}},
}

// received keeps an event.
func (w *world) received(t testing.TB, kind, payload string) billing.Event {
	t.Helper()
	event := billing.Event{
		ID: chat.NewID("evt"), Provider: "stripe", Type: kind, At: moment(1), Received: time.Now().UTC().Truncate(time.Millisecond), Payload: []byte(payload),
	}
	if known, err := w.Billing().Receive(t.Context(), event); err != nil || known {
		t.Fatalf("receive: %t, %v", known, err)
	}
	return event
}

// settled keeps an event that says one thing.
func (w *world) settled(t testing.TB, tenant string, fact billing.Fact) {
	t.Helper()
	event := w.received(t, "x", "{}")
	must(t, w.Billing().Settle(t.Context(), event.ID, billing.Outcome{Tenant: tenant, Facts: []billing.Fact{fact}}))
}

func (w *world) unsettled(t testing.TB, id string, patience time.Duration) bool {
	t.Helper()
	events, err := w.Billing().Unsettled(t.Context(), patience, 10_000)
	must(t, err)
	return slices.ContainsFunc(events, func(e billing.Event) bool { return e.ID == id && len(e.Payload) > 0 })
}

func (w *world) keptEvent(t testing.TB, id string, state billing.EventState) billing.KeptEvent {
	t.Helper()
	events, _, err := w.Billing().Events(t.Context(), billing.EventFilter{State: state, Limit: 200})
	must(t, err)
	for _, event := range events {
		if event.ID == id && event.State == state {
			return event
		}
	}
	t.Fatalf("it is not among those that are %s", state)
	return billing.KeptEvent{}
}

func (w *world) factsAre(t testing.TB, wanted ...billing.Fact) {
	t.Helper()
	found, err := w.Billing().FactsOf(t.Context(), w.tenant.ID)
	must(t, err)
	slices.SortFunc(found, func(a, b billing.Fact) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(wanted, func(a, b billing.Fact) int { return strings.Compare(a.ID, b.ID) })
	if diff := cmp.Diff(wanted, found); diff != "" {
		t.Fatal(diff)
	}
}

func (w *world) belongs(t testing.TB, tenant string, fact billing.Fact) {
	t.Helper()
	if found, err := w.Billing().TenantOf(t.Context(), fact); err != nil || found != tenant {
		t.Errorf("%s is %q's, %v", fact.ID, found, err)
	}
}

// furnishBilling gives a tenant something of all that is kept of plans and payments. The first of its events came before anybody knew whose it is.
func (w *world) furnishBilling(t testing.TB) {
	t.Helper()
	ctx, b, id := t.Context(), w.Billing(), w.tenant.ID
	for _, tenant := range []string{"", id} {
		fact := billing.Fact{Customer: "cus_" + id, Subscription: "sub_" + id, Tenant: tenant}
		w.settled(t, tenant, fact)
	}
	must(t, b.PutState(ctx, w.subscribed(id)))
	_, err := b.PlanNotices(ctx, id, []billing.PlannedNotice{{Key: "trial over", Kind: "trial_over", At: moment(1)}})
	must(t, err)
	must(t, b.KeepReport(ctx, id, "2026-11", 7, moment(1)))
	must(t, w.PutRetention(ctx, id, account.Retention{ConversationDays: 5}))
	gone := w.answeredFor(t, "", moment(10), priced(30))
	_, err = w.DeleteOutdated(ctx, account.Outdated{Ref: gone, Before: moment(10).Add(time.Hour)})
	must(t, err)
}

// manyEvents has many process events of a tenant at once, as the service does: half of them are nobody's until the one that names the tenant
// has come. Whoever writes the state last must have seen all facts.
func manyEvents(t *testing.T, w *world) {
	ctx, b, id := t.Context(), w.Billing(), w.tenant.ID
	const events = 12
	process := func(event billing.Event, fact billing.Fact) error {
		tenant, err := b.TenantOf(ctx, fact)
		if err != nil {
			return err
		}
		outcome := billing.Outcome{Tenant: tenant, Facts: []billing.Fact{fact}}
		if err := b.Settle(ctx, event.ID, outcome); err != nil || tenant == "" {
			return err
		}
		for {
			state, err := b.State(ctx, tenant)
			if err != nil && !errors.Is(err, chat.ErrNotFound) {
				return err
			}
			facts, err := b.FactsOf(ctx, tenant)
			if err != nil {
				return err
			}
			state.Tenant, state.Plan.About = tenant, fmt.Sprint(len(facts)) // stands for what is folded from them
			if err := b.PutState(ctx, state); !errors.Is(err, chat.ErrStale) {
				return err
			}
		}
	}
	var group sync.WaitGroup
	for i := range events {
		fact := billing.Fact{ID: fmt.Sprint(i, id), Customer: "cus_" + id}
		if i == events/2 {
			fact.Tenant = id
		}
		event := w.received(t, "x", "{}")
		group.Go(func() {
			err := process(event, fact)
			for errors.Is(err, chat.ErrStale) { // as whoever makes the rounds would
				err = process(event, fact)
			}
			if err != nil {
				t.Errorf("event %d: %v", i, err)
			}
		})
	}
	group.Wait()
	state, err := b.State(ctx, id)
	must(t, err)
	if state.Plan.About != fmt.Sprint(events) {
		t.Errorf("the state was made from %s facts of %d", state.Plan.About, events)
	}
}
