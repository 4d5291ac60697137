package stripe_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/account"
	"parley/account/billing"
	"parley/account/billing/stripe/stripetest"
	"parley/chat"
	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
	"parley/persistence/testbed"
)

// onBoth runs a test on SQLite and on Postgres.
func onBoth(t *testing.T, test func(t *testing.T, store *postgres.Store)) {
	t.Helper()
	for name, open := range map[string]func(*testing.T, postgres.Options) (*postgres.Store, error){
		"SQLite": func(t *testing.T, options postgres.Options) (*postgres.Store, error) {
			return sqlite.Open(t.Context(), t.TempDir(), options)
		},
		"Postgres": func(t *testing.T, options postgres.Options) (*postgres.Store, error) {
			return postgres.Open(t.Context(), testbed.Postgres(t, testbed.NoSync), options)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			master, err := seal.ParseKey(seal.GenerateKey())
			if err != nil {
				t.Fatal(err)
			}
			store, err := open(t, postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { store.Close() })
			if err := store.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			test(t, store)
		})
	}
}

// shop is a tenant, and a node that hears of it.
type shop struct {
	tenant  string
	service *billing.Service
	kept    postgres.Billing
	log     bytes.Buffer

	mu       sync.Mutex
	clock    time.Time
	arrivals map[billing.Arrival]int
}

func newShop(t testing.TB, store *postgres.Store) *shop {
	t.Helper()
	return newShopWith(t, store, store.Billing())
}

// newShopWith is one whose events are kept otherwise.
func newShopWith(t testing.TB, store *postgres.Store, events billing.Events) *shop {
	t.Helper()
	s := &shop{tenant: chat.NewID(chat.TenantPrefix), kept: store.Billing(), clock: begin, arrivals: map[billing.Arrival]int{}}
	user := account.User{ID: chat.NewID(chat.UserPrefix), Name: "Ada"}
	user.Email = user.ID + "@shop.example"
	if err := store.Register(t.Context(), account.Tenant{ID: s.tenant, Name: "Shop"}, user, account.Member{Tenant: s.tenant, User: user.ID, Role: account.Owner}); err != nil {
		t.Fatal(err)
	}
	sold := catalogue(t)
	s.service = billing.New(billing.Config{
		Store: s.kept, Events: events, Log: s.kept, Counts: s.kept, Differences: s.kept,
		Provider: client("http://127.0.0.1:1", nil), Catalogue: func() *billing.Catalogue { return sold },
		Count: func(arrival billing.Arrival) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.arrivals[arrival]++
		},
		Logger: slog.New(slog.NewTextHandler(&lockedWriter{w: &s.log}, nil)), Clock: s.now,
	})
	return s
}

// lockedWriter lets many write.
type lockedWriter struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func (s *shop) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clock
}

func (s *shop) set(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock = at
}

// hear takes an event, which Stripe signs when it sends it.
func (s *shop) hear(t testing.TB, events ...stripetest.Event) {
	t.Helper()
	for _, event := range events {
		if err := s.service.Receive(t.Context(), event.Payload, stripetest.Sign(event.Payload, secret, s.now())); err != nil {
			t.Fatalf("%s: %v", event.Type, err)
		}
	}
}

// standing is where the tenant stands at a time.
func (s *shop) standing(t testing.TB, at time.Time) (billing.State, billing.Standing) {
	t.Helper()
	s.set(at)
	state, standing, err := s.service.Standing(t.Context(), s.tenant)
	if err != nil {
		t.Fatal(err)
	}
	return state, standing
}

