package actors_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/actors"
	"parley/chat"
	"parley/knowledge"
	"parley/llm"
)

// house is an engine over one kind of storage, with a model and a knowledge
// that the test speaks for.
type house struct {
	*actors.Engine
	log    *doubtful
	idles  *idles
	lost   *orphans
	bots   chat.Bots
	traces chat.Traces
	model  *scripted
	books  *books
	line   *line
	plans  *plans
	tenant string
}

// TestEngine runs the same tests over every kind of storage.
func TestEngine(t *testing.T) {
	for _, storage := range storages {
		t.Run(storage.name, func(t *testing.T) {
			h := open(t, storage)
			for _, test := range []struct {
				name string
				run  func(*testing.T, *house)
			}{
				{"an answer streams and is kept", answerStreams},
				{"who comes in mid-answer sees it whole", attachInMidAnswer},
				{"a client id is exactly once", clientIDOnce},
				{"stop keeps what was shown and cancels the model", stopKeeps},
				{"an agent who takes over silences the bot at once", takeOverSilences},
				{"two agents who take at once: one wins", oneAgentWins},
				{"questions wait for each other", questionsWait},
				{"another activation fences this one, and the answer is begun again", fenced},
				{"a question that dies twice fails visibly", diesTwice},
				{"a commit of unknown outcome is neither lost nor repeated", unknownOutcome},
				{"storage that is away fails sends, and comes back", storageAway},
				{"an activation in doubt attaches nobody who has seen more than it", attachesInDoubt},
				{"a provider that fails before a token is asked again", providerRetries},
				{"a provider that fails in mid-answer ends it visibly", providerFails},
				{"without a relevant passage it says so and offers a person", saysItDoesNotKnow},
				{"citations are the passages that the answer marks", cites},
				{"a conversation that left memory goes on where it was", passivates},
				{"what fell out of the recent turns is summarised, and made anew when lost", remembers},
				{"a question that failed is answered when it is tried again", triesAgain},
				{"conversations of who may take none go back into the line", freesOrphans},
				{"an idle conversation closes, and reopens when somebody writes", closesIdle},
				{"a bot that is gone is forgotten", forgetsBot},
				{"asking and waiting returns the same answer each time", asksAndWaits},
				{"at the limit a question is kept and waits for a person", limitReached},
				{"each period has its own answers", periodsPass},
				{"what a business may use is asked again while nobody knows", allowanceAway},
				{"what belongs to a business that is gone is not tried for ever", tenantGone},
				{"while chats rest nothing is asked, and nothing is lost", chatsRest},
				{"a question that waits for its turn when chats come to rest waits for a person", restsMeanwhile},
				{"a bot is answered by a model that its plan has", plannedModel},
				{"what an answer took is told with its end", tellsUsage},
				{"what a program's question brings is told with its key's line", tellsLine},
				{"settings are seen by the next answer", settingsSeen},
				{"small talk is answered without a search", talksSmall},
				{"an answer of the owner's is given word for word, before any model", answersVerbatim},
				{"a question that leans on another is searched for as one that stands alone", standsAlone},
				{"the same first question is answered at once, while nothing has changed", answersAgain},
				{"a model that does not know says so as the platform does", modelDoesNotKnow},
				{"nothing found is said in the visitor's language", speaksTheirLanguage},
				{"what a model must not show is not shown", showsOnlyWhatItMay},
				{"a preview keeps nothing", previews},
				{"answers that did not help are noted", notesGaps},
				{"what was erased does not come back from memory", forgetsWhatWasErased},
				{"a hundred conversations at once keep their order", hundredAtOnce},
			} {
				t.Run(test.name, func(t *testing.T) { test.run(t, h) })
			}
		})
	}
}

