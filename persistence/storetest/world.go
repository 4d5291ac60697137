package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
)

// world is a tenant with a user and a bot.
type world struct {
	Store
	tenant account.Tenant
	user   account.User
	bot    chat.Bot
}

func newWorld(t testing.TB, store Store) *world {
	t.Helper()
	w := &world{
		Store:  store,
		tenant: account.Tenant{ID: chat.NewID(chat.TenantPrefix), Name: "Ironmongery of Cheddar", CreatedAt: moment(0)},
		user: account.User{
			ID: chat.NewID(chat.UserPrefix), Name: "Ada Quill", PasswordHash: "$argon2id$v=19$m=65536", CreatedAt: moment(0),
		},
	}
	w.user.Email = "Ada." + w.user.ID + "@Example.com"
	member := account.Member{Tenant: w.tenant.ID, User: w.user.ID, Role: account.Owner}
	if err := store.Register(t.Context(), w.tenant, w.user, member); err != nil {
		t.Fatalf("register: %v", err)
	}
	w.bot = w.newBot()
	if err := store.CreateBot(t.Context(), w.bot); err != nil {
		t.Fatalf("create a bot: %v", err)
	}
	return w
}

func (w *world) newBot() chat.Bot {
	return chat.Bot{
		ID: chat.NewID(chat.BotPrefix), Tenant: w.tenant.ID, Name: "Nail finder",
		Settings: chat.Settings{
			Greeting: "Which nail?", Instructions: "Be kind to plumbers.", Tone: "brief", Languages: []string{"en", "de"},
			Model: "extractive", Threshold: 0.25, HandOff: true, Fallback: "I have no nail for that.",
		},
		Appearance: chat.Appearance{
			Accent: "#aa3311", Theme: "auto", Position: "left", Title: "Nails", Launcher: "Ask", Avatar: "https://x.example/a.png",
			Starters: []string{"Which size?", "Copper?"},
		},
		Domains: []string{"nails.example", "*.nails.example:8443"}, Identified: true, Version: 1, CreatedAt: moment(1), UpdatedAt: moment(1),
	}
}

// Open starts one activation.
func (w *world) Open(ctx context.Context, ref chat.Ref) (chat.Opening, error) {
	opened, err := w.Store.Open(ctx, []chat.Ref{ref})
	if err != nil {
		return chat.Opening{}, err
	}
	return opened[0].Opening, opened[0].Err
}

// newRef names a conversation that is not born yet.
func (w *world) newRef() chat.Ref {
	return chat.Ref{Tenant: w.tenant.ID, Conversation: chat.NewID(chat.ConversationPrefix)}
}

// birth is the first append of a conversation of a new visitor.
func (w *world) birth(ref chat.Ref, bodies ...chat.Body) chat.Append {
	return chat.Append{
		Ref: ref, Epoch: 1, Head: 0, At: moment(10), Status: chat.WithBot, Bodies: bodies,
		Birth: &chat.Birth{Bot: w.bot.ID, Visitor: chat.NewID(chat.VisitorPrefix), Page: "https://nails.example/copper", Locale: "en-GB"},
	}
}

// born returns a conversation that has the given events.
func (w *world) born(t testing.TB, bodies ...chat.Body) chat.Ref {
	t.Helper()
	ref := w.newRef()
	w.committed(t, w.birth(ref, bodies...))
	return ref
}

// next is an append of a conversation's first activation.
func next(ref chat.Ref, head int64, bodies ...chat.Body) chat.Append {
	return chat.Append{Ref: ref, Epoch: 1, Head: head, At: moment(20), Status: chat.WithBot, Bodies: bodies}
}

// append hands a batch to the store and returns its outcomes.
func (w *world) append(t testing.TB, batch ...chat.Append) []chat.Outcome {
	t.Helper()
	outcomes, err := w.Append(t.Context(), batch)
	if err != nil {
		t.Fatalf("append: %v", err)
	}
	if len(outcomes) != len(batch) {
		t.Fatalf("got %d outcomes for %d appends", len(outcomes), len(batch))
	}
	return outcomes
}

// committed wants all appends to be committed.
func (w *world) committed(t testing.TB, batch ...chat.Append) {
	t.Helper()
	for i, o := range w.append(t, batch...) {
		if o.Err != nil || o.Duplicate != nil {
			t.Fatalf("append %d was not committed: %+v", i, o)
		}
	}
}

