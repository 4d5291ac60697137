package storetest

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
)

// operates tells whether the world's user is an operator, by both ways to ask.
func (w *world) operates(t testing.TB) bool {
	t.Helper()
	is, err := w.IsOperator(t.Context(), w.user.ID)
	must(t, err)
	all, err := w.Operators(t.Context())
	must(t, err)
	if listed := slices.ContainsFunc(all, func(o account.Operator) bool { return o.User == w.user.ID }); listed != is {
		t.Fatalf("IsOperator says %t, and the list %+v", is, all)
	}
	return is
}

// listed returns all tenants, by pages of a size.
func (w *world) listed(t testing.TB, size int) (all []account.Business) {
	t.Helper()
	for cursor, rounds := "", 0; ; rounds++ {
		page, next, err := w.TenantsBefore(t.Context(), cursor, size)
		must(t, err)
		if all = append(all, page...); next == "" || rounds > 10_000 {
			return all
		}
		cursor = next
	}
}

var operatorTests = []test{
	{"An operator is made once, is one until that is taken back, and goes with the user", func(t *testing.T, w *world) {
		ctx := t.Context()
		if w.operates(t) {
			t.Error("somebody who has just registered operates")
		}
		must(t, w.MakeOperator(ctx, w.user.ID, moment(1)))
		must(t, w.MakeOperator(ctx, w.user.ID, moment(2)))
		if !w.operates(t) {
			t.Error("made one, and is none")
		}
		must(t, w.UnmakeOperator(ctx, w.user.ID))
		want(t, w.UnmakeOperator(ctx, w.user.ID), chat.ErrNotFound)
		if w.operates(t) {
			t.Error("is one still")
		}
		want(t, w.MakeOperator(ctx, chat.NewID(chat.UserPrefix), moment(1)), chat.ErrNotFound)

		colleague := w.colleague(t, account.Agent)
		must(t, w.MakeOperator(ctx, colleague.ID, moment(1)))
		must(t, w.DeleteUser(ctx, colleague.ID))
		if is, err := w.IsOperator(ctx, colleague.ID); is || err != nil {
			t.Errorf("who was erased operates: %t, %v", is, err)
		}
	}},
	{"All tenants are listed once each, latest first, with what they are counted by", func(t *testing.T, w *world) {
		w.colleague(t, account.Agent)
		other := newWorld(t, w.Store)
		must(t, w.SetErasure(t.Context(), other.tenant.ID, moment(9)))
		seen := map[string]account.Business{}
		var before account.Business
		for i, b := range w.listed(t, 7) {
			if _, twice := seen[b.ID]; twice {
				t.Errorf("%s is listed twice", b.ID)
			}
			if i > 0 && b.CreatedAt.After(before.CreatedAt) {
				t.Errorf("%v comes behind %v", b, before)
			}
			seen[b.ID], before = b, b
		}
		mine := account.Business{Tenant: w.tenant, Members: 2, Owners: 1}
		if diff := cmp.Diff(mine, seen[w.tenant.ID]); diff != "" {
			t.Error(diff)
		}
		single, err := w.Business(t.Context(), other.tenant.ID)
		must(t, err)
		if diff := cmp.Diff(account.Business{Tenant: other.tenant, EraseAt: moment(9), Members: 1, Owners: 1}, single); diff != "" {
			t.Error(diff)
		}
		_, err = w.Business(t.Context(), chat.NewID(chat.TenantPrefix))
		want(t, err, chat.ErrNotFound)
		if _, _, err := w.TenantsBefore(t.Context(), "made-up", 7); code(err) != "bad_cursor" {
			t.Errorf("a cursor that nobody gave out: %v", err)
		}
	}},
	{"Who shuts a tenant out revokes its tokens, once, and nobody else's", func(t *testing.T, w *world) {
		ctx, colleague, stranger := t.Context(), w.colleague(t, account.Viewer), newWorld(t, w.Store)
		before := w.version(t)
		must(t, w.ShutTenant(ctx, w.tenant.ID, true))
		users := map[string]bool{}
		for _, r := range w.revoked(t, before) {
			users[r.User] = true
		}
		if !users[w.user.ID] || !users[colleague.ID] || len(users) != 2 {
			t.Errorf("revoked were %v", users)
		}
		if others := stranger.revoked(t, before); len(others) > 0 {
			t.Errorf("of another tenant were revoked %v", others)
		}
		before = w.version(t)
		must(t, w.ShutTenant(ctx, w.tenant.ID, true))
		if again := w.revoked(t, before); len(again) > 0 {
			t.Errorf("shut out twice: %v", again)
		}
		tenant, err := w.Tenant(ctx, w.tenant.ID)
		if must(t, err); !tenant.Suspended {
			t.Error("it is not shut out")
		}
		must(t, w.ShutTenant(ctx, w.tenant.ID, false))
		if tenant, err = w.Tenant(ctx, w.tenant.ID); err != nil || tenant.Suspended {
			t.Errorf("it is shut out still: %+v, %v", tenant, err)
		}
		want(t, w.ShutTenant(ctx, chat.NewID(chat.TenantPrefix), true), chat.ErrNotFound)
	}},
}
