package improve

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/chat"
)

// book is Tests over memory, for one bot.
type book struct {
	mu        sync.Mutex
	questions []Question
	runs      []Run
	saved     int
}

func (b *book) Questions(context.Context, string, string) ([]Question, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.questions), nil
}

func (b *book) SaveQuestion(context.Context, string, string, Question) error { return nil }

func (b *book) DeleteQuestion(context.Context, string, string, string) error { return nil }

func (b *book) BeginRun(_ context.Context, _, _ string, run Run) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.runs {
		if r.State == Running {
			return chat.Fail(chat.Conflict, "busy", "Another run is under way.")
		}
	}
	b.runs = append(b.runs, run)
	return nil
}

func (b *book) SaveRun(_ context.Context, _, _ string, run Run, from int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := slices.IndexFunc(b.runs, func(r Run) bool { return r.ID == run.ID })
	if at < 0 || b.runs[at].Done != from {
		return chat.ErrFenced
	}
	b.runs[at] = run
	b.saved++
	return nil
}

func (b *book) Run(_ context.Context, _, _, id string) (Run, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.runs {
		if r.ID == id {
			return r, nil
		}
	}
	return Run{}, chat.ErrNotFound
}

func (b *book) Runs(_ context.Context, _, _ string, limit int) ([]Run, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	runs := slices.Clone(b.runs)
	slices.Reverse(runs)
	return runs[:min(len(runs), limit)], nil
}

// asking is an Asker that is a function.
type asking func(ctx context.Context, ask Ask) (Asked, error)

func (a asking) Ask(ctx context.Context, _, _ string, ask Ask) (Asked, error) { return a(ctx, ask) }

func echo(_ context.Context, ask Ask) (Asked, error) {
	return Asked{Text: "You said: " + ask.Text, By: ByModel}, nil
}

func tests(n int) (all []Question) {
	for i := range n {
		all = append(all, Question{ID: fmt.Sprintf("tst_%03d", i), Text: fmt.Sprintf("question %d", i), Phrase: fmt.Sprintf("question %d", i)})
	}
	return all
}

// finish takes the steps that the jobs would, and returns how many.
func finish(t *testing.T, r Runner, id string) (run Run, steps int) {
	t.Helper()
	for {
		run, err := r.Tests.Run(t.Context(), "tnt_1", "bot_1", id)
		if err != nil {
			t.Fatal(err)
		}
		if run.State != Running {
			return run, steps
		}
		if err := r.Step(t.Context(), "tnt_1", "bot_1", id); err != nil {
			t.Fatal(err)
		}
		if steps++; steps > 1000 {
			t.Fatal("a run does not end")
		}
	}
}

func TestARunAsksEveryQuestionOnceInStepsOfSomeSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tried := &chat.Settings{Tone: "formal"}
		var mu sync.Mutex
		heard := map[string]int{}
		b := &book{questions: tests(50)}
		b.questions[7].Phrase = "something else"
		r := Runner{Tests: b, Asker: asking(func(ctx context.Context, ask Ask) (Asked, error) {
			time.Sleep(2 * time.Second)
			mu.Lock()
			defer mu.Unlock()
			if heard[ask.Text]++; ask.Settings != tried {
				t.Errorf("asked with %v", ask.Settings)
			}
			return echo(ctx, ask)
		})}
		begun, err := r.Begin(t.Context(), "tnt_1", "bot_1", "usr_1", tried)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Begin(t.Context(), "tnt_1", "bot_1", "usr_1", nil); !errors.Is(err, errRunning) {
			t.Errorf("a second run: %v", err)
		}
		before := time.Now()
		if err := r.Step(t.Context(), "tnt_1", "bot_1", begun.ID); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(before); took > 10*time.Second {
			t.Errorf("a step of %v", took)
		}
		if half, _ := b.Run(t.Context(), "", "", begun.ID); half.Done == 0 || half.Done == 50 || half.Of != 50 || half.State != Running {
			t.Errorf("after a step: %+v", half)
		}
		run, steps := finish(t, r, begun.ID)
		if run.State != Finished || run.Done != 50 || run.Passed != 49 || run.Ended.IsZero() || steps < 3 {
			t.Errorf("%d steps to %s, %d of %d, %d passed", steps, run.State, run.Done, run.Of, run.Passed)
		}
		for i, result := range run.Results {
			if result.Question.ID != b.questions[i].ID || result.Passed != (i != 7) || heard[result.Question.Text] != 1 || result.Took != 2*time.Second {
				t.Errorf("result %d: %+v, asked %d times", i, result, heard[result.Question.Text])
			}
		}
		if why := run.Results[7].Why; why != "The expected words are not in the answer." {
			t.Errorf("why: %q", why)
		}
	})
}

func TestARunGoesOnWhereAProcessDied(t *testing.T) {
	t.Parallel()
	b := &book{questions: tests(10)}
	ctx, die := context.WithCancel(t.Context())
	r := Runner{Tests: b, Asker: asking(func(ctx context.Context, ask Ask) (Asked, error) {
		die()
		<-ctx.Done()
		return Asked{}, ctx.Err()
	})}
	run, err := r.Begin(t.Context(), "tnt_1", "bot_1", "usr_1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Step(ctx, "tnt_1", "bot_1", run.ID); !errors.Is(err, context.Canceled) {
		t.Errorf("a step whose process ends: %v", err)
	}
	r.Asker = asking(echo)
	if run, _ := finish(t, r, run.ID); run.State != Finished || run.Passed != 10 {
		t.Errorf("then: %+v", run)
	}
}

