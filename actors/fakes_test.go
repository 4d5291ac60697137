package actors_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/actors"
	"parley/chat"
	"parley/knowledge"
	"parley/llm"
)

// patience bounds every wait of a test: only a broken engine reaches it.
const patience = 20 * time.Second

// record is a watcher that remembers what it was shown.
type record struct {
	mutex   sync.Mutex
	outputs []actors.Output
	read    int // how far await has come
	changed chan struct{}
}

func (r *record) Deliver(o actors.Output) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.outputs = append(r.outputs, o)
	close(r.changed)
	r.changed = make(chan struct{})
}

// await returns the next output that fits, passing over others.
func (r *record) await(t *testing.T, what string, fits func(actors.Output) bool) actors.Output {
	t.Helper()
	timeout := time.After(patience)
	for {
		r.mutex.Lock()
		for r.read < len(r.outputs) {
			o := r.outputs[r.read]
			r.read++
			if fits(o) {
				r.mutex.Unlock()
				return o
			}
		}
		changed := r.changed
		r.mutex.Unlock()
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func (r *record) events() (events []chat.Event) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, o := range r.outputs {
		if e, ok := o.(*actors.Event); ok {
			events = append(events, e.Event)
		}
	}
	return events
}

// text joins the deltas of a message, checking that each begins where the last ended.
func (r *record) text(t *testing.T, message string) string {
	t.Helper()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var text strings.Builder
	first := -1
	for _, o := range r.outputs {
		d, ok := o.(*actors.Delta)
		if !ok || d.Message != message {
			continue
		}
		if first < 0 {
			first = d.Index
		}
		if d.Index != first+text.Len() {
			t.Errorf("a delta at %d after %d bytes", d.Index, first+text.Len())
		}
		text.WriteString(d.Text)
	}
	return text.String()
}

// scripted is a model whose answers the test speaks, piece by piece.
type scripted struct {
	mutex     sync.Mutex
	made      map[string][]*call
	changed   chan struct{}
	automatic atomic.Bool // answers at once with automaticText
	replies   atomic.Pointer[func(llm.Request) string]
	rewrites  atomic.Pointer[func(llm.RewriteRequest) (string, error)]
}

func newScripted() *scripted {
	return &scripted{made: map[string][]*call{}, changed: make(chan struct{})}
}

func automaticText(question string) string { return "You asked: " + question + "." }

type call struct {
	request   llm.Request
	pieces    chan string
	ended     chan error
	cancelled chan struct{}
}

func (s *scripted) Name() string { return "scripted" }

// Summarise tells what it was given, so that a prompt shows what is remembered.
func (s *scripted) Summarise(_ context.Context, request llm.SummaryRequest) (string, llm.Result, error) {
	said := request.Earlier
	for _, turn := range request.Turns {
		word, _, _ := strings.Cut(turn.Text, " ")
		said += " " + word
	}
	return strings.TrimSpace(said), llm.Result{Model: "scripted-1", InputTokens: 70, OutputTokens: 11}, nil
}

// Rewrite fails unless the test says otherwise.
func (s *scripted) Rewrite(_ context.Context, request llm.RewriteRequest) (string, llm.Result, error) {
	if rewrite := s.rewrites.Load(); rewrite != nil {
		text, err := (*rewrite)(request)
		return text, llm.Result{Model: "scripted-1", InputTokens: 20, OutputTokens: 2}, err
	}
	return "", llm.Result{}, errors.New("it does not rewrite")
}

func (s *scripted) Prompt(request llm.Request) []llm.PromptMessage {
	return []llm.PromptMessage{{Role: "system", Text: "Rules. " + request.Instructions}, {Role: "user", Text: request.Question}}
}

func (s *scripted) Answer(ctx context.Context, request llm.Request, emit func(string) error) (llm.Result, error) {
	result := llm.Result{Model: "scripted-1", Finish: "stop", InputTokens: 3, OutputTokens: 5}
	if s.automatic.Load() {
		for _, piece := range strings.SplitAfter(automaticText(request.Question), " ") {
			if err := emit(piece); err != nil {
				return llm.Result{}, err
			}
		}
		return result, nil
	}
	if reply := s.replies.Load(); reply != nil {
		return result, emit((*reply)(request))
	}
	c := &call{request: request, pieces: make(chan string, 100), ended: make(chan error, 1), cancelled: make(chan struct{})}
	s.mutex.Lock()
	s.made[request.Question] = append(s.made[request.Question], c)
	close(s.changed)
	s.changed = make(chan struct{})
	s.mutex.Unlock()
	for {
		select {
		case piece := <-c.pieces:
			if err := emit(piece); err != nil {
				return llm.Result{}, err
			}
			continue
		default:
		}
		select {
		case piece := <-c.pieces:
			if err := emit(piece); err != nil {
				return llm.Result{}, err
			}
		case err := <-c.ended:
			return result, err
		case <-ctx.Done():
			close(c.cancelled)
			return llm.Result{}, ctx.Err()
		}
	}
}

// call waits for the first call with that question.
func (s *scripted) call(t *testing.T, question string) *call {
	t.Helper()
	return s.callN(t, question, 1)
}

func (s *scripted) callN(t *testing.T, question string, n int) *call {
	t.Helper()
	timeout := time.After(patience)
	for {
		s.mutex.Lock()
		made, changed := s.made[question], s.changed
		s.mutex.Unlock()
		if len(made) >= n {
			return made[n-1]
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("the model was asked %q %d times, not %d", question, len(made), n)
		}
	}
}

func (s *scripted) calls(question string) int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return len(s.made[question])
}

