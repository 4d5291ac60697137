package access

import (
	"net/http"
	"os"
	"slices"
	"testing"
	"time"
)

// Another's id is looked for as one of nobody's is. pairs of requests, one of each, follow each other in turn; their
// medians must not be further apart than apart.
const (
	pairs = 2000
	apart = 0.05
	// rounds are how often that is measured before it counts: what else the machine does falls on both alike in one
	// of them, and what we do differently shows in all.
	rounds = 5
)

// timed are the routes that are measured each time; PARLEY_CHAOS=long measures all that read something.
var timed = map[string]bool{"getBot": true, "getConversation": true, "getSource": true, "getVisitor": true}

// timing measures whether an answer's time tells what its text does not.
func (h *house) timing(t *testing.T) {
	none := h.acme.nobodys()
	for _, o := range h.operations {
		if o.method != http.MethodGet || len(o.names()) == 0 || o.need.Open || o.need.Operator || !timed[o.id] && os.Getenv("PARLEY_CHAOS") != "long" {
			continue
		}
		for round := 1; ; round++ {
			theirs, nobodys := h.medians(t, o, none)
			difference := float64(theirs-nobodys) / float64(nobodys)
			t.Logf("%s: another's %v, nobody's %v: %+.1f %% over %d pairs", o, theirs, nobodys, 100*difference, pairs)
			if max(difference, -difference) < apart {
				break
			}
			if round == rounds {
				t.Errorf("%s: the time tells another's things from nobody's, %d times", o, rounds)
				break
			}
		}
	}
}

func (h *house) medians(t *testing.T, o operation, none map[string]string) (theirs, nobodys time.Duration) {
	signed := bearer(h.rival.Token)
	paths := [2]string{fill(o.path, h.acme.things), fill(o.path, none)}
	var took [2][]time.Duration
	for i := range pairs {
		for j := range paths {
			which := (i + j) % 2 // each is first as often
			began := time.Now()
			h.send(t, signed, o.method, paths[which], "", "")
			took[which] = append(took[which], time.Since(began))
		}
	}
	for i := range took {
		slices.Sort(took[i])
	}
	return took[0][pairs/2], took[1][pairs/2]
}
