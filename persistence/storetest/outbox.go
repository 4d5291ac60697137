package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
)

// lease is longer than any test takes.
const lease = time.Hour

// take takes what is due for one webhook.
func (w *world) take(t testing.TB, webhook chat.Webhook, count int) []chat.Delivery {
	t.Helper()
	return w.takeFor(t, webhook, count, lease)
}

func (w *world) takeFor(t testing.TB, webhook chat.Webhook, count int, lease time.Duration) []chat.Delivery {
	t.Helper()
	taken, err := w.Take(t.Context(), []chat.Share{{HookQueue: queueOf(webhook), Count: count}}, lease)
	must(t, err)
	return taken
}

func queueOf(webhook chat.Webhook) chat.HookQueue {
	return chat.HookQueue{Tenant: webhook.Tenant, Webhook: webhook.ID}
}

// told takes and ends everything that waits for a webhook, and says what it was.
func (w *world) told(t testing.TB, webhook chat.Webhook) []string {
	t.Helper()
	told := []string{}
	for {
		taken := w.take(t, webhook, 100)
		if len(taken) == 0 {
			return told
		}
		for _, d := range taken {
			told = append(told, fmt.Sprint(d.Type, " ", d.Seq))
			must(t, w.Done(t.Context(), d))
		}
	}
}

// isDue tells whether something is due for a webhook.
func (w *world) isDue(t testing.TB, webhook chat.Webhook) bool {
	t.Helper()
	queues, err := w.Due(t.Context(), 10_000)
	must(t, err)
	for _, q := range queues {
		if q == queueOf(webhook) {
			return true
		}
	}
	return false
}

