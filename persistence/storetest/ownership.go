package storetest

import (
	"sync"
	"testing"

	"parley/account"
	"parley/chat"
)

var ownershipTests = []test{
	{"A business can be renamed", func(t *testing.T, w *world) {
		stranger := newWorld(t, w.Store)
		must(t, w.RenameTenant(t.Context(), w.tenant.ID, "Nails of Cheddar"))
		found, err := w.Tenant(t.Context(), w.tenant.ID)
		must(t, err)
		if found.Name != "Nails of Cheddar" {
			t.Errorf("it is %q", found.Name)
		}
		if found, err := w.Tenant(t.Context(), stranger.tenant.ID); err != nil || found.Name != stranger.tenant.Name {
			t.Errorf("another is %q, %v", found.Name, err)
		}
		want(t, w.RenameTenant(t.Context(), "tnt_nobody", "Nails"), chat.ErrNotFound)
	}},
	{"An owner hands over to a member, and the tokens of both are revoked", func(t *testing.T, w *world) {
		ctx := t.Context()
		agent := w.colleague(t, account.Agent)
		before, err := w.RevocationVersion(ctx)
		must(t, err)
		must(t, w.TransferOwnership(ctx, w.tenant.ID, w.user.ID, agent.ID))
		for id, role := range map[string]account.Role{w.user.ID: account.Admin, agent.ID: account.Owner} {
			if _, members, err := w.User(ctx, id); err != nil || members[0].Role != role {
				t.Errorf("%s is %+v, %v", id, members, err)
			}
		}
		revoked, err := w.Revocations(ctx, before, moment(0), 1000)
		must(t, err)
		found := map[string]bool{}
		for _, r := range revoked {
			found[r.User] = found[r.User] || r.Tenant == w.tenant.ID && r.Session == ""
		}
		if !found[w.user.ID] || !found[agent.ID] {
			t.Errorf("revoked are %+v", revoked)
		}
	}},
	{"Who is no owner hands over nothing, and nobody who is no member gets anything", func(t *testing.T, w *world) {
		ctx := t.Context()
		admin, stranger := w.colleague(t, account.Admin), newWorld(t, w.Store)
		if got := code(w.TransferOwnership(ctx, w.tenant.ID, admin.ID, w.user.ID)); got != "forbidden" {
			t.Errorf("an admin: %s", got)
		}
		want(t, w.TransferOwnership(ctx, w.tenant.ID, w.user.ID, stranger.user.ID), chat.ErrNotFound)
		want(t, w.TransferOwnership(ctx, w.tenant.ID, stranger.user.ID, admin.ID), chat.ErrNotFound)
		want(t, w.TransferOwnership(ctx, "tnt_nobody", w.user.ID, admin.ID), chat.ErrNotFound)
		if _, members, err := w.User(ctx, w.user.ID); err != nil || members[0].Role != account.Owner {
			t.Errorf("the owner is %+v, %v", members, err)
		}
	}},
	{"An owner who hands over to two at once does so to one", func(t *testing.T, w *world) {
		colleagues := []account.User{w.colleague(t, account.Admin), w.colleague(t, account.Admin)}
		var group sync.WaitGroup
		codes := make(chan string, len(colleagues))
		for _, colleague := range colleagues {
			group.Go(func() {
				if err := w.TransferOwnership(t.Context(), w.tenant.ID, w.user.ID, colleague.ID); err != nil {
					codes <- code(err)
				} else {
					codes <- "ok"
				}
			})
		}
		group.Wait()
		if one, two := <-codes, <-codes; one+two != "okforbidden" && one+two != "forbiddenok" {
			t.Errorf("got %s and %s", one, two)
		}
	}},
}
