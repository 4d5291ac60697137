package sqlite_test

import (
	"errors"
	"os"
	"testing"

	"parley/persistence/postgres"
	"parley/persistence/sqlite"
	"parley/persistence/storetest"
)

const migrations = "../postgres/migrations"

func TestAFolderOfTheNextVersionKeepsWhatEveryStorePromises(t *testing.T) {
	f := folder{t.TempDir(), options(t)}
	if err := sqlite.MigrateTo(t.Context(), f.path, os.DirFS(storetest.Newer(t, migrations))); err != nil {
		t.Fatal(err)
	}
	storetest.Run(t, f.copies)
}

func TestAFolderThatLostWhatAProgramNeedsIsRefusedInWords(t *testing.T) {
	t.Parallel()
	f := folder{t.TempDir(), options(t)}
	if err := sqlite.MigrateTo(t.Context(), f.path, os.DirFS(storetest.TooNew(t, migrations))); err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), f.path, f.options)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if tooNew := (postgres.TooNew{}); !errors.As(store.Migrate(t.Context()), &tooNew) || tooNew.Floor != 90001 {
		t.Errorf("got %+v", tooNew)
	}
}