func (c *call) say(pieces ...string) *call {
	for _, piece := range pieces {
		c.pieces <- piece
	}
	return c
}

// end waits until all was said, because a select takes either.
func (c *call) end() { c.fail(nil) }

func (c *call) fail(err error) {
	for len(c.pieces) > 0 {
		time.Sleep(time.Millisecond)
	}
	c.ended <- err
}

func (c *call) wantCancelled(t *testing.T) {
	t.Helper()
	select {
	case <-c.cancelled:
	case <-time.After(patience):
		t.Fatal("the model's call was not cancelled")
	}
}

// quiet stands where the extractive provider would; no bot here uses it.
type quiet struct{}

func (quiet) Summarise(context.Context, llm.SummaryRequest) (string, llm.Result, error) {
	panic("not asked")
}
func (quiet) Name() string { return "extractive" }
func (quiet) Answer(context.Context, llm.Request, func(string) error) (llm.Result, error) {
	return llm.Result{}, errors.New("nobody should ask")
}

// books is a knowledge with the same hits for every question of a bot, unless the test says otherwise.
type books struct {
	mutex   sync.Mutex
	shelves map[string]shelf
}

func (b *books) set(bot string, hits ...knowledge.Hit) {
	b.put(bot, shelf{all: hits, version: time.Now().UnixNano(), find: func(string) []knowledge.Hit { return hits }})
}

func (b *books) put(bot string, s shelf) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.shelves == nil {
		b.shelves = map[string]shelf{}
	}
	b.shelves[bot] = s
}

func (b *books) Open(_ context.Context, _, bot string) (knowledge.Books, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.shelves[bot], nil
}

// shelf is what one bot of theirs knows.
type shelf struct {
	all     []knowledge.Hit
	version int64
	find    func(query string) []knowledge.Hit
}

func (s shelf) Search(_ context.Context, query string, _ int, _ ...string) []knowledge.Hit {
	if s.find == nil {
		return nil
	}
	return s.find(query)
}
func (s shelf) Pairs(fits func(string) bool) (hits []knowledge.Hit) {
	for _, hit := range s.all {
		if n := len(hit.Headings); hit.Kind == knowledge.KindFAQ && fits(hit.Headings[n-1]) {
			hits = append(hits, hit)
		}
	}
	return hits
}
func (s shelf) Empty() bool    { return len(s.all) == 0 }
func (s shelf) Version() int64 { return s.version }

// shortMemory is a cache of answers.
type shortMemory struct {
	mutex sync.Mutex
	kept  map[string][]byte
}

func (m *shortMemory) Get(_ context.Context, key string) ([]byte, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.kept[key], nil
}

func (m *shortMemory) Put(_ context.Context, key string, value []byte, _ time.Duration) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if m.kept == nil {
		m.kept = map[string][]byte{}
	}
	m.kept[key] = value
	return nil
}

func (m *shortMemory) Forget(_ context.Context, keys []string) error {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for _, key := range keys {
		delete(m.kept, key)
	}
	return nil
}

// orphans finds those that a test has lost alone: agents of other tests are no members.
type orphans struct {
	kept      chat.Orphans
	announcer chat.Announcer
	lost      sync.Map // chat.Ref
}

