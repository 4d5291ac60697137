package billing

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"parley/account"
)

// kinds are those of the mails that were sent.
func (b *business) kinds() (kinds []NoticeKind) {
	for _, mail := range b.mails {
		kinds = append(kinds, mail.Kind)
	}
	return kinds
}

// lives makes the rounds each step, for a while.
func (b *business) lives(t *testing.T, r *Rounds, while, step time.Duration) {
	t.Helper()
	for end := b.now.Add(while); b.now.Before(end); b.now = b.now.Add(step) {
		must(t, r.round(t.Context()))
	}
}

func TestATrialThatNobodyPaysForGoesItsWayToTheEnd(t *testing.T) {
	t.Parallel()
	b := sold(t)
	b.stands(t, "t")
	b.lives(t, b.rounds(), 50*day, time.Hour)
	if want := []NoticeKind{TrialEnding, TrialEnded, ErasedSoon, ErasedTomorrow}; !slices.Equal(b.kinds(), want) {
		t.Errorf("mailed were %v", b.kinds())
	}
	if at := b.kept.erasures["t"]; at.Before(noon.AddDate(0, 0, 44)) || at.After(noon.AddDate(0, 0, 44).Add(2*time.Hour)) {
		t.Errorf("erased at %v", at)
	}
	ids := map[string]bool{}
	for _, mail := range b.mails {
		ids[mail.ID] = true
	}
	if len(ids) != 4 || b.mails[0].Company != "Acme" || b.mails[0].Link != "https://chat.example/settings/plan" || !b.mails[0].Sold {
		t.Errorf("%v, %+v", slices.Sorted(maps.Keys(ids)), b.mails[0])
	}
}

func TestNobodyIsErasedWhoWasNotToldADayBefore(t *testing.T) {
	t.Parallel()
	b := sold(t)
	b.stands(t, "t")
	b.now = noon.AddDate(0, 3, 0) // nothing ran for months
	r := b.rounds()
	b.lives(t, r, 23*time.Hour, time.Hour)
	if !b.kept.erasures["t"].IsZero() || !slices.Contains(b.kinds(), ErasedTomorrow) {
		t.Fatalf("mailed were %v, and they are erased at %v", b.kinds(), b.kept.erasures["t"])
	}
	saved := *b
	savedStates := maps.Clone(b.kept.states)
	b.lives(t, r, 3*time.Hour, time.Hour)
	if b.kept.erasures["t"].IsZero() {
		t.Error("who was told is not erased")
	}
	b.now, b.kept.states, b.kept.erasures = saved.now, savedStates, map[string]time.Time{}
	must(t, b.hears(t, bought("evt_1", "t", "price_small", 0, func(c *Contract) { c.Begun, c.Anchor = saved.now, saved.now })))
	b.lives(t, r, 10*day, time.Hour)
	if !b.kept.erasures["t"].IsZero() {
		t.Error("somebody who has paid meanwhile is erased")
	}
}

func TestNobodyIsErasedOfWhomTheProcessorMaySayOtherwise(t *testing.T) {
	t.Parallel()
	for name, disturb := range map[string]func(b *business){
		"it has a contract of theirs": func(b *business) {
			theirs := bought("", "t", "price_small", 0).Contract
			b.processor.contracts = append(b.processor.contracts, *theirs)
		},
		"it cannot be asked": func(b *business) { b.processor.fails = errAway },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := sold(t)
			b.stands(t, "t")
			b.now = noon.AddDate(0, 3, 0)
			disturb(b)
			r := b.rounds()
			for range 72 {
				_ = r.round(t.Context()) // fails where the processor is away
				b.now = b.now.Add(time.Hour)
			}
			if !b.kept.erasures["t"].IsZero() {
				t.Error("it is erased")
			}
		})
	}
}

func TestWhoeverDoesNotPayIsToldAndRecovers(t *testing.T) {
	t.Parallel()
	b := sold(t)
	r := b.rounds()
	must(t, b.hears(t, bought("evt_1", "t", "price_small", 0)))
	b.lives(t, r, day, time.Hour)
	must(t, b.hears(t, bought("evt_2", "t", "price_small", day, func(c *Contract) { c.Status = ContractPastDue })))
	b.lives(t, r, 15*day, time.Hour)
	if want := []NoticeKind{PaymentFailed, PaymentFailed, PaymentFailed, ChatsSuspended}; !slices.Equal(b.kinds(), want) {
		t.Errorf("mailed were %v", b.kinds())
	}
	must(t, b.hears(t, bought("evt_3", "t", "price_small", 16*day)))
	b.lives(t, r, 2*time.Hour, time.Hour)
	if kinds := b.kinds(); kinds[len(kinds)-1] != ChatsRecovered || len(kinds) != 5 {
		t.Errorf("mailed were %v", kinds)
	}
}

