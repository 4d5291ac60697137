package stripe_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/account/billing"
	"parley/account/billing/stripe/stripetest"
	"parley/persistence/postgres"
)

// turns are what may happen next in a life, by what Stripe says of the subscription. Some time passes before each.
var turns = map[string]func(*stripetest.Life){
	"renews":          func(l *stripetest.Life) { l.Renews() },
	"renews unpaid":   func(l *stripetest.Life) { l.RenewsUnpaid() },
	"fails again":     func(l *stripetest.Life) { l.Fails() },
	"pays":            func(l *stripetest.Life) { l.Pays() },
	"is unpaid":       func(l *stripetest.Life) { l.Unpaid() },
	"has a part back": func(l *stripetest.Life) { l.Refunds(700) },
	"has all back":    func(l *stripetest.Life) { l.Refunds(0) },
	"wants more":      func(l *stripetest.Life) { l.Changes(oneLarge) },
	"wants less":      func(l *stripetest.Life) { l.Changes(oneSmall) },
	"wants less soon": func(l *stripetest.Life) { l.ChangesLater(oneSmall) },
	"wants more soon": func(l *stripetest.Life) { l.ChangesLater(oneLarge) },
	"stays":           func(l *stripetest.Life) { l.StaysAsItIs() },
	"will end":        func(l *stripetest.Life) { l.WillEnd() },
	"goes on":         func(l *stripetest.Life) { l.GoesOn() },
	"ends":            func(l *stripetest.Life) { l.Ends() },
	"pauses":          func(l *stripetest.Life) { l.Pauses() },
	"unpauses":        func(l *stripetest.Life) { l.Unpauses() },
	"buys again":      func(l *stripetest.Life) { l.BuysAgain(oneLarge, 0) },
}

// possible are the turns that Stripe's rules allow.
func possible(l *stripetest.Life) []string {
	switch l.Status() {
	case "canceled":
		return []string{"buys again"}
	case "paused":
		return []string{"unpauses", "ends"}
	case "past_due", "unpaid":
		return []string{"fails again", "pays", "is unpaid", "ends"}
	}
	all := []string{"renews", "renews unpaid", "wants more", "wants less", "will end", "goes on", "ends"}
	if l.Scheduled() {
		all = []string{"renews", "renews unpaid", "stays"}
	} else {
		all = append(all, "wants less soon", "wants more soon")
	}
	if l.Status() == "trialing" {
		return append(all, "pauses")
	}
	if l.Paid() {
		all = append(all, "has a part back", "has all back")
	}
	return all
}

// anyLife draws one.
func anyLife(t *rapid.T, tenant string) *stripetest.Life {
	trial := rapid.SampledFrom([]time.Duration{0, 10 * days}).Draw(t, "trial")
	life := stripetest.Buy(tenant, begin, rapid.SampledFrom([]stripetest.Price{oneSmall, oneLarge}).Draw(t, "price"), trial)
	for range rapid.IntRange(0, 12).Draw(t, "turns") {
		life.Wait(time.Duration(rapid.IntRange(1, 5*24*3600).Draw(t, "wait")) * time.Second)
		turns[rapid.SampledFrom(possible(life)).Draw(t, "turn")](life)
	}
	return life
}

// inAnyOrder draws in which order events arrive, and which of them twice. Those that are not somebody's last word may be lost.
func inAnyOrder(t *rapid.T, events []stripetest.Event, lose bool) []stripetest.Event {
	kept := events
	if lose {
		last := map[string]bool{}
		for _, event := range lastWords(t, events) {
			last[event.ID] = true
		}
		kept = nil
		for _, event := range events {
			if last[event.ID] || rapid.Bool().Draw(t, "arrives") {
				kept = append(kept, event)
			}
		}
	}
	kept = append(kept, rapid.SliceOfN(rapid.SampledFrom(kept), 0, len(kept)).Draw(t, "twice")...)
	return rapid.Permutation(kept).Draw(t, "order")
}

func TestWhateverTheOrderTheStateIsWhatStripesLastWordImplies(t *testing.T) {
	t.Parallel()
	sold := catalogue(t)
	rapid.Check(t, func(t *rapid.T) {
		life := anyLife(t, tenant)
		straight := billing.Fold(billing.State{Tenant: tenant}, sold, factsOf(t, life.Events()))
		all := billing.Fold(billing.State{Tenant: tenant}, sold, factsOf(t, inAnyOrder(t, life.Events(), false)))
		if !reflect.DeepEqual(all, straight) {
			t.Fatalf("in another order it is\n%+v, not\n%+v", all, straight)
		}
		implied(t, life, all)
		implied(t, life, billing.Fold(billing.State{Tenant: tenant}, sold, factsOf(t, inAnyOrder(t, life.Events(), true))))
	})
}

// implied holds a state against what Stripe said last.
func implied(t rapid.TB, life *stripetest.Life, state billing.State) {
	t.Helper()
	c := state.Contract
	if c == nil {
		t.Fatalf("nothing was bought, where Stripe says %s", life.Status())
	}
	if c.ID != life.Subscription() || string(c.Status) != life.Status() || c.Price != life.Price() || state.Price != life.Price() {
		t.Errorf("%s is %s for %s (plan of %s), where Stripe says %s, %s, %s", c.ID, c.Status, c.Price, state.Price, life.Subscription(), life.Status(), life.Price())
	}
	next := ""
	if c.Next != nil {
		next = c.Next.Price
	}
	if next != life.Next() {
		t.Errorf("it becomes %q, not %q", next, life.Next())
	}
	if ends := !c.CancelAt.IsZero(); ends != life.WasToEnd() {
		t.Errorf("it was to end: %t", ends)
	}
	if missing := !state.PastDue.IsZero(); missing != life.Owes() {
		t.Errorf("a payment is missing: %t, where Stripe says %s", missing, life.Status())
	}
	if refunded := !state.Refunded.IsZero(); refunded != life.Refunded() {
		t.Errorf("the last payment was given back: %t", refunded)
	}
}

// The same through all that lies between Stripe and the state, by several at a time.
func TestWhateverTheOrderTheStateThatIsKeptIsWhatStripesLastWordImplies(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, store *postgres.Store) {
		const lives = 12
		for range lives {
			seed := int(rand.Int32())
			t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
				t.Parallel()
				s := newShop(t, store)
				type arrival struct {
					life   *stripetest.Life
					events []stripetest.Event
				}
				drawn := rapid.Custom(func(t *rapid.T) arrival {
					life := anyLife(t, s.tenant)
					return arrival{life, inAnyOrder(t, life.Events(), true)}
				}).Example(seed)
				s.set(drawn.life.Now())
				deliveries["all at once"](t, s, drawn.events)
				s.set(drawn.life.Now())
				state, err := s.kept.State(t.Context(), s.tenant)
				if err != nil {
					t.Fatal(err)
				}
				implied(t, drawn.life, state)
			})
		}
	})
}
