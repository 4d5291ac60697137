package chaos

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/e2e/server"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

// run is one run of a scenario.
type run struct {
	*testing.T
	seed uint64
}

// long tells whether this is the long form.
var long = os.Getenv("PARLEY_CHAOS") == "long"

// shortSeed is that of the short form: whoever changes something meets the same faults as before. The long form tries new ones.
const shortSeed = 252531

// begin starts a scenario, and says by which seed.
func begin(t *testing.T) *run {
	t.Helper()
	if testing.Short() {
		t.Skip("chaos takes its time")
	}
	r := &run{T: t}
	seed := shortSeed
	if long {
		seed = int(time.Now().UnixNano() % 1_000_000)
	}
	r.seed = uint64(r.setting("SEED", seed))
	t.Logf("SEED=%d", r.seed)
	return r
}

// random is the source of all that one actor of a run decides. Each has its own, numbered
// from 0, so that what one decides does not depend on when another did.
func (r *run) random(actor int) *rand.Rand { return rand.New(rand.NewPCG(r.seed, uint64(actor))) }

// number is how much of something there is in this form of the run, unless PARLEY_CHAOS_name says otherwise.
func (r *run) number(name string, shortForm, longForm int) int {
	r.Helper()
	n := shortForm
	if long {
		n = longForm
	}
	n = r.setting("PARLEY_CHAOS_"+strings.ToUpper(name), n)
	r.Logf("%s: %d", name, n)
	return n
}

func (r *run) setting(name string, fallback int) int {
	r.Helper()
	text := os.Getenv(name)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		r.Fatalf("%s must be a number", name)
	}
	return n
}

// took says how long something took, beside what it should. Machines that run tests are
// shared: it is wrong only beyond five times the goal.
func (r *run) took(what string, took, goal time.Duration) {
	r.Helper()
	r.Logf("%s: %v (goal %v)", what, took.Round(time.Millisecond), goal)
	if took > 5*goal {
		r.Errorf("%s took %v, the goal is %v", what, took, goal)
	}
}
