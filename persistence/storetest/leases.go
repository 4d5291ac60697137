package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"parley/chat"
)

// leads asks on behalf of a node for a lease.
func (w *world) leads(t *testing.T, duty, node string, ttl time.Duration) bool {
	t.Helper()
	leads, err := w.Lead(t.Context(), duty, node, ttl)
	must(t, err)
	return leads
}

// newDuty is one that no other test has: leases are not a tenant's.
func newDuty() string { return chat.NewID("duty_") }

var leaseTests = []test{
	{"Of nodes that race for a duty one leads, and remains the one", func(t *testing.T, w *world) {
		duty := newDuty()
		for round := range 3 {
			var leaders sync.Map
			var nodes sync.WaitGroup
			for i := range 8 {
				nodes.Go(func() {
					node := fmt.Sprintf("nod_%d", i)
					leads, err := w.Lead(t.Context(), duty, node, time.Hour)
					if err != nil {
						t.Error(err)
					}
					if leads {
						leaders.Store(node, true)
					}
				})
			}
			nodes.Wait()
			var all []any
			leaders.Range(func(node, _ any) bool { all = append(all, node); return true })
			if len(all) != 1 {
				t.Fatalf("round %d: %v lead", round, all)
			}
			if !w.leads(t, duty, all[0].(string), time.Hour) {
				t.Fatalf("%v does not remain the leader", all[0])
			}
		}
	}},
	{"Duties are led apart", func(t *testing.T, w *world) {
		if one, other := newDuty(), newDuty(); !w.leads(t, one, "nod_a", time.Hour) || !w.leads(t, other, "nod_b", time.Hour) {
			t.Error("one who leads a duty leads another")
		}
	}},
	{"Whose lease is over is followed by another, and learns that they do not lead", func(t *testing.T, w *world) {
		duty := newDuty()
		if !w.leads(t, duty, "nod_a", 0) || !w.leads(t, duty, "nod_b", time.Hour) || w.leads(t, duty, "nod_a", time.Hour) {
			t.Error("it is not the second one who leads")
		}
	}},
	{"Whose lease is over leads again if nobody followed", func(t *testing.T, w *world) {
		duty := newDuty()
		if !w.leads(t, duty, "nod_a", 0) || !w.leads(t, duty, "nod_a", time.Hour) || w.leads(t, duty, "nod_b", time.Hour) {
			t.Error("it is not the first one who leads")
		}
	}},
	{"A lease that was renewed lasts as long as it was renewed for", func(t *testing.T, w *world) {
		duty := newDuty()
		if !w.leads(t, duty, "nod_a", time.Hour) || !w.leads(t, duty, "nod_a", 0) || !w.leads(t, duty, "nod_b", time.Hour) {
			t.Error("the last word does not count")
		}
	}},
	{"Another leads at once when the leader resigns, and nobody resigns for another", func(t *testing.T, w *world) {
		duty := newDuty()
		w.leads(t, duty, "nod_a", time.Hour)
		for range 2 {
			must(t, w.Resign(t.Context(), duty, "nod_b"))
		}
		if w.leads(t, duty, "nod_b", time.Hour) {
			t.Fatal("somebody resigned for another")
		}
		for range 2 {
			must(t, w.Resign(t.Context(), duty, "nod_a"))
		}
		if !w.leads(t, duty, "nod_b", time.Hour) {
			t.Error("who resigned still leads")
		}
	}},
}