func TestAMailThatIsNotNeededAnyMoreIsNotSent(t *testing.T) {
	t.Parallel()
	b := sold(t)
	r := b.rounds()
	b.stands(t, "t")
	b.kept.used["t 2026-11-14T12:00:00Z"] = Used{Answers: 85}
	b.mailFails = errors.New("the mail server is away")
	must(t, r.round(t.Context()))
	if len(b.kept.due["t"]) != 1 {
		t.Fatalf("due are %v", b.kept.due["t"])
	}
	b.kept.used["t 2026-11-14T12:00:00Z"] = Used{Answers: 100}
	b.mailFails = nil
	b.now = noon.Add(time.Hour)
	must(t, r.round(t.Context()))
	if want := []NoticeKind{Usage100}; !slices.Equal(b.kinds(), want) || b.mails[0].Used.Answers != 100 {
		t.Errorf("mailed were %v", b.kinds())
	}
}

func TestAMailIsTriedAgainUntilThatIsOfNoUse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fails error
		tries int
	}{"away": {errors.New("the mail server is away"), noticeTries}, "undeliverable": {account.ErrUndeliverable, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := sold(t)
			r := b.rounds()
			b.stands(t, "t")
			b.kept.used["t 2026-11-14T12:00:00Z"] = Used{Answers: 100}
			b.mailFails = c.fails
			b.lives(t, r, 20*time.Hour, 10*time.Minute)
			for key, notice := range b.kept.notices["t"] {
				if _, due := b.kept.due["t"][key]; due || notice.Tries != c.tries {
					t.Errorf("%s was tried %d times, due: %v", key, notice.Tries, due)
				}
			}
		})
	}
}

func TestNobodyPaysForABusinessThatIsErased(t *testing.T) {
	t.Parallel()
	b := sold(t)
	must(t, b.hears(t, bought("evt_1", "t", "price_small", 0)))
	r := b.rounds()
	must(t, r.round(t.Context()))
	if slices.Contains(b.processor.asked, "cancel") {
		t.Fatal("a subscription is cancelled that goes on")
	}
	b.kept.erasures["t"] = noon.Add(7 * day) // by its owner
	must(t, r.round(t.Context()))
	must(t, r.round(t.Context()))
	if n := len(slices.DeleteFunc(slices.Clone(b.processor.asked), func(s string) bool { return s != "cancel" })); n != 1 {
		t.Errorf("asked %q", b.processor.asked)
	}
	if slices.Contains(b.processor.asked, "end") {
		t.Error("it ends before the day on which the owner cannot take it back any more")
	}
	if !b.kept.erasures["t"].Equal(noon.Add(7 * day)) {
		t.Error("the time that the owner was told is another now")
	}
	must(t, b.End(t.Context(), "t")) // that day
	if state, standing := b.stands(t, "t"); state.Subscribed() || standing.Status != Cancelled || b.processor.asked[len(b.processor.asked)-1] != "end" {
		t.Errorf("%+v, %+v, asked %q", state.Contract, standing, b.processor.asked)
	}
	must(t, b.End(t.Context(), "t"))
}

func TestThereIsNothingToEndOfWhoHasBoughtNothing(t *testing.T) {
	t.Parallel()
	b := sold(t)
	must(t, b.End(t.Context(), "t"))
	b.stands(t, "t")
	must(t, b.End(t.Context(), "t"))
	must(t, open(t, false, plans()).End(t.Context(), "t"))
	if len(b.processor.asked) != 0 {
		t.Errorf("asked %q", b.processor.asked)
	}
}

