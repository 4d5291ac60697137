package mail

import (
	"math/rand/v2"
	"time"
)

// When a mail that failed is tried again: after 1, 3, 9 minutes and so on up to a
// day; the ninth failure, after some 42 hours, is the last.
const (
	firstPause  = time.Minute
	pauseFactor = 3
	maxTries    = 9
	longest     = 24 * time.Hour
)

// retryAt is when to try again after so many attempts, spread by a tenth either way; zero: never.
func retryAt(now time.Time, tries int) time.Time {
	if tries >= maxTries {
		return time.Time{}
	}
	pause := firstPause
	for range tries - 1 {
		pause = min(pause*pauseFactor, longest)
	}
	return now.Add(time.Duration(float64(pause) * (0.9 + 0.2*rand.Float64()))) //nolint:gosec // nobody gains by guessing it
}
