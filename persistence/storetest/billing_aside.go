package storetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
	"parley/knowledge"
)

var billingNoticeTests = []test{
	{"What was reported last is kept, for each period", func(t *testing.T, w *world) {
		ctx, b, id := t.Context(), w.Billing(), w.tenant.ID
		reported := func(period string, want int64) {
			t.Helper()
			if total, err := b.Reported(ctx, id, period); err != nil || total != want {
				t.Errorf("of %s %d were reported, %v", period, total, err)
			}
		}
		reported("2026-11", 0)
		must(t, b.KeepReport(ctx, id, "2026-11", 7, moment(1)))
		must(t, b.KeepReport(ctx, id, "2026-11", 5, moment(2)))
		reported("2026-11", 5)
		reported("2026-12", 0)
		must(t, b.KeepReport(ctx, id, "2026-11", 9, moment(3)))
		reported("2026-11", 9)
		if total, err := b.Reported(ctx, newWorld(t, w.Store).tenant.ID, "2026-11"); err != nil || total != 0 {
			t.Errorf("of another tenant %d were reported, %v", total, err)
		}
		want(t, b.KeepReport(ctx, chat.NewID(chat.TenantPrefix), "2026-11", 1, moment(1)), chat.ErrNotFound)
	}},
}

// billingAloneTests look at what belongs to nobody alone.
var billingAloneTests = []aloneTest{
	{"A notice is planned once for its key, and mailed by one", func(t *testing.T, d Database) {
		w := newWorld(t, d.Open(t))
		defer w.Close()
		ctx, b, id := t.Context(), w.Billing(), w.tenant.ID
		notices := []billing.PlannedNotice{{Key: "past_due 0", Kind: "past_due", At: moment(1)}, {Key: "past_due 3", Kind: "past_due", At: moment(2)}}
		for i, added := range []int{2, 0} {
			if n, err := b.PlanNotices(ctx, id, notices); err != nil || n != added {
				t.Fatalf("time %d: %d were added, %v", i, n, err)
			}
		}
		if keys, err := b.Noticed(ctx, id); err != nil || !cmp.Equal(keys, map[string]time.Time{"past_due 0": moment(1), "past_due 3": moment(2)}) {
			t.Errorf("planned are %v, %v", keys, err)
		}
		if n, err := b.PlanNotices(ctx, newWorld(t, w.Store).tenant.ID, notices); err != nil || n != 2 {
			t.Errorf("of another tenant: %d, %v", n, err)
		}
		var group sync.WaitGroup
		var taken atomic.Int64
		for range 4 {
			group.Go(func() {
				due, err := b.TakeNotices(ctx, moment(9), 10, time.Minute)
				if err != nil {
					t.Errorf("take: %v", err)
				}
				taken.Add(int64(len(due)))
			})
		}
		group.Wait()
		if taken.Load() != 4 {
			t.Errorf("%d were taken", taken.Load())
		}
		must(t, b.NoticeSent(ctx, id, "past_due 0", time.Time{}))
		must(t, b.NoticeSent(ctx, id, "past_due 3", moment(50)))
		due, err := b.TakeNotices(ctx, moment(51), 10, time.Minute)
		must(t, err)
		wanted := []billing.PlannedNotice{{Tenant: id, Key: "past_due 3", Kind: "past_due", At: moment(2), Tries: 2}}
		if diff := cmp.Diff(wanted, due); diff != "" {
			t.Error(diff)
		}
		want(t, b.NoticeSent(ctx, id, "another", time.Time{}), chat.ErrNotFound)
	}},
	{"Of old events what they say of people is swept, and those of nobody go", func(t *testing.T, d Database) {
		w := newWorld(t, d.Open(t))
		defer w.Close()
		ctx, b, id := t.Context(), w.Billing(), w.tenant.ID
		old, at := map[string]billing.Event{}, time.Now().AddDate(0, 0, -91).UTC().Truncate(time.Millisecond)
		for name, outcome := range map[string]billing.Outcome{
			"settled": {Tenant: id, Facts: []billing.Fact{{ID: "1", Tenant: id}}},
			"failed":  {Tenant: id, Facts: []billing.Fact{{ID: "2", Tenant: id}}, Error: "no such price"},
			"nobody":  {Facts: []billing.Fact{{ID: "3", Customer: "cus_else"}}},
			"waiting": {},
		} {
			event := billing.Event{ID: "evt_" + name + id, Type: "x", At: at, Received: at, Payload: []byte("Bo")}
			_, err := b.Receive(ctx, event)
			must(t, err)
			if old[name] = event; name != "waiting" {
				must(t, b.Settle(ctx, event.ID, outcome))
			}
		}
		recent := w.received(t, "x", "Bo")
		must(t, b.Settle(ctx, recent.ID, billing.Outcome{}))
		defer startJobs(t, w.Store, func(context.Context, string, string) error { return nil })()
		eventually(t, "the event of nobody is gone", func() bool {
			_, err := b.Event(ctx, old["nobody"].ID)
			return code(err) == "not_found"
		})
		_, err := b.Event(ctx, old["settled"].ID)
		if code(err) != "event_forgotten" {
			t.Errorf("what is left of the one that was settled: %v", err)
		}
		for _, event := range []billing.Event{old["failed"], old["waiting"], recent} { // they may be needed
			if found, err := b.Event(ctx, event.ID); err != nil || string(found.Payload) != "Bo" {
				t.Errorf("%s: %+v, %v", event.ID, found, err)
			}
		}
		w.factsAre(t, billing.Fact{ID: "1", Tenant: id}, billing.Fact{ID: "2", Tenant: id})
	}},
	{"The last comparison is what is kept", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		ctx, b := t.Context(), store.Billing()
		if c, err := b.Comparison(ctx); err != nil || !cmp.Equal(c, billing.Comparison{}) {
			t.Errorf("before any: %+v, %v", c, err)
		}
		first := billing.Comparison{At: moment(1), Contracts: 2, Differences: []billing.Difference{
			{Tenant: "ten_1", Contract: "sub_1", What: "status", Ours: "active", Theirs: "canceled"}, {Contract: "sub_2", What: "missing"},
		}}
		for _, c := range []billing.Comparison{first, {At: moment(2), Error: "they were away"}} {
			must(t, b.KeepComparison(ctx, c))
			found, err := b.Comparison(ctx)
			must(t, err)
			if diff := cmp.Diff(c, found); diff != "" {
				t.Error(diff)
			}
		}
	}},
}

