package storetest

import (
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
		must(t, w.RotateSession(t.Context(), session.ID, session.Hash, []byte("second"), moment(7200)))
		want(t, w.RotateSession(t.Context(), session.ID, session.Hash, []byte("third"), moment(7200)), chat.ErrNotFound)
		want(t, w.RotateSession(t.Context(), "nobody", session.Hash, []byte("third"), moment(7200)), chat.ErrNotFound)
		found, err := w.Session(t.Context(), session.ID)
		must(t, err)
		session.Previous, session.Hash, session.ExpiresAt = session.Hash, []byte("second"), moment(7200)
		if diff := cmp.Diff(session, found); diff != "" {
			t.Error(diff)
		}
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
		CreatedAt: moment(0), ExpiresAt: time.Now().UTC().Add(time.Hour).Truncate(time.Millisecond),
	}
	must(t, w.CreateSession(t.Context(), session))
	return session
}