func (o *orphans) Orphans(ctx context.Context, tenant string, limit int) ([]chat.Orphan, error) {
	found, err := o.kept.Orphans(ctx, tenant, limit)
	return slices.DeleteFunc(found, func(orphan chat.Orphan) bool { _, lost := o.lost.Load(orphan.Ref); return !lost }), err
}

func (o *orphans) Unassign(ctx context.Context, ref chat.Ref, from string) error {
	return o.kept.Unassign(ctx, ref, from)
}

// idles says which bot closes idle conversations, to the millisecond.
type idles struct {
	chat.Idles
	closing atomic.Pointer[chat.ClosingBot]
}

func (i *idles) ClosingBots(context.Context) ([]chat.ClosingBot, error) {
	if bot := i.closing.Load(); bot != nil {
		return []chat.ClosingBot{*bot}, nil
	}
	return nil, nil
}

// doubtful is a log whose commits fail on demand, before or after they happen.
type doubtful struct {
	chat.Log
	away    atomic.Bool
	amnesia atomic.Bool // summaries are lost
	mutex   sync.Mutex
	doubts  map[chat.Ref]doubt
	gaps    map[chat.Ref][]chat.Gap
	lines   map[chat.Ref][]string      // of what visitors said and answers that ended
	usage   map[chat.Ref][]*chat.Usage // of answers that ended; nil for one of which nothing is told
}

// used is what the answers of a conversation took, in the order in which they ended.
func (d *doubtful) used(ref chat.Ref) []*chat.Usage {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.usage[ref]
}

// linesOf are the keys' lines of a conversation's messages, in the order in which they were kept or ended.
func (d *doubtful) linesOf(ref chat.Ref) []string {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.lines[ref]
}

// missing are the answers of a conversation that did not help.
func (d *doubtful) missing(ref chat.Ref) []chat.Gap {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.gaps[ref]
}

type doubt int

const (
	committed doubt = iota + 1 // it happens, but an error is returned
	refused                    // it does not happen
	replaced                   // another does: Ben takes the conversation
)

var errConnection = errors.New("connection reset")

func (d *doubtful) doubt(ref chat.Ref, kind doubt) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.doubts == nil {
		d.doubts = map[chat.Ref]doubt{}
	}
	d.doubts[ref] = kind
}

func (d *doubtful) Open(ctx context.Context, refs []chat.Ref) ([]chat.Opened, error) {
	if d.away.Load() {
		return nil, errConnection
	}
	outcomes, err := d.Log.Open(ctx, refs)
	if d.amnesia.Load() {
		for i := range outcomes {
			outcomes[i].Opening.Summary = chat.Summary{}
		}
	}
	return outcomes, err
}

func (d *doubtful) Append(ctx context.Context, batch []chat.Append) ([]chat.Outcome, error) {
	if d.away.Load() {
		return nil, errConnection
	}
	d.mutex.Lock()
	var kind doubt
	for _, a := range batch {
		if len(a.Gaps) > 0 {
			if d.gaps == nil {
				d.gaps = map[chat.Ref][]chat.Gap{}
			}
			d.gaps[a.Ref] = append(d.gaps[a.Ref], a.Gaps...)
		}
		for _, body := range a.Bodies {
			switch body.(type) {
			case chat.MessageCreated, chat.MessageCompleted, chat.MessageInterrupted:
				if d.lines == nil {
					d.lines = map[chat.Ref][]string{}
				}
				d.lines[a.Ref] = append(d.lines[a.Ref], a.Line)
			}
			switch body.(type) {
			case chat.MessageCompleted, chat.MessageInterrupted:
				if d.usage == nil {
					d.usage = map[chat.Ref][]*chat.Usage{}
				}
				d.usage[a.Ref] = append(d.usage[a.Ref], a.Usage)
			}
		}
		if k := d.doubts[a.Ref]; k != 0 {
			kind = k
			delete(d.doubts, a.Ref)
		}
	}
	d.mutex.Unlock()
	if kind == refused {
		return nil, errConnection
	}
	if kind == replaced {
		for i := range batch {
			batch[i].Bodies, batch[i].Agent = []chat.Body{chat.StatusChanged{Status: chat.WithAgent, Agent: &ben}}, &ben
			batch[i].At = batch[i].At.Add(time.Millisecond)
		}
	}
	outcomes, err := d.Log.Append(ctx, batch)
	if (kind == committed || kind == replaced) && err == nil {
		return nil, errConnection
	}
	return outcomes, err
}
