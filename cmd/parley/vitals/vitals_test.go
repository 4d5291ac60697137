package vitals

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/chat"
	"parley/llm"
	"parley/persistence/postgres"
)

// shown returns what a registry shows: the value of each counter and gauge, and the count of each histogram, by name and labels.
func shown(t *testing.T, registry *prometheus.Registry) map[string]float64 {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]float64{}
	for _, family := range families {
		for _, metric := range family.GetMetric() {
			name := []string{strings.TrimPrefix(family.GetName(), "parley_")}
			for _, label := range metric.GetLabel() {
				name = append(name, label.GetValue())
			}
			all[strings.Join(name, " ")] = metric.GetCounter().GetValue() + metric.GetGauge().GetValue() + float64(metric.GetHistogram().GetSampleCount())
		}
	}
	return all
}

func check(t *testing.T, got, want map[string]float64) {
	t.Helper()
	for name, value := range want {
		if got[name] != value {
			t.Errorf("%s is %v, not %v", name, got[name], value)
		}
	}
}

// log says what becomes of appends.
type log struct {
	chat.Log
	outcomes []chat.Outcome
	err      error
}

func (l log) Append(context.Context, []chat.Append) ([]chat.Outcome, error) { return l.outcomes, l.err }

func TestWhatIsCommittedIsCounted(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	v := New(registry, "1")
	said := chat.MessageCreated{Author: chat.Author{Kind: chat.ByVisitor}}
	batch := []chat.Append{
		{Bodies: []chat.Body{said, chat.MessageStarted{}}},
		{Bodies: []chat.Body{chat.MessageCompleted{}}, Trace: &chat.Trace{FirstPiece: time.Second, Ended: 2 * time.Second}},
		{Bodies: []chat.Body{chat.MessageInterrupted{Reason: chat.Takeover}}, Trace: &chat.Trace{}},
		{Bodies: []chat.Body{said}}, // sent again
		{Bodies: []chat.Body{said}}, // fenced
	}
	outcomes := []chat.Outcome{{}, {}, {}, {Duplicate: &chat.Receipt{}}, {Err: fmt.Errorf("append: %w", chat.ErrFenced)}}
	if _, err := v.Log(log{outcomes: outcomes}).Append(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Log(log{err: chat.ErrUnavailable}).Append(t.Context(), batch); !errors.Is(err, chat.ErrUnavailable) {
		t.Fatal(err)
	}
	check(t, shown(t, registry), map[string]float64{
		"messages_total visitor": 1, "messages_total agent": 0, "answers_total completed": 1, "answers_total takeover": 1,
		"answer_first_piece_seconds": 1, "answer_seconds": 1, "commit_seconds": 1, "commit_appends": 1, "commits_failed_total": 1,
		"appends_refused_total fenced": 1,
	})
}

// model answers with a word, and ends as it is told.
type model struct{ err error }

func (model) Name() string { return "model" }

func (m model) Answer(_ context.Context, _ llm.Request, emit func(string) error) (llm.Result, error) {
	if err := emit("word"); err != nil {
		return llm.Result{}, err
	}
	return llm.Result{InputTokens: 5, OutputTokens: 2}, m.err
}

func (m model) Summarise(context.Context, llm.SummaryRequest) (string, llm.Result, error) {
	return "", llm.Result{InputTokens: 100, OutputTokens: 10}, m.err
}

func (m model) Rewrite(context.Context, llm.RewriteRequest) (string, llm.Result, error) {
	return "", llm.Result{InputTokens: 1000, OutputTokens: 100}, m.err
}

func (model) Prompt(llm.Request) []llm.PromptMessage { return nil }

func TestCallsOfTheModelAreCountedByHowTheyEnd(t *testing.T) {
	t.Parallel()
	for outcome, err := range map[string]error{
		"completed": nil, "unavailable": &llm.Error{Retryable: true, Err: errors.New("busy")}, "refused": &llm.Error{Err: errors.New("no")},
		"cut": &llm.Error{Retryable: true, Truncated: true, Err: errors.New("cut")}, "canceled": &llm.Error{Err: context.Canceled}, "failed": errors.New("else"),
	} {
		registry := prometheus.NewRegistry()
		measured := New(registry, "1").Model(model{err})
		_, answered := measured.Answer(t.Context(), llm.Request{}, func(string) error { return nil })
		_, _, summed := measured.(llm.Summariser).Summarise(t.Context(), llm.SummaryRequest{})
		_, _, rewritten := measured.(llm.Rewriter).Rewrite(t.Context(), llm.RewriteRequest{})
		if !errors.Is(answered, err) || !errors.Is(summed, err) || !errors.Is(rewritten, err) {
			t.Errorf("%s: %v, %v, %v", outcome, answered, summed, rewritten)
		}
		check(t, shown(t, registry), map[string]float64{
			"model_calls_total " + outcome + " answer": 1, "model_calls_total " + outcome + " summary": 1, "model_seconds answer": 1,
			"model_first_piece_seconds": 1, "model_tokens_total in": 1105, "model_tokens_total out": 112,
		})
	}
}

// parts is storage that may be away.
type parts struct {
	away  error
	asked int
}

func (p *parts) Ping(context.Context) error { return p.away }

func (p *parts) Vitals(context.Context) (postgres.Vitals, error) {
	p.asked++
	return postgres.Vitals{Conversations: postgres.Queue{Waiting: 3, Since: time.Now().Add(-time.Hour)}, Unassigned: 2}, nil
}

func (p *parts) Connections() postgres.Connections {
	return postgres.Connections{Used: 1, Idle: 2, Most: 16}
}

func TestWhatWaitsIsAskedForWhenMetricsAre(t *testing.T) {
	t.Parallel()
	registry, store := prometheus.NewRegistry(), &parts{}
	Watch(registry, store, func() bool { return false })
	for range 3 { // scrapes that follow each other ask once
		got := shown(t, registry)
		check(t, got, map[string]float64{
			"storage_up": 1, "redis_up": 0, "database_connections most": 16, "conversations_waiting": 3, "conversations_unassigned": 2,
			"mails_waiting_oldest_seconds": 0,
		})
		if age := got["conversations_waiting_oldest_seconds"]; age < 3600 || age > 3660 {
			t.Errorf("the first has waited for %v", age)
		}
	}
	if store.asked != 1 {
		t.Errorf("storage was asked %d times", store.asked)
	}
}

func TestStorageThatIsAwayIsShownWithoutWhatWaits(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	Watch(registry, &parts{away: chat.ErrUnavailable}, func() bool { return true })
	got := shown(t, registry)
	check(t, got, map[string]float64{"storage_up": 0, "redis_up": 1})
	if _, known := got["conversations_waiting"]; known {
		t.Error("it shows what it cannot know")
	}
}

func TestMessagesThatAreRefusedAreCountedByTheirCode(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	v := New(registry, "1")
	v.posted(time.Millisecond, nil)
	v.posted(time.Millisecond, fmt.Errorf("post: %w", chat.ErrUnavailable))
	v.posted(time.Millisecond, errors.New("a bug"))
	check(t, shown(t, registry), map[string]float64{"message_seconds": 1, "messages_refused_total unavailable": 1, "messages_refused_total internal": 1})
}

func TestJobsAreCounted(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	v := New(registry, "1")
	for _, err := range []error{nil, nil, errors.New("unreadable")} {
		if got := v.Job(func(context.Context, string, string) error { return err })(t.Context(), "tnt", "src"); !errors.Is(got, err) {
			t.Error(got)
		}
	}
	check(t, shown(t, registry), map[string]float64{"jobs_total completed": 2, "jobs_total failed": 1, "job_seconds": 3})
}
