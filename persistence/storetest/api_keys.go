package storetest

import (
	"crypto/sha256"
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
)

// newAPIKey returns a key of the world's tenant that is not kept yet.
func (w *world) newAPIKey(name string) account.APIKey {
	id := chat.NewID(account.KeyPrefix)
	hash := sha256.Sum256([]byte(id))
	return account.APIKey{
		ID: id, Tenant: w.tenant.ID, Line: id, Name: name, Prefix: "prl_live_Nail", Hash: hash[:],
		Scopes: account.ScopesOf(account.ScopeRead, account.ScopeAsk), Addresses: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")},
		By: w.user.ID, CreatedAt: moment(3),
	}
}

func (w *world) apiKey(t testing.TB, name string) account.APIKey {
	t.Helper()
	key := w.newAPIKey(name)
	must(t, w.CreateAPIKey(t.Context(), key, moment(0)))
	return key
}

// sameKey compares what is kept of keys.
func sameKey(t testing.TB, got, wanted any) {
	t.Helper()
	if diff := cmp.Diff(wanted, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

var apiKeyTests = []test{
	{"A key is found by its hash, by its id and in its tenant's list", func(t *testing.T, w *world) {
		ctx := t.Context()
		one, two := w.newAPIKey("Shop"), w.newAPIKey("Robot")
		two.Bot, two.ExpiresAt, two.CreatedAt = w.bot.ID, moment(100), moment(4)
		for _, key := range []account.APIKey{two, one} {
			must(t, w.CreateAPIKey(ctx, key, moment(0)))
		}
		for _, key := range []account.APIKey{one, two} {
			found, err := w.APIKeyByHash(ctx, key.Hash)
			must(t, err)
			sameKey(t, found, key)
			found, err = w.APIKey(ctx, w.tenant.ID, key.ID)
			must(t, err)
			sameKey(t, found, key)
		}
		all, err := w.APIKeys(ctx, w.tenant.ID)
		must(t, err)
		sameKey(t, all, []account.APIKey{one, two})
		_, err = w.APIKeyByHash(ctx, []byte("another"))
		want(t, err, chat.ErrNotFound)
	}},
	{"A key is changed, used and deleted", func(t *testing.T, w *world) {
		ctx, key := t.Context(), w.apiKey(t, "Shop")
		changed, err := w.UpdateAPIKey(ctx, w.tenant.ID, key.ID, func(k *account.APIKey) error {
			k.Name, k.Scopes, k.Addresses, k.ExpiresAt = "Till", account.ScopesOf(account.ScopeManage), nil, moment(60)
			return nil
		})
		must(t, err)
		must(t, w.UseAPIKey(ctx, w.tenant.ID, key.ID, moment(30)))
		key.Name, key.Scopes, key.Addresses, key.ExpiresAt = "Till", account.ScopesOf(account.ScopeManage), nil, moment(60)
		sameKey(t, changed, key)
		key.UsedAt = moment(30)
		found, err := w.APIKeyByHash(ctx, key.Hash)
		must(t, err)
		sameKey(t, found, key)
		refusal := chat.Fail(chat.Invalid, "no", "No.")
		_, err = w.UpdateAPIKey(ctx, w.tenant.ID, key.ID, func(*account.APIKey) error { return refusal })
		want(t, err, refusal)
		must(t, w.DeleteAPIKey(ctx, w.tenant.ID, key.ID))
		want(t, w.DeleteAPIKey(ctx, w.tenant.ID, key.ID), chat.ErrNotFound)
		must(t, w.UseAPIKey(ctx, w.tenant.ID, key.ID, moment(31)))
		_, err = w.APIKeyByHash(ctx, key.Hash)
		want(t, err, chat.ErrNotFound)
	}},
	{"A key that is replaced ends in time, and no later than it would have", func(t *testing.T, w *world) {
		ctx := t.Context()
		for name, c := range map[string]struct{ had, ends, want time.Time }{
			"one that never expires":  {time.Time{}, moment(50), moment(50)},
			"one that expires later":  {moment(60), moment(50), moment(50)},
			"one that expires before": {moment(40), moment(50), moment(40)},
		} {
			old, next := w.newAPIKey(name), w.newAPIKey(name)
			old.ExpiresAt, next.Line = c.had, old.ID
			must(t, w.CreateAPIKey(ctx, old, moment(0)))
			must(t, w.RotateAPIKey(ctx, next, old.ID, c.ends))
			found, err := w.APIKey(ctx, w.tenant.ID, old.ID)
			must(t, err)
			if !found.ExpiresAt.Equal(c.want) {
				t.Errorf("%s: expires at %s, want %s", name, found.ExpiresAt, c.want)
			}
			found, err = w.APIKeyByHash(ctx, next.Hash)
			must(t, err)
			sameKey(t, found, next)
		}
		orphan := w.newAPIKey("of none")
		want(t, w.RotateAPIKey(ctx, orphan, chat.NewID(account.KeyPrefix), moment(50)), chat.ErrNotFound)
		_, err := w.APIKey(ctx, w.tenant.ID, orphan.ID)
		want(t, err, chat.ErrNotFound)
	}},
	{"Keys that expired long ago are forgotten when another is made", func(t *testing.T, w *world) {
		ctx, old, kept := t.Context(), w.newAPIKey("old"), w.newAPIKey("kept")
		old.ExpiresAt, kept.ExpiresAt = moment(10), moment(20)
		must(t, w.CreateAPIKey(ctx, old, moment(0)))
		must(t, w.CreateAPIKey(ctx, kept, moment(0)))
		must(t, w.CreateAPIKey(ctx, w.newAPIKey("new"), moment(15)))
		_, err := w.APIKey(ctx, w.tenant.ID, old.ID)
		want(t, err, chat.ErrNotFound)
		_, err = w.APIKey(ctx, w.tenant.ID, kept.ID)
		must(t, err)
	}},
	{"There is a limit to keys", func(t *testing.T, w *world) {
		for range account.MaxKeys {
			w.apiKey(t, "Shop")
		}
		want(t, w.CreateAPIKey(t.Context(), w.newAPIKey("one more"), moment(0)), account.ErrTooManyKeys)
	}},
	{"Of those who make the last key at once, one does", func(t *testing.T, w *world) {
		for range account.MaxKeys - 1 {
			w.apiKey(t, "Shop")
		}
		var group sync.WaitGroup
		var made atomic.Int64
		for range 8 {
			key := w.newAPIKey("the last")
			group.Go(func() {
				switch err := w.CreateAPIKey(t.Context(), key, moment(0)); {
				case err == nil:
					made.Add(1)
				case !errors.Is(err, account.ErrTooManyKeys):
					t.Error(err)
				}
			})
		}
		group.Wait()
		if made.Load() != 1 {
			t.Errorf("%d were made", made.Load())
		}
	}},
	{"A key goes with its bot, and is of no bot that there is not", func(t *testing.T, w *world) {
		ctx, key, nowhere := t.Context(), w.newAPIKey("Robot"), w.newAPIKey("Nobody")
		key.Bot, nowhere.Bot = w.bot.ID, newWorld(t, w.Store).bot.ID
		must(t, w.CreateAPIKey(ctx, key, moment(0)))
		want(t, w.CreateAPIKey(ctx, nowhere, moment(0)), chat.ErrNotFound)
		must(t, w.DeleteBot(ctx, w.tenant.ID, w.bot.ID))
		_, err := w.APIKeyByHash(ctx, key.Hash)
		want(t, err, chat.ErrNotFound)
	}},
	{"Another tenant neither sees nor changes a key", func(t *testing.T, w *world) {
		ctx, key := t.Context(), w.apiKey(t, "Shop")
		stranger := newWorld(t, w.Store)
		tenant := stranger.tenant.ID
		_, err := w.APIKey(ctx, tenant, key.ID)
		want(t, err, chat.ErrNotFound)
		_, err = w.UpdateAPIKey(ctx, tenant, key.ID, func(*account.APIKey) error { return nil })
		want(t, err, chat.ErrNotFound)
		want(t, w.DeleteAPIKey(ctx, tenant, key.ID), chat.ErrNotFound)
		want(t, w.RotateAPIKey(ctx, stranger.newAPIKey("Thief"), key.ID, moment(50)), chat.ErrNotFound)
		must(t, w.UseAPIKey(ctx, tenant, key.ID, moment(50)))
		all, err := w.APIKeys(ctx, tenant)
		if must(t, err); len(all) != 0 {
			t.Errorf("got %+v", all)
		}
		found, err := w.APIKeyByHash(ctx, key.Hash)
		must(t, err)
		sameKey(t, found, key)
	}},
}
