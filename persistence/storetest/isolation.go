package storetest

import (
	"testing"

	"parley/chat"
	"parley/knowledge"
)

var isolationTests = []test{
	{"Nothing of another tenant is read", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello"))
		source := w.readySource(t, "Copper nails do not rust.")
		stranger := newWorld(t, w.Store)
		tenant, stolen := stranger.tenant.ID, chat.Ref{Tenant: stranger.tenant.ID, Conversation: ref.Conversation}
		ctx := t.Context()
		for name, read := range map[string]func() error{
			"Open":             func() error { _, err := w.Open(ctx, stolen); return err },
			"Events":           func() error { _, err := w.Events(ctx, stolen, 0, 10); return err },
			"Conversation":     func() error { _, err := w.Conversation(ctx, stolen); return err },
			"Receipt":          func() error { _, err := w.Receipt(ctx, stolen, "a"); return err },
			"Bot":              func() error { _, err := w.Bot(ctx, tenant, w.bot.ID); return err },
			"Source":           func() error { _, err := w.Source(ctx, tenant, w.bot.ID, source.ID); return err },
			"Source, own bot":  func() error { _, err := w.Source(ctx, tenant, stranger.bot.ID, source.ID); return err },
			"SourceOf":         func() error { _, err := w.SourceOf(ctx, tenant, source.ID); return err },
			"Original":         func() error { _, err := w.Original(ctx, tenant, source.ID); return err },
			"SourcePassages":   func() error { _, _, err := w.SourcePassages(ctx, tenant, source.ID); return err },
			"KnowledgeVersion": func() error { _, err := w.KnowledgeVersion(ctx, tenant, w.bot.ID); return err },
		} {
			if err := read(); code(err) != "not_found" {
				t.Errorf("%s: got %v", name, err)
			}
		}
		for name, count := range map[string]func() (int, error){
			"Conversations": func() (int, error) {
				page, _, err := w.Conversations(ctx, tenant, chat.ConversationFilter{Bot: w.bot.ID})
				return len(page), err
			},
			"Bots": func() (int, error) {
				bots, err := w.Bots(ctx, tenant)
				return len(bots) - 1, err // its own
			},
			"Sources": func() (int, error) {
				page, _, err := w.Sources(ctx, tenant, w.bot.ID, "", 0)
				return len(page), err
			},
			"ReadyVersions": func() (int, error) {
				versions, err := w.ReadyVersions(ctx, tenant, w.bot.ID)
				return len(versions), err
			},
		} {
			if n, err := count(); n != 0 || err != nil {
				t.Errorf("%s: got %d, %v", name, n, err)
			}
		}
	}},
	{"Nothing of another tenant is changed", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello"))
		receiving, queued := w.newSource(t), w.queuedSource(t, "original")
		stranger := newWorld(t, w.Store)
		ctx, tenant := t.Context(), stranger.tenant.ID
		bot, step, submitted := w.bot, queued, receiving
		bot.Tenant, bot.Name = tenant, "Stolen"
		step.Tenant, step.State = tenant, knowledge.Ready
		submitted.Tenant = tenant
		for name, change := range map[string]func() error{
			"UpdateBot":      func() error { _, err := w.UpdateBot(ctx, bot); return err },
			"DeleteBot":      func() error { return w.DeleteBot(ctx, tenant, w.bot.ID) },
			"DeleteSource":   func() error { return w.DeleteSource(ctx, tenant, w.bot.ID, queued.ID) },
			"AppendOriginal": func() error { return w.AppendOriginal(ctx, tenant, receiving.ID, 0, []byte("stolen")) },
			"Submit":         func() error { return w.Submit(ctx, submitted) },
			"SaveStep":       func() error { return w.SaveStep(ctx, step, 0, nil) },
		} {
			if got := code(change()); got != "not_found" && !(name == "SaveStep" && got == "fenced") {
				t.Errorf("%s: got %s", name, got)
			}
		}
		stolen := chat.Ref{Tenant: tenant, Conversation: ref.Conversation}
		w.refused(t, chat.ErrFenced, next(stolen, 1, said("b", "Hello")))
		w.refused(t, chat.ErrFenced, stranger.birth(stolen, said("b", "Hello")))
		w.refused(t, chat.ErrFenced, stranger.birth(stolen, said("a", "the client id of another tenant's message")))
		if found, err := w.Bot(ctx, w.tenant.ID, w.bot.ID); err != nil || found.Name != w.bot.Name {
			t.Errorf("the bot is %+v, %v", found, err)
		}
		if opening, err := w.Open(ctx, ref); err != nil || opening.Epoch != 2 || opening.Head != 1 {
			t.Errorf("the conversation is %+v, %v", opening, err)
		}
	}},
	{"Two tenants that claim one conversation in a batch do not share it", func(t *testing.T, w *world) {
		stranger := newWorld(t, w.Store)
		mine := w.birth(w.newRef(), said("a", "Hello"))
		theirs := stranger.birth(chat.Ref{Tenant: stranger.tenant.ID, Conversation: mine.Conversation}, said("a", "Hello"))
		outcomes := w.append(t, mine, theirs)
		must(t, outcomes[0].Err)
		want(t, outcomes[1].Err, chat.ErrFenced)
	}},
}