// open starts an engine over fresh storage.
func open(t *testing.T, storage storage, change ...func(*actors.Config)) *house {
	t.Helper()
	ctx := t.Context()
	store, announcer := storage.open(t)
	h := &house{log: &doubtful{Log: store}, idles: &idles{Idles: store}, lost: &orphans{kept: store, announcer: announcer}, bots: store, traces: store, model: newScripted(), books: &books{}, line: newLine(), plans: &plans{}, tenant: tenantIn(t, store)}
	config := actors.Config{
		Log: h.log, Idles: h.idles, Desks: h.line, Orphans: h.lost, Reads: h.line, Bots: store, Knowledge: h.books, Announcer: announcer,
		Allowances: h.plans, CloseEvery: 50 * time.Millisecond, Model: h.model, Extractive: quiet{}, Cache: &shortMemory{}, CacheKey: []byte("a key of thirty-two bytes, really"), Logger: slog.New(slog.DiscardHandler),
	}
	for _, f := range change {
		f(&config)
	}
	engine, err := actors.Start(config)
	if err != nil {
		t.Fatal(err)
	}
	h.Engine = engine
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second) // some tests leave answers open
		defer cancel()
		engine.Stop(ctx)
	})
	return h
}

// visitor makes a bot and somebody who talks to it for the first time.
func (h *house) visitor(t *testing.T) actors.Visitor {
	t.Helper()
	bot := chat.Bot{ID: chat.NewID(chat.BotPrefix), Tenant: h.tenant, Name: "Ada", Settings: chat.Settings{HandOff: true}}
	if err := h.bots.CreateBot(t.Context(), bot); err != nil {
		t.Fatal(err)
	}
	return actors.Visitor{
		Ref: chat.Ref{Tenant: h.tenant, Conversation: chat.NewID(chat.ConversationPrefix)},
		Bot: bot.ID, ID: chat.NewID(chat.VisitorPrefix), Page: "https://shop.example/", Locale: "en",
	}
}

var guest = chat.Author{Kind: chat.ByVisitor}

func (h *house) post(t *testing.T, v actors.Visitor, text string) chat.Receipt {
	t.Helper()
	receipt, err := h.Post(t.Context(), v, guest, chat.NewID("cid"), text)
	if err != nil {
		t.Fatalf("post %q: %v", text, err)
	}
	return receipt
}

// watch attaches a watcher that records what it is shown.
func (h *house) watch(t *testing.T, v actors.Visitor) (*record, actors.Attached) {
	t.Helper()
	r := &record{changed: make(chan struct{})}
	now, err := h.Attach(t.Context(), v, r)
	if err != nil {
		t.Fatalf("attach: %v", err)
	}
	t.Cleanup(now.Detach)
	return r, now
}

// events reads the log and checks what must always hold of it.
func (h *house) events(t *testing.T, v actors.Visitor) []chat.Event {
	t.Helper()
	events, err := h.log.Log.Events(context.WithoutCancel(t.Context()), v.Ref, 0, 200)
	if err != nil {
		t.Fatalf("read the log: %v", err)
	}
	for i, e := range events {
		if e.Seq != int64(i+1) {
			t.Errorf("event %d has seq %d", i, e.Seq)
		}
	}
	return events
}

func (h *house) types(t *testing.T, v actors.Visitor) []string {
	t.Helper()
	var types []string
	for _, e := range h.events(t, v) {
		name := string(e.Body.Type())
		switch body := e.Body.(type) {
		case chat.MessageInterrupted:
			name += " " + string(body.Reason)
		case chat.StatusChanged:
			name += " " + string(body.Status)
		}
		types = append(types, name)
	}
	return types
}

func (h *house) wantTypes(t *testing.T, v actors.Visitor, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, h.types(t, v)); diff != "" {
		t.Errorf("events in the log (-want +got):\n%s", diff)
	}
}

// answerOf waits until a question's answer has ended, and returns the ending.
func (r *record) ending(t *testing.T) chat.Body {
	t.Helper()
	return r.await(t, "the end of an answer", func(o actors.Output) bool {
		e, ok := o.(*actors.Event)
		if !ok {
			return false
		}
		switch body := e.Body.(type) {
		case chat.MessageCompleted:
			return true
		case chat.MessageInterrupted:
			return body.Reason != chat.NodeLost
		}
		return false
	}).(*actors.Event).Body
}

