package chaos

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"parley/e2e/client"
)

// Where a cut can fall that is no tenth of an answer.
const (
	beforeStart              = "before the answer's start"
	beforeText               = "between its start and its text"
	atCompletion             = "between its text and its end"
	afterEnd                 = "after its end"
	betweenReplayAndSnapshot = "  of these: forced between replay and snapshot"
	afterModel               = "  of these: though the model had finished"
	resuming                 = "  of these: before session.ready"
)

// histogram counts where cuts fell.
type histogram struct {
	mu     sync.Mutex
	tenths [10]int // of the answer's text, in mid-answer
	others map[string]int
}

func newHistogram() *histogram { return &histogram{others: make(map[string]int)} }

// fell counts a cut of an answer that is size bytes long, as far as its visitor
// knew it. special places are counted beside that.
func (p *histogram) fell(at client.Progress, size int, special ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, place := range special {
		p.others[place]++
	}
	switch {
	case !at.Started:
		p.others[beforeStart]++
	case at.Ended:
		p.others[afterEnd]++
	case at.Shown == 0:
		p.others[beforeText]++
	case at.Shown >= size:
		p.others[atCompletion]++
	default:
		p.tenths[10*at.Shown/size]++
	}
}

func (p *histogram) of(place string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.others[place]
}

// counts are all cuts, and those with a part of the text before and a part behind them.
func (p *histogram) counts() (all, midAnswer int) {
	for _, n := range p.tenths {
		midAnswer += n
	}
	all = midAnswer
	for _, place := range []string{beforeStart, beforeText, atCompletion, afterEnd} {
		all += p.others[place]
	}
	return all, midAnswer
}

// String is a histogram.
func (p *histogram) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	all, _ := p.counts()
	var b strings.Builder
	line := func(place string, n int) {
		fmt.Fprintf(&b, "%-48s %6d %s\n", place, n, strings.Repeat("#", (60*n+all-1)/max(1, all)))
	}
	line(beforeStart, p.others[beforeStart])
	line(beforeText, p.others[beforeText])
	for i, n := range p.tenths {
		line(fmt.Sprintf("%d–%d %% of the answer shown", 10*i, 10*i+10), n)
	}
	line(atCompletion, p.others[atCompletion])
	line(afterEnd, p.others[afterEnd])
	for _, place := range slices.Sorted(maps.Keys(p.others)) {
		if strings.HasPrefix(place, " ") {
			line(place, p.others[place])
		}
	}
	return b.String()
}