// deliveries are the ways in which events of a life arrive. Some know when that is.
var deliveries = map[string]func(*testing.T, *shop, []stripetest.Event){
	"in order": func(t *testing.T, s *shop, events []stripetest.Event) {
		for _, event := range events {
			s.set(event.At.Add(time.Second))
			s.hear(t, event)
		}
	},
	"doubled": func(t *testing.T, s *shop, events []stripetest.Event) {
		for _, event := range events {
			s.set(event.At.Add(time.Second))
			s.hear(t, event, event)
		}
		version := s.version(t)
		s.hear(t, events...)
		if s.version(t) != version || s.arrivals[billing.ArrivedKnown] != 2*len(events) || s.arrivals[billing.ArrivedNew] != len(events) {
			t.Errorf("what came before counted again: %v", s.arrivals)
		}
	},
	"reversed": func(t *testing.T, s *shop, events []stripetest.Event) {
		s.set(events[len(events)-1].At)
		for _, event := range slices.Backward(events) {
			s.hear(t, event)
		}
	},
	// All that Stripe said of something but its last word is lost.
	"with gaps": func(t *testing.T, s *shop, events []stripetest.Event) {
		s.set(events[len(events)-1].At)
		s.hear(t, lastWords(t, events)...)
	},
	"after three days": func(t *testing.T, s *shop, events []stripetest.Event) {
		for _, event := range events {
			s.set(event.At.AddDate(0, 0, 3))
			s.hear(t, event)
		}
	},
	"all at once": func(t *testing.T, s *shop, events []stripetest.Event) {
		s.set(events[len(events)-1].At)
		var group sync.WaitGroup
		for part := range 4 {
			group.Go(func() {
				for i := part; i < len(events); i += 4 {
					s.hear(t, events[i])
				}
			})
		}
		group.Wait()
	},
}

func (s *shop) version(t testing.TB) int64 {
	t.Helper()
	state, err := s.kept.State(t.Context(), s.tenant)
	if err != nil {
		t.Fatal(err)
	}
	return state.Version
}

// lastWords are the events after which Stripe said nothing more of the same thing.
func lastWords(t rapid.TB, events []stripetest.Event) (last []stripetest.Event) {
	t.Helper()
	said := map[string]bool{}
	for _, event := range slices.Backward(events) {
		for _, fact := range factsIn(t, event) {
			about := kindOf(fact) + fact.Subscription
			switch {
			case fact.Invoice != nil:
				about += fact.Invoice.ID
			case fact.Refund != nil:
				about += fact.Refund.Charge
			}
			if !said[about] {
				said[about] = true
				last = append(last, event)
			}
		}
	}
	return last
}

// Line 2: whatever order, and however often and late events arrive, what Stripe said last is what counts.
func TestEachLifeEndsAsStripesLastWordSaysHoweverItArrives(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, store *postgres.Store) {
		for name, story := range stories {
			for how, deliver := range deliveries {
				t.Run(name+", "+how, func(t *testing.T) {
					t.Parallel()
					s := newShop(t, store)
					life := story.live(s.tenant)
					deliver(t, s, life.Events())
					state, standing := s.standing(t, life.Now().Add(story.after))
					story.check(t, state, standing)
					if t.Failed() {
						t.Logf("%s", s.log.String())
					}
				})
			}
		}
	})
}

// check holds where a tenant stands against how its story ends.
func (story story) check(t *testing.T, state billing.State, standing billing.Standing) {
	t.Helper()
	if standing.Status != story.status || standing.Reason != story.reason {
		t.Errorf("it is %s %q, not %s %q", standing.Status, standing.Reason, story.status, story.reason)
	}
	if state.Plan.ID != story.plan {
		t.Errorf("the plan is %q, not %q", state.Plan.ID, story.plan)
	}
	if state.Contract == nil {
		t.Fatal("there is no contract")
	}
	next := ""
	if state.Contract.Next != nil {
		next = state.Contract.Next.Price
	}
	if next != story.next {
		t.Errorf("it becomes %q, not %q", next, story.next)
	}
	if missing := !state.PastDue.IsZero(); missing != story.missing {
		t.Errorf("a payment is missing: %t (%s)", missing, state.PastDue)
	}
	if erased := !standing.EraseAt.IsZero(); erased != story.erased {
		t.Errorf("data goes: %t (%s)", erased, standing.EraseAt)
	}
	if ends := !state.Contract.CancelAt.IsZero(); ends != story.ends {
		t.Errorf("it was to end: %t (%s)", ends, state.Contract.CancelAt)
	}
}