func TestWhatIsNotPaidForTooLongEndsAtOnce(t *testing.T) {
	t.Parallel()
	b := sold(t)
	r := b.rounds()
	must(t, b.hears(t, bought("evt_1", "t", "price_small", 0, func(c *Contract) { c.Status = ContractPastDue })))
	b.lives(t, r, 44*day, time.Hour) // the grace, and as long as data is kept
	if slices.Contains(b.processor.asked, "end") {
		t.Fatal("it ends while it can still be paid")
	}
	b.lives(t, r, 2*time.Hour, time.Hour)
	state, standing := b.stands(t, "t")
	if state.Subscribed() || standing.Status != Cancelled || standing.Reason != Unpaid || standing.EraseAt.Before(b.now.Add(29*day)) {
		t.Errorf("%+v, %+v", state.Contract, standing)
	}
	asked := slices.DeleteFunc(slices.Clone(b.processor.asked), func(s string) bool { return s != "end" && s != "cancel" })
	if !slices.Equal(asked, []string{"end"}) {
		t.Errorf("asked %q", asked)
	}
}

func TestAnswersBeyondThePlanAreReportedOnceForEachMonth(t *testing.T) {
	t.Parallel()
	b := sold(t)
	metered := func(c *Contract) { c.Meter = "si_over" }
	must(t, b.hears(t, bought("evt_1", "t", "price_large", 0, metered)))
	r := b.rounds()
	month := "t 2026-11-14T12:00:00Z"
	steps := []struct {
		after   time.Duration
		answers int64
		want    int64
		reports int // so far
	}{
		{0, 900, 0, 0}, {time.Minute, 1005, 0, 0}, {time.Hour, 1005, 5, 1}, {time.Hour + time.Minute, 1020, 5, 1}, {2 * time.Hour, 1020, 20, 2}, {3 * time.Hour, 1020, 20, 2},
		{4 * time.Hour, 1019, 19, 3},        // one has failed
		{30*day - time.Minute, 1040, 40, 4}, // the month ends: all of it
		{30*day - time.Second, 1050, 50, 5},
	}
	for _, step := range steps {
		b.now = noon.Add(step.after)
		b.kept.used[month] = Used{Answers: step.answers}
		must(t, r.round(t.Context()))
		reports := len(slices.DeleteFunc(slices.Clone(b.processor.asked), func(s string) bool { return s != "report" }))
		if b.processor.totals[noon] != step.want || reports != step.reports {
			t.Errorf("after %s: %d were reported, in %d reports", step.after, b.processor.totals[noon], reports)
		}
	}
	// The next month has begun, and the processor has not said so yet: what is left of the last one is of it.
	b.now = noon.AddDate(0, 1, 0).Add(time.Second)
	b.kept.used[month] = Used{Answers: 1053}
	must(t, r.round(t.Context()))
	if b.processor.totals[noon] != 53 || len(b.processor.totals) != 1 {
		t.Errorf("%v", b.processor.totals)
	}
	// Once it has, that month is on an invoice.
	next := noon.AddDate(0, 1, 0)
	must(t, b.hears(t, bought("evt_2", "t", "price_large", 30*day+time.Minute, metered, func(c *Contract) { c.PeriodStart, c.PeriodEnd = next, noon.AddDate(0, 2, 0) })))
	b.kept.used[month] = Used{Answers: 1060}
	b.kept.used["t 2026-12-14T12:00:00Z"] = Used{Answers: 1001}
	b.now = next.Add(2 * time.Hour)
	must(t, r.round(t.Context()))
	if b.processor.totals[noon] != 53 || b.processor.totals[next] != 1 {
		t.Errorf("%v", b.processor.totals)
	}
}

func TestAStateThatCannotBeOpenedHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	b := sold(t)
	for _, tenant := range []string{"a", "b", "c"} {
		must(t, b.hears(t, bought("evt_"+tenant, tenant, "price_small", 0, func(c *Contract) { c.Status = ContractPastDue })))
	}
	b.kept.broken = "b"
	r := b.rounds()
	refusedWith(t, r.round(t.Context()), errBroken)
	if len(b.mails) != 2 {
		t.Errorf("mailed were %v", b.kinds())
	}
	if found := b.kept.comparison; found.Error == "" || len(found.Differences) != 2 {
		t.Errorf("compared were %+v", found)
	}
}

func TestWhatWaitsIsProcessedByTheRounds(t *testing.T) {
	t.Parallel()
	b := sold(t)
	b.processor.unknown = map[string]error{"evt_1": errAway}
	must(t, b.hears(t, bought("evt_1", "t", "price_large", 0)))
	b.processor.unknown = nil
	must(t, b.rounds().round(t.Context()))
	if state, _ := b.stands(t, "t"); state.Plan.ID != "large" {
		t.Errorf("%+v", state)
	}
}
