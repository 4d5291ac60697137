package chaos

import (
	"context"
	"log/slog"
	"time"

	"parley/account"
	"parley/actors"
	"parley/chat"
	"parley/knowledge"
	"parley/llm"
	"parley/llm/extractive"
	"parley/persistence/postgres"
	"parley/persistence/redis"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
)

// inside is the platform within this process, for what cannot be seen from
// outside: where time passes, and what memory keeps.
type inside struct {
	*run
	store  *postgres.Store
	redis  *redis.Client
	engine *actors.Engine
}

// store opens an empty SQLite until the test ends, or the Postgres of that URL.
func (r *run) store(url string) *postgres.Store {
	r.Helper()
	master, err := seal.ParseKey(seal.GenerateKey())
	if err != nil {
		r.Fatal(err)
	}
	options := postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler)}
	var store *postgres.Store
	if url != "" {
		store, err = postgres.Open(r.Context(), url, options)
	} else {
		store, err = sqlite.Open(r.Context(), r.TempDir(), options)
	}
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() {
		if err := store.Close(); err != nil {
			r.Error(err)
		}
	})
	if err := store.Migrate(r.Context()); err != nil {
		r.Fatal(err)
	}
	return store
}

// inside starts an engine over a store, as cmd/parley wires it, until the test
// ends. Its bots know nothing, so that the model answers everything; change has the last word.
func (r *run) inside(store *postgres.Store, model llm.Provider, change func(*actors.Config)) inside {
	r.Helper()
	quiet := slog.New(slog.DiscardHandler)
	client, err := redis.Open(r.Context(), "", quiet)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() { _ = client.Close() })
	library := knowledge.NewLibrary(store)
	r.Cleanup(func() { _ = library.Close() })
	config := actors.Config{
		Log: store, Idles: store, Orphans: store, Bots: store, Knowledge: library, Announcer: client,
		Model: model, Extractive: extractive.Provider{}, Logger: quiet,
	}
	change(&config)
	engine, err := actors.Start(config)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		engine.Stop(ctx)
	})
	return inside{run: r, store: store, redis: client, engine: engine}
}

// bot registers a business and makes its bot.
func (in inside) bot() chat.Bot {
	in.Helper()
	tenant := account.Tenant{ID: chat.NewID(chat.TenantPrefix), Name: "A shop", CreatedAt: time.Now()}
	user := account.User{ID: chat.NewID(chat.UserPrefix), Email: tenant.ID + "@shop.example", CreatedAt: time.Now()}
	if err := in.store.Register(in.Context(), tenant, user, account.Member{Tenant: tenant.ID, User: user.ID, Role: account.Owner}); err != nil {
		in.Fatal(err)
	}
	bot := chat.Bot{ID: chat.NewID(chat.BotPrefix), Tenant: tenant.ID, Name: "Ada", Domains: []string{"shop.example"}}
	if err := in.store.CreateBot(in.Context(), bot); err != nil {
		in.Fatal(err)
	}
	return bot
}
