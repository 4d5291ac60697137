package improve

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"parley/chat"
)

// Runner asks a bot the questions that it is tested with. A run is a durable job: each Step asks some of the
// questions and saves what came out, so that the next step, on whatever node, goes on from there.
type Runner struct {
	Tests Tests
	Asker Asker
}

const (
	stepTime  = 6 * time.Second  // after which a step begins no more questions
	askTime   = 30 * time.Second // for one answer
	atOnce    = 4                // questions, so that a slow model is not waited for 500 times
	longStill = 15 * time.Minute // without getting further: nobody works on a run any more
)

var (
	errNoTests = chat.Fail(chat.Invalid, "tests_empty", "There is no test question yet. Add one, and run the tests then.")
	errRunning = chat.Fail(chat.Conflict, "run_under_way", "The tests are being run already. Please wait until they are done.")
)

// What a run says that was not finished.
const (
	saidUnfinished = "This run was not finished: %d of %d questions were asked. Please run the tests again."
	saidTooLong    = "The answer took too long."
	saidFailed     = "The answer could not be written."
	saidRests      = "The bot answers nobody now: Settings, Plan says why."
)

// Begin stores a run of all questions and enqueues its first step. settings are tried instead of the bot's; nil: as
// they are. Errors for people: tests_empty, run_under_way.
func (r Runner) Begin(ctx context.Context, tenant, bot, by string, settings *chat.Settings) (Run, error) {
	questions, err := r.Tests.Questions(ctx, tenant, bot)
	if err != nil {
		return Run{}, fmt.Errorf("list the tests of %s: %w", bot, err)
	}
	if len(questions) == 0 {
		return Run{}, errNoTests
	}
	last, err := r.Tests.Runs(ctx, tenant, bot, 1)
	if err != nil {
		return Run{}, fmt.Errorf("look for a run of %s: %w", bot, err)
	}
	if len(last) > 0 && last[0].State == Running {
		if !last[0].stands(time.Now()) {
			return Run{}, errRunning
		}
		if err := r.GiveUp(ctx, tenant, bot, last[0].ID); err != nil {
			return Run{}, err
		}
	}
	now := time.Now().UTC()
	run := Run{ID: chat.NewID(chat.RunPrefix), State: Running, By: by, Settings: settings, Of: len(questions), Begun: now, Moved: now}
	if err := r.Tests.BeginRun(ctx, tenant, bot, run); err != nil {
		var told *chat.Error
		if errors.As(err, &told) && told.Kind == chat.Conflict {
			return Run{}, errRunning.Because(err)
		}
		return Run{}, fmt.Errorf("begin a run of %s: %w", bot, err)
	}
	return run, nil
}

// Step asks the next questions of a run. It is what the job calls; repeating it changes nothing twice. An error means: try
// again later.
func (r Runner) Step(ctx context.Context, tenant, bot, id string) error {
	run, err := r.Tests.Run(ctx, tenant, bot, id)
	if errors.Is(err, chat.ErrNotFound) || err == nil && run.State != Running {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up run %s: %w", id, err)
	}
	questions, err := r.Tests.Questions(ctx, tenant, bot)
	if err != nil {
		return fmt.Errorf("list the tests of %s: %w", bot, err)
	}
	from, left := run.Done, unasked(questions, run)
	for begun := time.Now(); len(left) > 0 && time.Since(begun) < stepTime; {
		next := left[:min(atOnce, len(left))]
		results, err := r.ask(ctx, tenant, bot, next, run.Settings)
		if err != nil {
			return fmt.Errorf("go on with run %s: %w", id, err)
		}
		run.Results, left = append(run.Results, results...), left[len(next):]
	}
	run.Done, run.Passed = len(run.Results), passed(run.Results)
	run.Of = run.Done + len(left) // questions come and go meanwhile
	run.Moved = time.Now().UTC()
	if len(left) == 0 {
		run.State, run.Ended = Finished, run.Moved
	}
	return r.save(ctx, tenant, bot, run, from)
}

// GiveUp ends a run that cannot be finished, and says so in it.
func (r Runner) GiveUp(ctx context.Context, tenant, bot, id string) error {
	run, err := r.Tests.Run(ctx, tenant, bot, id)
	if errors.Is(err, chat.ErrNotFound) || err == nil && run.State != Running {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up run %s: %w", id, err)
	}
	return r.save(ctx, tenant, bot, run.unfinished(time.Now().UTC()), run.Done)
}

// stands tells whether a run that is under way got no further for so long that nobody works on it any more.
func (r Run) stands(now time.Time) bool { return r.State == Running && now.Sub(r.Moved) >= longStill }

func (r Run) unfinished(at time.Time) Run {
	r.State, r.Error, r.Moved, r.Ended = Failed, fmt.Sprintf(saidUnfinished, r.Done, r.Of), at, at
	return r
}

// Shown is the run as people are to see it: one that nobody finishes says so.
func (r Run) Shown(now time.Time) Run {
	if r.stands(now) {
		return r.unfinished(r.Moved)
	}
	return r
}

func (r Runner) save(ctx context.Context, tenant, bot string, run Run, from int) error {
	err := r.Tests.SaveRun(ctx, tenant, bot, run, from)
	if err == nil || errors.Is(err, chat.ErrFenced) || errors.Is(err, chat.ErrNotFound) {
		return nil // another did the same, or the bot is gone
	}
	return fmt.Errorf("save run %s: %w", run.ID, err)
}

// ask asks some questions at once. An error means that none of them counts.
func (r Runner) ask(ctx context.Context, tenant, bot string, questions []Question, settings *chat.Settings) ([]Result, error) {
	results, errs := make([]Result, len(questions)), make([]error, len(questions))
	var asking sync.WaitGroup
	for i, q := range questions {
		asking.Go(func() { results[i], errs[i] = r.askOne(ctx, tenant, bot, q, settings) })
	}
	asking.Wait()
	return results, errors.Join(errs...)
}

func (r Runner) askOne(ctx context.Context, tenant, bot string, q Question, settings *chat.Settings) (Result, error) {
	within, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	begun := time.Now()
	asked, err := r.Asker.Ask(within, tenant, bot, Ask{Text: q.Text, Settings: settings})
	result := Result{Question: q, Took: time.Since(begun)}
	switch {
	case ctx.Err() != nil:
		return result, ctx.Err() // the process ends: that says nothing about the bot
	case errors.Is(err, chat.ErrUnavailable):
		return result, err
	case errors.Is(err, chat.ErrPaused):
		result.Why = saidRests
	case within.Err() != nil:
		result.Why = saidTooLong
	case err != nil:
		result.Why = saidFailed
	default:
		result.Answer, result.Citations = asked.Text, asked.Citations
		result.Why = judge(q, asked)
	}
	result.Passed = result.Why == ""
	return result, nil
}

// unasked are the questions that a run has no result for.
func unasked(questions []Question, run Run) (left []Question) {
	asked := map[string]bool{}
	for _, r := range run.Results {
		asked[r.Question.ID] = true
	}
	for _, q := range questions {
		if !asked[q.ID] {
			left = append(left, q)
		}
	}
	return left
}

func passed(results []Result) (n int) {
	for _, r := range results {
		if r.Passed {
			n++
		}
	}
	return n
}
