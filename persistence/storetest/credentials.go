package storetest

import (
	"testing"

	"parley/account"
	"parley/chat"
)

var credentialTests = []test{
	{"A confirmed address is the user's, once for each letter", func(t *testing.T, w *world) {
		ctx := t.Context()
		asked := w.posted(t, account.LetterChange)
		must(t, w.ConfirmEmail(ctx, asked.ID, w.user.ID, "New."+w.user.Email))
		user, _, err := w.UserByEmail(ctx, "new."+w.user.Email)
		must(t, err)
		if user.ID != w.user.ID || !user.Confirmed || user.Email != "New."+w.user.Email || user.PasswordHash != w.user.PasswordHash {
			t.Errorf("the user is %+v", user)
		}
		_, _, err = w.UserByEmail(ctx, w.user.Email)
		want(t, err, chat.ErrNotFound)
		want(t, w.ConfirmEmail(ctx, asked.ID, w.user.ID, w.user.Email), chat.ErrNotFound)
	}},
	{"The address that one has can be confirmed", func(t *testing.T, w *world) {
		must(t, w.ConfirmEmail(t.Context(), w.posted(t, account.LetterConfirm).ID, w.user.ID, w.user.Email))
		user, _, err := w.User(t.Context(), w.user.ID)
		must(t, err)
		if !user.Confirmed || user.Email != w.user.Email {
			t.Errorf("the user is %+v", user)
		}
	}},
	{"An address of another account is not taken from it, and the letter stays", func(t *testing.T, w *world) {
		stranger := newWorld(t, w.Store)
		asked := w.posted(t, account.LetterChange)
		if got := code(w.ConfirmEmail(t.Context(), asked.ID, w.user.ID, stranger.user.Email)); got != "email_taken" {
			t.Errorf("got %s", got)
		}
		_, err := w.Letter(t.Context(), asked.ID)
		must(t, err)
		user, _, err := w.User(t.Context(), w.user.ID)
		must(t, err)
		if user.Email != w.user.Email || user.Confirmed {
			t.Errorf("the user is %+v", user)
		}
	}},
	{"A new password ends sign-ins but one, and voids letters", func(t *testing.T, w *world) {
		ctx := t.Context()
		kept, ended, moving := w.signIn(t), w.signIn(t), w.posted(t, account.LetterChange)
		must(t, w.SetPassword(ctx, account.PasswordChange{User: w.user.ID, Hash: "$argon2id$new", Keep: kept.ID}))
		user, _, err := w.User(ctx, w.user.ID)
		must(t, err)
		if user.PasswordHash != "$argon2id$new" || user.Confirmed || user.Name != w.user.Name {
			t.Errorf("the user is %+v", user)
		}
		_, err = w.Session(ctx, kept.ID)
		must(t, err)
		_, err = w.Session(ctx, ended.ID)
		want(t, err, chat.ErrNotFound)
		_, err = w.Letter(ctx, moving.ID)
		want(t, err, chat.ErrNotFound)
	}},
	{"A password that comes by letter confirms the address, ends all sign-ins and revokes all tokens", func(t *testing.T, w *world) {
		ctx := t.Context()
		session := w.signIn(t)
		reset := letter(account.LetterReset, "", w.user.Email)
		must(t, w.PutLetter(ctx, reset))
		before, err := w.RevocationVersion(ctx)
		must(t, err)
		change := account.PasswordChange{User: w.user.ID, Hash: "$argon2id$new", Letter: reset.ID}
		must(t, w.SetPassword(ctx, change))
		want(t, w.SetPassword(ctx, change), chat.ErrNotFound)
		user, _, err := w.User(ctx, w.user.ID)
		must(t, err)
		if user.PasswordHash != "$argon2id$new" || !user.Confirmed {
			t.Errorf("the user is %+v", user)
		}
		_, err = w.Session(ctx, session.ID)
		want(t, err, chat.ErrNotFound)
		revoked, err := w.Revocations(ctx, before, moment(0), 1000)
		must(t, err)
		all := 0
		for _, r := range revoked {
			if r.Tenant == w.tenant.ID && r.User == w.user.ID && r.Session == "" {
				all++
			}
		}
		if all != 1 {
			t.Errorf("revoked are %+v", revoked)
		}
	}},
	{"Nobody has no password", func(t *testing.T, w *world) {
		want(t, w.SetPassword(t.Context(), account.PasswordChange{User: "usr_nobody", Hash: "x"}), chat.ErrNotFound)
		want(t, w.ConfirmEmail(t.Context(), w.posted(t, account.LetterConfirm).ID, "usr_nobody", "nobody@acme.example"), chat.ErrNotFound)
	}},
}

// posted is a letter to the user that was put, and that nobody has to send.
func (w *world) posted(t testing.TB, kind account.LetterKind) account.Letter {
	t.Helper()
	posted := letter(kind, w.user.ID, w.user.Email)
	posted.Due = posted.Expires
	must(t, w.PutLetter(t.Context(), posted))
	return posted
}
