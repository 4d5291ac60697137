package storetest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

var idleTests = []aloneTest{
	{"Bots that close idle conversations are listed over all tenants, as they are set now", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		one, two := newWorld(t, store), newWorld(t, store) // their first bots never close anything
		closing := one.newBot()
		closing.Settings.CloseAfter = 90
		must(t, one.CreateBot(t.Context(), closing))
		changed := two.bot
		changed.Settings.CloseAfter = 5
		changed, err := two.UpdateBot(t.Context(), changed)
		must(t, err)
		closers(t, store, chat.ClosingBot{Tenant: one.tenant.ID, Bot: closing.ID, After: 90 * time.Minute},
			chat.ClosingBot{Tenant: two.tenant.ID, Bot: changed.ID, After: 5 * time.Minute})
		changed.Settings.CloseAfter = 0
		_, err = two.UpdateBot(t.Context(), changed)
		must(t, err)
		must(t, one.DeleteBot(t.Context(), one.tenant.ID, closing.ID))
		closers(t, store)
	}},
	{"Idle conversations are those with the bot or an agent that nobody wrote in since, oldest first", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		at := func(second int, status chat.Status) chat.Ref {
			birth := w.birth(w.newRef(), said("a", "Hello"))
			birth.At, birth.Status = moment(second), status
			w.committed(t, birth)
			return birth.Ref
		}
		older, withAgent, oldest := at(12, chat.WithBot), at(13, chat.WithAgent), at(11, chat.WithBot)
		at(10, chat.Waiting)
		at(10, chat.Closed)
		at(14, chat.WithBot) // just not older
		at(15, chat.WithAgent)
		ofAnotherBot := w.birth(w.newRef(), said("a", "Hello"))
		ofAnotherBot.Birth.Bot = "bot_other"
		w.committed(t, ofAnotherBot)
		idle(t, w, moment(14), 10, oldest, older, withAgent)
		idle(t, w, moment(14), 2, oldest, older)
		idle(t, w, moment(14), 0)
		idle(t, w, moment(11), 10)
		stranger := newWorld(t, store)
		refs, err := store.Idle(t.Context(), stranger.tenant.ID, w.bot.ID, moment(14), 10)
		if err != nil || len(refs) != 0 {
			t.Errorf("another tenant gets %v, %v", refs, err)
		}

		woken := next(oldest, 1, said("b", "Hello again"))
		woken.At = moment(16)
		closed := next(older, 1, chat.StatusChanged{Status: chat.Closed})
		closed.Status = chat.Closed
		w.committed(t, woken, closed)
		idle(t, w, moment(14), 10, withAgent)
	}},
}

// closers wants these bots, in any order.
func closers(t testing.TB, store Store, expected ...chat.ClosingBot) {
	t.Helper()
	bots, err := store.ClosingBots(t.Context())
	must(t, err)
	byID := func(a, b chat.ClosingBot) int { return strings.Compare(a.Bot, b.Bot) }
	slices.SortFunc(bots, byID)
	slices.SortFunc(expected, byID)
	if !slices.Equal(expected, bots) {
		t.Error(cmp.Diff(expected, bots))
	}
}

func idle(t testing.TB, w *world, before time.Time, limit int, expected ...chat.Ref) {
	t.Helper()
	refs, err := w.Idle(t.Context(), w.tenant.ID, w.bot.ID, before, limit)
	must(t, err)
	if !slices.Equal(expected, refs) {
		t.Error(cmp.Diff(expected, refs))
	}
}