var countTests = []test{
	{"What a tenant uses is counted", func(t *testing.T, w *world) {
		ctx, b, id := t.Context(), w.Billing(), w.tenant.ID
		used := func(period string, want billing.Used) {
			t.Helper()
			found, err := b.Used(ctx, id, period)
			must(t, err)
			if diff := cmp.Diff(want, found); diff != "" {
				t.Errorf("in %s: %s", period, diff)
			}
		}
		used("2026-11", billing.Used{Bots: 1, Seats: 1})
		w.committed(t, w.asking(0, moment(10)), w.asking(0, moment(10)))
		later := w.asking(0, moment(10))
		later.Period = "2026-11-02T08:00:00Z"
		w.committed(t, later)
		must(t, w.CreateBot(ctx, w.newBot()))
		must(t, w.Invite(ctx, w.invitation("x@example.com", time.Now().Add(time.Hour))))
		must(t, w.Invite(ctx, w.invitation("late@example.com", time.Now().Add(-time.Hour))))
		w.readySource(t, "Copper.", "Brass.")
		site := w.site(t)
		w.step(t, &site, knowledge.Round{Pages: []knowledge.Page{w.page(site, "A", "One."), w.page(site, "B", "Two.")}})
		used("2026-11", billing.Used{Answers: 2, Bots: 2, Passages: 4, Seats: 2, Pages: 2})
		used("2026-11-02T08:00:00Z", billing.Used{Answers: 1, Bots: 2, Passages: 4, Seats: 2, Pages: 2})
		if found, err := b.Used(ctx, chat.NewID(chat.TenantPrefix), "2026-11"); err != nil || found != (billing.Used{}) {
			t.Errorf("nobody uses %+v, %v", found, err)
		}
	}},
	{"Of many who add the last bot at once one does", func(t *testing.T, w *world) {
		refused := atOnce(t, func() error { return w.CreateBotWithin(t.Context(), w.newBot(), 3) }, billing.ErrBots)
		if bots, err := w.Bots(t.Context(), w.tenant.ID); err != nil || len(bots) != 3 || refused != racers-2 {
			t.Errorf("there are %d bots, %d were refused, %v", len(bots), refused, err)
		}
		must(t, w.CreateBotWithin(t.Context(), w.newBot(), 0))
		must(t, newWorld(t, w.Store).CreateBotWithin(t.Context(), newWorld(t, w.Store).newBot(), 2))
	}},
	{"Of many who are invited to the last seat at once one is", func(t *testing.T, w *world) {
		ctx, until := t.Context(), time.Now().Add(time.Hour)
		must(t, w.Invite(ctx, w.invitation("late@example.com", time.Now().Add(-time.Hour)))) // is not open any more
		refused := atOnce(t, func() error {
			return w.InviteWithin(ctx, w.invitation(chat.NewID("x")+"@example.com", until), 3)
		}, billing.ErrSeats)
		if refused != racers-2 {
			t.Errorf("%d were refused", refused)
		}
		all, err := w.Invitations(ctx, w.tenant.ID)
		must(t, err)
		for _, one := range all {
			if one.ExpiresAt.After(time.Now()) {
				must(t, w.InviteWithin(ctx, w.invitation(one.Email, until), 3)) // again, in its place
			}
		}
		want(t, w.InviteWithin(ctx, w.invitation("one-more@example.com", until), 3), billing.ErrSeats)
		must(t, w.InviteWithin(ctx, w.invitation("one-more@example.com", until), 4))
		must(t, w.InviteWithin(ctx, w.invitation("as-many@example.com", until), 0))
	}},
}

// racers are as many as do something at once.
const racers = 8

// atOnce has all racers do something, and counts those that were refused.
func atOnce(t *testing.T, do func() error, refusal error) int64 {
	t.Helper()
	var group sync.WaitGroup
	var refused atomic.Int64
	for range racers {
		group.Go(func() {
			switch err := do(); {
			case err == nil:
			case code(err) == code(refusal):
				refused.Add(1)
			default:
				t.Errorf("got %v", err)
			}
		})
	}
	group.Wait()
	return refused.Load()
}

func (w *world) invitation(email string, until time.Time) account.Invitation {
	return account.Invitation{
		ID: chat.NewID(account.InvitationPrefix), Tenant: w.tenant.ID, Email: email, Role: account.Agent, Hash: []byte("hash"),
		By: w.user.ID, CreatedAt: moment(1), ExpiresAt: until.UTC().Truncate(time.Millisecond),
	}
}
