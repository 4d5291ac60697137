package postgres

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"testing"
	"time"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
	"parley/persistence/testbed"
)

// inhabited returns a store on Postgres, from inside, with a tenant in it.
func inhabited(t *testing.T) (store *Store, tenant string) {
	t.Helper()
	master, err := seal.ParseKey(seal.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	store, err = Open(t.Context(), testbed.Postgres(t, testbed.NoSync), Options{Master: master, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	tenant = "tnt_1"
	err = store.Register(t.Context(), account.Tenant{ID: tenant}, account.User{ID: "usr_1", Email: "a@example.com"}, account.Member{Tenant: tenant, User: "usr_1"})
	if err != nil {
		t.Fatal(err)
	}
	return store, tenant
}

// Between survey and write other nodes go on. Each case lets one of them make
// the plan stale, which must then not be written.
func TestAPlanThatBecameStaleIsNotWritten(t *testing.T) {
	t.Parallel()
	store, tenant := inhabited(t)
	message := func(ref chat.Ref, head int64) chat.Append {
		return chat.Append{Ref: ref, Epoch: 1, Head: head, At: time.Now(), Status: chat.WithBot, Bodies: []chat.Body{chat.MessageCreated{Text: "Hi"}}}
	}
	birth := func(ref chat.Ref, visitor string) chat.Append {
		a := message(ref, 0)
		a.Birth = &chat.Birth{Bot: "bot_1", Visitor: visitor}
		return a
	}
	answer := func(ref chat.Ref, head int64) chat.Append {
		a := message(ref, head)
		a.Bodies, a.Limit = []chat.Body{chat.MessageStarted{Message: chat.NewID(chat.MessagePrefix), Question: "msg", Attempt: 1}}, 1
		return a
	}
	commit := func(t *testing.T, a chat.Append) {
		t.Helper()
		if outcomes, err := store.Append(t.Context(), []chat.Append{a}); err != nil || outcomes[0].Err != nil {
			t.Fatalf("append: %v, %+v", err, outcomes)
		}
	}
	for _, c := range []struct {
		name      string
		born      bool // before the survey
		planned   func(ref chat.Ref) chat.Append
		meanwhile func(t *testing.T, ref chat.Ref)
	}{
		{"another activation opened", true, func(ref chat.Ref) chat.Append { return message(ref, 1) }, func(t *testing.T, ref chat.Ref) {
			if _, err := store.Open(t.Context(), []chat.Ref{ref}); err != nil {
				t.Fatal(err)
			}
		}},
		{"the head moved", true, func(ref chat.Ref) chat.Append { return message(ref, 1) }, func(t *testing.T, ref chat.Ref) {
			commit(t, message(ref, 1))
		}},
		{"the conversation was born", false, func(ref chat.Ref) chat.Append { return birth(ref, "vis_a") }, func(t *testing.T, ref chat.Ref) {
			commit(t, birth(ref, "vis_b"))
		}},
		{"the visitor appeared, with another key", false, func(ref chat.Ref) chat.Append { return birth(ref, "vis_c") }, func(t *testing.T, _ chat.Ref) {
			commit(t, birth(chat.Ref{Tenant: tenant, Conversation: chat.NewID(chat.ConversationPrefix)}, "vis_c"))
		}},
		{"the visitor was blocked", false, func(ref chat.Ref) chat.Append {
			before := chat.Ref{Tenant: tenant, Conversation: "known"}
			commit(t, birth(before, "vis_e"))
			return birth(ref, "vis_e")
		}, func(t *testing.T, _ chat.Ref) {
			if err := store.Block(t.Context(), chat.Ref{Tenant: tenant, Conversation: "known"}, "usr_1", true); err != nil {
				t.Fatal(err)
			}
		}},
		{"the contact was changed", true, func(ref chat.Ref) chat.Append {
			a := message(ref, 1)
			a.Bodies = []chat.Body{chat.ContactChanged{Name: "Bo"}}
			return a
		}, func(t *testing.T, _ chat.Ref) {
			other := birth(chat.Ref{Tenant: tenant, Conversation: chat.NewID(chat.ConversationPrefix)}, "vis_0")
			other.Bodies = []chat.Body{chat.ContactChanged{Name: "Cy"}}
			commit(t, other)
		}},
		{"the last answer of the month was taken", true, func(ref chat.Ref) chat.Append { return answer(ref, 1) }, func(t *testing.T, _ chat.Ref) {
			other := chat.Ref{Tenant: tenant, Conversation: chat.NewID(chat.ConversationPrefix)}
			commit(t, birth(other, "vis_d"))
			commit(t, answer(other, 1))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			ref := chat.Ref{Tenant: tenant, Conversation: chat.NewID(chat.ConversationPrefix)}
			if c.born {
				commit(t, birth(ref, "vis_0"))
			}
			a := c.planned(ref)
			found, err := store.survey(t.Context(), store.reads, []*chat.Append{&a})
			if err != nil {
				t.Fatal(err)
			}
			p := makePlan([]chat.Append{a}, []error{nil}, found)
			if p.outcomes[0].Err != nil {
				t.Fatalf("the plan refuses it: %v", p.outcomes[0].Err)
			}
			c.meanwhile(t, ref)
			if err := store.write(t.Context(), &p); !errors.Is(err, errStale) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestATransactionIsBegunAgainOnlyWhenThatMayHelp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		begins int
	}{
		"it succeeds":              {nil, 1},
		"it is stale once":         {nil, 2},
		"it is stale for ever":     {errStale, rounds},
		"it fails":                 {io.ErrUnexpectedEOF, 1},
		"a chat.Error refuses it":  {chat.ErrNotFound, 1},
		"the caller does not wait": {context.Canceled, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begins := 0
			s := &Store{database: noDatabase{}}
			err := s.inTx(t.Context(), func(Tx, *db.Queries) error {
				begins++
				if begins == 1 && c.begins == 2 {
					return errStale
				}
				return c.err
			})
			if !errors.Is(err, c.err) || begins != c.begins {
				t.Errorf("got %v after %d begins", err, begins)
			}
		})
	}
}

// noDatabase begins transactions in which nothing can be done.
type noDatabase struct{ Database }

func (noDatabase) Begin(context.Context) (Tx, error) { return noTx{}, nil }

type noTx struct{ Tx }

func (noTx) Commit(context.Context) error   { return nil }
func (noTx) Rollback(context.Context) error { return nil }