func answerStreams(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, now := h.watch(t, v)
	if now.Head != 0 || now.Status != chat.WithBot || now.Open != nil {
		t.Errorf("attached to something new: %+v", now)
	}
	receipt := h.post(t, v, "How long may I keep it?")
	if receipt.Seq != 1 {
		t.Errorf("the first message has seq %d", receipt.Seq)
	}
	h.model.call(t, "How long may I keep it?").say("Forty-", "five ", "days — gewiß.").end()
	completed := seen.ending(t).(chat.MessageCompleted)
	if completed.Text != "Forty-five days — gewiß." || seen.text(t, completed.Message) != completed.Text {
		t.Errorf("completed with %q after deltas %q", completed.Text, seen.text(t, completed.Message))
	}
	h.wantTypes(t, v, "message.created", "message.started", "message.completed")
	if author := h.events(t, v)[1].Body.(chat.MessageStarted).Author; author != (chat.Author{Kind: chat.ByBot, Name: "Ada"}) {
		t.Errorf("the answer is by %+v", author)
	}
	if diff := cmp.Diff(h.events(t, v), seen.events()); diff != "" {
		t.Errorf("kept and shown events differ (-kept +shown):\n%s", diff)
	}
}

// shown fits the delta that ends at so many bytes: pieces may come joined.
func shown(bytes int) func(actors.Output) bool {
	return func(o actors.Output) bool {
		d, ok := o.(*actors.Delta)
		return ok && d.Index+len(d.Text) == bytes
	}
}

func attachInMidAnswer(t *testing.T, h *house) {
	v := h.visitor(t)
	first, _ := h.watch(t, v)
	h.post(t, v, "q")
	call := h.model.call(t, "q").say("Half ", "an ")
	first.await(t, "both words", shown(8))
	second, now := h.watch(t, v)
	if now.Head != 2 || now.Open == nil || now.Open.Text != "Half an " {
		t.Fatalf("attached in mid-answer: %+v, open %+v", now, now.Open)
	}
	call.say("answer.").end()
	completed := second.ending(t).(chat.MessageCompleted)
	if got := now.Open.Text + second.text(t, completed.Message); got != completed.Text {
		t.Errorf("snapshot and deltas give %q, the answer is %q", got, completed.Text)
	}
	if n := h.model.calls("q"); n != 1 {
		t.Errorf("the model was called %d times", n)
	}
}

func clientIDOnce(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	var wait sync.WaitGroup
	receipts := make([]chat.Receipt, 16)
	for i := range receipts {
		wait.Go(func() {
			var err error
			if receipts[i], err = h.Post(t.Context(), v, guest, "same", "once"); err != nil {
				t.Errorf("post: %v", err)
			}
		})
	}
	wait.Wait()
	for _, r := range receipts {
		if r != receipts[0] || r.Seq != 1 {
			t.Errorf("receipt %+v, the first was %+v", r, receipts[0])
		}
	}
	h.model.call(t, "once").say("Yes.").end()
	seen.ending(t)
	if again, err := h.Post(t.Context(), v, guest, "same", "once"); err != nil || again != receipts[0] {
		t.Errorf("sent again after its answer: %+v, %v", again, err)
	}
	h.wantTypes(t, v, "message.created", "message.started", "message.completed")
}

func stopKeeps(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	h.post(t, v, "long")
	call := h.model.call(t, "long").say("It was ", "a dark ")
	seen.await(t, "both pieces", shown(14))
	if err := h.StopAnswer(t.Context(), v, ""); err != nil {
		t.Fatal(err)
	}
	call.wantCancelled(t)
	stopped := seen.ending(t).(chat.MessageInterrupted)
	if stopped.Reason != chat.Stopped || stopped.Text != "It was a dark " {
		t.Errorf("stopped: %+v", stopped)
	}
	if err := h.StopAnswer(t.Context(), v, ""); err != nil {
		t.Errorf("stopping nothing: %v", err)
	}
	if trace := h.trace(t, v, 3); trace.Query != "long" || trace.Provider != "scripted" || trace.Retrieved <= 0 {
		t.Errorf("the trace of a stopped answer: %+v", trace)
	}
	h.wantTypes(t, v, "message.created", "message.started", "message.interrupted stopped")
}

