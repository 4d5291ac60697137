package postgres_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
	"parley/persistence/postgres"
)

// openColumns are of bytes that tell nothing without a key, and are looked for or compared: hashes of random secrets, and
// HMACs. All other columns of bytes are sealed.
var openColumns = []string{
	"users.email_hash", "sessions.hash", "sessions.previous", "contact_terms.term", "labels.name_hash", "replies.shortcut_hash",
	"invitations.email_hash", "invitations.hash", "passages.digest_hash", "addresses.hash", "addresses.text_hash", "vectors.digest_hash",
	"recovery_codes.hash", "challenges.hash", "external_identities.hash", "issuer_trips.hash", "api_keys.hash", "visits.token_hash",
	"audit.body_hash", "audit.hash", "audit_heads.hash", "audit_heads.base_hash", "conversation_words.words",
}

// copied is a value with the place that it was sealed for.
type copied struct {
	postgres.Place
	value []byte
}

// nothingOpensElsewhere takes each sealed column that the schema has, in a database that the whole suite has filled, and tries
// its values in each other's places, and in their own of every other table.
func nothingOpensElsewhere(t testing.TB, d database) {
	ctx := context.WithoutCancel(t.Context())
	store, err := postgres.Open(ctx, d.url, d.options)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(ctx, d.url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	columns := columnsOf(ctx, t, conn, "SELECT c.table_name || '.' || c.column_name FROM information_schema.columns c WHERE c.data_type = 'bytea' AND c.table_schema = current_schema() AND c.table_name NOT LIKE 'river%'")
	var known []string
	for _, column := range postgres.SealedColumns {
		known = append(known, column.Column)
	}
	for _, column := range columns {
		if slices.Contains(known, column) == slices.Contains(openColumns, column) {
			t.Errorf("%s: say in sealed_columns_test.go how it is sealed, or in sealed_test.go why it need not be", column)
		}
	}
	for _, column := range known {
		if !slices.Contains(columns, column) {
			t.Errorf("there is no %s", column)
		}
	}
	fillTheRest(ctx, t, store, conn)
	tried, all := 0, flag.Lookup("test.run").Value.String() == "" // else some of the suite did not run
	for _, column := range postgres.SealedColumns {
		values := whole(ctx, t, store, column, valuesOf(ctx, t, conn, column))
		if len(values) == 0 && all {
			t.Errorf("%s: no row was there that opens, so nothing was tried", column.Column)
		}
		for i, one := range values {
			for j, other := range values {
				if i != j {
					mustNotOpen(ctx, t, store, column, other.Place, one)
					tried++
				}
			}
			for _, elsewhere := range postgres.SealedColumns {
				if elsewhere.By == column.By && (elsewhere.Table != column.Table || elsewhere.Key != column.Key) {
					mustNotOpen(ctx, t, store, elsewhere, one.Place, one)
					tried++
				}
			}
		}
	}
	t.Logf("%d sealed columns, %d values in places that are not theirs", len(known), tried)
}

// fillTheRest puts something into the columns that tests fill in databases of their own.
func fillTheRest(ctx context.Context, t testing.TB, store *postgres.Store, conn *pgx.Conn) {
	t.Helper()
	at := slices.IndexFunc(postgres.SealedColumns, func(c postgres.SealedColumn) bool { return c.Column == "events.body" })
	column := postgres.SealedColumns[at]
	errs := make([]error, 0, 8)
	for i, one := range whole(ctx, t, store, column, valuesOf(ctx, t, conn, column)) {
		conversation, _, _ := strings.Cut(one.Row, "/")
		mail := chat.Mail{
			ID: chat.NewID(chat.MailPrefix), Ref: chat.Ref{Tenant: one.Tenant, Conversation: conversation}, Kind: chat.MailTranscript,
			User: fmt.Sprint(i), To: "bo@example.com",
		}
		errs = append(errs, store.PlanMail(ctx, mail), store.GiveConsent(ctx, account.Consent{Tenant: one.Tenant, Visitor: one.Owner, Text: "You agree."}))
	}
	for number := range int64(2) {
		errs = append(errs, store.AddSigningKey(ctx, account.SigningKey{Number: 1 + number, Secret: []byte("secret"), Starts: time.Now()}))
	}
	errs = append(errs, store.Billing().KeepComparison(ctx, billing.Comparison{At: time.Now()}))
	_, err := store.CatchUpWords(ctx)
	if err := errors.Join(append(errs, err)...); err != nil {
		t.Error(err)
	}
}

func mustNotOpen(ctx context.Context, t testing.TB, store *postgres.Store, column postgres.SealedColumn, at postgres.Place, one copied) {
	t.Helper()
	opens, err := store.OpensAt(ctx, column, at, one.value)
	if err != nil {
		t.Error(err)
	}
	if opens {
		t.Errorf("a value of %+v opens in %s at %+v", one.Place, column.Column, at)
	}
}

// whole keeps the values that open where they stand; tests damage or erase some. Three of each of four tenants do.
func whole(ctx context.Context, t testing.TB, store *postgres.Store, column postgres.SealedColumn, found []copied) (values []copied) {
	t.Helper()
	of := make(map[string]int)
	for _, one := range found {
		if of[one.Tenant] == 3 || of[one.Tenant] == 0 && len(of) == 4 {
			continue
		}
		if opens, err := store.OpensAt(ctx, column, one.Place, one.value); err == nil && opens {
			of[one.Tenant]++
			values = append(values, one)
		}
	}
	return values
}

func valuesOf(ctx context.Context, t testing.TB, conn *pgx.Conn, column postgres.SealedColumn) (values []copied) {
	t.Helper()
	table, name, _ := strings.Cut(column.Column, ".")
	rows, err := conn.Query(ctx, "SELECT "+column.Tenant+", "+column.Owner+", "+column.Row+", r."+name+" FROM "+table+" r WHERE r."+name+" IS NOT NULL LIMIT 2000")
	if err != nil {
		t.Fatalf("%s: %v", column.Column, err)
	}
	values, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (one copied, err error) {
		err = row.Scan(&one.Tenant, &one.Owner, &one.Row, &one.value)
		return one, err
	})
	if err != nil {
		t.Fatalf("%s: %v", column.Column, err)
	}
	return values
}

func columnsOf(ctx context.Context, t testing.TB, conn *pgx.Conn, query string) []string {
	t.Helper()
	rows, err := conn.Query(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	columns, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return columns
}
