package storetest

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/improve"
	"parley/persistence/seal"
)

var sealingTests = []aloneTest{
	{"Nothing that people wrote stands in plain text", nothingInPlainText},
	{"An event does not open in another place", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		birth := w.birth(w.newRef(), said("a", "one"), said("b", "two"))
		sibling := w.birth(w.newRef(), said("a", "three"))
		sibling.Birth.Visitor = birth.Birth.Visitor // the same key
		w.committed(t, birth, sibling)
		ref := birth.Ref
		w.events(t, ref)
		for _, source := range []struct {
			conversation string
			seq          int
		}{{ref.Conversation, 2}, {sibling.Conversation, 1}} {
			d.Exec(t, "UPDATE events SET body = (SELECT body FROM events WHERE conversation = $1 AND seq = $2) WHERE conversation = $3 AND seq = 1",
				source.conversation, source.seq, ref.Conversation)
			_, err := store.Events(t.Context(), ref, 0, 10)
			want(t, err, seal.ErrSealed)
		}
	}},
	{"A summary, a label, a contact, a bot, a source, a passage, a chunk and a user do not open in another place", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		ctx := t.Context()

		birth := w.birth(w.newRef(), said("a", "one"))
		sibling := w.birth(w.newRef(), said("a", "two"))
		sibling.Birth.Visitor = birth.Birth.Visitor
		w.committed(t, birth, sibling)
		d.Exec(t, "UPDATE conversations SET preview = (SELECT preview FROM conversations WHERE id = $1) WHERE id = $2", sibling.Conversation, birth.Conversation)
		_, err := store.Conversation(ctx, birth.Ref)
		want(t, err, seal.ErrSealed)
		d.Exec(t, "UPDATE conversations SET preview = origin WHERE id = $1", sibling.Conversation)
		_, err = store.Conversation(ctx, sibling.Ref)
		want(t, err, seal.ErrSealed)

		one, two := w.label(t, "one"), w.label(t, "two")
		d.Exec(t, "UPDATE labels SET name = (SELECT name FROM labels WHERE id = $1) WHERE id = $2", one.ID, two.ID)
		_, err = store.Labels(ctx, w.tenant.ID)
		want(t, err, seal.ErrSealed)
		bo, cy := w.birth(w.newRef(), chat.ContactChanged{Name: "Bo"}), w.birth(w.newRef(), chat.ContactChanged{Name: "Cy"})
		w.committed(t, bo, cy)
		d.Exec(t, "UPDATE visitors SET contact = (SELECT contact FROM visitors WHERE id = $1) WHERE id = $2", bo.Birth.Visitor, cy.Birth.Visitor)
		_, err = store.Conversation(ctx, cy.Ref)
		want(t, err, seal.ErrSealed)
		w.committed(t, next(cy.Ref, 1, chat.ContactChanged{Name: "Cy again"})) // replaces what does not open
		_, err = store.Conversation(ctx, cy.Ref)
		must(t, err)

		other := w.newBot()
		must(t, w.CreateBot(ctx, other))
		d.Exec(t, "UPDATE bots SET profile = (SELECT profile FROM bots WHERE id = $1) WHERE id = $2", w.bot.ID, other.ID)
		_, err = store.Bot(ctx, w.tenant.ID, other.ID)
		want(t, err, seal.ErrSealed)

		source := w.readySource(t, "one", "two")
		d.Exec(t, "UPDATE passages SET body = (SELECT body FROM passages WHERE source = $1 AND ordinal = 0) WHERE source = $1 AND ordinal = 1", source.ID)
		_, _, err = store.SourcePassages(ctx, w.tenant.ID, source.ID)
		want(t, err, seal.ErrSealed)
		d.Exec(t, "INSERT INTO originals (source, n, tenant, chunk) SELECT source, 1, tenant, chunk FROM originals WHERE source = $1", source.ID)
		original, err := store.Original(ctx, w.tenant.ID, source.ID)
		must(t, err)
		_, err = io.ReadAll(original)
		want(t, err, seal.ErrSealed)

		stranger := newWorld(t, store)
		d.Exec(t, "UPDATE users SET profile = (SELECT profile FROM users WHERE id = $1) WHERE id = $2", w.user.ID, stranger.user.ID)
		_, _, err = store.User(ctx, stranger.user.ID)
		want(t, err, seal.ErrSealed)
	}},
	{"An address, a vector, a question and a result do not open in another place", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		ctx := t.Context()
		site := w.site(t)
		w.step(t, &site, knowledge.Round{Found: []knowledge.Address{address("a", 1), address("b", 2)}})
		d.Exec(t, "UPDATE addresses SET label = (SELECT a.label FROM addresses a WHERE a.ordinal = 1) WHERE ordinal = 2")
		_, err := w.Sites().Waiting(ctx, w.tenant.ID, site.ID, 10)
		want(t, err, seal.ErrSealed)
		source := w.readySource(t, "Copper.")
		must(t, w.KeepVectors(ctx, w.tenant.ID, source.ID, model, map[knowledge.Digest][]float32{{1}: {1}, {2}: {2}}, false))
		d.Exec(t, "UPDATE vectors SET body = (SELECT v.body FROM vectors v ORDER BY v.digest_hash LIMIT 1)")
		_, err = w.VectorsOf(ctx, w.tenant.ID, model, []string{source.ID})
		want(t, err, seal.ErrSealed)
		one, two := w.question("one", 1), w.question("two", 2)
		must(t, w.SaveQuestion(ctx, w.tenant.ID, w.bot.ID, one))
		must(t, w.SaveQuestion(ctx, w.tenant.ID, w.bot.ID, two))
		d.Exec(t, "UPDATE questions SET body = (SELECT q.body FROM questions q WHERE q.id = $1) WHERE id = $2", one.ID, two.ID)
		_, err = w.Questions(ctx, w.tenant.ID, w.bot.ID)
		want(t, err, seal.ErrSealed)
		run := w.run(t, 1)
		run.Done, run.Results = 2, []improve.Result{{Question: one}, {Question: two}}
		must(t, w.SaveRun(ctx, w.tenant.ID, w.bot.ID, run, 0))
		d.Exec(t, "UPDATE results SET body = (SELECT r.body FROM results r WHERE r.n = 0) WHERE n = 1")
		_, err = w.Run(ctx, w.tenant.ID, w.bot.ID, run.ID)
		want(t, err, seal.ErrSealed)
	}},
	{"A plan and what came of an event do not open in another place", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		ctx, w, other := t.Context(), newWorld(t, store), newWorld(t, store)
		for _, one := range []*world{w, other} {
			must(t, one.Billing().PutState(ctx, one.subscribed(one.tenant.ID)))
		}
		d.Exec(t, "UPDATE billing_states SET body = (SELECT b.body FROM billing_states b WHERE b.tenant = $1) WHERE tenant = $2", other.tenant.ID, w.tenant.ID)
		_, err := w.Billing().State(ctx, w.tenant.ID)
		want(t, err, seal.ErrSealed)
		one, two := w.received(t, "x", "one"), w.received(t, "x", "two")
		for _, event := range []billing.Event{one, two} {
			must(t, w.Billing().Settle(ctx, event.ID, billing.Outcome{Tenant: w.tenant.ID}))
		}
		d.Exec(t, "UPDATE billing_events SET payload = outcome, outcome = (SELECT b.outcome FROM billing_events b WHERE b.id = $1) WHERE id = $2", one.ID, two.ID)
		_, err = w.Billing().Event(ctx, two.ID)
		want(t, err, seal.ErrSealed)
		_, err = w.Billing().FactsOf(ctx, w.tenant.ID)
		want(t, err, seal.ErrSealed)
	}},
	{"A key does not open in another place, and harms its own conversation only", func(t *testing.T, d Database) {
		store := d.Open(t)
		w := newWorld(t, store)
		one, two := w.birth(w.newRef(), said("a", "one")), w.birth(w.newRef(), said("a", "two"))
		w.committed(t, one, two)
		must(t, store.Close())
		d.Exec(t, "UPDATE visitors SET wrapped_key = (SELECT wrapped_key FROM visitors WHERE id = $1) WHERE id = $2", two.Birth.Visitor, one.Birth.Visitor)
		w.Store = d.Open(t) // the keys are in no cache now
		defer w.Store.Close()
		_, err := w.Events(t.Context(), one.Ref, 0, 10)
		want(t, err, seal.ErrSealed)
		outcomes := w.append(t, next(one.Ref, 1, said("b", "Hello")), next(two.Ref, 1, said("b", "Hello")))
		want(t, outcomes[0].Err, seal.ErrSealed)
		must(t, outcomes[1].Err)
	}},
	{"A conversation that does not open harms no other that is opened with it", whatDoesNotOpen},
	{"A summary that does not open is none, and one goes with its visitor", aSummaryThatDoesNotOpen},
	{"A visitor who was deleted is made anew", aDeletedVisitor},
}

