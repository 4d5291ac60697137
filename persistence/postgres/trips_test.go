package postgres

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/persistence/postgres/db"
)

// What a message costs is how often the database is asked.
func TestAppendsAndOpeningsTakeOneRoundTripUnlessTheyAreRefused(t *testing.T) {
	t.Parallel()
	store, tenant := inhabited(t)
	asked := new(trips)
	store.reads = db.New(countedReads{store.database.Reader(), asked})
	store.database = countedDatabase{store.database, asked}

	say := func(conversation string, epoch, head int64, clientID string) chat.Append {
		a := chat.Append{
			Ref: chat.Ref{Tenant: tenant, Conversation: conversation}, Epoch: epoch, Head: head, At: time.Now(), Status: chat.WithBot,
			Bodies: []chat.Body{chat.MessageCreated{Text: "Hi", ClientID: clientID}},
		}
		if head == 0 {
			a.Birth = &chat.Birth{Bot: "bot_1", Visitor: "vis_" + conversation}
		}
		return a
	}
	agent := chat.Author{Kind: chat.ByAgent, ID: "usr_1"}
	taken, known, contact := say("b", 2, 2, ""), say("d", 1, 0, "1"), say("c", 1, 1, "")
	taken.Bodies = []chat.Body{chat.StatusChanged{Status: chat.WithAgent, Agent: &agent}, chat.MessageCreated{Author: agent, Text: "Hi"}}
	taken.Status, taken.Agent = chat.WithAgent, &agent
	known.Birth.Visitor = "vis_a"
	contact.Bodies = []chat.Body{chat.ContactChanged{Name: "Bo"}}
	answer := say("a", 1, 2, "")
	answer.Bodies, answer.Limit = []chat.Body{chat.MessageStarted{Message: "msg", Question: "q", Attempt: 1}}, 1
	failed := say("a", 1, 3, "")
	failed.Bodies = []chat.Body{chat.MessageInterrupted{Message: "msg", Reason: chat.Failed}}
	cited := say("c", 1, 2, "")
	cited.Bodies = []chat.Body{chat.MessageCompleted{Message: "msg", Citations: []chat.Citation{{Source: "src_1"}, {Source: "src_2", Part: "src_3"}}}}
	cited.Gaps = []chat.Gap{{Reason: chat.Unanswered}}
	for _, c := range []struct {
		name     string
		append   []chat.Append // none: an opening of a and b
		refused  error
		expected trips
	}{
		{"the first of a tenant", []chat.Append{say("a", 1, 0, "1")}, nil, trips{reads: 4, together: 1}},
		{"births and messages", []chat.Append{say("b", 1, 0, "1"), say("c", 1, 0, "1"), say("a", 1, 1, "2")}, nil, trips{together: 1}},
		{"an answer within a limit", []chat.Append{answer}, nil, trips{together: 1}},
		{"its refund", []chat.Append{failed}, nil, trips{together: 1}},
		{"an opening", nil, nil, trips{together: 1}},
		{"under the new epoch", []chat.Append{say("a", 2, 4, "5"), say("b", 2, 1, "2")}, nil, trips{together: 1}},
		{"a takeover with a mail, and another conversation of a visitor", []chat.Append{taken, known}, nil, trips{together: 1}},
		{"a contact, which must be read", []chat.Append{contact}, nil, trips{reads: 3, together: 1}},
		{"an answer that cites and did not help", []chat.Append{cited}, nil, trips{together: 1}},
		{"an old epoch", []chat.Append{say("a", 1, 5, "6")}, chat.ErrFenced, trips{reads: 2, together: 1}},
		{"and one among others", []chat.Append{say("b", 2, 4, "3"), say("a", 1, 5, "6")}, chat.ErrFenced, trips{reads: 2, together: 2}},
	} {
		*asked = trips{}
		var last error
		if c.append == nil {
			opened, err := store.Open(t.Context(), []chat.Ref{{Tenant: tenant, Conversation: "a"}, {Tenant: tenant, Conversation: "b"}})
			if err != nil {
				t.Fatal(err)
			}
			last = errors.Join(opened[0].Err, opened[1].Err)
		} else {
			outcomes, err := store.Append(t.Context(), c.append)
			if err != nil {
				t.Fatal(err)
			}
			last = outcomes[len(outcomes)-1].Err
		}
		if !errors.Is(last, c.refused) {
			t.Fatalf("%s: got %v", c.name, last)
		}
		if *asked != c.expected {
			t.Errorf("%s: got %+v, want %+v", c.name, *asked, c.expected)
		}
	}
}

// trips are the round trips to a database, but for those that prepare statements.
type trips struct{ reads, together int }

type countedDatabase struct {
	Database
	trips *trips
}

func (d countedDatabase) Together(ctx context.Context, batch *pgx.Batch, read func(pgx.BatchResults)) error {
	d.trips.together++
	return d.Database.Together(ctx, batch, read)
}

type countedReads struct {
	db.DBTX
	trips *trips
}

func (r countedReads) Query(ctx context.Context, text string, args ...any) (pgx.Rows, error) {
	r.trips.reads++
	return r.DBTX.Query(ctx, text, args...)
}

func (r countedReads) QueryRow(ctx context.Context, text string, args ...any) pgx.Row {
	r.trips.reads++
	return r.DBTX.QueryRow(ctx, text, args...)
}

func (r countedReads) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	r.trips.reads++
	return r.DBTX.SendBatch(ctx, batch)
}
