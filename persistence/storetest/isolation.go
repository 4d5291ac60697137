package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/improve"
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
			"Activities":       func() error { _, err := w.Activities(ctx, stolen); return err },
			"ReadMarks":        func() error { _, err := w.ReadMarks(ctx, stolen); return err },
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
			"SaveStep":       func() error { return w.SaveStep(ctx, step, 0, nil, knowledge.Limits{}) },
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
	{"Nothing of another tenant's desk is seen", func(t *testing.T, w *world) {
		stranger := newWorld(t, w.Store)
		ctx, tenant, user := t.Context(), stranger.tenant.ID, w.user.ID // who asks is a user of both, perhaps
		label := w.label(t, "One")
		birth := w.birth(w.newRef(), chat.ContactChanged{Name: "Bo"}, chat.StatusChanged{Status: chat.Waiting})
		birth.Status = chat.Waiting
		w.committed(t, birth)
		must(t, w.Assign(ctx, birth.Ref, "", user))
		taken := w.standing(t, 1, chat.WithAgent, user)
		must(t, w.SetLabels(ctx, taken, user, []string{label.ID}))
		w.noted(t, w.newNote(taken, "", "Look", user))
		for _, filter := range []chat.ConversationFilter{
			{}, {Visitor: birth.Birth.Visitor}, {Label: label.ID}, {Words: []string{"bo"}}, {Status: chat.WithAgent},
		} {
			for _, queue := range append([]chat.Queue{""}, chat.Queues...) {
				filter.Queue, filter.User = queue, user
				if list := stranger.list(t, filter); list != nil {
					t.Errorf("%+v: got %v", filter, list)
				}
			}
		}
		counts, err := w.Counts(ctx, tenant, user)
		must(t, err)
		for queue, count := range counts {
			if count != 0 {
				t.Errorf("%s: counted %d", queue, count)
			}
		}
		for name, count := range map[string]func() (int, error){
			"Summaries": func() (int, error) {
				found, err := w.Summaries(ctx, tenant, []string{birth.Conversation, taken.Conversation})
				return len(found), err
			},
			"Line":   func() (int, error) { line, err := w.Line(ctx, tenant, 10); return len(line), err },
			"Loads":  func() (int, error) { loads, err := w.Loads(ctx, tenant); return len(loads), err },
			"Labels": func() (int, error) { labels, err := w.Labels(ctx, tenant); return len(labels), err },
		} {
			if n, err := count(); n != 0 || err != nil {
				t.Errorf("%s: got %d, %v", name, n, err)
			}
		}
	}},
	{"Nothing is done with another tenant's conversation, nor with its visitor or labels", func(t *testing.T, w *world) {
		stranger := newWorld(t, w.Store)
		ctx, by, label := t.Context(), stranger.user.ID, w.label(t, "One")
		ref := w.standing(t, 1, chat.Waiting, "")
		before, err := w.Conversation(ctx, ref)
		must(t, err)
		stolen := chat.Ref{Tenant: stranger.tenant.ID, Conversation: ref.Conversation}
		own := stranger.born(t, said("a", "Hello"))
		theirs := label
		theirs.Tenant, theirs.Name = stranger.tenant.ID, "Stolen"
		for name, change := range map[string]func() error{
			"Assign":                 func() error { return w.Assign(ctx, stolen, by, by) },
			"Snooze":                 func() error { return w.Snooze(ctx, stolen, by, time.Now().Add(time.Hour)) },
			"MarkSpam":               func() error { return w.MarkSpam(ctx, stolen, by, true) },
			"SetLabels":              func() error { return w.SetLabels(ctx, stolen, by, nil) },
			"SetLabels of the other": func() error { return w.SetLabels(ctx, own, by, []string{label.ID}) },
			"Block":                  func() error { return w.Block(ctx, stolen, by, true) },
			"MarkRead":               func() error { return w.MarkRead(ctx, stolen, by, 1) },
			"PutLabel":               func() error { return w.PutLabel(ctx, theirs) },
			"DeleteLabel":            func() error { return w.DeleteLabel(ctx, theirs.Tenant, label.ID) },
		} {
			if got := code(change()); got != "not_found" {
				t.Errorf("%s: got %s", name, got)
			}
		}
		after, err := w.Conversation(ctx, ref)
		must(t, err)
		labels, err := w.Labels(ctx, w.tenant.ID)
		must(t, err)
		if diff := cmp.Diff(before, after) + cmp.Diff([]chat.Label{label}, labels); diff != "" {
			t.Error(diff)
		}
	}},
	{"Two visitors of one id are two, in two tenants", func(t *testing.T, w *world) {
		stranger := newWorld(t, w.Store)
		mine := w.birth(w.newRef(), chat.ContactChanged{Name: "Bo"})
		theirs := stranger.birth(stranger.newRef(), chat.ContactChanged{Name: "Cy"})
		theirs.Birth.Visitor = mine.Birth.Visitor
		w.committed(t, mine, theirs)
		must(t, w.Block(t.Context(), mine.Ref, w.user.ID, true))
		found, err := stranger.Conversation(t.Context(), theirs.Ref)
		must(t, err)
		if found.Blocked || found.Contact.Name != "Cy" {
			t.Errorf("got %+v", found)
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
	{"Nothing of another tenant's site, vectors, gaps and tests is read or changed", func(t *testing.T, w *world) {
		stranger := newWorld(t, w.Store)
		ctx, tenant, bot, own := t.Context(), stranger.tenant.ID, w.bot.ID, stranger.bot.ID
		site := w.site(t)
		page := w.page(site, "Start", "Nails.")
		kept := address("a", 1)
		kept.State, kept.Page, kept.Check.Text = knowledge.Kept, page.Source.ID, []byte("text")
		w.step(t, &site, knowledge.Round{Pages: []knowledge.Page{page}, Done: []knowledge.Address{kept}, Found: []knowledge.Address{address("b", 1)}})
		digest := knowledge.DigestOf(page.Source.Title, page.Passages[0])
		vectors := map[knowledge.Digest][]float32{digest: {1}}
		must(t, w.KeepVectors(ctx, w.tenant.ID, page.Source.ID, model, vectors, true))
		gap := w.answered(t, "Glue?", chat.MessageCompleted{Text: "No.", Citations: []chat.Citation{{Source: "src_gone"}}}, chat.Unanswered)
		question, run := w.question("Glue?", 1), w.run(t, 1)
		must(t, w.SaveQuestion(ctx, w.tenant.ID, bot, question))

		for name, count := range map[string]func() (int, error){
			"Waiting": func() (int, error) { found, err := w.Sites().Waiting(ctx, tenant, site.ID, 10); return len(found), err },
			"Known": func() (int, error) {
				found, err := w.Known(ctx, tenant, site.ID, []string{kept.URL})
				return len(found), err
			},
			"Stale": func() (int, error) { found, err := w.Stale(ctx, tenant, site.ID, 9, 10); return len(found), err },
			"SameText": func() (int, error) {
				page, err := w.SameText(ctx, tenant, site.ID, "", []byte("text"))
				return len(page), err
			},
			"PassagesOf": func() (int, error) {
				found, err := w.PassagesOf(ctx, tenant, bot, []string{page.Source.ID})
				return len(found), err
			},
			"PassagesOf, own bot": func() (int, error) {
				found, err := w.PassagesOf(ctx, tenant, own, []string{page.Source.ID})
				return len(found), err
			},
			"SameWords": func() (int, error) {
				found, err := w.SameWords(ctx, tenant, model, []knowledge.Digest{digest})
				return len(found), err
			},
			"VectorsOf": func() (int, error) {
				found, err := w.VectorsOf(ctx, tenant, model, []string{page.Source.ID})
				return len(found), err
			},
			"Gaps":      func() (int, error) { found, err := w.Gaps(ctx, tenant, bot, improve.Open, 10); return len(found), err },
			"Old":       func() (int, error) { found, err := w.Old(ctx, tenant, bot, 10); return len(found), err },
			"Questions": func() (int, error) { found, err := w.Questions(ctx, tenant, bot); return len(found), err },
			"Runs":      func() (int, error) { found, err := w.Runs(ctx, tenant, bot, 10); return len(found), err },
		} {
			if n, err := count(); n != 0 || err != nil {
				t.Errorf("%s: got %d, %v", name, n, err)
			}
		}
		stolen := site
		stolen.Tenant = tenant
		moved := run
		moved.Done = 1
		for name, change := range map[string]func() error{
			"Addresses":    func() error { _, _, err := w.Addresses(ctx, tenant, bot, site.ID, "", "", 10); return err },
			"Missing":      func() error { _, _, err := w.Missing(ctx, tenant, page.Source.ID, model, 10); return err },
			"Run":          func() error { _, err := w.Run(ctx, tenant, bot, run.ID); return err },
			"Run, own bot": func() error { _, err := w.Run(ctx, tenant, own, run.ID); return err },
			"NextRound":    func() error { _, err := w.NextRound(ctx, tenant, bot, site.ID); return err },
			"SetPlan":      func() error { _, err := w.SetPlan(ctx, tenant, bot, site.ID, knowledge.Plan{}); return err },
			"Rename":       func() error { _, err := w.Rename(ctx, tenant, bot, site.ID, "Stolen"); return err },
			"Replace": func() error {
				return w.Replace(ctx, knowledge.Replacement{Source: stolen, Was: w.current(t, site).UpdatedAt})
			},
			"SaveRound":      func() error { return w.Sites().SaveRound(ctx, knowledge.Round{Site: stolen, From: 1}) },
			"KeepVectors":    func() error { return w.KeepVectors(ctx, tenant, page.Source.ID, model, vectors, true) },
			"SaveQuestion":   func() error { return w.SaveQuestion(ctx, tenant, own, question) },
			"DeleteQuestion": func() error { return w.DeleteQuestion(ctx, tenant, bot, question.ID) },
			"SaveRun":        func() error { return w.SaveRun(ctx, tenant, bot, moved, 0) },
			"BeginRun":       func() error { return w.BeginRun(ctx, tenant, bot, improve.Run{ID: chat.NewID(chat.RunPrefix)}) },
		} {
			if got := code(change()); got != "not_found" && got != "fenced" {
				t.Errorf("%s: got %s", name, got)
			}
		}
		must(t, w.SetNote(ctx, tenant, site.ID, "Stolen"))
		must(t, w.SettleGaps(ctx, tenant, bot, []improve.Place{{Conversation: gap.Conversation, Seq: 3}}, improve.Dismissed))
		if found := w.current(t, site); found.Note != "" || found.Title != site.Title || len(w.gaps(t, improve.Open)) != 1 {
			t.Errorf("the site is %+v, and open are %v", found, w.gaps(t, improve.Open))
		}
	}},
	{"A page cannot be taken by another tenant's site", func(t *testing.T, w *world) {
		stranger := newWorld(t, w.Store)
		site, theirs := w.site(t), stranger.site(t)
		page := w.page(site, "Start", "Nails.")
		w.step(t, &site, knowledge.Round{Pages: []knowledge.Page{page}})
		theirs.State, theirs.PagesRead = knowledge.Reading, 1
		if err := w.Sites().SaveRound(t.Context(), knowledge.Round{Site: theirs, Pages: []knowledge.Page{page}}); err == nil {
			t.Error("it was taken")
		}
		must(t, w.Sites().SaveRound(t.Context(), knowledge.Round{Site: theirs, Gone: []string{page.Source.ID}}))
		if _, stored, err := w.SourcePassages(t.Context(), w.tenant.ID, page.Source.ID); err != nil || len(stored) != 1 {
			t.Errorf("it has %d passages, %v", len(stored), err)
		}
	}},
}
