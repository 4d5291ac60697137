package billing

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"parley/chat"
)

func TestWhereThereAreNoPlansEverybodyMayUseAll(t *testing.T) {
	t.Parallel()
	b := open(t, false, nil)
	state, standing := b.stands(t, "t")
	if state.Plan.ID != "unlimited" || standing.Status != Active || len(state.Plan.Features) != len(Features) || b.Sold() || b.Catalogue() != nil {
		t.Errorf("%+v, %+v", state, standing)
	}
	allowance, err := b.Allowance(t.Context(), "t")
	if must(t, err); allowance.Paused || allowance.Answers != 7 || allowance.Period != "2026-11" {
		t.Errorf("%+v", allowance)
	}
	if len(b.kept.states) != 0 {
		t.Error("something is kept of a tenant that was only looked at")
	}
	must(t, b.Suspend(t.Context(), "usr_1", "t", "It sends spam."))
	if _, standing := b.stands(t, "t"); standing.Reason != ByOperator {
		t.Errorf("suspended: %+v", standing)
	}
	if kept := b.kept.states["t"]; kept.Plan.ID != "" || kept.Assigned {
		t.Errorf("the plan that everybody has is kept as if it were theirs: %+v", kept)
	}
	must(t, b.ResumeTenant(t.Context(), "usr_1", "t"))
	if _, standing := b.stands(t, "t"); standing.Status != Active {
		t.Errorf("resumed: %+v", standing)
	}
	refusedWith(t, b.Assign(t.Context(), "usr_1", "t", "small", "A gift."), errNoPlans)
}

func TestWhoeverIsNewBeginsWithATrialWherePlansAreSold(t *testing.T) {
	t.Parallel()
	b := sold(t)
	state, standing := b.stands(t, "t")
	if state.Plan.ID != "small" || standing.Status != Trialing || !standing.Until.Equal(noon.AddDate(0, 0, 14)) {
		t.Errorf("%+v, %+v", state, standing)
	}
	for wish, want := range map[string]string{"large": "large", "": "small", "friends": "small", "unknown": "small"} {
		tenant := "wishes " + wish
		must(t, b.Begin(t.Context(), tenant, wish))
		must(t, b.Begin(t.Context(), tenant, "small"))
		if state, standing := b.stands(t, tenant); state.Plan.ID != want || standing.Status != Trialing {
			t.Errorf("who wishes %q has %q, %s", wish, state.Plan.ID, standing.Status)
		}
	}
	b.now = noon.AddDate(0, 0, 14)
	if allowance, err := b.Allowance(t.Context(), "t"); err != nil || !allowance.Paused {
		t.Errorf("after the trial: %+v, %v", allowance, err)
	}
}

func TestWherePlansAreNotSoldEverybodyHasTheDefaultOne(t *testing.T) {
	t.Parallel()
	b := open(t, false, plans())
	must(t, b.Begin(t.Context(), "t", "large"))
	b.now = noon.AddDate(5, 0, 0)
	state, standing := b.stands(t, "t")
	if state.Plan.ID != "small" || standing.Status != Active {
		t.Errorf("%+v, %+v", state, standing)
	}
	must(t, b.Assign(t.Context(), "usr_1", "t", "friends", "A friend."))
	state, standing = b.stands(t, "t")
	if state.Plan.ID != "friends" || !state.Assigned || standing.Status != Active || !state.Since.Equal(b.now) {
		t.Errorf("assigned: %+v, %+v", state, standing)
	}
	b.catalogue = plans()
	b.catalogue.Plans[2].Limits.Answers = 1
	if state, _ := b.stands(t, "t"); state.Plan.Limits.Answers != 50 {
		t.Error("an edit of the catalogue changes what somebody has")
	}
	_, err := b.Checkout(t.Context(), "t", "a@b.example", "small", Monthly)
	refusedWith(t, err, ErrPaymentsOff)
	refusedWith(t, b.Receive(t.Context(), nil, nil), ErrPaymentsOff)
	refusedWith(t, b.Assign(t.Context(), "usr_1", "t", "unknown", "A friend."), ErrPlanUnknown)
	refusedWith(t, b.Assign(t.Context(), "usr_1", "t", "small", " "), errWhy)
}

func TestWhatATenantMayUseComesFromMemory(t *testing.T) {
	t.Parallel()
	b := sold(t)
	b.stands(t, "t")
	reads := b.kept.reads
	for range 100 {
		b.stands(t, "t")
	}
	if b.kept.reads != reads {
		t.Errorf("it was read %d times", b.kept.reads-reads)
	}
	elsewhere := New(Config{Store: b.kept, Catalogue: plans, Provider: b.processor, Clock: func() time.Time { return b.now }})
	must(t, elsewhere.Suspend(t.Context(), "usr_1", "t", "It sends spam."))
	b.states.doubt("another")
	if _, standing := b.stands(t, "t"); standing.Status != Trialing {
		t.Errorf("what was not heard of: %s", standing.Status)
	}
	b.kept.away = errAway
	b.states.doubt("t")
	if _, standing := b.stands(t, "t"); standing.Status != Trialing {
		t.Errorf("while storage is away: %s", standing.Status)
	}
	_, err := b.Allowance(t.Context(), "unknown")
	refusedWith(t, err, chat.ErrUnavailable)
	b.kept.away = nil
	if _, standing := b.stands(t, "t"); standing.Status != Suspended {
		t.Errorf("once storage is back: %s", standing.Status)
	}
}

func TestAChangeWhileAStateIsReadIsNotMissed(t *testing.T) {
	t.Parallel()
	b := sold(t)
	b.stands(t, "t")
	slow := newStates(b.Service.read)
	slow.load = func(ctx context.Context, tenant string) (State, error) {
		state, err := b.Service.read(ctx, tenant)
		if state.Suspension == nil {
			must(t, b.Suspend(ctx, "usr_1", tenant, "It sends spam."))
			slow.doubt(tenant) // it is heard of before what was read is remembered
		}
		return state, err
	}
	if state, err := slow.get(t.Context(), "t"); err != nil || state.Suspension != nil {
		t.Fatalf("%+v, %v", state, err)
	}
	if state, err := slow.get(t.Context(), "t"); err != nil || state.Suspension == nil {
		t.Errorf("what was read before the change is remembered: %+v, %v", state, err)
	}
}

func TestANodeKnowsWithinASecondWhatAnotherChanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := sold(t)
		b.stands(t, "t")
		stop, err := b.Follow(t.Context())
		must(t, err)
		defer stop()
		elsewhere := New(Config{Store: b.kept, Catalogue: plans, Provider: b.processor, Clock: func() time.Time { return b.now }})
		must(t, elsewhere.Suspend(t.Context(), "usr_1", "t", "It sends spam."))
		time.Sleep(changesPoll)
		synctest.Wait()
		if _, standing := b.stands(t, "t"); standing.Status != Suspended {
			t.Errorf("a second later: %s", standing.Status)
		}
	})
}

func TestMemoryOfTenantsIsBounded(t *testing.T) {
	t.Parallel()
	m := newStates(func(_ context.Context, tenant string) (State, error) { return State{Tenant: tenant}, nil })
	for i := range statesAtMost + 100 {
		if _, err := m.get(t.Context(), time.Unix(int64(i), 0).String()); err != nil {
			t.Fatal(err)
		}
	}
	if len(m.known) != statesAtMost {
		t.Errorf("%d are remembered", len(m.known))
	}
}
