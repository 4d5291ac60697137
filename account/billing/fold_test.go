package billing

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// newcomer is a tenant that tries the default plan.
func newcomer() State {
	plan, _ := worldPlans.Plan("starter")
	return State{Tenant: "t", Version: 3, Plan: plan, Since: begun.Add(-days(1)), TrialEnds: begun.Add(days(13))}
}

// history has a processor of payments do what it may do to a tenant.
func history(t *rapid.T) *world {
	w := &world{now: begun}
	for range rapid.IntRange(1, 40).Draw(t, "steps") {
		w.step(t)
	}
	return w
}

// What Stripe said last is what holds: its own world is compared with what was made out of the facts.
func TestTheStateIsWhatWasSaidLast(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := history(t)
		got := Fold(newcomer(), worldPlans, w.told)
		c := w.counts()
		if got.Contract == nil || got.Contract.ID != c.ID || got.Contract.Status != c.Status || got.Contract.Price != c.Price || !got.Contract.CancelAt.Equal(c.CancelAt) || !got.Contract.PeriodEnd.Equal(c.PeriodEnd) {
			t.Fatalf("the contract is %+v, and at the processor %+v", got.Contract, c.Contract)
		}
		if !got.PastDue.Equal(c.missing) {
			t.Fatalf("a payment is missing since %v, and at the processor since %v", got.PastDue, c.missing)
		}
		if given := c.refunded != nil; given == got.Refunded.IsZero() || given && !got.Refunded.Equal(*c.refunded) {
			t.Fatalf("given back at %v, and at the processor at %v", got.Refunded, c.refunded)
		}
		if !reflect.DeepEqual(got.Contract.Next, c.next) {
			t.Fatalf("it becomes %+v, and at the processor %+v", got.Contract.Next, c.next)
		}
		if c.paid != nil && got.Contract.Invoice != c.paid.ID {
			t.Fatalf("the last payment is %q, and at the processor %q", got.Contract.Invoice, c.paid.ID)
		}
		if c.Status != ContractIncomplete && c.Status != ContractIncompleteExpired && (got.Plan.ID != worldPlan[c.Price] || got.Interval != worldPrices[c.Price]) {
			t.Fatalf("whoever pays %s has %s by the %s", c.Price, got.Plan.ID, got.Interval)
		}
		if got.Version != 3 || !got.TrialEnds.Equal(begun.Add(days(13))) {
			t.Fatalf("what is not the processor's was changed: %+v", got)
		}
	})
}

// As events arrive: in any order, again and again, some days late, and folded after each.
func TestNoOrderAndNoRepetitionMatters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := history(t)
		want := Fold(newcomer(), worldPlans, w.told)
		arriving := slices.Concat(w.told, rapid.SliceOfN(rapid.SampledFrom(w.told), 0, 10).Draw(t, "doubled"))
		arriving = rapid.Permutation(arriving).Draw(t, "order")
		state := newcomer()
		for n := 0; n < len(arriving); {
			n = min(len(arriving), n+rapid.IntRange(1, 5).Draw(t, "at a time"))
			state = Fold(state, worldPlans, arriving[:n])
		}
		if !reflect.DeepEqual(state, want) {
			t.Fatalf("it ends in\n%+v\n%+v, want\n%+v\n%+v", state, state.Contract, want, want.Contract)
		}
		if again := Fold(state, worldPlans, arriving); !reflect.DeepEqual(again, state) {
			t.Fatalf("folded again it is\n%+v, and was\n%+v", again, state)
		}
	})
}