func takeOverSilences(t *testing.T, h *house) {
	v := h.visitor(t)
	agent := chat.Author{Kind: chat.ByAgent, ID: "usr_1", Name: "Mia"}
	seen, _ := h.watch(t, v)
	h.post(t, v, "speak")
	call := h.model.call(t, "speak").say("I am ")
	seen.await(t, "a delta", func(o actors.Output) bool { _, ok := o.(*actors.Delta); return ok })
	if err := h.TakeOver(t.Context(), v, agent, false); err != nil {
		t.Fatal(err)
	}
	call.say("still talking").wantCancelled(t)
	h.post(t, v, "are you there?")
	if _, err := h.Post(t.Context(), v, agent, "a1", "Yes, I am."); err != nil {
		t.Fatal(err)
	}
	h.wantTypes(t, v, "message.created", "message.started", "message.interrupted takeover", "status.changed agent", "message.created", "message.created")
	if shown := seen.text(t, h.events(t, v)[1].Body.(chat.MessageStarted).Message); shown != "I am " {
		t.Errorf("shown: %q", shown)
	}
	if err := h.Release(t.Context(), v, agent); err != nil {
		t.Fatal(err)
	}
	h.post(t, v, "and now?")
	h.model.call(t, "and now?").say("The bot.").end()
	seen.ending(t)
}

func oneAgentWins(t *testing.T, h *house) {
	v := h.visitor(t)
	h.post(t, v, "help")
	h.model.call(t, "help").say("No.").end()
	var wins, conflicts atomic.Int64
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			err := h.TakeOver(t.Context(), v, chat.Author{Kind: chat.ByAgent, ID: fmt.Sprint("usr_", i), Name: "Agent"}, false)
			switch {
			case err == nil:
				wins.Add(1)
			case chat.AsError(err).Code == "taken":
				conflicts.Add(1)
			default:
				t.Errorf("take over: %v", err)
			}
		})
	}
	wait.Wait()
	if wins.Load() != 1 || conflicts.Load() != 7 {
		t.Errorf("%d agents won, %d were refused", wins.Load(), conflicts.Load())
	}
}

func questionsWait(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	h.post(t, v, "one")
	first := h.model.call(t, "one")
	h.post(t, v, "two")
	first.say("1").end()
	seen.ending(t)
	h.model.call(t, "two").say("2").end()
	seen.ending(t)
	h.wantTypes(t, v, "message.created", "message.started", "message.created", "message.completed", "message.started", "message.completed")
}

// fenced opens the log from outside, as another node would that took the
// conversation for its own.
func fenced(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	h.post(t, v, "who writes?")
	h.model.call(t, "who writes?").say("I ").say("do.")
	seen.await(t, "a delta", func(o actors.Output) bool { _, ok := o.(*actors.Delta); return ok })
	if _, err := h.log.Log.Open(t.Context(), []chat.Ref{v.Ref}); err != nil {
		t.Fatal(err)
	}
	if err := h.StopAnswer(t.Context(), v, ""); err != nil { // the stale activation finds out by writing
		t.Fatal(err)
	}
	seen.await(t, "to be moved", func(o actors.Output) bool { _, ok := o.(*actors.Moved); return ok })
	again, _ := h.watch(t, v)
	h.model.callN(t, "who writes?", 2).say("I do now.").end()
	if completed, ok := again.ending(t).(chat.MessageCompleted); !ok || completed.Text != "I do now." {
		t.Errorf("the second attempt ended with %+v", completed)
	}
	h.wantTypes(t, v, "message.created", "message.started", "message.interrupted node_lost", "message.started", "message.completed")
}

func diesTwice(t *testing.T, h *house) {
	v := h.visitor(t)
	for n := 1; n <= 2; n++ {
		if n == 1 {
			h.post(t, v, "poison")
		}
		seen, _ := h.watch(t, v)
		h.model.callN(t, "poison", n)
		if _, err := h.log.Log.Open(t.Context(), []chat.Ref{v.Ref}); err != nil {
			t.Fatal(err)
		}
		_ = h.StopAnswer(t.Context(), v, "")
		seen.await(t, "to be moved", func(o actors.Output) bool { _, ok := o.(*actors.Moved); return ok })
	}
	seen, now := h.watch(t, v)
	if now.Head < 5 {
		seen.ending(t)
	}
	h.wantTypes(t, v, "message.created", "message.started", "message.interrupted node_lost", "message.started", "message.interrupted failed")
	if h.post(t, v, "harmless"); h.model.calls("poison") != 2 {
		t.Errorf("the model was called %d times", h.model.calls("poison"))
	}
}

