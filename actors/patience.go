package actors

import (
	"context"
	"errors"
	"time"

	"parley/chat"
)

// storageWait is how long an answer waits for storage that is away, before anything of it was shown.
const storageWait = 30 * time.Second

// patiently repeats a reading while storage is away.
func patiently[T any](ctx context.Context, read func() (T, error)) (T, error) {
	pause := firstPause
	for begun := time.Now(); ; pause = min(2*pause, lastPause) {
		got, err := read()
		if !errors.Is(err, chat.ErrUnavailable) || time.Since(begun) > storageWait {
			return got, err
		}
		select {
		case <-ctx.Done():
			return got, err
		case <-time.After(pause):
		}
	}
}