var outboxTests = []test{
	{"A webhook is told of each event that it asked for, in order", func(t *testing.T, w *world) {
		all, some := w.listen(t, nil), w.listen(t, func(wh *chat.Webhook) {
			wh.Types = []chat.Type{chat.TypeStatusChanged, chat.TypeConversationCreated}
		})
		off := w.listen(t, func(wh *chat.Webhook) { wh.Enabled = false })
		ref := w.born(t, append(everyBody, chat.MessageInterrupted{Message: "msg_5", Reason: chat.Failed})...)
		w.committed(t, next(ref, int64(len(everyBody))+1, chat.StatusChanged{Status: chat.Closed}))
		for _, c := range []struct {
			webhook chat.Webhook
			told    []string
		}{
			{all, []string{
				"conversation.created 0", "message.created 1", "message.created 2", "message.completed 4", "status.changed 6", "status.changed 7",
				"contact.changed 8", "feedback.given 9", "message.interrupted 12", "status.changed 13",
			}},
			{some, []string{"conversation.created 0", "status.changed 6", "status.changed 7", "status.changed 13"}},
			{off, []string{}},
		} {
			if diff := cmp.Diff(c.told, w.told(t, c.webhook)); diff != "" {
				t.Error(diff)
			}
		}
	}},
	{"An append that is refused leaves nothing in the outbox, and its neighbours' rows stay", func(t *testing.T, w *world) {
		webhook := w.listen(t, nil)
		ref := w.born(t, said("a", "Hello"))
		if n := len(w.told(t, webhook)); n != 2 {
			t.Fatalf("the birth told %d", n)
		}
		over := next(ref, 1, said("e", "Hello"), started("msg", 1))
		other := w.birth(w.newRef(), said("d", "Hello"))
		stale := next(ref, 9, said("b", "Hello"))
		w.append(t, stale, other, next(ref, 1, said("a", "again")))
		over.Limit = 1
		w.committed(t, next(ref, 1, started("msg_0", 1)))
		over.Head = 2
		w.refused(t, chat.ErrQuota, over)
		taken := w.take(t, webhook, 100)
		if len(taken) != 1 || taken[0].Type != chat.TypeConversationCreated || taken[0].Conversation != other.Conversation {
			t.Errorf("told: %+v", taken)
		}
	}},
	{"A webhook that was made, changed or deleted counts from the next append on", func(t *testing.T, w *world) {
		ref := w.born(t, said("a", "Hello")) // the store knows now that there is no webhook
		webhook := w.listen(t, nil)
		w.committed(t, next(ref, 1, said("b", "Hello")))
		_, err := w.UpdateWebhook(t.Context(), w.tenant.ID, webhook.ID, func(wh *chat.Webhook) error {
			wh.Types = []chat.Type{chat.TypeStatusChanged}
			return nil
		})
		must(t, err)
		w.committed(t, next(ref, 2, said("c", "Hello"), chat.StatusChanged{Status: chat.Closed}))
		if diff := cmp.Diff([]string{"message.created 2", "status.changed 4"}, w.told(t, webhook)); diff != "" {
			t.Error(diff)
		}
		must(t, w.DeleteWebhook(t.Context(), w.tenant.ID, webhook.ID))
		w.committed(t, next(ref, 4, chat.StatusChanged{Status: chat.WithBot}))
	}},
	{"Webhooks that come and go while events do lose none, and fail no append", func(t *testing.T, w *world) {
		webhook := w.listen(t, nil)
		ref := w.born(t, said("first", "Hello"))
		var group sync.WaitGroup
		group.Go(func() {
			for i := range 40 {
				w.committed(t, next(ref, int64(i+1), said(fmt.Sprint(i), "Hello")))
			}
		})
		group.Go(func() {
			for range 25 { // each change costs an append a round at most, and it has 64
				other := w.newWebhook()
				must(t, w.CreateWebhook(t.Context(), other))
				must(t, w.DeleteWebhook(t.Context(), other.Tenant, other.ID))
			}
		})
		group.Wait()
		if told := w.told(t, webhook); len(told) != 42 {
			t.Errorf("told %d: %v", len(told), told)
		}
	}},
	{"Of one conversation the next is due when the one before is gone", func(t *testing.T, w *world) {
		webhook := w.listen(t, func(wh *chat.Webhook) { wh.Types = []chat.Type{chat.TypeMessageCreated} })
		one, two := w.born(t, said("a", "1"), said("b", "2")), w.born(t, said("a", "1"))
		taken := w.take(t, webhook, 10)
		if len(taken) != 2 || taken[0].Conversation == taken[1].Conversation || taken[0].Seq+taken[1].Seq != 2 {
			t.Fatalf("taken: %+v", taken)
		}
		for _, d := range taken {
			if d.Conversation == two.Conversation {
				must(t, w.Done(t.Context(), d))
				continue
			}
			must(t, w.Postpone(t.Context(), d, time.Now().Add(lease), "status_500"))
		}
		if more := w.take(t, webhook, 10); len(more) != 0 {
			t.Errorf("%s was overtaken: %+v", one, more)
		}
		w.committed(t, next(one, 2, said("c", "3")))
		if more := w.take(t, webhook, 10); len(more) != 0 || w.isDue(t, webhook) {
			t.Errorf("%s was overtaken by what came later: %+v", one, more)
		}
	}},
	{"What is leased is nobody else's until the lease is over", func(t *testing.T, w *world) {
		webhook := w.listen(t, func(wh *chat.Webhook) { wh.Types = []chat.Type{chat.TypeConversationCreated} })
		w.born(t, said("a", "Hello"))
		if !w.isDue(t, webhook) {
			t.Fatal("nothing is due")
		}
		killed := w.takeFor(t, webhook, 10, -time.Second) // over when it begins
		if len(killed) != 1 || killed[0].Tries != 1 {
			t.Fatalf("taken: %+v", killed)
		}
		again := w.take(t, webhook, 10)
		if len(again) != 1 || again[0].ID != killed[0].ID || again[0].Tries != 2 {
			t.Fatalf("after the lease: %+v", again)
		}
		if more := w.take(t, webhook, 10); len(more) != 0 || w.isDue(t, webhook) {
			t.Errorf("within the lease: %+v", more)
		}
		// The one that was slow says that it failed: it has no say any more.
		must(t, w.Postpone(t.Context(), killed[0], moment(3), "timeout"))
		must(t, w.Postpone(t.Context(), killed[0], time.Time{}, "timeout"))
		if w.isDue(t, webhook) {
			t.Error("a lease was broken")
		}
		if found, err := w.Webhook(t.Context(), w.tenant.ID, webhook.ID); err != nil || found.Failures != 0 {
			t.Errorf("it counts %d failures, %v", found.Failures, err)
		}
		must(t, w.Done(t.Context(), again[0]))
		must(t, w.Done(t.Context(), again[0]))
	}},
	{"Of many who take at once each gets others", func(t *testing.T, w *world) {
		webhook := w.listen(t, func(wh *chat.Webhook) { wh.Types = []chat.Type{chat.TypeConversationCreated} })
		const conversations = 30
		for range conversations {
			w.born(t, said("a", "Hello"))
		}
		var mu sync.Mutex
		seen := map[string]int{}
		var group sync.WaitGroup
		for range 5 {
			group.Go(func() {
				for {
					taken, err := w.Take(t.Context(), []chat.Share{{HookQueue: queueOf(webhook), Count: 4}}, lease)
					if err != nil {
						t.Errorf("take: %v", err)
						return
					}
					if len(taken) == 0 {
						mu.Lock()
						enough := len(seen) == conversations
						mu.Unlock()
						if enough {
							return
						}
						continue // others hold, or have just taken, what it found
					}
					mu.Lock()
					for _, d := range taken {
						seen[d.ID]++
					}
					mu.Unlock()
				}
			})
		}
		group.Wait()
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s was taken %d times", id, n)
			}
		}
	}},
	{"A delivery that failed is due at its time, and is given up at none", func(t *testing.T, w *world) {
		webhook := w.listen(t, func(wh *chat.Webhook) { wh.Types = []chat.Type{chat.TypeConversationCreated} })
		w.born(t, said("a", "Hello"))
		d := w.take(t, webhook, 1)[0]
		must(t, w.Postpone(t.Context(), d, time.Now().Add(lease), "timeout"))
		if w.isDue(t, webhook) {
			t.Error("it is due before its time")
		}
		w.born(t, said("a", "Hello"))
		e := w.take(t, webhook, 1)[0]
		must(t, w.Postpone(t.Context(), e, moment(3), "status_404"))
		again := w.take(t, webhook, 1)
		if len(again) != 1 || again[0].ID != e.ID {
			t.Fatalf("then: %+v", again)
		}
		must(t, w.Postpone(t.Context(), again[0], time.Time{}, "status_500"))
		found, err := w.Webhook(t.Context(), w.tenant.ID, webhook.ID)
		must(t, err)
		if found.Failures != 3 || found.LastFailure != "status_500" || found.FailingSince.IsZero() {
			t.Errorf("the webhook is %+v", found)
		}
		if waiting, err := w.Waiting(t.Context()); err != nil || waiting < 1 {
			t.Errorf("%d wait, %v", waiting, err)
		}
		w.born(t, said("a", "Hello"))
		must(t, w.Done(t.Context(), w.take(t, webhook, 1)[0]))
		if found, err = w.Webhook(t.Context(), w.tenant.ID, webhook.ID); err != nil || found.Failures != 0 || !found.FailingSince.IsZero() || found.LastFailure != "" {
			t.Errorf("after one arrived it is %+v, %v", found, err)
		}
	}},
}

var survivingOutboxTests = []aloneTest{
	{"What was committed before a crash is delivered after it", func(t *testing.T, d Database) {
		store := d.Open(t)
		w := newWorld(t, store)
		webhook := w.listen(t, nil)
		w.born(t, said("a", "Hello"))
		must(t, store.Close())
		w.Store = d.Open(t)
		defer w.Store.Close()
		if diff := cmp.Diff([]string{"conversation.created 0", "message.created 1"}, w.told(t, webhook)); diff != "" {
			t.Error(diff)
		}
	}},
	{"An event whose outbox row cannot be written is not written either", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		w.listen(t, nil)
		ref := w.born(t, said("a", "Hello"))
		d.Exec(t, "ALTER TABLE outbox RENAME TO elsewhere")
		if _, err := w.Append(t.Context(), []chat.Append{next(ref, 1, said("b", "Hello"))}); err == nil {
			t.Error("it was appended")
		}
		if n := len(w.events(t, ref)); n != 1 {
			t.Errorf("there are %d events", n)
		}
		d.Exec(t, "ALTER TABLE elsewhere RENAME TO outbox")
		w.committed(t, next(ref, 1, said("b", "Hello")))
	}},
}
