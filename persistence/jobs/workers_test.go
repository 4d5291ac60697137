package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
)

// errPlanted is what no table may keep.
var errPlanted = errors.New("page 3 says: the secret recipe")

var planted = Step{Of: Read, Tenant: "tnt_1", Subject: "src_1", Ticket: 7}

// keeper remembers what it is told of steps.
type keeper struct {
	Keeper
	do      func() error
	giveUp  func(ctx context.Context, step Step) error
	current bool
	told    *[]string
}

func (k keeper) Current(context.Context, Step) (bool, error) { return k.current, nil }
func (k keeper) Do(context.Context, Step) error              { return k.do() }
func (k keeper) GiveUp(ctx context.Context, step Step) error { return k.giveUp(ctx, step) }
func (k keeper) Fail(context.Context, Step) error            { *k.told = append(*k.told, "failed"); return nil }
func (k keeper) End(ctx context.Context, _ Step) error {
	*k.told = append(*k.told, "ended")
	return ctx.Err()
}

func (k keeper) Wait(_ context.Context, _ Step, wait time.Duration) error {
	*k.told = append(*k.told, "waits "+wait.String())
	return nil
}

type later time.Duration

func (l later) Error() string             { return "the endpoint is busy" }
func (l later) RetryAfter() time.Duration { return time.Duration(l) }

func TestAStepGivesItsTurnBack(t *testing.T) {
	t.Parallel()
	ended, end := context.WithCancel(context.Background())
	end()
	late, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	for name, c := range map[string]struct {
		ctx     context.Context
		stale   bool
		failure error
		told    string
		snoozed time.Duration
	}{
		"when it is done":                      {ctx: t.Context(), told: "ended"},
		"when it is done as its time is up":    {ctx: late, told: "ended"},
		"while it waits to be tried again":     {ctx: t.Context(), failure: errPlanted, told: "failed"},
		"not when it was interrupted":          {ctx: ended, failure: errPlanted},
		"not while it waits on its own accord": {ctx: t.Context(), failure: fmt.Errorf("embed: %w", later(time.Minute)), told: "waits 1m0s", snoozed: time.Minute},
		"not when a later one was given out":   {ctx: t.Context(), stale: true, failure: errPlanted},
	} {
		var told []string
		w := worker{keeper{do: func() error { return c.failure }, current: !c.stale, told: &told}, slog.New(slog.DiscardHandler)}
		err := w.step(c.ctx, w.logger, planted, 1)
		if got := strings.Join(told, " "); got != c.told {
			t.Errorf("%s: told %q", name, got)
		}
		var snooze *river.JobSnoozeError
		if errors.As(err, &snooze) && snooze.Duration != c.snoozed {
			t.Errorf("%s: snoozed for %s", name, snooze.Duration)
		}
		if c.stale && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAJobIsTriedAgainUntilItsLastAttempt(t *testing.T) {
	t.Parallel()
	ended, end := context.WithCancel(context.Background())
	end()
	late, cancel := context.WithTimeout(context.Background(), 0)
	defer cancel()
	for name, c := range map[string]struct {
		ctx                    context.Context
		attempt                int
		read                   func() error
		giveUp                 error
		reads, givesUp         int
		failed, snoozed, ended bool
	}{
		"it succeeds":                            {attempt: 1, read: func() error { return nil }, reads: 1, ended: true},
		"it fails":                               {attempt: 1, read: func() error { return errPlanted }, reads: 1, failed: true},
		"it fails for the last time":             {attempt: Attempts, read: func() error { return errPlanted }, reads: 1, givesUp: 1, ended: true},
		"it panics":                              {attempt: 1, read: func() error { panic(errPlanted) }, reads: 1, failed: true},
		"it panics for the last time":            {attempt: Attempts, read: func() error { panic(errPlanted) }, reads: 1, givesUp: 1, ended: true},
		"its last attempt was killed":            {attempt: Attempts + 1, givesUp: 1, ended: true},
		"giving up fails":                        {attempt: Attempts, read: func() error { return errPlanted }, giveUp: errPlanted, reads: 1, givesUp: 1, failed: true},
		"a shutdown interrupts it":               {ctx: ended, attempt: 1, read: ended.Err, reads: 1, snoozed: true},
		"a shutdown interrupts its last attempt": {ctx: ended, attempt: Attempts, read: ended.Err, reads: 1, snoozed: true},
		"its time is up":                         {ctx: late, attempt: 1, read: late.Err, reads: 1, failed: true},
		"its time is up for the last time":       {ctx: late, attempt: Attempts, read: late.Err, reads: 1, givesUp: 1, ended: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if c.ctx == nil {
				c.ctx = context.Background()
			}
			var reads, givesUp int
			w := worker{keeper{do: func() error { reads++; return c.read() }, giveUp: func(ctx context.Context, step Step) error {
				givesUp++
				if ctx.Err() != nil || step != planted {
					t.Errorf("give up %+v with a context that has ended: %v", step, ctx.Err())
				}
				return c.giveUp
			}}, slog.New(slog.DiscardHandler)}
			err := w.try(c.ctx, w.logger, planted, c.attempt)
			if reads != c.reads || givesUp != c.givesUp {
				t.Errorf("it was read %d times and given up %d times", reads, givesUp)
			}
			var snooze *river.JobSnoozeError
			if got := errors.As(err, &snooze); got != c.snoozed {
				t.Errorf("snoozed: %v, got %v", got, err)
			}
			if (err == nil) != c.ended {
				t.Errorf("got %v", err)
			}
			if err != nil && strings.Contains(err.Error(), "recipe") {
				t.Errorf("river would keep %q", err)
			}
		})
	}
}

func TestAFailureIsToldInTheLogWithItsIDs(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil)).With("source", "src_1")
	w := worker{keeper{do: func() error { return errPlanted }}, logger}
	if err := w.try(t.Context(), logger, planted, 1); err == nil {
		t.Fatal("it did not fail")
	}
	for _, part := range []string{"level=WARN", "source=src_1", "secret recipe"} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("the log lacks %q: %s", part, &log)
		}
	}
}

func TestAttemptsAreGivenUpWithinMinutes(t *testing.T) {
	t.Parallel()
	var whole time.Duration
	for attempt := 1; attempt < Attempts; attempt++ {
		wait := time.Until(backoff{}.NextRetry(&rivertype.JobRow{Attempt: attempt}))
		if wait <= 0 {
			t.Errorf("attempt %d is repeated at once", attempt)
		}
		whole += wait
	}
	if whole < time.Minute || whole > 5*time.Minute {
		t.Errorf("all attempts take %s", whole)
	}
}

func TestRiverIsSilentBelowWarnings(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	logger := Settings{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}.config().Logger
	logger.With("a", 1).WithGroup("g").Info("started")
	logger.Debug("polled")
	if log.Len() != 0 {
		t.Errorf("it says %s", &log)
	}
	logger.With("a", 1).Warn("a job was lost")
	if !strings.Contains(log.String(), "a job was lost") {
		t.Errorf("it says %q", &log)
	}
}
