package billing

import (
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"
)

func TestWhatIsNotTheProcessorsChangesNothing(t *testing.T) {
	t.Parallel()
	b := sold(t)
	must(t, b.hears(t, bought("evt_1", "t", "price_small", 0)))
	before := b.kept.states["t"]
	for signature, c := range map[string]struct {
		want    error
		arrival Arrival
	}{"": {ErrForged, ArrivedForged}, "old": {ErrOld, ArrivedOld}, "version": {ErrVersion, ArrivedOther}} {
		err := b.Receive(t.Context(), []byte(`[{"id":"evt_2","contract":{"id":"sub_t","status":"canceled"}}]`), http.Header{"Signature": {signature}})
		if refusedWith(t, err, c.want); b.arrived[c.arrival] != 1 {
			t.Errorf("%q: counted %v", signature, b.arrived)
		}
	}
	if !same(before, b.kept.states["t"]) || len(b.kept.events) != 1 {
		t.Error("it changed something")
	}
}

func TestAnEventIsKeptBeforeItIsProcessed(t *testing.T) {
	t.Parallel()
	b := sold(t)
	b.stands(t, "t")
	b.processor.unknown = map[string]error{"evt_1": errors.New("what is this")}
	must(t, b.hears(t, bought("evt_1", "t", "price_large", 0)))
	if kept := b.kept.events["evt_1"]; kept.State != EventFailed || kept.Error != "what is this" {
		t.Errorf("%+v", kept)
	}
	if state, _ := b.stands(t, "t"); state.Plan.ID != "small" {
		t.Errorf("%+v", state)
	}
	b.processor.unknown = nil
	must(t, b.retry(t.Context()))
	if kept := b.kept.events["evt_1"]; kept.State != EventSettled || kept.Tenant != "t" {
		t.Errorf("%+v", kept)
	}
	if state, _ := b.stands(t, "t"); state.Plan.ID != "large" {
		t.Errorf("%+v", state)
	}
}

func TestAnEventThatCannotBeKeptIsNotAccepted(t *testing.T) {
	t.Parallel()
	b := sold(t)
	b.kept.away = errAway
	refusedWith(t, b.hears(t, bought("evt_1", "t", "price_large", 0)), errAway)
	if b.arrived[ArrivedFailed] != 1 {
		t.Errorf("%v", b.arrived)
	}
	b.kept.away = nil
	must(t, b.hears(t, bought("evt_1", "t", "price_large", 0)))
	must(t, b.hears(t, bought("evt_1", "t", "price_large", 0)))
	if b.arrived[ArrivedNew] != 1 || b.arrived[ArrivedKnown] != 1 {
		t.Errorf("%v", b.arrived)
	}
	if version := b.kept.states["t"].Version; version != 2 { // the trial, and what was bought
		t.Errorf("it was written %d times", version)
	}
}

func TestOfTwoEventsAtATimeNeitherIsLost(t *testing.T) {
	t.Parallel()
	b := sold(t)
	paid := Fact{ID: "evt_2", At: noon.Add(time.Minute), Tenant: "t", Subscription: "sub_t", Invoice: &Invoice{ID: "in_1", Subscription: "sub_t", Status: "paid", Amount: 1000, Paid: 1000, At: noon}}
	var once sync.Once
	b.kept.folding = func() { // the facts of the first were read, and its state is not written yet
		once.Do(func() { must(t, b.hears(t, paid)) })
	}
	must(t, b.hears(t, bought("evt_1", "t", "price_large", 0)))
	state, _ := b.stands(t, "t")
	if state.Contract == nil || state.Contract.Invoice != "in_1" || state.Plan.ID != "large" {
		t.Errorf("%+v", state)
	}
}

func TestWhatIsSaidOfNobodyCountsOnceItIsKnownWhoItIs(t *testing.T) {
	t.Parallel()
	b := sold(t)
	b.stands(t, "t")
	missing := Fact{ID: "evt_1", At: noon.Add(time.Hour), Subscription: "sub_t", Invoice: &Invoice{ID: "in_1", Subscription: "sub_t", Status: "open", Failed: true, Amount: 1000, At: noon}}
	must(t, b.hears(t, missing))
	if kept := b.kept.events["evt_1"]; kept.State != EventSettled || kept.Tenant != "" {
		t.Errorf("%+v", kept)
	}
	must(t, b.hears(t, bought("evt_2", "t", "price_small", 0)))
	if _, standing := b.stands(t, "t"); standing.Status != Active && standing.Status != PastDue {
		t.Errorf("%+v", standing)
	}
	if state, _ := b.stands(t, "t"); !state.PastDue.Equal(noon.Add(time.Hour)) {
		t.Errorf("what came before is forgotten: %+v", state)
	}
}

func TestAnEventIsReplayed(t *testing.T) {
	t.Parallel()
	b := sold(t)
	must(t, b.hears(t, bought("evt_1", "t", "price_large", 0)))
	lost := b.kept.states["t"]
	lost.Contract, lost.Plan, lost.Price = nil, plans().Plans[0], ""
	b.kept.states["t"] = lost
	must(t, b.Replay(t.Context(), "evt_1"))
	if state, _ := b.stands(t, "t"); state.Plan.ID != "large" {
		t.Errorf("%+v", state)
	}
	if err := b.Replay(t.Context(), "evt_9"); err == nil {
		t.Error("an event that there is not is replayed")
	}
	refusedWith(t, open(t, false, plans()).Replay(t.Context(), "evt_1"), ErrPaymentsOff)
}
