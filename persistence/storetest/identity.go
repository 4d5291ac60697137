package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
)

func (w *world) identitySecret(second int) account.IdentitySecret {
	id := chat.NewID(account.IdentityPrefix)
	return account.IdentitySecret{ID: id, Tenant: w.tenant.ID, Bot: w.bot.ID, Secret: "secret of " + id, CreatedAt: moment(second)}
}

var identityTests = []test{
	{"A bot has two secrets at most, oldest first", func(t *testing.T, w *world) {
		ctx, one, two := t.Context(), w.identitySecret(1), w.identitySecret(2)
		must(t, w.AddIdentitySecret(ctx, two))
		must(t, w.AddIdentitySecret(ctx, one))
		want(t, w.AddIdentitySecret(ctx, w.identitySecret(3)), account.ErrIdentitySecrets)
		got, err := w.IdentitySecrets(ctx, w.tenant.ID, w.bot.ID)
		must(t, err)
		if diff := cmp.Diff([]account.IdentitySecret{one, two}, got); diff != "" {
			t.Error(diff)
		}
		must(t, w.DeleteIdentitySecret(ctx, w.tenant.ID, w.bot.ID, one.ID))
		want(t, w.DeleteIdentitySecret(ctx, w.tenant.ID, w.bot.ID, one.ID), chat.ErrNotFound)
		must(t, w.AddIdentitySecret(ctx, w.identitySecret(3)))
	}},
	{"Of secrets that are added at once two are kept", func(t *testing.T, w *world) {
		results := make(chan error)
		for i := range 6 {
			go func() { results <- w.AddIdentitySecret(t.Context(), w.identitySecret(i)) }()
		}
		kept := 0
		for range 6 {
			if err := <-results; err == nil {
				kept++
			} else if code(err) != account.ErrIdentitySecrets.Code {
				t.Errorf("got %v", err)
			}
		}
		if kept != account.MaxIdentitySecrets {
			t.Errorf("%d were kept", kept)
		}
	}},
	{"Another tenant neither reads nor ends a secret, and a bot takes its own along", func(t *testing.T, w *world) {
		ctx, secret, stranger := t.Context(), w.identitySecret(1), newWorld(t, w.Store)
		must(t, w.AddIdentitySecret(ctx, secret))
		stolen := secret
		stolen.ID, stolen.Tenant = chat.NewID(account.IdentityPrefix), stranger.tenant.ID
		want(t, w.AddIdentitySecret(ctx, stolen), chat.ErrNotFound)
		want(t, w.DeleteIdentitySecret(ctx, stranger.tenant.ID, w.bot.ID, secret.ID), chat.ErrNotFound)
		if got, err := w.IdentitySecrets(ctx, stranger.tenant.ID, w.bot.ID); err != nil || len(got) != 0 {
			t.Errorf("got %+v, %v", got, err)
		}
		must(t, w.DeleteBot(ctx, w.tenant.ID, w.bot.ID))
		if got, err := w.IdentitySecrets(ctx, w.tenant.ID, w.bot.ID); err != nil || len(got) != 0 {
			t.Errorf("got %+v, %v", got, err)
		}
	}},
}