// nothingInPlainText plants a word in everything that people write, and looks
// for it on the disk.
func nothingInPlainText(t *testing.T, d Database) {
	const word = "zugzwang"
	store := d.Open(t)
	ctx := t.Context()
	planted := func(where string) string { return "a " + word + " in " + where }

	tenant := account.Tenant{ID: chat.NewID(chat.TenantPrefix), Name: planted("tenant")}
	user := account.User{ID: chat.NewID(chat.UserPrefix), Email: word + "@Example.com", Name: planted("user"), PasswordHash: planted("hash")}
	must(t, store.Register(ctx, tenant, user, account.Member{Tenant: tenant.ID, User: user.ID, Role: account.Owner}))
	bot := chat.Bot{
		ID: chat.NewID(chat.BotPrefix), Tenant: tenant.ID, Name: planted("bot"), Domains: []string{word + ".example"}, Version: 1,
		Settings:   chat.Settings{Greeting: planted("greeting"), Instructions: planted("instructions"), Model: word, Languages: []string{word}},
		Appearance: chat.Appearance{Title: planted("title"), Starters: []string{planted("starter")}},
	}
	must(t, store.CreateBot(ctx, bot))
	w := &world{Store: store, tenant: tenant, user: user, bot: bot}

	agent := &chat.Author{Kind: chat.ByAgent, ID: user.ID, Name: planted("agent")}
	birth := w.birth(w.newRef(), said("a", planted("message")), chat.ContactChanged{Name: planted("name"), Email: word + "@example.com", Phone: word},
		chat.MessageCompleted{Message: "msg", Text: planted("answer"), Citations: []chat.Citation{{Title: planted("citation"), URL: word, Quote: word}}},
		chat.MessageInterrupted{Message: "msg", Text: planted("part"), Reason: chat.Stopped}, chat.FeedbackGiven{Message: "msg", Comment: planted("feedback")},
		chat.StatusChanged{Status: chat.WithAgent, Agent: agent})
	birth.Trace = &chat.Trace{Query: planted("query"), Failure: planted("failure"), Passages: []chat.TracedPassage{{Title: word, Text: planted("traced passage")}}}
	birth.Summary = &chat.Summary{Through: 1, Text: planted("summary")}
	birth.Birth.Fields = chat.Fields{word: planted("field")}
	w.label(t, planted("label"))
	birth.Agent, birth.Birth.Page, birth.Birth.Locale = agent, "https://"+word+".example", word
	w.committed(t, birth)

	source := w.newSource(t)
	must(t, store.AppendOriginal(ctx, tenant.ID, source.ID, 0, []byte(planted("original"))))
	source.Title, source.URL, source.MediaType, source.Size = planted("file name"), "https://"+word, word, 1
	must(t, store.Submit(ctx, source))
	read := passages(source, 0, planted("passage"))
	read[0].Headings = []string{planted("heading")}
	source.State, source.Error = knowledge.Reading, planted("error")
	must(t, store.SaveStep(ctx, source, 0, read, knowledge.Limits{}))
	plantSite(t, w, word)
	plantTests(t, w, word)
	plantKeys(t, w, word)
	plantBilling(t, w, word)
	_, err := failingJobs(t, store, fmt.Errorf("could not read %s", planted("error of a job")))
	must(t, err)

	check := func(when string) {
		raw := bytes.ToLower(d.Raw(t))
		if !bytes.Contains(raw, []byte(tenant.ID)) {
			t.Fatalf("%s: the ids that must be there are not: the search is blind", when)
		}
		for _, form := range []string{word, fmt.Sprintf("%x", word), strings.ToLower("enVnendhbm"), strings.ToLower("p1Z3p3YW5n")} {
			if at := bytes.Index(raw, []byte(form)); at >= 0 {
				t.Errorf("%s: it says %q", when, raw[max(0, at-40):min(len(raw), at+60)])
			}
		}
	}
	check("while the store is open")
	must(t, store.Close())
	check("after it was closed")
}

