package storetest

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
	"parley/persistence/seal"
)

// factor is what is kept of the world's person.
func (w *world) factor(t testing.TB) account.Factor {
	t.Helper()
	factor, err := w.Factor(t.Context(), w.user.ID)
	must(t, err)
	return factor
}

// withFactor gives a person a second factor with two recovery codes.
func (w *world) withFactor(t testing.TB, user string) (secret []byte) {
	t.Helper()
	secret = []byte("secret of " + user)
	must(t, w.BeginFactor(t.Context(), user, secret, moment(1)))
	must(t, w.ConfirmFactor(t.Context(), user, secret, 7, [][]byte{[]byte("one"), []byte("two")}))
	return secret
}

// winners runs something many times at once, and returns how often it was not refused.
func winners(t testing.TB, try func() error) (won int) {
	t.Helper()
	results := make([]error, 6)
	var group sync.WaitGroup
	for i := range results {
		group.Go(func() { results[i] = try() })
	}
	group.Wait()
	for _, err := range results {
		if err == nil {
			won++
		} else if code(err) != "not_found" {
			t.Error(err)
		}
	}
	return won
}

var secondFactorTests = []test{
	{"A second factor is pending until it is confirmed, and then counts", func(t *testing.T, w *world) {
		ctx, user := t.Context(), w.user.ID
		if diff := cmp.Diff(account.Factor{}, w.factor(t)); diff != "" {
			t.Errorf("before: %s", diff)
		}
		want(t, w.ConfirmFactor(ctx, user, []byte("a"), 1, nil), chat.ErrNotFound)
		must(t, w.BeginFactor(ctx, user, []byte("a"), moment(1)))
		must(t, w.BeginFactor(ctx, user, []byte("b"), moment(2)))
		if f := w.factor(t); f.Secret != nil || !bytes.Equal(f.Pending, []byte("b")) || !f.PendingAt.Equal(moment(2)) {
			t.Errorf("pending: %+v", f)
		}
		want(t, w.ConfirmFactor(ctx, user, []byte("a"), 1, nil), chat.ErrNotFound)
		must(t, w.ConfirmFactor(ctx, user, []byte("b"), 1, [][]byte{[]byte("one"), []byte("two")}))
		want(t, w.ConfirmFactor(ctx, user, []byte("b"), 1, nil), chat.ErrNotFound)
		if f := w.factor(t); !bytes.Equal(f.Secret, []byte("b")) || f.Pending != nil || f.Step != 1 || f.Codes != 2 {
			t.Errorf("confirmed: %+v", f)
		}
		must(t, w.BeginFactor(ctx, user, []byte("c"), moment(3)))
		if f := w.factor(t); !bytes.Equal(f.Secret, []byte("b")) || !bytes.Equal(f.Pending, []byte("c")) || f.Step != 1 || f.Codes != 2 {
			t.Errorf("while another is set up: %+v", f)
		}
		must(t, w.ConfirmFactor(ctx, user, []byte("c"), 1, [][]byte{[]byte("three")}))
		want(t, w.UseCode(ctx, user, []byte("one")), chat.ErrNotFound)
		must(t, w.EndFactor(ctx, user))
		must(t, w.EndFactor(ctx, user))
		if diff := cmp.Diff(account.Factor{}, w.factor(t)); diff != "" {
			t.Errorf("afterwards: %s", diff)
		}
		want(t, w.UseCode(ctx, user, []byte("three")), chat.ErrNotFound)
		want(t, w.BeginFactor(ctx, "usr_nobody", []byte("a"), moment(1)), chat.ErrNotFound)
	}},
	{"Of many who use a step or a code at once, one does", func(t *testing.T, w *world) {
		ctx, user := t.Context(), w.user.ID
		w.withFactor(t, user)
		for step := int64(8); step < 11; step++ {
			if won := winners(t, func() error { return w.UseStep(ctx, user, step) }); won != 1 {
				t.Errorf("%d used step %d", won, step)
			}
		}
		want(t, w.UseStep(ctx, user, 9), chat.ErrNotFound)
		if won := winners(t, func() error { return w.UseCode(ctx, user, []byte("two")) }); won != 1 {
			t.Errorf("%d used a code", won)
		}
		if f := w.factor(t); f.Step != 10 || f.Codes != 1 {
			t.Errorf("left: %+v", f)
		}
		must(t, w.ReplaceCodes(ctx, user, [][]byte{[]byte("x"), []byte("y"), []byte("z")}))
		want(t, w.UseCode(ctx, user, []byte("one")), chat.ErrNotFound)
		must(t, w.UseCode(ctx, user, []byte("x")))
		other := w.colleague(t, account.Agent)
		want(t, w.UseCode(ctx, other.ID, []byte("y")), chat.ErrNotFound)
		want(t, w.UseStep(ctx, other.ID, 99), chat.ErrNotFound)
		want(t, w.ReplaceCodes(ctx, other.ID, [][]byte{[]byte("x")}), chat.ErrNotFound)
	}},
	{"Each try is counted before the next, until one is right", func(t *testing.T, w *world) {
		ctx, user := t.Context(), w.user.ID
		w.withFactor(t, user)
		for seen := range int64(3) {
			if won := winners(t, func() error { return w.TryFactor(ctx, user, seen, moment(int(seen))) }); won != 1 {
				t.Errorf("%d counted the try after %d", won, seen)
			}
		}
		if f := w.factor(t); f.Failures != 3 || !f.FailedAt.Equal(moment(2)) {
			t.Errorf("counted: %+v", f)
		}
		must(t, w.UseStep(ctx, user, 8))
		if f := w.factor(t); f.Failures != 0 {
			t.Errorf("after the right one: %+v", f)
		}
		must(t, w.TryFactor(ctx, user, 0, moment(5)))
		must(t, w.UseCode(ctx, user, []byte("one")))
		if f := w.factor(t); f.Failures != 0 {
			t.Errorf("after a recovery code: %+v", f)
		}
	}},
	{"A change of a second factor revokes the tokens of each membership", func(t *testing.T, w *world) {
		ctx, elsewhere := t.Context(), newWorld(t, w.Store)
		invitation := elsewhere.newInvitation(w.user.Email, account.Agent)
		must(t, w.Invite(ctx, invitation))
		must(t, w.Accept(ctx, invitation.ID, w.user, false))
		must(t, w.BeginFactor(ctx, w.user.ID, []byte("a"), moment(1)))
		for name, change := range map[string]func() error{
			"confirming": func() error { return w.ConfirmFactor(ctx, w.user.ID, []byte("a"), 1, nil) },
			"ending":     func() error { return w.EndFactor(ctx, w.user.ID) },
		} {
			if name == "ending" {
				w.withFactor(t, w.user.ID)
			}
			before := w.version(t)
			must(t, change())
			for _, place := range []*world{w, elsewhere} {
				if diff := cmp.Diff([]account.Revocation{{Tenant: place.tenant.ID, User: w.user.ID}}, place.revoked(t, before)); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
			must(t, w.EndFactor(ctx, w.user.ID))
			must(t, w.BeginFactor(ctx, w.user.ID, []byte("a"), moment(1)))
		}
	}},
	{"Who lacks a second factor that is required has their tokens revoked", func(t *testing.T, w *world) {
		ctx := t.Context()
		w.withFactor(t, w.user.ID)
		without := w.colleague(t, account.Agent)
		must(t, w.BeginFactor(ctx, without.ID, []byte("only begun"), moment(1)))
		for _, required := range []bool{true, false} {
			before := w.version(t)
			must(t, w.RequireFactor(ctx, w.tenant.ID, required))
			if diff := cmp.Diff([]account.Revocation{{Tenant: w.tenant.ID, User: without.ID}}, w.revoked(t, before)); diff != "" {
				t.Errorf("%v: %s", required, diff)
			}
			tenant, err := w.Tenant(ctx, w.tenant.ID)
			must(t, err)
			if tenant.SecondFactor != required {
				t.Errorf("required: %v, set to %v", tenant.SecondFactor, required)
			}
		}
		want(t, w.RequireFactor(ctx, "tnt_nobody", true), chat.ErrNotFound)
	}},
	{"A challenge may be tried so often, until it expires or is ended", func(t *testing.T, w *world) {
		ctx := t.Context()
		open := func() account.Challenge {
			c := account.Challenge{ID: chat.NewID("chl"), Tenant: w.tenant.ID, User: w.user.ID, Hash: []byte("hash"), ExpiresAt: moment(60)}
			must(t, w.OpenChallenge(ctx, c))
			return c
		}
		try := func(c account.Challenge, hash string, at time.Time) error {
			_, err := w.TryChallenge(ctx, c.ID, []byte(hash), at, 3)
			return err
		}
		opened := open()
		got, err := w.TryChallenge(ctx, opened.ID, opened.Hash, moment(59), 3)
		must(t, err)
		if diff := cmp.Diff(opened, got); diff != "" {
			t.Error(diff)
		}
		want(t, try(opened, "another", moment(1)), chat.ErrNotFound)
		want(t, try(opened, "hash", moment(60)), chat.ErrNotFound)
		if won := winners(t, func() error { return try(opened, "hash", moment(1)) }); won != 2 {
			t.Errorf("%d tries were left of 2", won)
		}
		want(t, try(opened, "hash", moment(1)), chat.ErrNotFound)
		ended := open()
		if won := winners(t, func() error { return w.EndChallenge(ctx, ended.ID) }); won != 1 {
			t.Errorf("%d ended it", won)
		}
		want(t, try(ended, "hash", moment(1)), chat.ErrNotFound)
		gone := open()
		must(t, w.SetRole(ctx, w.tenant.ID, w.colleague(t, account.Owner).ID, account.Owner))
		must(t, w.RemoveMember(ctx, w.tenant.ID, w.user.ID))
		want(t, try(gone, "hash", moment(1)), chat.ErrNotFound)
		gone.ID = chat.NewID("chl")
		want(t, w.OpenChallenge(ctx, gone), chat.ErrNotFound)
	}},
}

var sealedFactorTests = []aloneTest{
	{"Secrets of second factors and external identities are not readable, and open in no other place", func(t *testing.T, d Database) {
		store := d.Open(t)
		ctx, one := t.Context(), newWorld(t, store)
		two := newWorld(t, store)
		secret := one.withFactor(t, one.user.ID)
		must(t, one.BeginFactor(ctx, one.user.ID, []byte("another secret"), moment(1)))
		two.withFactor(t, two.user.ID)
		for _, w := range []*world{one, two} {
			must(t, w.Link(ctx, account.External{User: w.user.ID, Issuer: "https://issuer.example", Subject: "subject " + w.user.ID, Email: "planted@example.com"}))
		}
		raw := d.Raw(t)
		for _, planted := range [][]byte{secret, []byte("another secret"), []byte("planted@"), []byte("subject usr")} {
			if bytes.Contains(raw, planted) {
				t.Errorf("%q stands in plain text", planted)
			}
		}
		for _, column := range []string{"secret", "pending"} {
			d.Exec(t, fmt.Sprintf("UPDATE second_factors SET %s = (SELECT f.secret FROM second_factors f WHERE f.user_id = $1) WHERE user_id = $2", column), two.user.ID, one.user.ID)
			_, err := store.Factor(ctx, one.user.ID)
			want(t, err, seal.ErrSealed)
			d.Exec(t, fmt.Sprintf("UPDATE second_factors SET %s = NULL WHERE user_id = $1", column), one.user.ID)
		}
		d.Exec(t, "UPDATE second_factors SET pending = secret WHERE user_id = $1", two.user.ID)
		_, err := store.Factor(ctx, two.user.ID)
		want(t, err, seal.ErrSealed)
		d.Exec(t, "UPDATE external_identities SET body = (SELECT e.body FROM external_identities e WHERE e.user_id = $1) WHERE user_id = $2", two.user.ID, one.user.ID)
		_, err = store.External(ctx, one.user.ID)
		want(t, err, seal.ErrSealed)
		must(t, store.Close())
	}},
}