// Events that were overtaken may be missing for good: of each thing the last word is enough.
func TestWhatWasOvertakenMayBeMissing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := history(t)
		want := Fold(newcomer(), worldPlans, w.told)
		last := map[string]int{}
		for i, fact := range w.told {
			last[fact.about()] = i
		}
		var arrived []Fact
		for i, fact := range w.told {
			if last[fact.about()] == i || rapid.Bool().Draw(t, "arrives") {
				arrived = append(arrived, fact)
			}
		}
		got := Fold(newcomer(), worldPlans, arrived)
		if !reflect.DeepEqual(got.Contract, want.Contract) || got.Plan.ID != want.Plan.ID || got.Interval != want.Interval {
			t.Fatalf("it is %s, %+v, want %s, %+v", got.Plan.ID, got.Contract, want.Plan.ID, want.Contract)
		}
		if got.Refunded.IsZero() != want.Refunded.IsZero() {
			t.Fatalf("given back at %v, want %v", got.Refunded, want.Refunded)
		}
		if want.Contract.Status != ContractCanceled && got.PastDue.IsZero() != want.PastDue.IsZero() { // what was owed at the end, the end does not say
			t.Fatalf("missing since %v, want %v", got.PastDue, want.PastDue)
		}
	})
}

// life is a tenant's history, told in days from the begin.
type life struct {
	facts []Fact
}

func (l *life) say(on int, fact Fact) *life {
	fact.ID, fact.At = fmt.Sprintf("evt_%03d", len(l.facts)), begun.Add(days(on))
	l.facts = append(l.facts, fact)
	return l
}

func (l *life) contract(on int, change func(*Contract)) *life {
	c := contract(change)
	return l.say(on, Fact{Contract: c, Subscription: c.ID})
}

func (l *life) status(on int, status ContractStatus) *life {
	return l.contract(on, func(c *Contract) {
		c.Status = status
		if status == ContractCanceled {
			c.Ended = begun.Add(days(on))
		}
	})
}

func (l *life) invoice(on int, id, status string, made int) *life {
	return l.say(on, Fact{Subscription: "sub_1", Invoice: &Invoice{ID: id, Subscription: "sub_1", Status: status, Failed: status == "open", Amount: 2900, At: begun.Add(days(made))}})
}

func (l *life) refund(on int, invoice string, refunded int64) *life {
	return l.say(on, Fact{Refund: &Refund{Charge: "ch_" + invoice, Invoice: invoice, Amount: 2900, Refunded: refunded}})
}

// orders are ways in which the same may arrive.
func orders(facts []Fact) map[string][]Fact {
	reversed := slices.Clone(facts)
	slices.Reverse(reversed)
	return map[string][]Fact{"in order": facts, "reversed": reversed, "doubled": slices.Concat(facts, facts), "doubled, reversed": slices.Concat(reversed, reversed)}
}