// plantSite plants a word in all that is kept of a site, and of what its passages mean.
func plantSite(t *testing.T, w *world, word string) {
	t.Helper()
	ctx, planted := t.Context(), "a "+word
	site := w.site(t)
	_, err := w.SetPlan(ctx, w.tenant.ID, w.bot.ID, site.ID, knowledge.Plan{Within: "/" + word, Exclude: []string{"/x/" + word}})
	must(t, err)
	_, err = w.Rename(ctx, w.tenant.ID, w.bot.ID, site.ID, planted)
	must(t, err)
	check := knowledge.Check{ETag: word, LastModified: word, Text: []byte(word), Links: []byte(word)}
	page := w.page(site, planted, planted)
	page.Source.URL, page.Source.Check, page.Source.Language, page.Passages[0].Headings = word, check, word, []string{word}
	done := knowledge.Address{URL: word, State: knowledge.Left, Why: planted, Page: page.Source.ID, Check: check}
	site.Crawl.Trail, site.Note, site.Error = []byte(word), planted, planted
	w.step(t, &site, knowledge.Round{
		Pages: []knowledge.Page{page}, Done: []knowledge.Address{done}, Found: []knowledge.Address{{URL: "https://" + word, State: knowledge.Waiting, Why: planted}},
	})
	must(t, w.SetNote(ctx, w.tenant.ID, page.Source.ID, planted))
	digest := knowledge.DigestOf(planted, page.Passages[0])
	must(t, w.KeepVectors(ctx, w.tenant.ID, page.Source.ID, "test/1", map[knowledge.Digest][]float32{digest: {1}}, true))
	w.answered(t, planted, chat.MessageCompleted{Text: planted, Citations: []chat.Citation{{Source: site.ID, Part: page.Source.ID, Title: word}}}, chat.Unanswered)
	must(t, w.DeleteSource(ctx, w.tenant.ID, w.bot.ID, w.readySource(t, planted).ID)) // what is left of it is looked at as well
}

