package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
)

var sessionTests = []test{
	{"A session is found until it is deleted, which may be repeated", func(t *testing.T, w *world) {
		session := w.signIn(t)
		found, err := w.Session(t.Context(), session.ID)
		must(t, err)
		if diff := cmp.Diff(session, found); diff != "" {
			t.Error(diff)
		}
		must(t, w.DeleteSession(t.Context(), session.ID))
		must(t, w.DeleteSession(t.Context(), session.ID))
		_, err = w.Session(t.Context(), session.ID)
		want(t, err, chat.ErrNotFound)
	}},
	{"A token rotates once, and the one before is remembered", func(t *testing.T, w *world) {
		session := w.signIn(t)
		first := session.Hash
		next := session
		next.Hash, next.ExpiresAt, next.UsedAt, next.Client = []byte("second"), moment(7200), moment(60), account.Client{Address: "203.0.113.9", Browser: "Lynx"}
		must(t, w.RotateSession(t.Context(), first, next))
		late := next
		late.Hash = []byte("third")
		want(t, w.RotateSession(t.Context(), first, late), chat.ErrNotFound)
		late.ID = "nobody"
		want(t, w.RotateSession(t.Context(), next.Hash, late), chat.ErrNotFound)
		found, err := w.Session(t.Context(), session.ID)
		must(t, err)
		next.Previous = first
		if diff := cmp.Diff(next, found); diff != "" {
			t.Error(diff)
		}
	}},
	{"A user's sessions are listed, last used first, and all but one end with their tokens", func(t *testing.T, w *world) {
		stranger := newWorld(t, w.Store)
		theirs := stranger.signIn(t)
		first, second := w.signIn(t), w.signIn(t)
		used := first
		used.Hash, used.UsedAt = []byte("second"), moment(60)
		must(t, w.RotateSession(t.Context(), first.Hash, used))
		ended := w.signIn(t)
		over := ended
		over.ExpiresAt = moment(1)
		must(t, w.RotateSession(t.Context(), ended.Hash, over))
		found, err := w.SessionsOf(t.Context(), w.user.ID, time.Now(), 10)
		must(t, err)
		if len(found) != 2 || found[0].ID != used.ID || found[1].ID != second.ID || found[0].Client != first.Client {
			t.Errorf("listed are %+v", found)
		}
		before, err := w.RevocationVersion(t.Context())
		must(t, err)
		tenants, err := w.DeleteSessions(t.Context(), w.user.ID, second.ID)
		must(t, err)
		if diff := cmp.Diff([]string{w.tenant.ID, w.tenant.ID}, tenants); diff != "" {
			t.Error(diff)
		}
		for id, want := range map[string]error{first.ID: chat.ErrNotFound, second.ID: nil, theirs.ID: nil} {
			if _, err := w.Session(t.Context(), id); !errors.Is(err, want) {
				t.Errorf("session %s: %v, want %v", id, err, want)
			}
		}
		revoked, err := w.Revocations(t.Context(), before, moment(0), 1000)
		must(t, err)
		if !slices.ContainsFunc(revoked, func(r account.Revocation) bool { return r.Session == first.ID && r.Tenant == w.tenant.ID }) ||
			slices.ContainsFunc(revoked, func(r account.Revocation) bool {
				return r.User == w.user.ID && (r.Session == second.ID || r.Session == "")
			}) {
			t.Errorf("revoked are %+v", revoked)
		}
	}},
	{"Of too many sessions those go that were used longest ago", func(t *testing.T, w *world) {
		first := w.signIn(t)
		var last account.Session
		for range account.SessionsKept {
			last = account.Session{
				ID: chat.NewID("ses"), User: w.user.ID, Tenant: w.tenant.ID, Hash: []byte("first"), CreatedAt: moment(1), UsedAt: moment(1), ExpiresAt: moment(3600),
			}
			must(t, w.CreateSession(t.Context(), last))
		}
		_, err := w.Session(t.Context(), first.ID)
		want(t, err, chat.ErrNotFound)
		_, err = w.Session(t.Context(), last.ID)
		must(t, err)
	}},
	{"A session needs a member", func(t *testing.T, w *world) {
		want(t, w.CreateSession(t.Context(), account.Session{
			ID: chat.NewID("ses"), User: w.user.ID, Tenant: "tnt_other", Hash: []byte("first"), ExpiresAt: moment(3600),
		}), chat.ErrNotFound)
	}},
}

func (w *world) signIn(t testing.TB) account.Session {
	t.Helper()
	session := account.Session{
		ID: chat.NewID("ses"), User: w.user.ID, Tenant: w.tenant.ID, Hash: []byte("first"),
		CreatedAt: moment(0), UsedAt: moment(0), Client: account.Client{Address: "192.0.2.7", Browser: "Netscape"}, ExpiresAt: time.Now().UTC().Add(time.Hour).Truncate(time.Millisecond),
	}
	must(t, w.CreateSession(t.Context(), session))
	return session
}
