package mail

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
)

func TestMailsOfTheProgramsOwnStoreArriveAndLeaveIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	master, _, err := seal.LoadOrCreate(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), dir, postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	tenant, owner := chat.NewID(chat.TenantPrefix), chat.NewID(chat.UserPrefix)
	if err := store.Register(t.Context(), account.Tenant{ID: tenant, Name: "Acme"}, account.User{ID: owner, Name: "Otto", Email: "otto@acme.example"},
		account.Member{Tenant: tenant, User: owner, Role: account.Owner}); err != nil {
		t.Fatal(err)
	}
	ref := chat.Ref{Tenant: tenant, Conversation: chat.NewID(chat.ConversationPrefix)}
	outcomes, err := store.Append(t.Context(), []chat.Append{{
		Ref: ref, Epoch: 1, At: time.Now().Add(-time.Hour), Status: chat.Waiting, Birth: &chat.Birth{Bot: "bot_1", Visitor: chat.NewID(chat.VisitorPrefix)},
		Bodies: []chat.Body{
			chat.MessageCreated{Message: "msg_1", Author: chat.Author{Kind: chat.ByVisitor}, Text: "Grüezi", ClientID: "1"},
			chat.MessageCreated{Message: "msg_2", Author: chat.Author{Kind: chat.ByAgent, ID: owner, Name: "Otto"}, Text: "good day", ClientID: "2"},
			chat.ContactChanged{Name: "Mia", Email: "mia@example.com"},
			chat.StatusChanged{Status: chat.Waiting}, // an hour ago: its mail, and the one of the message, are due
		},
	}})
	if err != nil || outcomes[0].Err != nil {
		t.Fatal(err, outcomes)
	}
	transcript := chat.Mail{ID: chat.NewID(chat.MailPrefix), Ref: ref, Kind: chat.MailTranscript, To: "boss@example.com", Due: time.Now()}
	if err := store.PlanMail(t.Context(), transcript); err != nil {
		t.Fatal(err)
	}
	sent := make(chan Message, 10)
	box := &letterbox{sending: func(_ context.Context, _ int, m Message) error { sent <- m; return nil }}
	start(t, Config{
		Mails: store, Log: store, Conversations: store, Reads: store, Notes: store, Tenants: store, Bots: store, Members: store,
		Visitors: account.NewVisitors([]byte("0123456789abcdef0123456789abcdef")), OnDuty: func(context.Context, string) (bool, error) { return false, nil },
		Sender: box, PublicURL: "https://chat.example", Logger: slog.New(slog.DiscardHandler), poll: 10 * time.Millisecond,
	})
	got := map[string]Message{}
	for range 3 {
		m := await(t, sent, "three mails")
		got[m.Kind] = m
	}
	for kind, want := range map[string]struct{ to, text string }{
		"missed": {"mia@example.com", "good day"}, "waiting": {"otto@acme.example", "Grüezi"}, "transcript": {"boss@example.com", "Grüezi"},
	} {
		if m := got[kind]; m.To != want.to || !strings.Contains(m.Text, want.text) {
			t.Errorf("%s went to %q: %s", kind, m.To, m.Text)
		}
	}
	marks, err := store.ReadMarks(t.Context(), ref)
	for deadline := time.Now().Add(patience); err == nil && marks["mail"] != 2 && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		marks, err = store.ReadMarks(t.Context(), ref)
	}
	if err != nil || marks["mail"] != 2 {
		t.Errorf("what the mail brought is kept as %v, %v", marks, err)
	}
}
