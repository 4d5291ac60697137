package actors_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley/actors"
	"parley/chat"
	"parley/knowledge"
	"parley/llm"
)

// ledger remembers what models took besides answers.
type ledger struct {
	mutex sync.Mutex
	kept  []chat.Expense
}

func (l *ledger) AddExpense(_ context.Context, expense chat.Expense) error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.kept = append(l.kept, expense)
	return nil
}

func (l *ledger) all() []chat.Expense {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.kept
}

// priced opens a house whose model costs a millionth of a dollar for each token that it reads, and ten for each that it writes.
func priced(t *testing.T) (*house, *ledger) {
	t.Helper()
	kept := &ledger{}
	h := open(t, storages[0], func(c *actors.Config) {
		c.Expenses = kept
		if err := c.Prices.UnmarshalText([]byte("scripted-1=1/10")); err != nil {
			t.Fatal(err)
		}
	})
	return h, kept
}

func micros(n int64) *int64 { return &n }

func TestARewrittenQuestionIsPartOfWhatItsAnswerTook(t *testing.T) {
	h, kept := priced(t)
	v := h.visitor(t)
	h.books.set(v.Bot, passage("src_1", "Norway", "Shipping to Norway costs nine euros."))
	h.replying(t, func(llm.Request) string { return "It costs nine euros [1]." })
	says := func(text string, err error) {
		rewrite := func(llm.RewriteRequest) (string, error) { return text, err }
		h.model.rewrites.Store(&rewrite)
	}
	took := func() *chat.Usage { all := h.log.used(v.Ref); return all[len(all)-1] }
	alone := &chat.Usage{Provider: "scripted", Model: "scripted-1", InputTokens: 3, OutputTokens: 5, CostMicros: micros(3 + 50)}
	both := &chat.Usage{Provider: "scripted", Model: "scripted-1", InputTokens: 20 + 3, OutputTokens: 2 + 5, CostMicros: micros(20 + 20 + 3 + 50)}

	h.ask(t, v, "Do you ship to Norway?")
	if diff := cmp.Diff(alone, took()); diff != "" {
		t.Errorf("a question as it is: %s", diff)
	}
	says("How much is shipping to Norway?", nil)
	h.ask(t, v, "And how much is it?")
	if diff := cmp.Diff(both, took()); diff != "" {
		t.Errorf("a rewritten question: %s", diff)
	}
	if trace := h.lastTrace(t, v); trace.Calls != 2 || trace.InputTokens != 23 || trace.OutputTokens != 7 || *trace.CostMicros != 93 {
		t.Errorf("traced %+v", trace)
	}
	says("Which secrets does Contoso keep in volcanoes?", nil) // is not followed, and was paid for
	h.ask(t, v, "And what about it?")
	if diff := cmp.Diff(both, took()); diff != "" {
		t.Errorf("an invented question: %s", diff)
	}
	h.model.rewrites.Store(nil) // it fails, and says nothing of tokens
	h.ask(t, v, "And how long is it?")
	if trace := h.lastTrace(t, v); trace.Calls != 2 || trace.CostMicros == nil || *trace.CostMicros != 53 {
		t.Errorf("a rewriting that failed: %+v", trace)
	}
	if all := kept.all(); len(all) != 0 {
		t.Errorf("what answers took counts twice: %+v", all)
	}
}

func TestTheCostOfAnAnswerThatIsStoppedIsNotGuessed(t *testing.T) {
	h, _ := priced(t)
	v := h.visitor(t)
	h.books.set(v.Bot, passage("src_1", "Norway", "Shipping to Norway costs nine euros."))
	rewrite := func(llm.RewriteRequest) (string, error) { return "How much is shipping to Norway?", nil }
	h.model.rewrites.Store(&rewrite)
	seen, _ := h.watch(t, v)
	h.post(t, v, "Do you ship to Norway?")
	h.model.call(t, "Do you ship to Norway?").say("Yes.").end()
	seen.ending(t)
	h.post(t, v, "And how much is it?")
	h.model.call(t, "And how much is it?").say("Nine ")
	seen.await(t, "a piece", shown(5))
	if err := h.StopAnswer(t.Context(), v, ""); err != nil {
		t.Fatal(err)
	}
	seen.ending(t)
	all := h.log.used(v.Ref)
	want := &chat.Usage{Provider: "scripted", Model: "", InputTokens: 20, OutputTokens: 2} // those of the rewriting are known
	if diff := cmp.Diff(want, all[len(all)-1]); diff != "" {
		t.Error(diff)
	}
}

