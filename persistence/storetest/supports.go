package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
)

// allowed lets operators look at the world from one time until another.
func (w *world) allowed(t testing.TB, at, until time.Time) {
	t.Helper()
	must(t, w.PutSupportAccess(t.Context(), account.SupportAccess{Tenant: w.tenant.ID, By: w.user.ID, At: at, Until: until}))
}

// visited has an operator, who is of another tenant, begin a visit.
func (w *world) visited(t testing.TB, at, until time.Time) account.Visit {
	t.Helper()
	operator := newWorld(t, w.Store)
	must(t, w.MakeOperator(t.Context(), operator.user.ID, moment(0)))
	id := chat.NewID(account.VisitPrefix)
	visit, err := w.BeginVisit(t.Context(), account.Visit{
		ID: id, Tenant: w.tenant.ID, User: operator.user.ID, Hash: []byte("hash of " + id), Reason: "They asked why the copper nails are missing.", At: at, Until: until,
	})
	must(t, err)
	return visit
}

// goesOn tells whether a visit is found by its token.
func (w *world) goesOn(t testing.TB, visit account.Visit, now time.Time) bool {
	t.Helper()
	found, err := w.VisitByHash(t.Context(), visit.Hash, now)
	if code(err) == "not_found" {
		return false
	}
	must(t, err)
	if visit.Reason = ""; cmp.Diff(visit, found) != "" {
		t.Error(cmp.Diff(visit, found))
	}
	return true
}

var supportTests = []test{
	{"Support access holds until its time, is given anew and is withdrawn, and is nobody else's", func(t *testing.T, w *world) {
		ctx := t.Context()
		holds := func(w *world, now time.Time) bool {
			found, err := w.SupportAccess(ctx, w.tenant.ID, now)
			if code(err) == "not_found" {
				return false
			}
			must(t, err)
			if found.By != w.user.ID {
				t.Errorf("given by %+v", found)
			}
			return true
		}
		if holds(w, moment(1)) {
			t.Error("it holds before it was given")
		}
		w.allowed(t, moment(1), moment(20))
		if !holds(w, moment(19)) || holds(w, moment(20)) {
			t.Error("it holds until another time")
		}
		if holds(newWorld(t, w.Store), moment(2)) {
			t.Error("another tenant gave it, too")
		}
		w.allowed(t, moment(2), moment(30))
		if !holds(w, moment(29)) {
			t.Error("what was given anew does not hold")
		}
		must(t, w.DeleteSupportAccess(ctx, w.tenant.ID))
		must(t, w.DeleteSupportAccess(ctx, w.tenant.ID))
		if holds(w, moment(2)) {
			t.Error("what was withdrawn holds")
		}
	}},
	{"A visit needs consent, and lasts no longer than that", func(t *testing.T, w *world) {
		_, err := w.BeginVisit(t.Context(), account.Visit{ID: chat.NewID(account.VisitPrefix), Tenant: w.tenant.ID, User: w.user.ID, Hash: []byte(w.tenant.ID), At: moment(1), Until: moment(9)})
		want(t, err, account.ErrNoConsent)
		w.allowed(t, moment(1), moment(20))
		short, long := w.visited(t, moment(2), moment(10)), w.visited(t, moment(2), moment(50))
		if !long.Until.Equal(moment(20)) {
			t.Errorf("it lasts until %s, beyond its consent", long.Until)
		}
		if !w.goesOn(t, short, moment(9)) || w.goesOn(t, short, moment(10)) || !w.goesOn(t, long, moment(19)) || w.goesOn(t, long, moment(20)) {
			t.Error("they end at another time")
		}
		visits, err := w.Visits(t.Context(), w.tenant.ID, 1)
		must(t, err)
		if len(visits) != 1 || visits[0].Reason != short.Reason {
			t.Errorf("got %+v", visits)
		}
		if others, err := newWorld(t, w.Store).Visits(t.Context(), newWorld(t, w.Store).tenant.ID, 9); err != nil || len(others) > 0 {
			t.Errorf("another tenant was visited: %+v, %v", others, err)
		}
	}},
	{"A visit ends when consent is withdrawn, for good, or when who visits is no operator any more", func(t *testing.T, w *world) {
		ctx := t.Context()
		w.allowed(t, moment(1), moment(40))
		visit, other := w.visited(t, moment(2), moment(30)), w.visited(t, moment(2), moment(30))
		w.allowed(t, moment(3), moment(50)) // longer
		if !w.goesOn(t, visit, moment(4)) {
			t.Error("a consent that was made longer has ended it")
		}
		must(t, w.UnmakeOperator(ctx, other.User))
		if w.goesOn(t, other, moment(4)) || !w.goesOn(t, visit, moment(4)) {
			t.Error("who operates no more visits still, or a colleague does not")
		}
		must(t, w.DeleteSupportAccess(ctx, w.tenant.ID))
		if w.goesOn(t, visit, moment(4)) {
			t.Error("it goes on without consent")
		}
		w.allowed(t, moment(5), moment(50))
		if w.goesOn(t, visit, moment(6)) {
			t.Error("it goes on under a consent that was given after it had ended")
		}
	}},
}