// refused wants an append to be refused with an error.
func (w *world) refused(t testing.TB, want error, a chat.Append) {
	t.Helper()
	if o := w.append(t, a)[0]; !errors.Is(o.Err, want) || o.Duplicate != nil {
		t.Fatalf("got %+v, want the error %v", o, want)
	}
}

// events returns all events of a conversation.
func (w *world) events(t testing.TB, ref chat.Ref) []chat.Event {
	t.Helper()
	events, err := w.Events(t.Context(), ref, 0, 100_000)
	if err != nil {
		t.Fatalf("events: %v", err)
	}
	return events
}

// newSource returns a source that is being received.
func (w *world) newSource(t testing.TB) knowledge.Source {
	t.Helper()
	return w.sourceSince(t, moment(5))
}

func (w *world) sourceSince(t testing.TB, created time.Time) knowledge.Source {
	t.Helper()
	source := knowledge.Source{
		ID: chat.NewID(chat.SourcePrefix), Tenant: w.tenant.ID, Bot: w.bot.ID, Kind: knowledge.KindFile, Title: "nails.md",
		CreatedAt: created,
	}
	if err := w.CreateSource(t.Context(), source, knowledge.Limits{}); err != nil {
		t.Fatalf("create a source: %v", err)
	}
	return source
}

// queuedSource returns a source whose one chunk was received.
func (w *world) queuedSource(t testing.TB, original string) knowledge.Source {
	t.Helper()
	// A sweep that begins meanwhile must not take it for abandoned.
	return w.queue(t, w.sourceSince(t, time.Now().UTC().Truncate(time.Millisecond)), original)
}

func (w *world) queue(t testing.TB, source knowledge.Source, original string) knowledge.Source {
	t.Helper()
	if err := w.AppendOriginal(t.Context(), source.Tenant, source.ID, 0, []byte(original)); err != nil {
		t.Fatalf("append the original: %v", err)
	}
	source.MediaType, source.Size = "text/markdown", int64(len(original))
	if err := w.Submit(t.Context(), source); err != nil {
		t.Fatalf("submit: %v", err)
	}
	source.State = knowledge.Queued
	return source
}

// readySource returns a source that was read in one step.
func (w *world) readySource(t testing.TB, texts ...string) knowledge.Source {
	t.Helper()
	source := w.queuedSource(t, strings.Join(texts, "\n"))
	source.State, source.Pages, source.PagesRead, source.Passages = knowledge.Ready, 1, 1, len(texts)
	if err := w.SaveStep(t.Context(), source, 0, passages(source, 0, texts...), knowledge.Limits{}); err != nil {
		t.Fatalf("save the step: %v", err)
	}
	return source
}

func passages(source knowledge.Source, from int, texts ...string) []knowledge.Passage {
	var all []knowledge.Passage
	for i, text := range texts {
		all = append(all, knowledge.Passage{
			ID: chat.NewID(chat.PassagePrefix), Source: source.ID, Order: from + i, Headings: []string{"Nails", "Copper"}, Text: text, Page: 1,
		})
	}
	return all
}

// said is a visitor's message with this client id.
func said(clientID, text string) chat.MessageCreated {
	return chat.MessageCreated{
		Message: chat.NewID(chat.MessagePrefix), Author: chat.Author{Kind: chat.ByVisitor}, Text: text, ClientID: clientID,
	}
}

// started opens an answer to a question.
func started(question string, attempt int) chat.MessageStarted {
	return chat.MessageStarted{
		Message: chat.NewID(chat.MessagePrefix), Author: chat.Author{Kind: chat.ByBot, Name: "Nail finder"}, Question: question, Attempt: attempt,
	}
}

// moment is a time of the suite's own day, in seconds.
func moment(second int) time.Time {
	return time.Date(2026, 11, 2, 8, 0, second, 123_000_000, time.UTC)
}

// want fails unless err is the error wanted.
func want(t testing.TB, err, wanted error) {
	t.Helper()
	if !errors.Is(err, wanted) {
		t.Fatalf("got the error %v, want %v", err, wanted)
	}
}

// must fails on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// code is the code of a chat.Error.
func code(err error) string {
	if e := new(chat.Error); errors.As(err, &e) {
		return e.Code
	}
	return fmt.Sprintf("no chat.Error: %v", err)
}
