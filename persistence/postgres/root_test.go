package postgres_test

import (
	"testing"

	"parley/persistence/postgres"
	"parley/persistence/storetest"
	"parley/persistence/testbed"
)

func TestADatabaseThatWasBegunWithoutARootKeepsWhatDerivedFromItsFirstKey(t *testing.T) {
	t.Parallel()
	masters := storetest.NewMasters(t)
	d := database{testbed.Postgres(t, testbed.NoSync), options(t)}
	d.options.Master = masters.Old
	opened := func() *postgres.Store {
		store, err := postgres.Open(t.Context(), d.url, d.options)
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		return store
	}
	floor := func(store *postgres.Store) int64 {
		schema, err := store.Schema(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return schema.Floor
	}
	first := opened()
	if first.Root().Equal(masters.Old.Wanted().Root()) || floor(first) < 22 {
		t.Errorf("a new database has no random root, or lets programs in (from %d on) that would not use it", floor(first))
	}
	first.Close()
	conn := d.connect(t)
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "DELETE FROM platform_secrets; UPDATE schema_floor SET version = 0"); err != nil { // as programs before had left it
		t.Fatal(err)
	}
	d.options.Master = masters.Both // the key may change with the program
	older := opened()
	if !older.Root().Equal(masters.Old.Wanted().Root()) || floor(older) != 0 {
		t.Errorf("what derived from the first key is lost, or programs that use it are kept out (before %d)", floor(older))
	}
	if _, err := older.RotateKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	if floor(older) < 22 {
		t.Error("programs that derive from the master key are let in after it has changed")
	}
	older.Close()
	d.options.Master = masters.New
	newer := opened()
	defer newer.Close()
	if !newer.Root().Equal(masters.Old.Wanted().Root()) {
		t.Error("the root has changed with the key")
	}
}
