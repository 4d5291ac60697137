package canary

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"

	"parley/e2e/owner"
)

// newcomer founds a third business, which did nothing, on the server that was started again: numbers have no words, but what is counted
// for it must be nothing.
func (h *house) newcomer(operations []operation, chance *rand.Rand) {
	h.t.Helper()
	b := &business{words: newWords(chance), t: h.t, gate: openGate(h.t, h.urls())}
	b.boss = owner.Register(h.t, b.gate.URL, owner.Registration{Email: b.address("owner's address"), Password: password, Company: b.plant("company")})
	for _, o := range operations {
		if o.method == http.MethodGet && !o.open && !strings.Contains(o.path, "{") {
			_, _ = b.try(b.boss, o.method, o.path, nil) // some have nothing to say
		}
	}
	for i, busy := range h.both {
		for _, r := range b.gate.received() {
			h.none(busy, "a newcomer, "+r.where, r.content)
		}
		for _, id := range shared(idsIn(b.gate.received()), idsIn(busy.received())) {
			h.t.Errorf("a newcomer got %s of business %d", id, i)
		}
		if counted, queued := busy.numbers(); counted == 0 || queued == 0 {
			h.t.Errorf("business %d is told of %v messages, answers and tokens, and of %v conversations: nothing could be mixed up there", i, counted, queued)
		}
	}
	if counted, queued := b.numbers(); counted != 0 || queued != 0 {
		h.t.Errorf("a newcomer is told of %v messages, answers and tokens, and of %v conversations, of which it had none", counted, queued)
	}
}

// numbers are what the business is told that it did, and what its inbox has.
func (b *business) numbers() (counted, queued float64) {
	b.t.Helper()
	var activity struct {
		Items []struct{ Messages, Answers, Tokens float64 }
	}
	b.boss.Call(http.MethodGet, "activity", nil, &activity)
	for _, hour := range activity.Items {
		counted += hour.Messages + hour.Answers + hour.Tokens
	}
	got, err := b.try(b.boss, http.MethodGet, "inbox/counts", nil)
	var counts map[string]any
	if err == nil {
		err = json.Unmarshal(got.Body, &counts)
	}
	if err != nil {
		b.t.Fatal(fmt.Errorf("count the inbox: %w", err))
	}
	for _, n := range counts {
		if n, is := n.(float64); is {
			queued += n
		}
	}
	return counted, queued
}
