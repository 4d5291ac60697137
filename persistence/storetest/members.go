package storetest

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
)

// colleague is another member of the world's tenant.
func (w *world) colleague(t testing.TB, role account.Role) account.User {
	t.Helper()
	user := account.User{ID: chat.NewID(chat.UserPrefix), Name: "Bo Tack", PasswordHash: "$argon2id$v=19$m=65536", CreatedAt: moment(3)}
	user.Email = user.ID + "@example.com"
	invitation := w.newInvitation(user.Email, role)
	must(t, w.Invite(t.Context(), invitation))
	must(t, w.Accept(t.Context(), invitation.ID, user, true))
	return user
}

// roles are those of the tenant's members.
func (w *world) roles(t testing.TB) map[string]account.Role {
	t.Helper()
	members, err := w.Members(t.Context(), w.tenant.ID)
	must(t, err)
	roles := make(map[string]account.Role)
	for _, m := range members {
		roles[m.User] = m.Role
	}
	return roles
}

var memberTests = []test{
	{"Members are listed with their names, oldest first", func(t *testing.T, w *world) {
		second := w.colleague(t, account.Agent)
		members, err := w.Members(t.Context(), w.tenant.ID)
		must(t, err)
		if len(members) != 2 || time.Since(members[1].JoinedAt) > time.Minute {
			t.Fatalf("got %+v", members)
		}
		members[1].JoinedAt = time.Time{}
		if diff := cmp.Diff([]account.Membership{
			{Member: account.Member{Tenant: w.tenant.ID, User: w.user.ID, Role: account.Owner}, Name: w.user.Name, Email: w.user.Email, Available: true, JoinedAt: moment(0)},
			{Member: account.Member{Tenant: w.tenant.ID, User: second.ID, Role: account.Agent}, Name: second.Name, Email: second.Email, Available: true},
		}, members); diff != "" {
			t.Error(diff)
		}
	}},
	{"A role changes, and the last owner keeps theirs", func(t *testing.T, w *world) {
		ctx, tenant, second := t.Context(), w.tenant.ID, w.colleague(t, account.Agent)
		for _, refused := range []error{
			w.SetRole(ctx, tenant, w.user.ID, account.Admin), w.RemoveMember(ctx, tenant, w.user.ID),
		} {
			if got := code(refused); got != "last_owner" {
				t.Errorf("got %s", got)
			}
		}
		must(t, w.SetRole(ctx, tenant, w.user.ID, account.Owner))
		must(t, w.SetRole(ctx, tenant, second.ID, account.Owner))
		must(t, w.SetRole(ctx, tenant, w.user.ID, account.Viewer))
		if diff := cmp.Diff(map[string]account.Role{w.user.ID: account.Viewer, second.ID: account.Owner}, w.roles(t)); diff != "" {
			t.Error(diff)
		}
	}},
	{"Of two owners who end each other's ownership at once, one stays", func(t *testing.T, w *world) {
		for round := range 10 {
			second := w.colleague(t, account.Owner)
			results := make([]error, 2)
			var group sync.WaitGroup
			group.Go(func() { results[0] = w.SetRole(t.Context(), w.tenant.ID, w.user.ID, account.Viewer) })
			group.Go(func() { results[1] = w.RemoveMember(t.Context(), w.tenant.ID, second.ID) })
			group.Wait()
			owners := 0
			for _, role := range w.roles(t) {
				if role == account.Owner {
					owners++
				}
			}
			refused := 0
			for _, err := range results {
				if err != nil {
					refused++
					if code(err) != "last_owner" {
						t.Errorf("got %v", err)
					}
				}
			}
			if owners != 1 || refused != 1 {
				t.Fatalf("round %d: %d owners, %v", round, owners, results)
			}
			if results[0] == nil { // the second stayed
				must(t, w.SetRole(t.Context(), w.tenant.ID, w.user.ID, account.Owner))
				must(t, w.RemoveMember(t.Context(), w.tenant.ID, second.ID))
			}
		}
	}},
	{"Who is removed is signed out there, and nowhere else", func(t *testing.T, w *world) {
		ctx, second, elsewhere := t.Context(), w.colleague(t, account.Agent), newWorld(t, w.Store)
		invitation := elsewhere.newInvitation(second.Email, account.Agent)
		must(t, w.Invite(ctx, invitation))
		must(t, w.Accept(ctx, invitation.ID, second, false))
		here, there := w.signInAs(t, w.tenant.ID, second.ID), w.signInAs(t, elsewhere.tenant.ID, second.ID)
		owner := w.signIn(t)
		must(t, w.RemoveMember(ctx, w.tenant.ID, second.ID))
		want(t, w.RemoveMember(ctx, w.tenant.ID, second.ID), chat.ErrNotFound)
		_, err := w.Session(ctx, here.ID)
		want(t, err, chat.ErrNotFound)
		for _, session := range []account.Session{there, owner} {
			_, err := w.Session(ctx, session.ID)
			must(t, err)
		}
		_, members, err := w.User(ctx, second.ID)
		must(t, err)
		if len(members) != 1 || members[0].Tenant != elsewhere.tenant.ID {
			t.Errorf("a member of %+v", members)
		}
	}},
	{"A member is available until they say otherwise", func(t *testing.T, w *world) {
		ctx, tenant := t.Context(), w.tenant.ID
		for _, set := range []bool{true, false, false, true} {
			must(t, w.SetAvailable(ctx, tenant, w.user.ID, set))
			if got, err := w.Available(ctx, tenant, w.user.ID); got != set || err != nil {
				t.Errorf("set to %v: %v, %v", set, got, err)
			}
		}
	}},
	{"A person is renamed, and stays who they are", func(t *testing.T, w *world) {
		must(t, w.RenameUser(t.Context(), w.user.ID, "Ada Pen"))
		renamed, _, err := w.User(t.Context(), w.user.ID)
		must(t, err)
		w.user.Name = "Ada Pen"
		if diff := cmp.Diff(w.user, renamed); diff != "" {
			t.Error(diff)
		}
		want(t, w.RenameUser(t.Context(), "usr_nobody", "x"), chat.ErrNotFound)
	}},
	{"Nobody changes the members of another tenant", func(t *testing.T, w *world) {
		second := w.colleague(t, account.Owner)
		ctx, stranger := t.Context(), newWorld(t, w.Store)
		for _, tenant := range []string{stranger.tenant.ID, "tnt_nobody", "tnt\x00"} {
			for name, try := range map[string]func() error{
				"SetRole":      func() error { return w.SetRole(ctx, tenant, second.ID, account.Viewer) },
				"RemoveMember": func() error { return w.RemoveMember(ctx, tenant, second.ID) },
				"SetAvailable": func() error { return w.SetAvailable(ctx, tenant, second.ID, false) },
				"Available":    func() error { _, err := w.Available(ctx, tenant, second.ID); return err },
			} {
				if got := code(try()); got != "not_found" {
					t.Errorf("%s: %s", name, got)
				}
			}
		}
		if theirs := stranger.roles(t); len(theirs) != 1 || theirs[stranger.user.ID] != account.Owner {
			t.Errorf("the stranger's are %v", theirs)
		}
		if w.roles(t)[second.ID] != account.Owner {
			t.Errorf("the tenant's are %v", w.roles(t))
		}
	}},
}

func (w *world) signInAs(t testing.TB, tenant, user string) account.Session {
	t.Helper()
	session := account.Session{
		ID: chat.NewID("ses"), User: user, Tenant: tenant, Hash: []byte("first"),
		CreatedAt: moment(0), ExpiresAt: time.Now().UTC().Add(time.Hour).Truncate(time.Millisecond),
	}
	must(t, w.CreateSession(t.Context(), session))
	return session
}