func TestTheLifeOfASubscription(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		life *life
		on   int // the day on which it is looked at
		want Status
		why  Reason
	}{
		"bought": {new(life).status(0, ContractIncomplete).invoice(0, "in_1", "paid", 0).status(0, ContractActive), 0, Active, ""},
		"bought, and the first payment was never made": {new(life).status(0, ContractIncomplete).invoice(0, "in_1", "open", 0).status(1, ContractIncompleteExpired), 2, Trialing, ""},
		"tried and paid":  {new(life).contract(0, func(c *Contract) { c.Status, c.TrialEnd = ContractTrialing, begun.Add(days(7)) }).status(7, ContractActive), 8, Active, ""},
		"a payment fails": {new(life).status(0, ContractActive).invoice(30, "in_2", "open", 30).status(30, ContractPastDue), 31, PastDue, ""},
		"a payment fails, and it is still missing after the grace":     {new(life).status(0, ContractActive).invoice(30, "in_2", "open", 30).status(30, ContractPastDue), 44, Suspended, Unpaid},
		"a payment fails, and what is told again does not prolong it":  {new(life).status(0, ContractActive).status(30, ContractPastDue).invoice(33, "in_2", "open", 30).status(40, ContractPastDue), 44, Suspended, Unpaid},
		"a payment fails, and the processor gives up":                  {new(life).status(0, ContractActive).status(30, ContractPastDue).status(37, ContractUnpaid), 44, Suspended, Unpaid},
		"a payment fails, and only the invoice tells":                  {new(life).status(0, ContractActive).invoice(30, "in_2", "open", 30), 31, PastDue, ""},
		"recovered within the grace":                                   {new(life).status(0, ContractActive).status(30, ContractPastDue).invoice(35, "in_2", "paid", 30).status(35, ContractActive), 50, Active, ""},
		"recovered after it was suspended":                             {new(life).status(0, ContractActive).status(30, ContractPastDue).status(37, ContractUnpaid).status(60, ContractActive), 60, Active, ""},
		"recovered, and only the invoice tells":                        {new(life).status(0, ContractActive).status(30, ContractPastDue).invoice(60, "in_2", "paid", 30), 60, Active, ""},
		"recovered, and an older invoice stays open":                   {new(life).status(0, ContractActive).invoice(30, "in_2", "open", 30).status(30, ContractPastDue).invoice(60, "in_3", "paid", 60).status(60, ContractActive).invoice(61, "in_2", "open", 30), 90, Active, ""},
		"recovered, and fails again: the grace is a new one":           {new(life).status(0, ContractActive).status(30, ContractPastDue).status(35, ContractActive).status(60, ContractPastDue), 70, PastDue, ""},
		"an invoice that was given up":                                 {new(life).status(0, ContractActive).invoice(30, "in_2", "open", 30).invoice(31, "in_2", "void", 30), 90, Active, ""},
		"a draft of the next invoice pays nothing":                     {new(life).status(30, ContractPastDue).invoice(40, "in_3", "draft", 40), 41, PastDue, ""},
		"a draft of the next invoice leaves the last one what decides": {new(life).status(0, ContractActive).status(30, ContractPastDue).invoice(40, "in_3", "draft", 40).invoice(41, "in_2", "paid", 30), 60, Active, ""},
		"ended for want of a payment":                                  {new(life).status(0, ContractActive).status(30, ContractPastDue).status(50, ContractCanceled), 51, Cancelled, Unpaid},
		"ended as they wished":                                         {new(life).status(0, ContractActive).contract(10, func(c *Contract) { c.CancelAt = begun.Add(days(30)) }).status(30, ContractCanceled), 31, Cancelled, HasEnded},
		"to end, and resumed":                                          {new(life).status(0, ContractActive).contract(10, func(c *Contract) { c.CancelAt = begun.Add(days(30)) }).status(20, ContractActive), 31, Active, ""},
		"ended, and bought again":                                      {new(life).status(0, ContractActive).status(30, ContractCanceled).contract(60, func(c *Contract) { c.ID, c.Begun = "sub_2", begun.Add(days(60)) }), 60, Active, ""},
		"ended unpaid, and bought again":                               {new(life).status(0, ContractPastDue).status(30, ContractCanceled).contract(60, func(c *Contract) { c.ID, c.Begun = "sub_2", begun.Add(days(60)) }), 60, Active, ""},
		"ended, and bought again without paying":                       {new(life).status(0, ContractActive).status(30, ContractCanceled).contract(60, func(c *Contract) { c.ID, c.Begun, c.Status = "sub_2", begun.Add(days(60)), ContractIncomplete }), 60, Cancelled, HasEnded},
		"bought twice by mistake, and the first one ended":             {new(life).status(0, ContractActive).contract(0, func(c *Contract) { c.ID, c.Begun = "sub_2", begun.Add(days(1)) }).status(2, ContractCanceled), 3, Active, ""},
		"bought twice by mistake, and the second one ended": {new(life).status(0, ContractActive).contract(1, func(c *Contract) {
			c.ID, c.Begun, c.Status, c.Ended = "sub_2", begun.Add(days(1)), ContractCanceled, begun.Add(days(2))
		}), 3, Active, ""},
		"paused and resumed":                                                {new(life).status(0, ContractTrialing).status(7, ContractPaused).status(20, ContractActive), 21, Active, ""},
		"paused":                                                            {new(life).status(0, ContractTrialing).contract(7, func(c *Contract) { c.Status, c.TrialEnd = ContractPaused, begun.Add(days(7)) }), 8, Suspended, TrialOver},
		"given back whole":                                                  {new(life).invoice(0, "in_1", "paid", 0).status(0, ContractActive).refund(5, "in_1", 2900), 6, Suspended, WasRefunded},
		"given back in two parts":                                           {new(life).invoice(0, "in_1", "paid", 0).status(0, ContractActive).refund(5, "in_1", 1000).refund(6, "in_1", 2900), 6, Suspended, WasRefunded},
		"given back in part":                                                {new(life).invoice(0, "in_1", "paid", 0).status(0, ContractActive).refund(5, "in_1", 2899), 6, Active, ""},
		"a refund that failed":                                              {new(life).invoice(0, "in_1", "paid", 0).status(0, ContractActive).refund(5, "in_1", 2900).refund(6, "in_1", 0), 7, Active, ""},
		"an earlier payment was given back":                                 {new(life).invoice(0, "in_1", "paid", 0).status(0, ContractActive).invoice(30, "in_2", "paid", 30).refund(31, "in_1", 2900), 32, Active, ""},
		"given back, and paid again":                                        {new(life).invoice(0, "in_1", "paid", 0).status(0, ContractActive).refund(5, "in_1", 2900).invoice(30, "in_2", "paid", 30), 31, Active, ""},
		"given back, and an invoice of nothing after it":                    {new(life).invoice(0, "in_1", "paid", 0).status(0, ContractActive).refund(5, "in_1", 2900).say(6, Fact{Invoice: &Invoice{ID: "in_2", Subscription: "sub_1", Status: "paid", At: begun.Add(days(6))}}), 7, Suspended, WasRefunded},
		"given back, and what was paid before is told again":                {new(life).invoice(0, "in_1", "paid", 0).invoice(30, "in_2", "paid", 30).status(30, ContractActive).refund(35, "in_2", 2900).invoice(36, "in_1", "paid", 0), 37, Suspended, WasRefunded},
		"given back and ended":                                              {new(life).invoice(0, "in_1", "paid", 0).status(0, ContractActive).refund(5, "in_1", 2900).status(5, ContractCanceled), 6, Cancelled, WasRefunded},
		"given back, ended, and bought again":                               {new(life).invoice(0, "in_1", "paid", 0).refund(5, "in_1", 2900).status(5, ContractCanceled).contract(9, func(c *Contract) { c.ID, c.Begun = "sub_2", begun.Add(days(9)) }), 9, Active, ""},
		"a payment of another subscription fails":                           {new(life).status(0, ContractActive).say(30, Fact{Invoice: &Invoice{ID: "in_x", Subscription: "sub_x", Status: "open", Failed: true, At: begun}}), 90, Active, ""},
		"somebody else's subscription of the same customer ends":            {new(life).status(0, ContractActive).contract(30, func(c *Contract) { c.Tenant, c.Status, c.Begun = "another", ContractCanceled, begun.Add(1) }), 90, Active, ""},
		"somebody else's subscription of the same customer, and no other":   {new(life).contract(0, func(c *Contract) { c.Tenant = "another" }), 20, Suspended, TrialOver},
		"a subscription that was made at the processor, and names nobody":   {new(life).contract(0, func(c *Contract) { c.Tenant = "" }), 20, Active, ""},
		"nothing was said that matters":                                     {new(life).say(0, Fact{Checkout: &Checkout{Tenant: "t"}}).say(0, Fact{}), 0, Trialing, ""},
		"of two words in a second, the one of the higher rank counts":       {new(life).say(0, Fact{Rank: 100, Contract: contract(func(c *Contract) { c.Status, c.Ended = ContractCanceled, begun })}).status(0, ContractActive), 0, Cancelled, HasEnded},
		"of two words in a second and of a rank, that of the later id does": {new(life).status(0, ContractPastDue).status(0, ContractActive), 30, Active, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for how, facts := range orders(test.life.facts) {
				state := newcomer()
				for n := range facts {
					state = Fold(state, worldPlans, facts[:n+1])
				}
				got := StandingOf(state, strict, begun.Add(days(test.on)))
				if got.Status != test.want || got.Reason != test.why {
					t.Errorf("%s: it is %s %s since %v, want %s %s", how, got.Status, got.Reason, got.Since, test.want, test.why)
				}
			}
		})
	}
}