func unknownOutcome(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	h.log.doubt(v.Ref, committed) // the commit happens, its acknowledgement is lost
	first := h.post(t, v, "first")
	h.model.call(t, "first").say("1").end()
	seen.ending(t)
	h.log.doubt(v.Ref, refused) // nothing happens
	second := h.post(t, v, "second")
	h.model.call(t, "second").say("2").end()
	seen.ending(t)
	if first.Seq != 1 || second.Seq != 4 {
		t.Errorf("receipts %+v and %+v", first, second)
	}
	h.wantTypes(t, v, "message.created", "message.started", "message.completed", "message.created", "message.started", "message.completed")
	if diff := cmp.Diff(h.events(t, v), seen.events()); diff != "" {
		t.Errorf("kept and shown events differ (-kept +shown):\n%s", diff)
	}
}

func storageAway(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	h.log.away.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := h.Post(ctx, v, guest, "patience", "are you there?"); chat.AsError(err).Kind != chat.Unavailable {
		t.Errorf("post while storage is away: %v", err)
	}
	h.log.away.Store(false)
	receipt, err := h.Post(t.Context(), v, guest, "patience", "are you there?")
	if err != nil || receipt.Seq != 1 {
		t.Fatalf("sent again when storage is back: %+v, %v", receipt, err)
	}
	h.model.call(t, "are you there?").say("Again.").end()
	seen.ending(t)
	h.wantTypes(t, v, "message.created", "message.started", "message.completed")
}

func attachesInDoubt(t *testing.T, h *house) {
	v := h.visitor(t)
	h.watch(t, v)
	first := h.post(t, v, "first")
	h.log.away.Store(true)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := h.SetContact(ctx, v, chat.ContactChanged{Name: "Adam"}); err == nil {
		t.Fatal("something was kept while storage was away")
	}
	// Another activation goes on, and shows it.
	opened, err := h.log.Log.Open(t.Context(), []chat.Ref{v.Ref})
	if err != nil {
		t.Fatal(err)
	}
	at := opened[0].Opening
	if outcomes, err := h.log.Log.Append(t.Context(), []chat.Append{{
		Ref: v.Ref, Epoch: at.Epoch, Head: at.Head, At: time.Now(), Status: at.Status, Unfinished: true, Bodies: []chat.Body{chat.ContactChanged{Name: "Eve"}},
	}}); err != nil || outcomes[0].Err != nil {
		t.Fatal(err, outcomes)
	}
	v.Seen = at.Head + 1
	back := time.AfterFunc(200*time.Millisecond, func() { h.log.away.Store(false) })
	defer back.Stop()
	if _, now := h.watch(t, v); now.Head < v.Seen {
		t.Errorf("it attached at %d of a log that had %d events, of which %d were seen", now.Head, first.Seq, v.Seen)
	}
}

func providerRetries(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	h.post(t, v, "flaky")
	h.model.callN(t, "flaky", 1).fail(&llm.Error{Retryable: true, Err: errors.New("busy")})
	h.model.callN(t, "flaky", 2).say("Now.").end()
	if completed, ok := seen.ending(t).(chat.MessageCompleted); !ok || completed.Text != "Now." {
		t.Errorf("ended with %+v", completed)
	}
	h.post(t, v, "refused")
	h.model.call(t, "refused").fail(&llm.Error{Err: errors.New("bad key")})
	if failed, ok := seen.ending(t).(chat.MessageInterrupted); !ok || failed.Reason != chat.Failed || failed.Text != "" {
		t.Errorf("ended with %+v", failed)
	}
}

func providerFails(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	h.post(t, v, "cut")
	h.model.call(t, "cut").say("So far").fail(&llm.Error{Retryable: true, Truncated: true, Err: errors.New("cut")})
	if failed, ok := seen.ending(t).(chat.MessageInterrupted); !ok || failed.Reason != chat.Failed || failed.Text != "So far" {
		t.Errorf("ended with %+v", failed)
	}
	if trace := h.trace(t, v, 3); trace.Failure == "" || trace.FirstPiece <= 0 {
		t.Errorf("the trace of a failed answer: %+v", trace)
	}
	if n := h.model.calls("cut"); n != 1 {
		t.Errorf("asked %d times after something was shown", n)
	}
}

