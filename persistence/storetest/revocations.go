package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
)

// version is that of the last revocation of all.
func (w *world) version(t testing.TB) int64 {
	t.Helper()
	version, err := w.RevocationVersion(t.Context())
	must(t, err)
	return version
}

// revoked returns the world's revocations after a version. Other tests revoke meanwhile.
func (w *world) revoked(t testing.TB, after int64) (own []account.Revocation) {
	t.Helper()
	all, err := w.Revocations(t.Context(), after, time.Now().Add(-time.Minute), 10_000)
	must(t, err)
	for i, r := range all {
		if r.Version <= after || i > 0 && r.Version <= all[i-1].Version {
			t.Errorf("not in order after %d: %+v", after, all)
		}
		if r.Tenant == w.tenant.ID {
			r.Version = 0
			own = append(own, r)
		}
	}
	return own
}

var revocationTests = []test{
	{"What ends a sign-in, a membership or a role revokes its tokens", func(t *testing.T, w *world) {
		ctx, tenant, user := t.Context(), w.tenant.ID, w.colleague(t, account.Agent).ID
		session := w.signIn(t)
		for _, step := range []struct {
			name   string
			change func() error
			want   []account.Revocation
		}{
			{"signing out", func() error { return w.DeleteSession(ctx, session.ID) }, []account.Revocation{{Tenant: tenant, User: w.user.ID, Session: session.ID}}},
			{"signing out again", func() error { return w.DeleteSession(ctx, session.ID) }, nil},
			{"another role", func() error { return w.SetRole(ctx, tenant, user, account.Viewer) }, []account.Revocation{{Tenant: tenant, User: user}}},
			{"the same role", func() error { return w.SetRole(ctx, tenant, user, account.Viewer) }, nil},
			{"another name", func() error { return w.RenameUser(ctx, user, "Bo Nail") }, nil},
			{"removal", func() error { return w.RemoveMember(ctx, tenant, user) }, []account.Revocation{{Tenant: tenant, User: user}}},
		} {
			before := w.version(t)
			must(t, step.change())
			if diff := cmp.Diff(step.want, w.revoked(t, before)); diff != "" {
				t.Errorf("%s: %s", step.name, diff)
			}
		}
	}},
	{"What is refused revokes nothing", func(t *testing.T, w *world) {
		before := w.version(t)
		if got := code(w.RemoveMember(t.Context(), w.tenant.ID, w.user.ID)); got != "last_owner" {
			t.Errorf("got %s", got)
		}
		if own := w.revoked(t, before); len(own) != 0 {
			t.Errorf("got %+v", own)
		}
	}},
	{"Of what is revoked twice the later one counts", func(t *testing.T, w *world) {
		user, before := w.colleague(t, account.Agent).ID, w.version(t)
		must(t, w.SetRole(t.Context(), w.tenant.ID, user, account.Viewer))
		between := w.version(t)
		must(t, w.SetRole(t.Context(), w.tenant.ID, user, account.Agent))
		if first, second := w.revoked(t, before), w.revoked(t, between); len(first) != 1 || len(second) != 1 {
			t.Errorf("got %+v and %+v", first, second)
		}
	}},
	{"Whoever saw a version has seen all before it", func(t *testing.T, w *world) {
		const members, changes = 4, 5
		var group sync.WaitGroup
		done := make(chan struct{})
		for range members {
			user := w.colleague(t, account.Agent).ID
			group.Go(func() {
				for i := range changes {
					if err := w.SetRole(t.Context(), w.tenant.ID, user, []account.Role{account.Viewer, account.Admin}[i%2]); err != nil {
						t.Error(err)
					}
				}
			})
		}
		go func() { group.Wait(); close(done) }()
		seen := make(map[string]int64) // by user, what one who asks again and again holds for the last one
		var last int64
		look := func() {
			all, err := w.Revocations(t.Context(), last, time.Now().Add(-time.Minute), 3)
			must(t, err)
			for _, r := range all {
				seen[r.User], last = r.Version, r.Version
			}
		}
		for ended := false; !ended; {
			select {
			case <-done:
				ended = true
			default:
			}
			look()
		}
		for before := int64(-1); before != last; {
			before = last
			look()
		}
		all, err := w.Revocations(t.Context(), 0, time.Now().Add(-time.Minute), 10_000)
		must(t, err)
		for _, r := range all {
			if r.Tenant == w.tenant.ID && seen[r.User] != r.Version {
				t.Errorf("%s: saw %d, want %d", r.User, seen[r.User], r.Version)
			}
		}
	}},
	{"Another node refuses what was revoked, though nobody told it", func(t *testing.T, w *world) {
		var nodes [2]*account.Service
		for i := range nodes {
			node, err := account.NewService(account.Config{
				Store: w, Sessions: w, Members: w, Invitations: w, Revocations: w, Key: []byte("0123456789abcdef0123456789abcdef"),
			})
			must(t, err)
			stop, err := node.Follow(t.Context())
			must(t, err)
			defer stop()
			nodes[i] = node
		}
		here, there := nodes[0], nodes[1]
		signedIn, err := here.Register(t.Context(), account.Registration{
			Email: chat.NewID("mia") + "@acme.example", Password: "correct horse battery staple", Company: "Acme",
		})
		must(t, err)
		if _, err := there.Authenticate(signedIn.Access); err != nil {
			t.Fatal(err)
		}
		_, err = here.Logout(t.Context(), signedIn.Refresh)
		must(t, err)
		_, err = here.Authenticate(signedIn.Access)
		want(t, err, account.ErrRevoked)
		gone := make(chan struct{})
		defer there.Watch(signedIn.Identity, func() { close(gone) })()
		select {
		case <-gone:
		case <-time.After(patience):
			t.Fatal("it was not told")
		}
		_, err = there.Authenticate(signedIn.Access)
		want(t, err, account.ErrRevoked)
	}},
	{"Old ones are left out", func(t *testing.T, w *world) {
		before := w.version(t)
		must(t, w.DeleteSession(t.Context(), w.signIn(t).ID))
		if all, err := w.Revocations(t.Context(), before, time.Now().Add(time.Minute), 100); err != nil || len(all) != 0 {
			t.Errorf("got %+v, %v", all, err)
		}
	}},
}