// slowReader keeps events, and has whoever reads facts the next time wait with what they read.
type slowReader struct {
	postgres.Billing
	wait chan chan struct{} // of whoever is to wait: read from it when they do
}

func (r slowReader) FactsOf(ctx context.Context, tenant string) ([]billing.Fact, error) {
	facts, err := r.Billing.FactsOf(ctx, tenant)
	select {
	case goOn := <-r.wait:
		goOn <- struct{}{}
		<-goOn
	default:
	}
	return facts, err
}

// Whoever reads more and finds nothing to change writes nothing, and so keeps nobody from writing what follows from less.
func TestWhatFollowsFromLessDoesNotLast(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, store *postgres.Store) {
		slow := slowReader{store.Billing(), make(chan chan struct{}, 1)}
		s := newShopWith(t, store, slow)
		life := buy(s.tenant)
		s.hear(t, life.Events()...)
		bought := len(life.Events())
		life.Wait(days).WillEnd().Wait(days).GoesOn()
		said := life.Events()[bought:]
		s.set(life.Now())
		goOn, done := make(chan struct{}), make(chan struct{})
		slow.wait <- goOn
		go func() {
			defer close(done)
			s.hear(t, said[0]) // that it will end
		}()
		<-goOn             // it has read that, and waits
		s.hear(t, said[1]) // that it goes on, as is kept: nothing changes
		goOn <- struct{}{}
		<-done
		state, standing := s.standing(t, life.Now())
		story{status: billing.Active, plan: "small"}.check(t, state, standing)
	})
}

// A forged, old or wrong-version event changes nothing and is logged.
func TestWhatStripeDidNotSendChangesNothingAndIsLogged(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, store *postgres.Store) {
		s := newShop(t, store)
		life := buy(s.tenant)
		s.hear(t, life.Events()...)
		before, version := len(keptEvents(t, s)), s.version(t)
		forged := life.Wait(days).Ends().Events()
		end := forged[len(forged)-1]
		other := end.OfVersion("2024-06-20")
		s.set(end.At)
		for _, test := range []struct {
			payload []byte
			secret  string
			signed  time.Time
			want    *chat.Error
			counted billing.Arrival
			logged  string
		}{
			{end.Payload, "whsec_other", end.At, billing.ErrForged, billing.ArrivedForged, "signature"},
			{end.Payload, secret, end.At.Add(-6 * time.Minute), billing.ErrOld, billing.ArrivedOld, "signed 6m0s ago"},
			{other.Payload, secret, end.At, billing.ErrVersion, billing.ArrivedOther, "2024-06-20"},
		} {
			err := s.service.Receive(t.Context(), test.payload, stripetest.Sign(test.payload, test.secret, test.signed))
			if !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if s.arrivals[test.counted] != 1 {
				t.Errorf("%s was not counted: %v", test.want.Code, s.arrivals)
			}
			if !strings.Contains(s.log.String(), test.logged) || !strings.Contains(s.log.String(), "is refused") {
				t.Errorf("%s is not in the log", test.want.Code)
			}
		}
		if len(keptEvents(t, s)) != before || s.version(t) != version {
			t.Error("something changed")
		}
		if _, standing := s.standing(t, end.At); standing.Status != billing.Active {
			t.Errorf("it is %s", standing.Status)
		}
		if strings.Contains(s.log.String(), "cus_") || strings.Contains(s.log.String(), secret) {
			t.Error("the log has what was in events, or the secret")
		}
	})
}

func keptEvents(t testing.TB, s *shop) map[string]bool {
	t.Helper()
	facts, err := s.kept.FactsOf(context.WithoutCancel(t.Context()), s.tenant)
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for _, fact := range facts {
		ids[fact.ID] = true
	}
	return ids
}