func saysItDoesNotKnow(t *testing.T, h *house) {
	v := h.visitor(t)
	h.books.set(v.Bot, knowledge.Hit{Passage: knowledge.Passage{Source: "src_1", Text: "About boats."}, Confidence: 0.05})
	seen, _ := h.watch(t, v)
	h.post(t, v, "planes?")
	completed := seen.ending(t).(chat.MessageCompleted)
	if !strings.HasPrefix(completed.Text, actors.DefaultFallback) || completed.Offer != actors.Handoff || completed.Citations != nil {
		t.Errorf("completed: %+v", completed)
	}
	if shown := seen.text(t, completed.Message); shown != completed.Text {
		t.Errorf("shown %q", shown)
	}
	if n := h.model.calls("planes?"); n != 0 {
		t.Errorf("the model was asked %d times", n)
	}
}

func cites(t *testing.T, h *house) {
	v := h.visitor(t)
	h.books.set(v.Bot,
		knowledge.Hit{Passage: knowledge.Passage{Source: "src_1", Text: "Returns within 45 days.", Page: 3}, Title: "Returns", Confidence: 0.9},
		knowledge.Hit{Passage: knowledge.Passage{Source: "src_2", Text: "Shipping is free."}, Title: "Shipping", URL: "https://shop.example/shipping", Confidence: 0.8},
	)
	seen, _ := h.watch(t, v)
	h.post(t, v, "returns and shipping?")
	h.model.call(t, "returns and shipping?").say("Free [2], and 45 days [1] [2]. See [7].").end()
	want := []chat.Citation{
		{Mark: 2, Source: "src_2", Title: "Shipping", URL: "https://shop.example/shipping", Quote: "Shipping is free."},
		{Mark: 1, Source: "src_1", Title: "Returns", Quote: "Returns within 45 days.", Page: 3},
	}
	if diff := cmp.Diff(want, seen.ending(t).(chat.MessageCompleted).Citations); diff != "" {
		t.Errorf("citations (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, h.events(t, v)[2].Body.(chat.MessageCompleted).Citations); diff != "" {
		t.Errorf("citations as kept (-want +got):\n%s", diff)
	}
	trace := h.trace(t, v, 3)
	if len(trace.Passages) != 2 || trace.Passages[0].Text != "Returns within 45 days." || trace.Passages[0].Confidence != 0.9 || trace.Threshold != knowledge.DefaultThreshold {
		t.Errorf("traced passages: %+v", trace)
	}
	if trace.Provider != "scripted" || trace.Model != "scripted-1" || trace.Finish != "stop" || trace.InputTokens != 3 || trace.Calls != 1 || trace.Failure != "" {
		t.Errorf("traced call: %+v", trace)
	}
	if trace.Retrieved <= 0 || trace.FirstPiece < trace.Retrieved || trace.Ended < trace.FirstPiece {
		t.Errorf("traced times: %+v", trace)
	}
}

// trace reads what produced the answer that ended at seq.
func (h *house) trace(t *testing.T, v actors.Visitor, seq int64) chat.Trace {
	t.Helper()
	trace, err := h.traces.Trace(t.Context(), v.Ref, seq)
	if err != nil {
		t.Fatalf("trace of %d: %v", seq, err)
	}
	return trace
}

func passivates(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, now := h.watch(t, v)
	h.post(t, v, "my name is Eve")
	h.model.call(t, "my name is Eve").say("Hello Eve.").end()
	seen.ending(t)
	now.Detach()
	if _, err := h.log.Log.Open(t.Context(), []chat.Ref{v.Ref}); err != nil { // whoever opens next makes this activation useless
		t.Fatal(err)
	}
	again, _ := h.watch(t, v)
	h.post(t, v, "what is my name?")
	call := h.model.call(t, "what is my name?")
	want := []llm.Message{{Role: llm.Visitor, Text: "my name is Eve"}, {Role: llm.Business, Text: "Hello Eve."}}
	if diff := cmp.Diff(want, call.request.History); diff != "" {
		t.Errorf("history in the prompt (-want +got):\n%s", diff)
	}
	call.say("Eve.").end()
	if len(again.events()) > 0 {
		again.ending(t)
	}
}

func remembers(t *testing.T, h *house) {
	v := h.visitor(t)
	long := strings.Repeat(" word", 500) // some 600 tokens
	ask := func(word string) llm.Request {
		h.post(t, v, word+long)
		call := h.model.call(t, word+long)
		call.say("Yes.").end()
		return call.request
	}
	seen, now := h.watch(t, v)
	for i := range 8 {
		ask(fmt.Sprintf("q%d", i))
		seen.ending(t)
	}
	var request llm.Request
	for i := 8; request.Summary == "" && i < 20; i++ { // it is made beside the conversation
		request = ask(fmt.Sprintf("q%d", i))
		seen.ending(t)
	}
	covered := func(request llm.Request) {
		t.Helper()
		words := strings.Fields(request.Summary)
		for _, turn := range request.History {
			word, _, _ := strings.Cut(turn.Text, " ")
			words = append(words, word)
		}
		want := 0
		for _, word := range words {
			if word == fmt.Sprintf("q%d", want) {
				want++
			} else if word != "Yes." {
				t.Errorf("the prompt remembers %v", words)
				break
			}
		}
		if question, _, _ := strings.Cut(request.Question, " "); question != fmt.Sprintf("q%d", want) {
			t.Errorf("what was said before %s is not all remembered: %v", question, words)
		}
	}
	covered(request)
	now.Detach()
	if kept, err := h.log.Log.Open(t.Context(), []chat.Ref{v.Ref}); err != nil || kept[0].Opening.Summary.Text == "" {
		t.Errorf("the summary was not kept: %v", err) // and whoever opens next makes this activation useless
	}
	h.log.amnesia.Store(true)
	defer h.log.amnesia.Store(false)
	seen, _ = h.watch(t, v)
	next := strings.Fields(request.Question)[0]
	var n int
	fmt.Sscanf(next, "q%d", &n)
	again := ask(fmt.Sprintf("q%d", n+1))
	if len(seen.events()) > 0 {
		seen.ending(t)
	}
	covered(again)
}

func triesAgain(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	if err := h.Retry(t.Context(), v, ""); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("retry of nothing: %v", err)
	}
	h.post(t, v, "brittle")
	h.model.callN(t, "brittle", 1).fail(errors.New("no"))
	failed, ok := seen.ending(t).(chat.MessageInterrupted)
	if !ok || failed.Reason != chat.Failed {
		t.Fatalf("ended with %+v", failed)
	}
	if err := h.Retry(t.Context(), v, failed.Message); err != nil {
		t.Fatal(err)
	}
	h.model.callN(t, "brittle", 2).say("There.").end()
	if completed, ok := seen.ending(t).(chat.MessageCompleted); !ok || completed.Text != "There." {
		t.Errorf("the second time it ended with %+v", completed)
	}
	h.wantTypes(t, v, "message.created", "message.started", "message.interrupted failed", "message.started", "message.completed")
}