func TestAStepThatWasDoneAlreadyChangesNothing(t *testing.T) {
	t.Parallel()
	b := &book{questions: tests(5)}
	r := Runner{Tests: b, Asker: asking(echo)}
	run, err := r.Begin(t.Context(), "tnt_1", "bot_1", "usr_1", nil)
	if err != nil {
		t.Fatal(err)
	}
	done, _ := finish(t, r, run.ID)
	if err := errors.Join(r.Step(t.Context(), "tnt_1", "bot_1", run.ID), r.GiveUp(t.Context(), "tnt_1", "bot_1", run.ID), r.Step(t.Context(), "tnt_1", "bot_1", "run_none")); err != nil {
		t.Fatal(err)
	}
	if again, _ := b.Run(t.Context(), "", "", run.ID); again.State != Finished || again.Ended != done.Ended || b.saved != 1 {
		t.Errorf("%+v saved %d times", again, b.saved)
	}
}

func TestAModelThatFailsFailsItsQuestionAndStorageThatIsAwayTheStep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &book{questions: tests(4)}
		r := Runner{Tests: b, Asker: asking(func(ctx context.Context, ask Ask) (Asked, error) {
			switch ask.Text {
			case "question 0":
				return Asked{}, errors.New("the model is out of order at https://model.example?key=secret")
			case "question 2":
				return Asked{}, chat.ErrPaused
			case "question 1":
				<-ctx.Done()
				return Asked{}, ctx.Err()
			}
			return echo(ctx, ask)
		})}
		begun, err := r.Begin(t.Context(), "tnt_1", "bot_1", "usr_1", nil)
		if err != nil {
			t.Fatal(err)
		}
		run, _ := finish(t, r, begun.ID)
		if run.State != Finished || run.Results[0].Why != saidFailed || run.Results[1].Why != saidTooLong || run.Results[1].Took > time.Minute || run.Results[2].Why != saidRests || !run.Results[3].Passed {
			t.Errorf("%+v", run)
		}
		r.Asker = asking(func(context.Context, Ask) (Asked, error) { return Asked{}, chat.ErrUnavailable })
		if begun, err = r.Begin(t.Context(), "tnt_1", "bot_1", "usr_1", nil); err != nil {
			t.Fatal(err)
		}
		if err := r.Step(t.Context(), "tnt_1", "bot_1", begun.ID); !errors.Is(err, chat.ErrUnavailable) {
			t.Errorf("storage away: %v", err)
		}
	})
}

func TestARunThatNobodyFinishesSaysSo(t *testing.T) {
	t.Parallel()
	b := &book{questions: tests(5)}
	r := Runner{Tests: b, Asker: asking(echo)}
	run, err := r.Begin(t.Context(), "tnt_1", "bot_1", "usr_1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.GiveUp(t.Context(), "tnt_1", "bot_1", run.ID); err != nil {
		t.Fatal(err)
	}
	if run, _ = b.Run(t.Context(), "", "", run.ID); run.State != Failed || run.Error != "This run was not finished: 0 of 5 questions were asked. Please run the tests again." {
		t.Errorf("%+v", run)
	}
	// One whose job got lost does not stand in the way for ever.
	if run, err = r.Begin(t.Context(), "tnt_1", "bot_1", "usr_1", nil); err != nil {
		t.Fatal(err)
	}
	b.runs[1].Moved = time.Now().Add(-longStill)
	if shown := b.runs[1].Shown(time.Now()); shown.State != Failed || !strings.Contains(shown.Error, "not finished") {
		t.Errorf("shown as %+v", shown)
	}
	if shown := run.Shown(time.Now()); shown.State != Running {
		t.Errorf("shown as %+v", shown)
	}
	next, err := r.Begin(t.Context(), "tnt_1", "bot_1", "usr_1", nil)
	if err != nil || next.ID == run.ID {
		t.Fatal(next.ID, err)
	}
	if run, _ = b.Run(t.Context(), "", "", run.ID); run.State != Failed || !strings.Contains(run.Error, "not finished") {
		t.Errorf("%+v", run)
	}
}

func TestWithoutQuestionsNothingIsRun(t *testing.T) {
	t.Parallel()
	if _, err := (Runner{Tests: &book{}, Asker: asking(echo)}).Begin(t.Context(), "tnt_1", "bot_1", "usr_1", nil); !errors.Is(err, errNoTests) {
		t.Error(err)
	}
}

func TestQuestionsThatComeAndGoWhileTheyAreAskedCount(t *testing.T) {
	t.Parallel()
	b := &book{questions: tests(6)}
	r := Runner{Tests: b, Asker: asking(func(ctx context.Context, ask Ask) (Asked, error) {
		if ask.Text == "question 5" {
			return Asked{}, chat.ErrUnavailable
		}
		return echo(ctx, ask)
	})}
	run, err := r.Begin(t.Context(), "tnt_1", "bot_1", "usr_1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Step(t.Context(), "tnt_1", "bot_1", run.ID); err == nil {
		t.Fatal("no storage and no error")
	}
	b.questions = append(b.questions[:5], Question{ID: "tst_new", Text: "new", Phrase: "new"})
	if run, _ := finish(t, r, run.ID); run.State != Finished || run.Of != 6 || run.Passed != 6 || run.Results[5].Question.ID != "tst_new" {
		t.Errorf("%+v", run)
	}
}
