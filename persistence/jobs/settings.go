package jobs

import (
	"log/slog"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// How long a job may take, and what becomes of one that fails.
const (
	// Timeout ends a job's context.
	Timeout = 60 * time.Second
	// RescueAfter is when a job that never ended counts as lost with its
	// process. River's own hour would leave an upload "reading" for as long.
	RescueAfter = 90 * time.Second
	// Attempts is how often work is tried: with the backoff below, for about
	// three minutes.
	Attempts = 5

	sweepEvery = time.Hour
	lookEvery  = time.Minute
	// restPoll is how often to look where almost never anything is.
	restPoll = 2 * time.Second
	// softStop is how long a shutdown lets running jobs go on before their
	// context ends.
	softStop = 3 * time.Second
)

// Settings differ between databases.
type Settings struct {
	// Poll is how often to look for new jobs; they wait as long where the
	// database does not notify.
	Poll time.Duration
	// PollOnly keeps river from listening for notifications.
	PollOnly bool
	Logger   *slog.Logger
}

// config is what every client shares. One attempt more than Attempts is left,
// in which a job is given up whose last attempt died with its process.
func (s Settings) config() *river.Config {
	return &river.Config{
		JobTimeout:           Timeout,
		RescueStuckJobsAfter: RescueAfter,
		MaxAttempts:          Attempts + 1,
		RetryPolicy:          backoff{},
		FetchPollInterval:    s.Poll,
		PollOnly:             s.PollOnly,
		SoftStopTimeout:      softStop,
		Logger:               slog.New(atLeast{slog.LevelWarn, s.Logger.Handler()}),
	}
}

// backoff waits 2, 8, 32, 128, … seconds after a failed attempt.
type backoff struct{}

func (backoff) NextRetry(job *rivertype.JobRow) time.Time {
	return time.Now().Add(2 * time.Second << (2 * max(0, job.Attempt-1)))
}
