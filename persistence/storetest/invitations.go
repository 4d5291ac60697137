package storetest

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
)

func (w *world) newInvitation(email string, role account.Role) account.Invitation {
	return account.Invitation{
		ID: chat.NewID(account.InvitationPrefix), Tenant: w.tenant.ID, Email: email, Role: role, Hash: []byte("hash of a secret"),
		By: w.user.ID, CreatedAt: moment(4), ExpiresAt: moment(4000),
	}
}

// invited is whom the tenant has invited, as it is listed.
func (w *world) invited(t testing.TB) []account.Invitation {
	t.Helper()
	all, err := w.Invitations(t.Context(), w.tenant.ID)
	must(t, err)
	return all
}

var invitationTests = []test{
	{"An invitation comes back as it was made, oldest first, until it is deleted", func(t *testing.T, w *world) {
		first, second := w.newInvitation("Bo@example.com", account.Agent), w.newInvitation("cy@example.com", account.Admin)
		second.CreatedAt = moment(3)
		must(t, w.Invite(t.Context(), first))
		must(t, w.Invite(t.Context(), second))
		found, err := w.Invitation(t.Context(), first.ID)
		must(t, err)
		if diff := cmp.Diff(first, found) + cmp.Diff([]account.Invitation{second, first}, w.invited(t)); diff != "" {
			t.Error(diff)
		}
		must(t, w.DeleteInvitation(t.Context(), w.tenant.ID, first.ID))
		want(t, w.DeleteInvitation(t.Context(), w.tenant.ID, first.ID), chat.ErrNotFound)
		_, err = w.Invitation(t.Context(), first.ID)
		want(t, err, chat.ErrNotFound)
		want(t, w.Accept(t.Context(), first.ID, w.user, false), chat.ErrNotFound)
	}},
	{"Another invitation to an address replaces the first, in its own tenant only", func(t *testing.T, w *world) {
		stranger := newWorld(t, w.Store)
		theirs := stranger.newInvitation("bo@example.com", account.Agent)
		first, second := w.newInvitation("Bo@example.com", account.Agent), w.newInvitation("bo@EXAMPLE.com", account.Admin)
		second.Hash = []byte("another")
		for _, invitation := range []account.Invitation{theirs, first, second} {
			must(t, w.Invite(t.Context(), invitation))
		}
		if diff := cmp.Diff([]account.Invitation{second}, w.invited(t)) + cmp.Diff([]account.Invitation{theirs}, stranger.invited(t)); diff != "" {
			t.Error(diff)
		}
		_, err := w.Invitation(t.Context(), first.ID)
		want(t, err, chat.ErrNotFound)
	}},
	{"Whoever accepts becomes a member once, with an account that is made or was there", func(t *testing.T, w *world) {
		made := w.colleague(t, account.Viewer)
		if user, members, err := w.User(t.Context(), made.ID); err != nil || cmp.Diff(made, user) != "" || len(members) != 1 {
			t.Errorf("made %+v, a member of %+v, %v", user, members, err)
		}
		known := newWorld(t, w.Store).user
		invitation := w.newInvitation(known.Email, account.Agent)
		must(t, w.Invite(t.Context(), invitation))
		must(t, w.Accept(t.Context(), invitation.ID, known, false))
		want(t, w.Accept(t.Context(), invitation.ID, known, false), chat.ErrNotFound)
		if diff := cmp.Diff(map[string]account.Role{w.user.ID: account.Owner, made.ID: account.Viewer, known.ID: account.Agent}, w.roles(t)); diff != "" {
			t.Error(diff)
		}
		if left := w.invited(t); len(left) != 0 {
			t.Errorf("left: %+v", left)
		}
	}},
	{"Who is a member already stays what they are", func(t *testing.T, w *world) {
		invitation := w.newInvitation(w.user.Email, account.Viewer)
		must(t, w.Invite(t.Context(), invitation))
		must(t, w.Accept(t.Context(), invitation.ID, w.user, false))
		if role := w.roles(t)[w.user.ID]; role != account.Owner {
			t.Errorf("the role is %s", role)
		}
	}},
	{"What cannot be accepted stays", func(t *testing.T, w *world) {
		invitation := w.newInvitation("bo@example.com", account.Agent)
		must(t, w.Invite(t.Context(), invitation))
		namesake := account.User{ID: chat.NewID(chat.UserPrefix), Email: strings.ToLower(w.user.Email)}
		if got := code(w.Accept(t.Context(), invitation.ID, namesake, true)); got != "email_taken" {
			t.Errorf("an address that has an account: %s", got)
		}
		want(t, w.Accept(t.Context(), invitation.ID, account.User{ID: "usr_nobody"}, false), chat.ErrNotFound)
		if diff := cmp.Diff([]account.Invitation{invitation}, w.invited(t)); diff != "" {
			t.Error(diff)
		}
	}},
	{"Of many who accept an invitation at once, one does", func(t *testing.T, w *world) {
		invitation := w.newInvitation("bo@example.com", account.Agent)
		must(t, w.Invite(t.Context(), invitation))
		var group sync.WaitGroup
		codes := make(chan string, 6)
		for range cap(codes) {
			group.Go(func() {
				user := account.User{ID: chat.NewID(chat.UserPrefix)}
				user.Email = user.ID + "@example.com"
				if err := w.Accept(t.Context(), invitation.ID, user, true); err != nil {
					codes <- code(err)
					return
				}
				codes <- "ok"
			})
		}
		group.Wait()
		close(codes)
		count := map[string]int{}
		for c := range codes {
			count[c]++
		}
		if diff := cmp.Diff(map[string]int{"ok": 1, "not_found": 5}, count); diff != "" {
			t.Error(diff)
		}
		if roles := w.roles(t); len(roles) != 2 {
			t.Errorf("members: %v", roles)
		}
	}},
	{"An invitation is nothing to another tenant", func(t *testing.T, w *world) {
		invitation := w.newInvitation("bo@example.com", account.Agent)
		must(t, w.Invite(t.Context(), invitation))
		stranger := newWorld(t, w.Store)
		want(t, w.DeleteInvitation(t.Context(), stranger.tenant.ID, invitation.ID), chat.ErrNotFound)
		if theirs := stranger.invited(t); len(theirs) != 0 {
			t.Errorf("listed: %+v", theirs)
		}
		nowhere := w.newInvitation("bo@example.com", account.Agent)
		nowhere.Tenant = "tnt_nobody"
		want(t, w.Invite(t.Context(), nowhere), chat.ErrNotFound)
		_, err := w.Invitation(t.Context(), "inv\x00")
		want(t, err, chat.ErrNotFound)
		if len(w.invited(t)) != 1 {
			t.Error("it is gone")
		}
	}},
}