// edited returns the catalogue after the operator has made each plan worse, under the same prices.
func edited() *Catalogue {
	c := &Catalogue{Default: worldPlans.Default, Policy: strict}
	for _, plan := range worldPlans.Plans {
		plan.Name, plan.Limits.Answers = plan.Name+" 2", 1
		c.Plans = append(c.Plans, plan)
	}
	return c
}

func TestSubscribersKeepWhatTheyBought(t *testing.T) {
	t.Parallel()
	bought := new(life).status(0, ContractActive)
	state := Fold(newcomer(), worldPlans, bought.facts)
	if state.Plan.Limits.Answers != 1000 || state.Price != "price_sm" || state.Interval != Monthly {
		t.Fatalf("they bought %+v", state)
	}
	for name, change := range map[string]struct {
		life *life
		want string
	}{
		"their month is renewed":               {new(life).status(0, ContractActive).status(30, ContractActive), "Starter"},
		"their payment fails and is made":      {new(life).status(0, ContractActive).status(30, ContractPastDue).status(33, ContractActive), "Starter"},
		"they pay by the year":                 {new(life).status(0, ContractActive).contract(9, func(c *Contract) { c.Price, c.Interval = "price_sy", Yearly }), "Starter"},
		"their price is one that nobody knows": {new(life).status(0, ContractActive).contract(9, func(c *Contract) { c.Price = "price_of_the_dashboard" }), "Starter"},
		"they change the plan":                 {new(life).status(0, ContractActive).contract(9, func(c *Contract) { c.Price = "price_gm" }), "Growth 2"},
		"they buy again after they had ended":  {new(life).status(0, ContractActive).status(9, ContractCanceled).contract(40, func(c *Contract) { c.ID, c.Begun, c.Price = "sub_2", begun.Add(days(40)), "price_bm" }), "Business 2"},
		"they begin to buy another, and do not": {new(life).status(0, ContractActive).contract(9, func(c *Contract) {
			c.ID, c.Begun, c.Price, c.Status = "sub_2", begun.Add(days(9)), "price_gm", ContractIncomplete
		}), "Starter"},
		"they had two, and the dearer one ended": {new(life).status(0, ContractActive).contract(9, func(c *Contract) { c.ID, c.Price, c.Status = "sub_0", "price_bm", ContractCanceled }), "Starter"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for how, facts := range orders(change.life.facts) {
				if got := Fold(state, edited(), facts); got.Plan.Name != change.want {
					t.Errorf("%s: they have %s, want %s", how, got.Plan.Name, change.want)
				}
			}
		})
	}
}

