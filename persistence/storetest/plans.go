package storetest

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/persistence/postgres/db"
)

// Plans wants what runs again and again beside all conversations to read an
// index of the few that it is about. explain returns how the database, which is
// migrated, runs a statement when its tables are large.
func Plans(t *testing.T, explain func(t *testing.T, statement string, args []any) string) {
	for index, run := range map[string]func(q *db.Queries){
		"conversations_unfinished": func(q *db.Queries) { _, _ = q.Unfinished(t.Context(), db.UnfinishedParams{Count: 10}) },
		"conversations_idle":       func(q *db.Queries) { _, _ = q.Idle(t.Context(), db.IdleParams{Tenant: "tnt", Bot: "bot", Count: 10}) },
		"mails_due":                func(q *db.Queries) { _, _ = q.DueMails(t.Context(), db.DueMailsParams{Count: 10}) },
	} {
		t.Run(index, func(t *testing.T) {
			var asked recorder
			run(db.New(&asked))
			plan := explain(t, asked.statement, asked.args)
			sorts := strings.Contains(plan, "Sort") || strings.Contains(plan, "TEMP B-TREE")
			if !strings.Contains(plan, index) || sorts && index != "mails_due" { // those are sorted into turns of tenants
				t.Errorf("%s\nruns as\n%s", asked.statement, plan)
			}
		})
	}
}

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
