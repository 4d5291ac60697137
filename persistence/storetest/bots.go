package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

var botTests = []test{
	{"A bot comes back as it was set up", func(t *testing.T, w *world) {
		bot, err := w.Bot(t.Context(), w.tenant.ID, w.bot.ID)
		must(t, err)
		if diff := cmp.Diff(w.bot, bot); diff != "" {
			t.Error(diff)
		}
		tenant, err := w.BotTenant(t.Context(), w.bot.ID)
		must(t, err)
		if tenant != w.tenant.ID {
			t.Errorf("its tenant is %s", tenant)
		}
	}},
	{"A bot needs a tenant", func(t *testing.T, w *world) {
		bot := w.newBot()
		bot.Tenant = chat.NewID(chat.TenantPrefix)
		want(t, w.CreateBot(t.Context(), bot), chat.ErrNotFound)
	}},
	{"Bots are listed oldest first", func(t *testing.T, w *world) {
		younger, older := w.newBot(), w.newBot()
		younger.CreatedAt, older.CreatedAt = moment(5), moment(0)
		must(t, w.CreateBot(t.Context(), younger))
		must(t, w.CreateBot(t.Context(), older))
		bots, err := w.Bots(t.Context(), w.tenant.ID)
		must(t, err)
		var ids []string
		for _, b := range bots {
			ids = append(ids, b.ID)
		}
		if diff := cmp.Diff([]string{older.ID, w.bot.ID, younger.ID}, ids); diff != "" {
			t.Error(diff)
		}
	}},
	{"An update raises the version, and one from an old version is a conflict", func(t *testing.T, w *world) {
		changed := w.bot
		changed.Name, changed.Domains = "Screw finder", nil
		changed.Settings.HandOff = false
		updated, err := w.UpdateBot(t.Context(), changed)
		must(t, err)
		if updated.Version != 2 || !updated.UpdatedAt.After(w.bot.UpdatedAt) || updated.CreatedAt != w.bot.CreatedAt {
			t.Errorf("got %+v", updated)
		}
		found, err := w.Bot(t.Context(), w.tenant.ID, w.bot.ID)
		must(t, err)
		if diff := cmp.Diff(updated, found); diff != "" || found.Name != "Screw finder" {
			t.Error(diff)
		}
		_, err = w.UpdateBot(t.Context(), changed)
		if got := code(err); got != "version_conflict" {
			t.Errorf("an old version: got %s", got)
		}
		changed.ID = chat.NewID(chat.BotPrefix)
		_, err = w.UpdateBot(t.Context(), changed)
		want(t, err, chat.ErrNotFound)
	}},
	{"Versions of many bots are read together", func(t *testing.T, w *world) {
		other := w.newBot()
		other.Version = 7
		must(t, w.CreateBot(t.Context(), other))
		versions, err := w.BotVersions(t.Context(), []string{other.ID, "bot_gone", w.bot.ID})
		must(t, err)
		if diff := cmp.Diff(map[string]int64{other.ID: 7, w.bot.ID: 1}, versions); diff != "" {
			t.Error(diff)
		}
		versions, err = w.BotVersions(t.Context(), nil)
		must(t, err)
		if len(versions) != 0 {
			t.Errorf("none asked for, got %v", versions)
		}
	}},
	{"Deleting a bot takes its knowledge and leaves its conversations", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello"))
		source := w.readySource(t, "Copper nails do not rust.")
		must(t, w.DeleteBot(t.Context(), w.tenant.ID, w.bot.ID))
		want(t, w.DeleteBot(t.Context(), w.tenant.ID, w.bot.ID), chat.ErrNotFound)
		_, err := w.Bot(t.Context(), w.tenant.ID, w.bot.ID)
		want(t, err, chat.ErrNotFound)
		_, err = w.BotTenant(t.Context(), w.bot.ID)
		want(t, err, chat.ErrNotFound)
		_, _, err = w.SourcePassages(t.Context(), w.tenant.ID, source.ID)
		want(t, err, chat.ErrNotFound)
		if events := w.events(t, ref); len(events) != 1 {
			t.Errorf("the conversation has %d events", len(events))
		}
	}},
}
