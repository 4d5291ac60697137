package storetest

import (
	"fmt"
	"testing"

	"parley/account/billing"
	"parley/chat"
)

// BenchmarkAppend measures appends of a message to conversations that are there, in
// batches as a node gathers them.
func BenchmarkAppend(b *testing.B, open func(t testing.TB) Database) {
	store := open(b).Open(b)
	defer store.Close()
	w := newWorld(b, store)
	for _, size := range []int{1, 64} {
		b.Run(fmt.Sprintf("batch=%d", size), func(b *testing.B) {
			batch := make([]chat.Append, size)
			for i := range batch {
				ref := w.born(b, said("first", "Hello"))
				batch[i] = next(ref, 1)
			}
			n := 0
			for b.Loop() {
				for i := range batch {
					n++
					batch[i].Bodies = []chat.Body{said(fmt.Sprint(n), "How long does a copper nail last by the sea?")}
				}
				outcomes, err := store.Append(b.Context(), batch)
				if err != nil {
					b.Fatal(err)
				}
				for i, o := range outcomes {
					if o.Err != nil {
						b.Fatal(o.Err)
					}
					batch[i].Head++
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// BenchmarkOpen measures openings of conversations with a few messages, one by
// one and as many as come back together.
func BenchmarkOpen(b *testing.B, open func(t testing.TB) Database) {
	store := open(b).Open(b)
	defer store.Close()
	w := newWorld(b, store)
	refs := make([]chat.Ref, 64)
	for i := range refs {
		refs[i] = w.born(b, said("a", "How long does a copper nail last by the sea?"), said("b", "And a steel nail?"))
	}
	for _, size := range []int{1, len(refs)} {
		b.Run(fmt.Sprintf("group=%d", size), func(b *testing.B) {
			n := 0
			for b.Loop() {
				opened, err := store.Open(b.Context(), refs[:size])
				if err != nil {
					b.Fatal(err)
				}
				for _, o := range opened {
					if o.Err != nil {
						b.Fatal(o.Err)
					}
				}
				n += size
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "conversations/s")
		})
	}
}

// BenchmarkInbox measures what an inbox asks for, of ten thousand conversations.
func BenchmarkInbox(b *testing.B, open func(t testing.TB) Database) {
	store := open(b).Open(b)
	defer store.Close()
	w := newWorld(b, store)
	ids := make([]string, 0, 10_000)
	for len(ids) < cap(ids) {
		var batch []chat.Append
		for range 200 {
			status := []chat.Status{chat.WithBot, chat.Closed, chat.Closed, chat.Closed, chat.Waiting}[len(ids)%5]
			birth := w.birth(w.newRef(), said("a", "Hello"), chat.StatusChanged{Status: status})
			birth.Status, birth.At = status, moment(len(ids))
			batch, ids = append(batch, birth), append(ids, birth.Conversation)
		}
		w.committed(b, batch...)
	}
	w.born(b, chat.ContactChanged{Name: "Bo Diddley"})
	for name, ask := range map[string]func() error{
		"everything": func() error {
			_, _, err := w.Conversations(b.Context(), w.tenant.ID, chat.ConversationFilter{})
			return err
		},
		"closed": func() error {
			_, _, err := w.Conversations(b.Context(), w.tenant.ID, chat.ConversationFilter{Queue: chat.QueueClosed})
			return err
		},
		"waiting": func() error {
			_, _, err := w.Conversations(b.Context(), w.tenant.ID, chat.ConversationFilter{Queue: chat.QueueWaiting})
			return err
		},
		"words": func() error {
			_, _, err := w.Conversations(b.Context(), w.tenant.ID, chat.ConversationFilter{Words: []string{"diddley", "bo"}})
			return err
		},
		"counts":       func() error { _, err := w.Counts(b.Context(), w.tenant.ID, w.user.ID); return err },
		"20 summaries": func() error { _, err := w.Summaries(b.Context(), w.tenant.ID, ids[:20]); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				must(b, ask())
			}
		})
	}
}

// BenchmarkLedger sums up a business of 100,000 answers in a month, and counts what it uses.
func BenchmarkLedger(b *testing.B, open func(t testing.TB) Database) {
	d := open(b)
	store := d.Open(b)
	defer store.Close()
	w, kept := newWorld(b, store), store.Billing()
	ref := w.answeredFor(b, "2026-11", moment(10), priced(30))
	d.Exec(b, `WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 99999)
		INSERT INTO answers (conversation, message, tenant, seq, question, attempt, month, charged, state, input_tokens, output_tokens, cost_micros, started_at)
		SELECT a.conversation, a.message || n.n, a.tenant, a.seq, a.question, a.attempt, a.month, a.charged, a.state, a.input_tokens, a.output_tokens, a.cost_micros, a.started_at
		FROM answers a, n WHERE a.conversation = $1`, ref.Conversation)
	for name, ask := range map[string]func() error{
		"Total": func() error { _, err := kept.Total(b.Context(), w.tenant.ID, "2026-11"); return err },
		"Days":  func() error { _, err := kept.Days(b.Context(), w.tenant.ID, "2026-11"); return err },
		"Used":  func() error { _, err := kept.Used(b.Context(), w.tenant.ID, "2026-11"); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := ask(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkFacts reads what 500 events said of a tenant, as each new one has them read.
func BenchmarkFacts(b *testing.B, open func(t testing.TB) Database) {
	store := open(b).Open(b)
	defer store.Close()
	w := newWorld(b, store)
	for i := range 500 {
		w.settled(b, w.tenant.ID, billing.Fact{ID: fmt.Sprint(i), Tenant: w.tenant.ID, Customer: "cus_1", Contract: w.subscribed("1").Contract})
	}
	for b.Loop() {
		if facts, err := store.Billing().FactsOf(b.Context(), w.tenant.ID); err != nil || len(facts) != 500 {
			b.Fatal(len(facts), err)
		}
	}
}
