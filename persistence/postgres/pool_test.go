package postgres_test

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres"
	"parley/persistence/testbed"
)

func TestADatabaseThatIsAwaySaysWhichAndWhyAndNoPassword(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := closed.Addr().String()
	closed.Close()
	_, err = postgres.Open(t.Context(), "postgres://parley:opensesame@"+address+"/shop?sslmode=disable", options(t))
	if !errors.Is(err, chat.ErrUnavailable) {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{address, "shop", "refused"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("it lacks %q: %v", part, err)
		}
	}
	if strings.Contains(err.Error(), "opensesame") {
		t.Errorf("it tells the password: %v", err)
	}
}

func TestAnAddressThatCannotBeUnderstoodIsNotWorthRetrying(t *testing.T) {
	t.Parallel()
	_, err := postgres.Open(t.Context(), "postgres://parley:opensesame@host:port/shop", options(t))
	if err == nil || errors.Is(err, chat.ErrUnavailable) || strings.Contains(err.Error(), "opensesame") {
		t.Errorf("got %v", err)
	}
}

func TestADatabaseThatAcceptsAndIsSilentTimesOut(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	_, err = postgres.Open(t.Context(), "postgres://parley@"+silent.Addr().String()+"/shop?sslmode=disable&connect_timeout=1", options(t))
	if !errors.Is(err, chat.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestAStoreWithoutAMasterKeyIsNotOpened(t *testing.T) {
	t.Parallel()
	if _, err := postgres.Open(t.Context(), testbed.Postgres(t), postgres.Options{}); err == nil || errors.Is(err, chat.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

func TestAPostgresThatWasKilledIsUnavailableUntilItIsBackAndHasLostNothing(t *testing.T) {
	t.Parallel()
	server := testbed.PostgresServer(t)
	store := database{server.URL(), options(t)}.Open(t)
	defer store.Close()
	register := func() (account.Tenant, error) {
		tenant := account.Tenant{ID: chat.NewID(chat.TenantPrefix), Name: "Shop"}
		user := account.User{ID: chat.NewID(chat.UserPrefix), Email: tenant.ID + "@example.com"}
		return tenant, store.Register(t.Context(), tenant, user, account.Member{Tenant: tenant.ID, User: user.ID, Role: account.Owner})
	}
	kept, err := register()
	if err != nil {
		t.Fatal(err)
	}

	server.Kill(t)
	// Its servants go on for a moment, and what they commit counts.
	await(t, func() bool { return store.Ping(t.Context()) != nil })
	_, registered := register()
	_, read := store.Tenant(t.Context(), kept.ID)
	_, appended := store.Append(t.Context(), []chat.Append{{
		Ref: chat.Ref{Tenant: kept.ID, Conversation: "cnv"}, Epoch: 1, Bodies: []chat.Body{chat.EventErased{Target: 1}},
	}})
	for name, err := range map[string]error{"register": registered, "read": read, "append": appended, "ping": store.Ping(t.Context())} {
		if !errors.Is(err, chat.ErrUnavailable) || chat.AsError(err).Unwrap() == nil {
			t.Errorf("%s: got %v", name, err)
		}
	}

	server.Start(t)
	await(t, func() bool { return store.Ping(t.Context()) == nil })
	found, err := store.Tenant(t.Context(), kept.ID)
	if err != nil || found.Name != "Shop" {
		t.Errorf("got %+v, %v", found, err)
	}
}

func await(t *testing.T, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it did not happen")
		}
	}
}

func TestManyNodesMayMigrateAtOnce(t *testing.T) {
	t.Parallel()
	d := database{testbed.Postgres(t), options(t)}
	done := make(chan error, 4)
	for range cap(done) {
		go func() {
			store, err := postgres.Open(t.Context(), d.url, d.options)
			if err == nil {
				err = store.Migrate(t.Context())
				store.Close()
			}
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func TestAnotherMasterKeyIsNoticedBeforeAnythingIsRead(t *testing.T) {
	t.Parallel()
	url := testbed.Postgres(t)
	database{url, options(t)}.Open(t).Close()
	store, err := postgres.Open(t.Context(), url, options(t))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Migrate(t.Context()); err == nil || !strings.Contains(err.Error(), "PARLEY_KEY") {
		t.Errorf("got %v", err)
	}
}