func closesIdle(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	h.post(t, v, "bye")
	h.model.call(t, "bye").say("Bye.").end()
	seen.ending(t)
	h.idles.closing.Store(&chat.ClosingBot{Tenant: v.Tenant, Bot: v.Bot, After: time.Millisecond})
	seen.await(t, "to be closed", status(chat.Closed))
	h.idles.closing.Store(nil)
	h.post(t, v, "hello again")
	seen.await(t, "to be open", status(chat.WithBot))
	h.model.call(t, "hello again").say("Hello.").end()
	seen.ending(t)
}

func status(s chat.Status) func(actors.Output) bool {
	return func(o actors.Output) bool {
		e, ok := o.(*actors.Event)
		if !ok {
			return false
		}
		changed, ok := e.Body.(chat.StatusChanged)
		return ok && changed.Status == s
	}
}

func forgetsBot(t *testing.T, h *house) {
	v := h.visitor(t)
	if _, err := h.Bot(t.Context(), v.Tenant, v.Bot); err != nil {
		t.Fatal(err)
	}
	if err := h.bots.DeleteBot(t.Context(), v.Tenant, v.Bot); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		_, err := h.Bot(t.Context(), v.Tenant, v.Bot)
		if errors.Is(err, chat.ErrNotFound) {
			break
		}
		if err != nil || time.Since(begun) > patience {
			t.Fatalf("a bot that was deleted: %v", err)
		}
	}
	// Asking for it by many at once, while its actor leaves, keeps nobody waiting.
	var asking sync.WaitGroup
	for range 50 {
		asking.Go(func() {
			if _, err := h.Bot(t.Context(), v.Tenant, v.Bot); !errors.Is(err, chat.ErrNotFound) {
				t.Errorf("got %v", err)
			}
		})
	}
	asking.Wait()
}