func TestWhoeverBuysGetsTheTermsOfThatDay(t *testing.T) {
	t.Parallel()
	tried := newcomer() // since before the operator edited the catalogue
	if got := Fold(tried, edited(), new(life).status(0, ContractActive).facts); got.Plan.Name != "Starter 2" {
		t.Errorf("they bought %s", got.Plan.Name)
	}
	changed := Fold(Fold(tried, worldPlans, new(life).status(0, ContractActive).facts), worldPlans, new(life).contract(5, func(c *Contract) { c.Price = "price_gm" }).facts)
	back := new(life).contract(5, func(c *Contract) { c.Price = "price_gm" }).status(40, ContractActive)
	if got := Fold(changed, edited(), back.facts); got.Plan.Name != "Starter 2" {
		t.Errorf("whoever comes back has %s: that is a new agreement", got.Plan.Name)
	}
}

func TestAFormerPricePaysForItsPlan(t *testing.T) {
	t.Parallel()
	catalogue, err := ParseCatalogue([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	got := Fold(State{Tenant: "t"}, catalogue, new(life).contract(0, func(c *Contract) { c.Price, c.Interval = "price_sy0", Yearly }).facts)
	if got.Plan.ID != "starter" || got.Price != "price_sy0" || got.Interval != Yearly {
		t.Errorf("it is %+v", got)
	}
}

func TestAPlanOfTheOperatorsCountsUntilOneIsBought(t *testing.T) {
	t.Parallel()
	assigned := State{Tenant: "t", Plan: Plan{ID: "partner"}, Since: begun.Add(days(10)), Assigned: true}
	for name, test := range map[string]struct {
		life *life
		want string
	}{
		"what they had bought before it ends":         {new(life).status(0, ContractActive).status(20, ContractCanceled), "partner"},
		"what they had bought before it is told late": {new(life).contract(30, func(c *Contract) { c.Price = "price_gm" }), "partner"},
		"they buy":                   {new(life).contract(20, func(c *Contract) { c.Begun = begun.Add(days(20)) }), "starter"},
		"they buy, and it has ended": {new(life).contract(20, func(c *Contract) { c.Begun, c.Status = begun.Add(days(20)), ContractCanceled }), "starter"},
		"they buy, and it has ended before an older one": {new(life).status(0, ContractActive).contract(20, func(c *Contract) {
			c.ID, c.Begun, c.Status, c.Price = "sub_2", begun.Add(days(20)), ContractCanceled, "price_gm"
		}), "starter"},
		"they begin to buy, and do not pay": {new(life).contract(20, func(c *Contract) { c.Begun, c.Status = begun.Add(days(20)), ContractIncomplete }), "partner"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for how, facts := range orders(test.life.facts) {
				state := assigned
				for n := range facts {
					state = Fold(state, worldPlans, facts[:n+1])
				}
				if state.Plan.ID != test.want || state.Assigned != (test.want == "partner") || state.Contract == nil {
					t.Errorf("%s: they have %s, assigned %v, with the contract %+v", how, state.Plan.ID, state.Assigned, state.Contract)
				}
			}
		})
	}
}

func TestWhatIsAgreedForLaterIsKnownUntilItHasCome(t *testing.T) {
	t.Parallel()
	later := NextPrice{Price: "price_gm", At: begun.Add(days(30)), Schedule: "sub_sched_1"}
	agreed := new(life).status(0, ContractActive).say(5, Fact{Schedule: &later, Subscription: "sub_1"})
	if got := Fold(newcomer(), worldPlans, agreed.facts).Contract.Next; got == nil || *got != later {
		t.Errorf("it becomes %+v", got)
	}
	for name, l := range map[string]*life{
		"taken back":          new(life).status(0, ContractActive).say(5, Fact{Schedule: &later, Subscription: "sub_1"}).say(6, Fact{Schedule: &NextPrice{Schedule: "sub_sched_1"}, Subscription: "sub_1"}),
		"come":                new(life).say(5, Fact{Schedule: &later, Subscription: "sub_1"}).contract(30, func(c *Contract) { c.Price, c.PeriodStart = "price_gm", begun.Add(days(30)) }),
		"ended":               new(life).say(5, Fact{Schedule: &later, Subscription: "sub_1"}).status(6, ContractCanceled),
		"somebody else's":     new(life).status(0, ContractActive).say(5, Fact{Schedule: &later, Subscription: "sub_9"}),
		"said before it came": new(life).status(0, ContractActive).say(-40, Fact{Schedule: &NextPrice{Price: "price_gm", At: begun.Add(-days(10))}, Subscription: "sub_1"}),
	} {
		for how, facts := range orders(l.facts) {
			if got := Fold(newcomer(), worldPlans, facts).Contract.Next; got != nil {
				t.Errorf("%s, %s: it becomes %+v", name, how, got)
			}
		}
	}
}

func TestFoldingChangesNothingThatItWasGiven(t *testing.T) {
	t.Parallel()
	facts := new(life).status(9, ContractPastDue).status(0, ContractActive).say(5, Fact{Schedule: &NextPrice{Price: "price_gm", At: begun.Add(days(30))}, Subscription: "sub_1"}).facts
	was := fmt.Sprintf("%+v %+v", facts, *facts[1].Contract)
	state := Fold(newcomer(), worldPlans, facts)
	state.Contract.Price, state.Contract.Next.Price = "changed", "changed"
	if is := fmt.Sprintf("%+v %+v", facts, *facts[1].Contract); is != was {
		t.Errorf("facts were\n%s, and are\n%s", was, is)
	}
	if got := Fold(newcomer(), worldPlans, nil); !reflect.DeepEqual(got, newcomer()) {
		t.Errorf("without facts it is %+v", got)
	}
	if got := Fold(newcomer(), nil, facts); got.Plan.ID != "starter" || got.Contract == nil {
		t.Errorf("without a catalogue it is %+v", got)
	}
}