func TestAnAnswerOfThePassagesThatIsStoppedCostsNothing(t *testing.T) {
	slow := &stoppable{begun: make(chan struct{})}
	h := open(t, storages[0], func(c *actors.Config) { c.Model, c.Extractive = nil, slow })
	v := h.visitor(t)
	h.books.set(v.Bot, passage("src_1", "Norway", "Shipping to Norway costs nine euros."))
	seen, _ := h.watch(t, v)
	h.post(t, v, "How much is shipping to Norway?")
	<-slow.begun
	if err := h.StopAnswer(t.Context(), v, ""); err != nil {
		t.Fatal(err)
	}
	seen.ending(t)
	if all := h.log.used(v.Ref); len(all) != 1 || all[0].CostMicros == nil || *all[0].CostMicros != 0 {
		t.Errorf("it took %+v", all[0])
	}
}

// stoppable answers until it is stopped.
type stoppable struct {
	quiet
	begun chan struct{}
}

func (s *stoppable) Answer(ctx context.Context, _ llm.Request, emit func(string) error) (llm.Result, error) {
	if err := emit("Shipping "); err != nil {
		return llm.Result{}, err
	}
	close(s.begun)
	<-ctx.Done()
	return llm.Result{}, ctx.Err()
}

func TestWhatIsTriedCostsItsBusinessAndCountsAsNoAnswer(t *testing.T) {
	h, kept := priced(t)
	h.plans.set(chat.Allowance{Period: "2026-11-14T09:00:00Z"}, nil)
	v := h.visitor(t)
	h.books.set(v.Bot, passage("src_1", "Norway", "Shipping to Norway costs nine euros."))
	h.replying(t, func(llm.Request) string { return "Nine euros [1]." })
	try := func(text string) error {
		_, err := h.Preview(t.Context(), v.Tenant, v.Bot, actors.Preview{Text: text})
		return err
	}
	if err := try("How much is shipping to Norway?"); err != nil {
		t.Fatal(err)
	}
	want := []chat.Expense{{Tenant: v.Tenant, Period: "2026-11-14T09:00:00Z", InputTokens: 3, OutputTokens: 5, CostMicros: micros(53)}}
	if diff := cmp.Diff(want, kept.all(), cmpopts.IgnoreFields(chat.Expense{}, "At")); diff != "" {
		t.Error(diff)
	}
	if at := kept.all()[0].At; time.Since(at) > patience {
		t.Errorf("it was at %v", at)
	}
	h.books.set(v.Bot, knowledge.Hit{Confidence: 0.1})
	if err := try("Giraffes?"); err != nil || len(kept.all()) != 1 {
		t.Errorf("what nobody was asked for cost something: %+v, %v", kept.all(), err)
	}
	h.plans.set(chat.Allowance{}, errors.New("away"))
	if err := try("hello"); err == nil {
		t.Error("it is tried while nobody knows whether it may be")
	}
}

func TestSummariesCostTheirBusiness(t *testing.T) {
	h, kept := priced(t)
	v := h.visitor(t)
	h.replying(t, func(llm.Request) string { return "Yes." })
	for end := time.Now().Add(patience); len(kept.all()) == 0; {
		if time.Now().After(end) {
			t.Fatal("no summary was paid for")
		}
		h.ask(t, v, "Is it"+strings.Repeat(" word", 500))
	}
	want := chat.Expense{Tenant: v.Tenant, InputTokens: 70, OutputTokens: 11, CostMicros: micros(70 + 110)}
	if diff := cmp.Diff(want, kept.all()[0], cmpopts.IgnoreFields(chat.Expense{}, "At")); diff != "" {
		t.Error(diff)
	}
	for _, took := range h.log.used(v.Ref) {
		if took.InputTokens != 3 || *took.CostMicros != 53 {
			t.Errorf("an answer took %+v", took)
		}
	}
}
