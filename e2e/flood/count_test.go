package flood

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// count is what became of what some people sent.
type count struct {
	mu      sync.Mutex
	passed  []time.Duration // how long each took that was accepted
	refused int
	untold  int // refusals that did not say when to come back
	broken  map[string]int
}

// note adds one attempt. What was broken off by the end of the test counts for nothing.
func (c *count) note(ctx context.Context, took time.Duration, err error) {
	if ctx.Err() != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var no *refused
	switch {
	case err == nil:
		c.passed = append(c.passed, took)
	case errors.As(err, &no) && (no.code == "rate_limited" || no.code == "too_many_waiting"):
		c.refused++
		if no.after < 1 {
			c.untold++
		}
	default:
		if c.broken == nil {
			c.broken = map[string]int{}
		}
		c.broken[err.Error()]++
	}
}

func (c *count) seenRefused() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.refused > 0
}

// try does something and counts it.
func (c *count) try(ctx context.Context, do func() error) error {
	began := time.Now()
	err := do()
	c.note(ctx, time.Since(began), err)
	return err
}

func (c *count) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	slices.Sort(c.passed)
	text := fmt.Sprintf("%d passed, %d refused", len(c.passed), c.refused)
	if n := len(c.passed); n > 0 {
		text += fmt.Sprintf(", p50 %v, p99 %v", c.passed[n/2].Round(100*time.Microsecond), c.passed[n*99/100].Round(100*time.Microsecond))
	}
	if len(c.broken) > 0 {
		text += fmt.Sprintf(", broken: %v", c.broken)
	}
	return text
}