// plantKeys plants a word in what is kept of keys and secrets.
func plantKeys(t *testing.T, w *world, word string) {
	t.Helper()
	key, secret := w.newAPIKey("a "+word), w.identitySecret(1)
	key.Prefix, secret.Secret = word, word
	must(t, w.CreateAPIKey(t.Context(), key, moment(0)))
	must(t, w.AddIdentitySecret(t.Context(), secret))
}

// plantBilling plants a word in what is kept of plans and payments.
func plantBilling(t *testing.T, w *world, word string) {
	t.Helper()
	b, planted := w.Billing(), "a "+word
	state := w.subscribed("1")
	state.Plan.About, state.Suspension = planted, &billing.Suspension{Reason: planted}
	must(t, b.PutState(t.Context(), state))
	event := w.received(t, "x", planted)
	facts := []billing.Fact{{ID: event.ID, Invoice: &billing.Invoice{ID: "in_1", Page: "https://" + word}}}
	must(t, b.Settle(t.Context(), event.ID, billing.Outcome{Facts: facts, Error: planted}))
	must(t, b.KeepComparison(t.Context(), billing.Comparison{Error: planted, Differences: []billing.Difference{{What: "status", Ours: planted, Theirs: planted}}}))
}

// plantTests plants a word in what bots are tested with.
func plantTests(t *testing.T, w *world, word string) {
	t.Helper()
	planted := "a " + word
	question := improve.Question{ID: chat.NewID(chat.TestPrefix), Text: planted, Phrase: planted}
	must(t, w.SaveQuestion(t.Context(), w.tenant.ID, w.bot.ID, question))
	run := w.run(t, 1)
	run.Settings.Instructions, run.Error, run.Done = planted, planted, 1
	run.Results = []improve.Result{{Question: question, Answer: planted, Why: planted, Citations: []chat.Citation{{Title: word, URL: word, Quote: planted}}}}
	must(t, w.SaveRun(t.Context(), w.tenant.ID, w.bot.ID, run, 0))
}

// aDeletedVisitor comes back, to a store that remembers the old key.
func aDeletedVisitor(t *testing.T, d Database) {
	w := newWorld(t, d.Open(t))
	defer func() { w.Store.Close() }()
	before := w.birth(w.newRef(), said("a", "Hello"))
	w.committed(t, before)
	d.Exec(t, "DELETE FROM visitors WHERE id = $1", before.Birth.Visitor)
	again := w.birth(w.newRef(), said("a", "Hello"))
	again.Birth.Visitor = before.Birth.Visitor
	outcomes := w.append(t, again, next(before.Ref, 1, said("b", "to what is gone")))
	must(t, outcomes[0].Err)
	want(t, outcomes[1].Err, chat.ErrFenced)
	must(t, w.Store.Close())
	w.Store = d.Open(t) // only what is in the database counts now
	if texts := w.texts(t, again.Ref); len(texts) != 1 || texts[0] != "Hello" {
		t.Errorf("got %q", texts)
	}
}
