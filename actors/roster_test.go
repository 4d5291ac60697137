package actors

import (
	"testing"
	"time"

	"parley/chat"
)

func TestOfAnAgentsSeatsThoseThatSaySoLatestDecideAndElseTheOneThatTakesNothing(t *testing.T) {
	t.Parallel()
	seat := func(is bool, since time.Time) sitter {
		return sitter{Agent: chat.Author{Kind: chat.ByAgent, ID: "usr_ada", Name: "Ada"}, State: availability{Is: is, Since: since}}
	}
	for name, c := range map[string]struct {
		seats     []sitter
		available bool
	}{
		"one":                         {[]sitter{seat(true, time.Time{})}, true},
		"the later one":               {[]sitter{seat(true, noon), seat(false, noon.Add(time.Second)), seat(true, time.Time{})}, false},
		"opened at different times":   {[]sitter{seat(true, time.Time{}), seat(false, time.Time{})}, false},
		"and in the other order":      {[]sitter{seat(false, time.Time{}), seat(true, time.Time{})}, false},
		"said after both were opened": {[]sitter{seat(false, time.Time{}), seat(true, noon), seat(false, time.Time{})}, true},
	} {
		d := &desk{nodes: map[string]node{"a": {seats: c.seats}}}
		if on := d.colleagues(); len(on) != 1 || on[0].Available != c.available {
			t.Errorf("%s: got %v", name, on)
		}
	}
}