func asksAndWaits(t *testing.T, h *house) {
	v := h.visitor(t)
	type result struct {
		completed chat.MessageCompleted
		err       error
	}
	results := make(chan result, 3)
	var deltas atomic.Int64
	for range 2 {
		go func() {
			completed, err := h.Answer(t.Context(), v, "ask-1", "over HTTP?", func(o actors.Output) {
				if _, ok := o.(*actors.Delta); ok {
					deltas.Add(1)
				}
			})
			results <- result{completed, err}
		}()
	}
	h.model.call(t, "over HTTP?").say("Yes, ", "as well.").end()
	for range 2 {
		if r := <-results; r.err != nil || r.completed.Text != "Yes, as well." {
			t.Errorf("answer: %+v, %v", r.completed, r.err)
		}
	}
	if again, err := h.Answer(t.Context(), v, "ask-1", "over HTTP?", nil); err != nil || again.Text != "Yes, as well." {
		t.Errorf("asked again: %+v, %v", again, err)
	}
	if n := h.model.calls("over HTTP?"); n != 1 {
		t.Errorf("the model was called %d times", n)
	}
	if err := h.TakeOver(t.Context(), v, chat.Author{Kind: chat.ByAgent, ID: "usr_1", Name: "Mia"}, false); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Answer(t.Context(), v, "ask-2", "still you?", nil); chat.AsError(err).Code != "handed_off" {
		t.Errorf("asked while a person has it: %v", err)
	}
}

func limitReached(t *testing.T, h *house) {
	v, other := h.visitor(t), h.visitor(t)
	seen, _ := h.watch(t, v)
	h.allow(t, chat.Allowance{Answers: 1}) // of the month, which has seen many
	receipt := h.post(t, v, "one too many")
	if receipt.Seq != 1 {
		t.Errorf("receipt %+v", receipt)
	}
	seen.await(t, "to be told", func(o actors.Output) bool {
		e, ok := o.(*actors.Event)
		return ok && e.Body == chat.Body(chat.StatusChanged{Status: chat.Waiting})
	})
	h.wantTypes(t, v, "message.created", "status.changed waiting")
	if _, err := h.Answer(t.Context(), other, "ask", "over HTTP too", nil); chat.AsError(err).Code != "handed_off" {
		t.Errorf("asked over HTTP: %v", err)
	}
	if n := h.model.calls("one too many") + h.model.calls("over HTTP too"); n != 0 {
		t.Errorf("the model was called %d times", n)
	}
}

func settingsSeen(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	h.post(t, v, "before")
	h.model.call(t, "before").say("ok").end()
	seen.ending(t)
	bot, err := h.bots.Bot(t.Context(), v.Tenant, v.Bot)
	if err != nil {
		t.Fatal(err)
	}
	bot.Settings.Instructions = "Speak like a pirate."
	if _, err := h.bots.UpdateBot(t.Context(), bot); err != nil {
		t.Fatal(err)
	}
	// Nobody announced the change: polling finds it within about a second.
	for i := 0; ; i++ {
		question := fmt.Sprint("after ", i)
		h.post(t, v, question)
		call := h.model.call(t, question)
		call.say("arr").end()
		seen.ending(t)
		if call.request.Instructions == "Speak like a pirate." {
			return
		}
		if i == 100 {
			t.Fatal("the new instructions never reach the model")
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func hundredAtOnce(t *testing.T, h *house) {
	h.model.automatic.Store(true)
	defer h.model.automatic.Store(false)
	bot := h.visitor(t).Bot
	var wait sync.WaitGroup
	for i := range 100 {
		wait.Go(func() {
			v := actors.Visitor{Ref: chat.Ref{Tenant: h.tenant, Conversation: chat.NewID(chat.ConversationPrefix)}, Bot: bot, ID: chat.NewID(chat.VisitorPrefix)}
			for n := range 3 {
				text := fmt.Sprintf("question %d of %d", n, i)
				completed, err := h.Answer(t.Context(), v, fmt.Sprint("c", n), text, nil)
				if err != nil || completed.Text != automaticText(text) {
					t.Errorf("%s: %q, %v", text, completed.Text, err)
				}
			}
			if got := h.types(t, v); len(got) != 9 || slices.Contains(got, "message.interrupted node_lost") {
				t.Errorf("conversation %d has %v", i, got)
			}
		})
	}
	wait.Wait()
}
