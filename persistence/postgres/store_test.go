package postgres_test

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"parley/knowledge/index"
	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/storetest"
	"parley/persistence/testbed"
)

func TestPostgresKeepsWhatEveryStorePromises(t *testing.T) {
	var shared sync.Once // the first is the one that most of the suite fills
	storetest.Run(t, func(t testing.TB) storetest.Database {
		d := database{testbed.Postgres(t, testbed.NoSync), options(t)} // the disk is not what is tested
		shared.Do(func() { t.Cleanup(func() { nothingOpensElsewhere(t, d) }) })
		return d
	})
}

func TestWhatRunsAgainAndAgainReadsAnIndex(t *testing.T) {
	d := database{testbed.Postgres(t, testbed.NoSync), options(t)}
	d.Open(t).Close()
	conn := d.connect(t)
	defer conn.Close(t.Context())
	for _, statement := range crowd {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	storetest.Plans(t, func(t *testing.T, statement string, args []any) string {
		plan := strings.Join(rowsOf(t, conn, "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) "+statement, firstColumn, args...), "\n")
		thrownAway := 0
		for _, removed := range regexp.MustCompile(`Rows Removed by Filter: (\d+)`).FindAllStringSubmatch(plan, -1) {
			n, _ := strconv.Atoi(removed[1]) // digits
			thrownAway += n
		}
		if thrownAway > 2000 {
			t.Errorf("it throws away %d rows", thrownAway)
		}
		return plan
	})
}

// crowd fills the tables behind the store's back: ten thousand conversations of a tenant and of each of two others, most
// of them closed or with the bot. Of what refers to nothing, nothing is asked.
var crowd = []string{
	"SET session_replication_role = replica",
	`INSERT INTO visitors (tenant, id, wrapped_key, created_at)
		SELECT t, 'vis' || n, '', '2026-11-02' FROM unnest(ARRAY['tnt', 'tnt2', 'tnt3']) AS t, generate_series(0, 4999) AS n`,
	"INSERT INTO contact_terms (tenant, term, visitor) SELECT tenant, decode(md5(id), 'hex'), id FROM visitors",
	`INSERT INTO conversations (id, tenant, bot, visitor, epoch, head, status, unfinished, origin, created_at, updated_at, assignee, waits_since, snoozed_until, spam)
		SELECT t || '_' || n, t, 'bot', 'vis' || n % 5000, 1, 1, status, FALSE, '', '2026-11-02', at,
			CASE WHEN status IN ('waiting', 'agent') AND n % 3 > 0 THEN 'usr' || n % 7 ELSE '' END, CASE WHEN status = 'waiting' THEN at END,
			CASE WHEN n % 50 = 0 THEN TIMESTAMP '2100-01-01' END, n % 30 = 0
		FROM unnest(ARRAY['tnt', 'tnt2', 'tnt3']) AS t, (SELECT n, TIMESTAMP '2026-11-02' + n * INTERVAL '1 minute' AS at,
			CASE WHEN n % 20 = 0 THEN 'waiting' WHEN n % 20 = 1 THEN 'agent' WHEN n % 3 = 0 THEN 'bot' ELSE 'closed' END AS status
			FROM generate_series(1, 10000) AS n) AS c`,
	"INSERT INTO conversation_labels (conversation, label, tenant) SELECT id, 'lbl' || length(visitor) - 4, tenant FROM conversations",
	"INSERT INTO mentions (tenant, user_id, conversation, note) SELECT tenant, 'usr1', id, 'not' FROM conversations WHERE id LIKE '%77'",
	"SET session_replication_role = origin",
	"ANALYZE",
	"SET enable_seqscan = off; SET enable_bitmapscan = off", // as in tables that are larger by far
}

func TestTheMasterKeyOfPostgresChangesWhileItIsUsed(t *testing.T) {
	t.Parallel()
	url := testbed.Postgres(t, testbed.NoSync)
	open := func(master *seal.Master) (*postgres.Store, error) {
		store, err := postgres.Open(t.Context(), url, postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			return nil, err
		}
		if err := store.Migrate(t.Context()); err != nil {
			return nil, errors.Join(err, store.Close())
		}
		return store, nil
	}
	storetest.Rotation(t, open, open)
}

func BenchmarkAppend(b *testing.B) { storetest.BenchmarkAppend(b, durable) }
func BenchmarkOpen(b *testing.B)   { storetest.BenchmarkOpen(b, durable) }
func BenchmarkInbox(b *testing.B)  { storetest.BenchmarkInbox(b, durable) }
func BenchmarkText(b *testing.B)   { storetest.BenchmarkText(b, durable) }
func BenchmarkLoad(b *testing.B)   { storetest.BenchmarkLoad(b, durable) }
func BenchmarkLedger(b *testing.B) { storetest.BenchmarkLedger(b, durable) }
func BenchmarkFacts(b *testing.B)  { storetest.BenchmarkFacts(b, durable) }

// durable is a database as a user would run it.
func durable(t testing.TB) storetest.Database {
	return database{testbed.Postgres(t), options(t)}
}

// database is one under test.
type database struct {
	url     string
	options postgres.Options
}

func options(t testing.TB) postgres.Options {
	t.Helper()
	master, err := seal.ParseKey(seal.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	return postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler), Texts: index.Texts{}}
}

func (d database) Open(t testing.TB) storetest.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), d.url, d.options)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

// connect makes a connection of the test's own.
func (d database) connect(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), d.url)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func (d database) Exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	conn := d.connect(t)
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func (d database) Dump(t testing.TB) map[string][]string {
	t.Helper()
	conn := d.connect(t)
	defer conn.Close(t.Context())
	dump := make(map[string][]string)
	for _, table := range rowsOf(t, conn, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1", firstColumn) {
		dump[table] = rowsOf(t, conn, "SELECT * FROM "+table+" ORDER BY 1, 2", wholeRow)
	}
	return dump
}

func firstColumn(values []any) string { return values[0].(string) }
func wholeRow(values []any) string    { return fmt.Sprintf("%q", values) }

func rowsOf(t testing.TB, conn *pgx.Conn, query string, format func([]any) string, args ...any) []string {
	t.Helper()
	rows, err := conn.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, format(values))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// Raw is the dump of all tables: the files of a cluster belong to many tests.
func (d database) Raw(t testing.TB) []byte {
	t.Helper()
	return fmt.Append(nil, d.Dump(t))
}
