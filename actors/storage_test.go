package actors_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres"
	"parley/persistence/redis"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
	"parley/persistence/testbed"
)

// storage is a kind of storage that the engine runs on.
type storage struct {
	name string
	open func(t *testing.T) (*postgres.Store, chat.Announcer)
}

var storages = []storage{
	{"SQLite and the Redis inside the process", func(t *testing.T) (*postgres.Store, chat.Announcer) {
		store, err := sqlite.Open(t.Context(), t.TempDir(), options(t))
		return opened(t, store, err), announcer(t, "")
	}},
	{"Postgres and Redis", func(t *testing.T) (*postgres.Store, chat.Announcer) {
		store, err := postgres.Open(t.Context(), testbed.Postgres(t), options(t))
		return opened(t, store, err), announcer(t, testbed.Redis(t))
	}},
}

func options(t *testing.T) postgres.Options {
	t.Helper()
	master, err := seal.ParseKey(seal.GenerateKey())
	if err != nil {
		t.Fatal(err)
	}
	return postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler)}
}

func opened(t *testing.T, store *postgres.Store, err error) *postgres.Store {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return store
}

func announcer(t *testing.T, url string) chat.Announcer {
	t.Helper()
	client, err := redis.Open(t.Context(), url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// tenantIn registers a business.
func tenantIn(t *testing.T, store account.Store) string {
	t.Helper()
	tenant := account.Tenant{ID: chat.NewID(chat.TenantPrefix), Name: "A shop", CreatedAt: time.Now()}
	user := account.User{ID: chat.NewID(chat.UserPrefix), Email: tenant.ID + "@shop.example", CreatedAt: time.Now()}
	if err := store.Register(context.WithoutCancel(t.Context()), tenant, user, account.Member{Tenant: tenant.ID, User: user.ID, Role: account.Owner}); err != nil {
		t.Fatal(err)
	}
	return tenant.ID
}
