package redis

import (
	"testing"
	"time"

	"parley/account"
	"parley/persistence/testbed"
)

func TestAttemptsAreCountedTogetherTakenBackAndForgotten(t *testing.T) {
	t.Parallel()
	url := testbed.Redis(t)
	one, _ := open(t, url)
	two, _ := open(t, url)
	inside, _ := open(t, "")
	for name, nodes := range map[string][2]Attempts{"real": {one.Attempts(), two.Attempts()}, "embedded": {inside.Attempts(), inside.Attempts()}} {
		of := account.Allowance{Limit: 2, Window: time.Hour}
		attempt := func(node int, n int64, refused bool) {
			t.Helper()
			until, err := nodes[node].Attempt(t.Context(), "here:mia", n, of)
			if err != nil || until.IsZero() == refused {
				t.Fatalf("%s: until %v, %v; want it refused: %v", name, until, err, refused)
			}
			if refused && (time.Until(until) < 50*time.Minute || time.Until(until) > 70*time.Minute) {
				t.Errorf("%s: refused until %v", name, until)
			}
		}
		attempt(0, 1, false)
		attempt(1, 1, false)
		attempt(0, 1, true)
		attempt(1, -1, false)
		attempt(1, 1, true)
		if err := nodes[0].Forget(t.Context(), "here:mia", of); err != nil {
			t.Fatal(err)
		}
		attempt(1, 1, false)
	}
}
