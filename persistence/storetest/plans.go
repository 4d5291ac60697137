package storetest

import (
	"context"
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/persistence/postgres"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// plan is of a statement that must not look at more than it is about.
type plan struct {
	name  string
	run   func(ctx context.Context, q *db.Queries, s *postgres.Store)
	reads []string // indexes
	sorts bool     // it may, what it found
}

var plans = []plan{
	{"unfinished conversations", func(ctx context.Context, q *db.Queries, _ *postgres.Store) {
		_, _ = q.Unfinished(ctx, db.UnfinishedParams{Count: 10})
	}, []string{"conversations_unfinished"}, false},
	{"idle conversations", func(ctx context.Context, q *db.Queries, _ *postgres.Store) {
		_, _ = q.Idle(ctx, db.IdleParams{Tenant: "tnt", Bot: "bot", Count: 10})
	}, []string{"conversations_idle"}, false},
	{"the line", func(ctx context.Context, _ *db.Queries, s *postgres.Store) { _, _ = s.Line(ctx, "tnt", 10) },
		[]string{"conversations_waiting"}, false},
	{"loads", func(ctx context.Context, _ *db.Queries, s *postgres.Store) { _, _ = s.Loads(ctx, "tnt") },
		[]string{"conversations_"}, true},
	{"conversations of who may take none", func(ctx context.Context, _ *db.Queries, s *postgres.Store) { _, _ = s.Orphans(ctx, "tnt", 200) },
		[]string{"conversations_assigned", "members"}, true},
	list(chat.ConversationFilter{Queue: chat.QueueMine, User: "usr1"}, false, "conversations_assigned"),
	list(chat.ConversationFilter{Queue: chat.QueueWaiting}, false, "conversations_waiting"),
	list(chat.ConversationFilter{Queue: chat.QueueUnassigned}, false, "conversations_waiting"),
	list(chat.ConversationFilter{Queue: chat.QueueTeam}, false, "conversations_listed"),
	list(chat.ConversationFilter{Queue: chat.QueueBot}, false, "conversations_listed"),
	list(chat.ConversationFilter{Queue: chat.QueueClosed}, false, "conversations_listed"),
	list(chat.ConversationFilter{Queue: chat.QueueSnoozed}, true, "conversations_snoozed"),
	list(chat.ConversationFilter{Queue: chat.QueueMentions, User: "usr1"}, true, "mentions"),
	list(chat.ConversationFilter{Queue: chat.QueueSpam}, true, "conversations_listed"),
	list(chat.ConversationFilter{}, true, "conversations_listed"),
	list(chat.ConversationFilter{Status: chat.Closed}, true, "conversations_listed"),
	list(chat.ConversationFilter{Visitor: "vis1"}, true, "conversations_of_visitor"),
	list(chat.ConversationFilter{Queue: chat.QueueBot, Visitor: "vis1"}, true, "conversations_of_visitor"),
	list(chat.ConversationFilter{Words: []string{"ada"}}, true, "contact_terms", "conversations_of_visitor"),
	list(chat.ConversationFilter{Queue: chat.QueueWaiting, Words: []string{"ada"}}, true, "contact_terms", "conversations_of_visitor"),
	list(chat.ConversationFilter{Queue: chat.QueueClosed, Label: "lbl1"}, true, "conversation_labels"),
	{"counts", func(ctx context.Context, _ *db.Queries, s *postgres.Store) { _, _ = s.Counts(ctx, "tnt", "usr1") }, []string{
		"conversations_assigned", "conversations_waiting", "conversations_listed", "conversations_snoozed", "mentions",
	}, true},
}

// list is a page of a list.
func list(filter chat.ConversationFilter, sorts bool, reads ...string) plan {
	name := strings.Join(append([]string{
		"list", string(filter.Queue), string(filter.Status), filter.Bot, filter.Visitor, filter.Label,
	}, filter.Words...), " ")
	return plan{name, func(ctx context.Context, _ *db.Queries, s *postgres.Store) {
		_, _, _ = s.Conversations(ctx, "tnt", filter)
	}, reads, sorts}
}

// wholeTable is how the databases say that they read something from end to end.
var wholeTable = regexp.MustCompile(`(?m)(?:Seq Scan on|SCAN) (\w+)$`)

// reading tells whether a plan reads a table from end to end, and not just what it has found before.
func reading(how string) bool {
	for _, scan := range wholeTable.FindAllStringSubmatch(how, -1) {
		if !strings.Contains(how, "CO-ROUTINE "+scan[1]) && !strings.Contains(how, "MATERIALIZE "+scan[1]) {
			return true
		}
	}
	return false
}

// Plans wants what runs again and again beside all conversations to read an
// index of the few that it is about. explain returns how the database, which is
// migrated, runs a statement when its tables are large.
func Plans(t *testing.T, explain func(t *testing.T, statement string, args []any) string) {
	for _, plan := range plans {
		t.Run(plan.name, func(t *testing.T) {
			master, err := seal.ParseKey(seal.GenerateKey())
			must(t, err)
			var asked recorder
			store, err := postgres.New(recording{asked: &asked}, postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler)})
			must(t, err)
			plan.run(t.Context(), db.New(&asked), store)
			how := explain(t, asked.statement, asked.args)
			for _, index := range plan.reads {
				if !strings.Contains(how, index) {
					t.Errorf("it does not read %s", index)
				}
			}
			if reading(how) || !plan.sorts && (strings.Contains(how, "Sort") || strings.Contains(how, "TEMP B-TREE")) {
				t.Error("it reads too much, or sorts it")
			}
			if t.Failed() {
				t.Errorf("%s\nruns as\n%s", asked.statement, how)
			}
		})
	}
}

// recording is a database that is only asked.
type recording struct {
	postgres.Database
	asked *recorder
}

func (r recording) Reader() db.DBTX { return r.asked }
func (r recording) Writer() db.DBTX { return r.asked }
func (r recording) Away(error) bool { return false }

// recorder takes down the statement that it is asked to run.
type recorder struct {
	db.DBTX
	statement string
	args      []any
}

func (r *recorder) Query(_ context.Context, statement string, args ...any) (pgx.Rows, error) {
	r.statement, r.args = statement, args
	return nil, pgx.ErrNoRows
}
