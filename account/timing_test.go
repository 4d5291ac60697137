package account

import (
	"context"
	"slices"
	"testing"
	"time"
)

// Whether an account exists must not be told by the time that answers take. The pairs are interleaved, so that what a busy machine
// does to one it does to the other. Only a factor of five fails: a hash that is not made differs by far more, and a busy machine by far less; the
// figures are printed.
func TestAnswersTakeAsLongWhetherOrNotAnAccountExists(t *testing.T) {
	o := setup(t)
	o.register(t, "mia@acme.example")
	pairs := 30
	if testing.Short() {
		pairs = 8
	}
	for name, ask := range map[string]func(email string){
		"sign-in": func(email string) { _, _ = o.Login(t.Context(), email, "not the password") },
		"reset":   func(email string) { _ = o.AskForReset(t.Context(), email) },
	} {
		var existing, none []time.Duration
		for i := range 2 * pairs {
			// In the order a b b a: the collector comes after every second hash of 19 MiB, and must not always meet the same.
			if i%4 == 0 || i%4 == 3 {
				existing = append(existing, took(func() { ask("mia@acme.example") }))
			} else {
				none = append(none, took(func() { ask("nob@acme.example") }))
			}
		}
		a, b := middle(existing), middle(none)
		t.Logf("%s: %v with an account, %v without, over %d pairs", name, a, b, pairs)
		if a > 5*b+time.Millisecond || b > 5*a+time.Millisecond {
			t.Errorf("%s: %v with an account, %v without", name, a, b)
		}
	}
}

func took(do func()) time.Duration {
	began := time.Now()
	do()
	return time.Since(began)
}

func middle(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// What is done is the same: where the store is asked once, it is asked as often for the other.
func TestAResetAsksTheStoreNothingAboutTheAccount(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.register(t, "mia@acme.example")
	asked := &asking{memory: o.store}
	config := o.store.config()
	config.Store = asked
	service, err := newService(config, o.now)
	if err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{"mia@acme.example", "nob@acme.example"} {
		if err := service.AskForReset(t.Context(), email); err != nil {
			t.Fatal(err)
		}
	}
	if asked.times != 0 {
		t.Errorf("it was asked %d times", asked.times)
	}
}

// asking counts who is looked for.
type asking struct {
	*memory
	times int
}

func (a *asking) UserByEmail(ctx context.Context, email string) (User, []Member, error) {
	a.times++
	return a.memory.UserByEmail(ctx, email)
}
