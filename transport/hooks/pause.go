package hooks

import (
	"math/rand/v2"
	"time"
)

// When a delivery that failed is tried again: after 5, 15, 45 seconds and so on
// up to 6 hours, about twenty times in three days. A webhook of which nothing
// arrived for five days is disabled.
const (
	firstPause   = 5 * time.Second
	longestPause = 6 * time.Hour
	pauseFactor  = 3
	givenUpAfter = 72 * time.Hour
	deadAfter    = 5 * 24 * time.Hour
)

// pause is how long to wait after so many attempts, spread by a fifth either way.
func pause(tries int) time.Duration {
	wait := firstPause
	for range tries - 1 {
		if wait = min(wait*pauseFactor, longestPause); wait == longestPause {
			break
		}
	}
	return time.Duration(float64(wait) * (0.8 + 0.4*rand.Float64())) //nolint:gosec // nobody gains by guessing it
}

// retryAt is when to try again what was created at a time; zero: never.
func retryAt(now, created time.Time, tries int, asked time.Duration) time.Time {
	at := now.Add(max(pause(tries), asked))
	if at.After(created.Add(givenUpAfter)) {
		return time.Time{}
	}
	return at
}
