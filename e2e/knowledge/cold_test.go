// Package knowledge_test measures what a node takes to know many bots, with real storage.
package knowledge_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
	"parley/persistence/testbed"
)

// What each bot knows: as the help centre of a small business, in pages.
const (
	pages    = 25
	passages = 20 // of each page
)

// A node that was started anew is asked by visitors of all its bots. For each bot the first answer waits for its index.
func TestColdBotsAnswerSoon(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes half a minute")
	}
	for name, open := range map[string]func(t *testing.T, options postgres.Options) (*postgres.Store, error){
		"SQLite": func(t *testing.T, options postgres.Options) (*postgres.Store, error) {
			return sqlite.Open(t.Context(), t.TempDir(), options)
		},
		"Postgres": func(t *testing.T, options postgres.Options) (*postgres.Store, error) {
			return postgres.Open(t.Context(), testbed.Postgres(t, testbed.NoSync), options)
		},
	} {
		t.Run(name, func(t *testing.T) {
			master, err := seal.ParseKey(seal.GenerateKey())
			if err != nil {
				t.Fatal(err)
			}
			store, err := open(t, postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler)})
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
			asked := fill(t, store)
			library := knowledge.NewLibrary(store)
			defer library.Close()

			used := cpu(t)
			var firsts []time.Duration
			for _, bot := range asked {
				begun := time.Now()
				answer(t, library, bot)
				firsts = append(firsts, time.Since(begun))
			}
			used = cpu(t) - used
			slices.Sort(firsts)
			usage := library.Usage()
			t.Logf("%d bots of %d passages: first answers p50 %v, p99 %v, slowest %v; %v of CPU each; %d bytes for each passage",
				bots, pages*passages, round(firsts[len(firsts)/2]), round(firsts[len(firsts)*99/100]), round(firsts[len(firsts)-1]), round(used/bots), usage.Bytes/usage.Passages)
			if usage.Bots != bots || usage.Passages != bots*pages*passages {
				t.Errorf("the node knows %+v", usage)
			}
			if used/bots > time.Second { // what CPU takes no load beside it prolongs
				t.Errorf("an activation takes %v of CPU", used/bots)
			}
		})
	}
}

func round(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

// cpu is what this process has taken.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// fill registers a business for each bot, and gives the bots their pages.
func fill(t *testing.T, store *postgres.Store) []chat.Bot {
	t.Helper()
	all := make([]chat.Bot, bots)
	var work errgroup.Group
	work.SetLimit(4)
	for i := range all {
		work.Go(func() error {
			ctx := context.WithoutCancel(t.Context())
			tenant := account.Tenant{ID: chat.NewID(chat.TenantPrefix), Name: "A shop", CreatedAt: time.Now()}
			user := account.User{ID: chat.NewID(chat.UserPrefix), Email: tenant.ID + "@shop.example", CreatedAt: time.Now()}
			if err := store.Register(ctx, tenant, user, account.Member{Tenant: tenant.ID, User: user.ID, Role: account.Owner}); err != nil {
				return fmt.Errorf("register: %w", err)
			}
			all[i] = chat.Bot{ID: chat.NewID(chat.BotPrefix), Tenant: tenant.ID, Name: "Ada"}
			if err := store.CreateBot(ctx, all[i]); err != nil {
				return fmt.Errorf("create bot: %w", err)
			}
			random := rand.New(rand.NewPCG(uint64(i), 1))
			for n := range pages {
				if err := page(ctx, store, all[i], n, random); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		t.Fatal(err)
	}
	return all
}

// page stores one that was read.
func page(ctx context.Context, store *postgres.Store, bot chat.Bot, n int, random *rand.Rand) error {
	source := knowledge.Source{
		ID: chat.NewID(chat.SourcePrefix), Tenant: bot.Tenant, Bot: bot.ID, Kind: knowledge.KindText, Title: fmt.Sprintf("Page %d", n), MediaType: "text/plain",
		State: knowledge.Receiving, CreatedAt: time.Now(), UpdatedAt: time.Now(),
	}
	if err := store.CreateSource(ctx, source, knowledge.Limits{}); err != nil {
		return fmt.Errorf("create source: %w", err)
	}
	source.State = knowledge.Queued
	if err := store.Submit(ctx, source); err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	source.State, source.Pages, source.PagesRead, source.Passages, source.Language = knowledge.Ready, 1, 1, passages, "en"
	read := make([]knowledge.Passage, passages)
	for i := range read {
		read[i] = knowledge.Passage{ID: chat.NewID(chat.PassagePrefix), Source: source.ID, Order: i, Headings: []string{source.Title}, Text: prose(random)}
	}
	read[0].Text = fmt.Sprintf("The tangerines of page %d are delivered on Monday. ", n) + read[0].Text
	if err := store.SaveStep(ctx, source, 0, read, knowledge.Limits{}); err != nil {
		return fmt.Errorf("save passages: %w", err)
	}
	return nil
}

// prose is some 180 words whose frequencies fall as those of language do.
func prose(random *rand.Rand) string {
	zipf := rand.NewZipf(random, 1.1, 3, 20_000)
	var text strings.Builder
	for range 180 {
		fmt.Fprintf(&text, "w%sx ", strings.Map(func(r rune) rune { return 'a' + (r - '0') }, fmt.Sprint(zipf.Uint64())))
	}
	return text.String()
}

// answer asks for what answers a question, as an answer does before it is written.
func answer(t *testing.T, library *knowledge.Library, bot chat.Bot) {
	t.Helper()
	hits, err := library.Search(t.Context(), bot.Tenant, bot.ID, "When are the tangerines of page 7 delivered?", 8)
	if err != nil {
		t.Fatal(err)
	}
	if len(hits) == 0 || !strings.HasPrefix(hits[0].Text, "The tangerines of page") || hits[0].Confidence < knowledge.DefaultThreshold {
		t.Fatalf("bot %s finds %+v", bot.ID, hits)
	}
}
