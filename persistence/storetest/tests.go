package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley/chat"
	"parley/knowledge/improve"
)

var testTests = []test{
	{"Test questions are kept, changed and deleted", func(t *testing.T, w *world) {
		one, two := w.question("Do nails rust?", 1), w.question("Do you sell glue?", 2)
		for _, q := range []improve.Question{one, two} {
			must(t, w.SaveQuestion(t.Context(), w.tenant.ID, w.bot.ID, q))
		}
		one.Phrase, one.Source, one.Part, one.Nothing = "only iron", "src_1", "src_2", true
		must(t, w.SaveQuestion(t.Context(), w.tenant.ID, w.bot.ID, one))
		if diff := cmp.Diff([]improve.Question{one, two}, w.questions(t)); diff != "" {
			t.Error(diff)
		}
		other := w.newBot()
		must(t, w.CreateBot(t.Context(), other))
		want(t, w.SaveQuestion(t.Context(), w.tenant.ID, other.ID, one), chat.ErrNotFound)
		want(t, w.SaveQuestion(t.Context(), w.tenant.ID, chat.NewID(chat.BotPrefix), w.question("Whose?", 3)), chat.ErrNotFound)
		want(t, w.DeleteQuestion(t.Context(), w.tenant.ID, other.ID, one.ID), chat.ErrNotFound)
		must(t, w.DeleteQuestion(t.Context(), w.tenant.ID, w.bot.ID, one.ID))
		want(t, w.DeleteQuestion(t.Context(), w.tenant.ID, w.bot.ID, one.ID), chat.ErrNotFound)
		if diff := cmp.Diff([]improve.Question{two}, w.questions(t)); diff != "" {
			t.Error(diff)
		}
	}},
	{"A bot has 500 test questions at most", func(t *testing.T, w *world) {
		first := w.question("0", 0)
		must(t, w.SaveQuestion(t.Context(), w.tenant.ID, w.bot.ID, first))
		for i := 1; i < 500; i++ {
			must(t, w.SaveQuestion(t.Context(), w.tenant.ID, w.bot.ID, w.question("n", i)))
		}
		if err := w.SaveQuestion(t.Context(), w.tenant.ID, w.bot.ID, w.question("one too many", 500)); code(err) != "too_many_tests" {
			t.Errorf("got %v", err)
		}
		must(t, w.SaveQuestion(t.Context(), w.tenant.ID, w.bot.ID, first))
	}},
	{"A run gets further step by step", func(t *testing.T, w *world) {
		run := w.run(t, 1)
		other := run
		other.ID = chat.NewID(chat.RunPrefix)
		if err := w.BeginRun(t.Context(), w.tenant.ID, w.bot.ID, other); code(err) != "run_under_way" {
			t.Errorf("got %v", err)
		}
		good := improve.Result{
			Question: w.question("Do nails rust?", 1), Answer: "Iron ones do [1].", Citations: []chat.Citation{{Mark: 1, Source: "src_1", Title: "Nails"}},
			Passed: true, Took: time.Second,
		}
		bad := improve.Result{Question: w.question("Do you sell glue?", 2), Answer: "Yes.", Why: "It must say that it does not know."}
		run.Done, run.Passed, run.Results, run.Moved = 1, 1, []improve.Result{good}, moment(40)
		must(t, w.SaveRun(t.Context(), w.tenant.ID, w.bot.ID, run, 0))
		want(t, w.SaveRun(t.Context(), w.tenant.ID, w.bot.ID, run, 0), chat.ErrFenced)
		w.isRun(t, run)
		run.Done, run.Results, run.State, run.Ended, run.Moved = 2, append(run.Results, bad), improve.Finished, moment(50), moment(50)
		must(t, w.SaveRun(t.Context(), w.tenant.ID, w.bot.ID, run, 1))
		w.isRun(t, run)
		want(t, w.SaveRun(t.Context(), w.tenant.ID, w.bot.ID, run, 2), chat.ErrFenced) // it has ended
		must(t, w.BeginRun(t.Context(), w.tenant.ID, w.bot.ID, other))
		_, err := w.Run(t.Context(), w.tenant.ID, chat.NewID(chat.BotPrefix), run.ID)
		want(t, err, chat.ErrNotFound)
	}},
	{"The last 20 runs are kept, newest first", func(t *testing.T, w *world) {
		var ids []string
		for i := range 22 {
			run := w.run(t, i)
			run.State, run.Error = improve.Failed, "The model does not answer."
			must(t, w.SaveRun(t.Context(), w.tenant.ID, w.bot.ID, run, 0))
			ids = append([]string{run.ID}, ids...)
		}
		runs, err := w.Runs(t.Context(), w.tenant.ID, w.bot.ID, 100)
		must(t, err)
		var got []string
		for _, run := range runs {
			got = append(got, run.ID)
		}
		if diff := cmp.Diff(ids[:20], got); diff != "" {
			t.Error(diff)
		}
	}},
}

func (w *world) question(text string, second int) improve.Question {
	return improve.Question{ID: chat.NewID(chat.TestPrefix), Text: text, Phrase: "iron", At: moment(second)}
}

func (w *world) questions(t testing.TB) []improve.Question {
	t.Helper()
	questions, err := w.Questions(t.Context(), w.tenant.ID, w.bot.ID)
	must(t, err)
	return questions
}

// run returns one that has begun.
func (w *world) run(t testing.TB, second int) improve.Run {
	t.Helper()
	settings := w.bot.Settings
	run := improve.Run{
		ID: chat.NewID(chat.RunPrefix), State: improve.Running, By: w.user.ID, Settings: &settings, Of: 2, Begun: moment(second), Moved: moment(second),
	}
	must(t, w.BeginRun(t.Context(), w.tenant.ID, w.bot.ID, run))
	return run
}

// isRun wants a run to be stored, and to be the latest.
func (w *world) isRun(t testing.TB, run improve.Run) {
	t.Helper()
	found, err := w.Run(t.Context(), w.tenant.ID, w.bot.ID, run.ID)
	must(t, err)
	if diff := cmp.Diff(run, found); diff != "" {
		t.Error(diff)
	}
	latest, err := w.Runs(t.Context(), w.tenant.ID, w.bot.ID, 1)
	must(t, err)
	if diff := cmp.Diff([]improve.Run{run}, latest, cmpopts.IgnoreFields(run, "Results")); diff != "" || latest[0].Results != nil {
		t.Error(diff, latest[0].Results)
	}
}
