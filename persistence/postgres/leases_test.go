package postgres_test

import (
	"net/url"
	"testing"
	"time"

	"parley/persistence/postgres"
	"parley/persistence/testbed"
)

func TestALeaseGoesByTheClockOfTheDatabase(t *testing.T) {
	t.Parallel()
	d := database{testbed.Postgres(t, testbed.NoSync), options(t)}
	d.Open(t).Close()
	d.Exec(t, "CREATE SCHEMA tomorrow")
	d.Exec(t, `CREATE FUNCTION tomorrow.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS
		$$ SELECT pg_catalog.clock_timestamp() + INTERVAL '1 day' $$`)
	open := func(searchPath string) *postgres.Store {
		at, err := url.Parse(d.url)
		if err != nil {
			t.Fatal(err)
		}
		query := at.Query()
		query.Set("search_path", searchPath)
		at.RawQuery = query.Encode()
		store, err := postgres.Open(t.Context(), at.String(), d.options)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { store.Close() })
		return store
	}
	today, tomorrow := open("public"), open("tomorrow,pg_catalog,public")
	for _, step := range []struct {
		store *postgres.Store
		node  string
		leads bool
	}{
		{today, "nod_a", true},
		{today, "nod_b", false},
		{tomorrow, "nod_b", true}, // the hour is over there, and nowhere else
		{today, "nod_a", false},
	} {
		if leads, err := step.store.Lead(t.Context(), "sweep", step.node, time.Hour); err != nil || leads != step.leads {
			t.Fatalf("%+v: got %v, %v", step, leads, err)
		}
	}
}
