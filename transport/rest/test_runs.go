package rest

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/knowledge/improve"
)

func (s *server) routeTestRuns() {
	route(s, huma.Operation{
		OperationID: "beginTestRun", Method: http.MethodPost, Path: "/api/v1/bots/{bot}/test-runs", Tags: []string{improveTag},
		Summary: "Ask a bot all its test questions", DefaultStatus: http.StatusAccepted, MaxBodyBytes: botBody,
		Description: "It goes on by itself; ask for the run to see how far it is. 409 with the code `run_under_way` while another one is. With `settings`, which are those of the " +
			"bot where they say nothing, it tells how the bot would answer if they were saved.",
	}, s.beginTestRun)
	route(s, huma.Operation{
		OperationID: "listTestRuns", Method: http.MethodGet, Path: "/api/v1/bots/{bot}/test-runs", Tags: []string{improveTag},
		Summary: "The last 20 runs, newest first, without their results",
	}, s.listTestRuns)
	route(s, huma.Operation{
		OperationID: "getTestRun", Method: http.MethodGet, Path: "/api/v1/bots/{bot}/test-runs/{run}", Tags: []string{improveTag},
		Summary: "One run with its results, and what came out otherwise than before",
	}, s.getTestRun)
}

// keptRuns is how many runs of a bot are kept.
const keptRuns = 20

// RunPath is the run of a request.
type RunPath struct {
	BotPath
	Run string `path:"run" example:"run_06f1w3k8q0000000000000000z"`
}

type testRun struct {
	ID           string       `json:"id"`
	State        string       `json:"state" enum:"running,finished,failed"`
	By           string       `json:"by" doc:"The user who began it."`
	Unsaved      bool         `json:"unsaved" doc:"It was asked with settings that were not saved."`
	Of           int          `json:"of" doc:"Questions in all."`
	Done         int          `json:"done"`
	Passed       int          `json:"passed"`
	Error        string       `json:"error,omitempty" doc:"Why it was not finished, for people."`
	BegunAt      time.Time    `json:"begun_at"`
	EndedAt      *time.Time   `json:"ended_at,omitempty"`
	Results      []testResult `json:"results" doc:"In the order of the questions, as far as they were asked."`
	Changed      []testChange `json:"changed" doc:"What came out otherwise than of the run before: first what got worse."`
	ComparedWith string       `json:"compared_with,omitempty" doc:"The run before; absent if there is none."`
}

type testResult struct {
	Test      string     `json:"test"`
	Text      string     `json:"text"`
	Source    string     `json:"source,omitempty" doc:"That was expected."`
	Part      string     `json:"part,omitempty" doc:"The page of it that was expected."`
	Phrase    string     `json:"phrase,omitempty" doc:"That was expected."`
	Nothing   bool       `json:"nothing,omitempty" doc:"That was expected."`
	Answer    string     `json:"answer"`
	Citations []citation `json:"citations"`
	Passed    bool       `json:"passed"`
	Why       string     `json:"why,omitempty" doc:"What was not as expected, for people."`
	TookMS    float64    `json:"took_ms"`
}

type testChange struct {
	Test string `json:"test"`
	Text string `json:"text"`
	Was  string `json:"was" enum:"passed,failed,none" doc:"none: it was not asked then."`
	Is   string `json:"is" enum:"passed,failed,none"`
}

func testRunOf(r improve.Run) testRun {
	r = r.Shown(time.Now())
	shown := testRun{
		ID: r.ID, State: string(r.State), By: r.By, Unsaved: r.Settings != nil, Of: r.Of, Done: r.Done, Passed: r.Passed, Error: r.Error,
		BegunAt: r.Begun, Results: make([]testResult, len(r.Results)), Changed: []testChange{},
	}
	if !r.Ended.IsZero() {
		shown.EndedAt = &r.Ended
	}
	for i, result := range r.Results {
		q := result.Question
		shown.Results[i] = testResult{
			Test: q.ID, Text: q.Text, Source: q.Source, Part: q.Part, Phrase: q.Phrase, Nothing: q.Nothing,
			Answer: result.Answer, Citations: citationsOf(result.Citations), Passed: result.Passed, Why: result.Why, TookMS: result.Took.Seconds() * 1e3,
		}
	}
	return shown
}

type testRunOutput struct{ Body testRun }

type beginTestRunInput struct {
	BotPath
	Body *struct {
		Settings *SettingsPatch `json:"settings,omitempty" doc:"To be tried, not saved."`
	} `nameHint:"NewTestRun"`
}

func (s *server) beginTestRun(ctx context.Context, who account.Identity, in *beginTestRunInput) (*testRunOutput, error) {
	b, err := s.bot(ctx, who, in.Bot)
	if err != nil {
		return nil, err
	}
	var settings *chat.Settings
	if in.Body != nil {
		if settings, err = tried(b, in.Body.Settings); err != nil {
			return nil, err
		}
	}
	if err := s.limits.testRuns.count(ctx, who.Tenant); err != nil {
		return nil, err
	}
	run, err := s.Runs.Begin(ctx, who.Tenant, b.ID, who.User, settings)
	if err != nil {
		return nil, err
	}
	return &testRunOutput{testRunOf(run)}, nil
}

func (s *server) listTestRuns(ctx context.Context, who account.Identity, in *BotPath) (*struct{ Body page[testRun] }, error) {
	if _, err := s.bot(ctx, who, in.Bot); err != nil {
		return nil, err
	}
	runs, err := s.Tests.Runs(ctx, who.Tenant, in.Bot, keptRuns)
	if err != nil {
		return nil, err
	}
	items := make([]testRun, len(runs))
	for i, r := range runs {
		items[i] = testRunOf(r)
	}
	return &struct{ Body page[testRun] }{page[testRun]{Items: items}}, nil
}

func (s *server) getTestRun(ctx context.Context, who account.Identity, in *RunPath) (*testRunOutput, error) {
	if _, err := s.bot(ctx, who, in.Bot); err != nil {
		return nil, err
	}
	if err := known(chat.RunPrefix, in.Run); err != nil {
		return nil, err
	}
	run, err := s.Tests.Run(ctx, who.Tenant, in.Bot, in.Run)
	if err != nil {
		return nil, err
	}
	shown := testRunOf(run)
	before, err := s.runBefore(ctx, who, in.Bot, run)
	if err != nil {
		return nil, err
	}
	if before != nil {
		shown.ComparedWith = before.ID
		for _, c := range improve.Changes(*before, run) {
			shown.Changed = append(shown.Changed, testChange{c.Test, c.Text, string(c.Was), string(c.Is)})
		}
	}
	return &testRunOutput{shown}, nil
}

// runBefore is the last run that was finished before another began; nil: there is none.
func (s *server) runBefore(ctx context.Context, who account.Identity, bot string, run improve.Run) (*improve.Run, error) {
	runs, err := s.Tests.Runs(ctx, who.Tenant, bot, keptRuns)
	if err != nil {
		return nil, err
	}
	runs = runs[slices.IndexFunc(runs, func(r improve.Run) bool { return r.ID == run.ID })+1:] // those that began earlier
	at := slices.IndexFunc(runs, func(r improve.Run) bool { return r.State == improve.Finished })
	if at < 0 {
		return nil, nil //nolint:nilnil // there is none
	}
	before, err := s.Tests.Run(ctx, who.Tenant, bot, runs[at].ID)
	if err != nil {
		return nil, err
	}
	return &before, nil
}
