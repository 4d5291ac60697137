package actors

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"pgregory.net/rapid"

	"parley/chat"
)

// scene is a floor between a log, a model and those who watch: all that can happen to it happens
// by one of the moves below. It checks after each what must always hold.
type scene struct {
	floor floor
	log   []chat.Event
	lost  bool // the append in flight is in doubt: its outcome is looked up in the log
	late  bool // and the log has it

	calls   []string // answers that the model writes; a cancelled one may still have sent something
	heard   []string // of those, the ones that were cancelled
	ids     int
	asked   int
	pending map[string]string // what each sender is waiting for: the move
	fenced  bool              // who watches was shown that an agent has it, and no status since
	watched int               // events that were shown
	wrong   string            // what broke
}

func newScene() *scene {
	return &scene{floor: floor{state: state{status: chat.WithBot}}, pending: map[string]string{}}
}

// clone copies what moves change.
func (s *scene) clone() *scene {
	c := *s
	c.log, c.calls, c.heard = slices.Clone(s.log), slices.Clone(s.calls), slices.Clone(s.heard)
	c.pending = make(map[string]string, len(s.pending))
	for k, v := range s.pending {
		c.pending[k] = v
	}
	c.floor.orders = slices.Clone(s.floor.orders)
	if s.floor.turn != nil {
		c.floor.turn = &turn{message: s.floor.turn.message, muted: s.floor.turn.muted}
		c.floor.turn.text.WriteString(s.floor.turn.text.String())
	}
	if s.floor.flight != nil {
		flown := *s.floor.flight
		c.floor.flight = &flown
	}
	return &c
}

// key names a scene up to what cannot matter for what comes: scenes that are alike go on alike.
func (s *scene) key() string {
	var b strings.Builder
	f := s.floor
	fmt.Fprint(&b, f.state.status, "|", f.state.agent, "|", f.state.open != nil, len(f.state.queue), len(f.state.failed), s.lost, s.late, s.fenced, "|")
	if f.turn != nil {
		fmt.Fprint(&b, f.turn.message == open(f.state), f.turn.muted, f.turn.text.Len() > 0)
	}
	for _, o := range f.orders {
		fmt.Fprintf(&b, "%T", o.order)
		if cut, ok := o.order.(*halt); ok {
			fmt.Fprintf(&b, "+%T", cut.then)
		}
	}
	if f.flight != nil {
		for _, body := range f.flight.append.Bodies {
			fmt.Fprint(&b, ">", body.Type())
		}
	}
	if f.state.open != nil {
		fmt.Fprint(&b, f.state.open.question.attempts)
	}
	for _, call := range s.calls {
		fmt.Fprint(&b, " ", call == open(f.state), slices.Contains(s.heard, call))
	}
	for _, name := range []string{"take mia", "take sam", "force sam", "stop", "release"} {
		fmt.Fprint(&b, s.pending[name] != "")
	}
	return b.String()
}

func open(s state) string {
	if s.open == nil {
		return ""
	}
	return s.open.message
}

// step is what can happen; it tells whether it could now.
type step struct {
	name string
	do   func(*scene) bool
}

// moves are those that are tried in every order.
var moves = []step{
	{"ask", func(s *scene) bool {
		if s.asked >= 3 {
			return false
		}
		s.asked++
		return s.wish("ask", say(fmt.Sprint("question ", s.asked)))
	}},
	{"take mia", func(s *scene) bool { return s.wish("take mia", &take{Agent: mia}) }},
	{"take sam", func(s *scene) bool { return s.wish("take sam", &take{Agent: sam}) }},
	{"force sam", func(s *scene) bool { return s.wish("force sam", &take{Agent: sam, Force: true}) }},
	{"release", func(s *scene) bool { return s.wish("release", &release{mia}) }},
	{"stop", func(s *scene) bool {
		if s.pending["stop"] != "" || s.floor.turn == nil {
			return false
		}
		if s.floor.stop("", waiting{sender: sender("stop")}) {
			s.pending["stop"] = "stop"
		}
		s.settle()
		return true
	}},
	{"delta", func(s *scene) bool { // a call that was cancelled may have sent one before it noticed
		if len(s.calls) == 0 {
			return false
		}
		for _, message := range s.calls {
			if s.floor.speaks(message) {
				s.show(s.floor.say("word "))
			}
		}
		return true
	}},
	{"answered", func(s *scene) bool {
		if len(s.calls) == 0 {
			return false
		}
		message := s.calls[0]
		s.calls = s.calls[1:]
		if s.floor.speaks(message) {
			s.floor.conclude(&answered{message: message})
		}
		s.settle()
		return true
	}},
	{"committed", func(s *scene) bool {
		if s.floor.flight == nil || s.lost {
			return false
		}
		s.keep()
		s.land()
		return true
	}},
	{"refused", func(s *scene) bool { // another activation has the log: this one ends, and the next begins from it
		if s.floor.flight == nil || s.lost {
			return false
		}
		s.begin()
		return true
	}},
	{"doubt, kept", func(s *scene) bool {
		if s.floor.flight == nil || s.lost {
			return false
		}
		s.keep()
		s.lost, s.late = true, true
		return true
	}},
	{"doubt, not kept", func(s *scene) bool {
		if s.floor.flight == nil || s.lost {
			return false
		}
		s.lost = true
		return true
	}},
	{"looked up", func(s *scene) bool {
		if !s.lost {
			return false
		}
		if s.late {
			s.land()
		}
		s.lost, s.late = false, false // if the log has it not, it is sent again
		return true
	}},
	{"crash", func(s *scene) bool {
		s.begin()
		return true
	}},
}

// more are tried at random beside them.
var more = []step{
	{"hand to sam", func(s *scene) bool { return s.wish("hand to sam", &hand{By: mia, To: sam}) }},
	{"requeue", func(s *scene) bool { return s.wish("requeue", &requeue{Agent: mia}) }},
	{"mia is removed", func(s *scene) bool { return s.wish("mia is removed", &relieve{Agent: mia.ID}) }},
	{"ask for a person", func(s *scene) bool { return s.wish("ask for a person", &move{To: chat.Waiting}) }},
	{"ask for a person in words", func(s *scene) bool {
		return s.wish("ask for a person in words", &post{Author: visitor, Text: "a person please", Transfer: true})
	}},
	{"the bot will do", func(s *scene) bool { return s.wish("the bot will do", &cancel{}) }},
	{"close", func(s *scene) bool { return s.wish("close", &move{To: chat.Closed}) }},
	{"write as mia", func(s *scene) bool { return s.wish("write as mia", &post{Author: mia, Text: "hello"}) }},
	{"nobody waits any more", func(s *scene) bool { // storage is away for long
		for _, w := range s.floor.expire(time.Unix(1<<41, 0)) {
			s.answer(w.sender, chat.ErrUnavailable)
		}
		s.settle()
		return true
	}},
}

func sender(name string) *actor.PID { return &actor.PID{Id: name} }

// wish orders something, unless the same is under way.
func (s *scene) wish(name string, o order) bool {
	if s.pending[name] != "" {
		return false
	}
	s.pending[name] = name
	s.floor.wish(waiting{order: o, sender: sender(name), until: time.Unix(1<<40, 0)})
	s.settle()
	return true
}

// settle does what the session does after each step.
func (s *scene) settle() {
	s.hush()
	for {
		flown, refused := s.floor.next(names{bot: "Ada", newID: s.newID}, time.Time{})
		if refused == nil {
			if flown != nil && flown.append.Head != int64(len(s.log)) && !s.lost {
				s.fail("an append begins at %d in a log of %d", flown.append.Head, len(s.log))
			}
			return
		}
		s.answer(refused.sender, refused.answer)
	}
}

func (s *scene) newID() string { s.ids++; return fmt.Sprint("msg_", s.ids) }

// hush cancels calls that nobody is to hear.
func (s *scene) hush() {
	for _, message := range s.calls {
		if !s.floor.speaks(message) && !slices.Contains(s.heard, message) {
			s.heard = append(s.heard, message)
		}
	}
}

// answer is what a sender hears; who loses is told who won.
func (s *scene) answer(to *actor.PID, answer any) {
	if to == nil {
		if _, fine := answer.(*chat.Receipt); !fine {
			s.fail("an order of the session's own was refused: %v", answer)
		}
		return
	}
	if s.pending[to.Id] == "" {
		s.fail("%s is answered twice", to.Id)
	}
	delete(s.pending, to.Id)
	if failure, ok := answer.(error); ok && failure != chat.ErrUnavailable && strings.HasPrefix(to.Id, "take") && !strings.Contains(failure.Error(), "has this conversation") {
		s.fail("who loses a take is not told who won: %v", failure)
	}
}

// keep puts the flight into the log, as SQL does.
func (s *scene) keep() {
	for i, body := range s.floor.flight.append.Bodies {
		s.log = append(s.log, chat.Event{Seq: s.floor.flight.append.Head + 1 + int64(i), Body: body})
	}
	s.check()
}

// land shows what was committed.
func (s *scene) land() {
	w := s.floor.flight.waiting
	events := s.floor.committed()
	s.answer(w.sender, &chat.Receipt{})
	s.hush()
	for _, e := range events {
		s.show(e)
	}
	if started := s.floor.begin(); started != nil {
		s.calls = append(s.calls, started.message)
	}
	s.settle()
}

// begin is another activation, from the log. Who waited is sent there, and may ask again; the model's
// calls die or are cancelled with their process; watchers are shown the events that they miss.
func (s *scene) begin() {
	s.calls, s.heard, s.lost, s.late = nil, nil, false, false
	clear(s.pending)
	opening := chat.Opening{Head: int64(len(s.log)), Status: chat.WithBot, Recent: s.log}
	for _, e := range s.log {
		if change, ok := e.Body.(chat.StatusChanged); ok {
			opening.Status, opening.Agent = change.Status, change.Agent
		}
	}
	s.floor = resume(opening)
	for _, e := range s.log[s.watched:] {
		s.show(&Event{Event: e})
	}
	s.settle()
}

// show is what everybody sees.
func (s *scene) show(o Output) {
	switch o := o.(type) {
	case *Delta:
		if s.fenced {
			s.fail("the bot says %q after a person took over", o.Text)
		}
	case *Event:
		if o.Seq != int64(s.watched)+1 {
			s.fail("event %d is shown behind event %d", o.Seq, s.watched)
		}
		s.watched++
		switch body := o.Body.(type) {
		case chat.StatusChanged:
			s.fenced = body.Status == chat.WithAgent
		case chat.MessageStarted, chat.MessageCompleted, chat.MessageInterrupted:
			if s.fenced {
				s.fail("%s after a person took over", body.Type())
			}
		}
	}
}

// check reads the log as the invariants have it.
func (s *scene) check() {
	status, started := chat.WithBot, ""
	var agent *chat.Author
	for _, e := range s.log {
		switch body := e.Body.(type) {
		case chat.MessageStarted:
			if started != "" || status != chat.WithBot {
				s.fail("%s begins while %q is open and the status is %s", body.Message, started, status)
			}
			started = body.Message
		case chat.MessageCompleted, chat.MessageInterrupted:
			if messageOf(body) != started {
				s.fail("%s ends, but %q is open", messageOf(body), started)
			}
			started = ""
		case chat.StatusChanged:
			if started != "" {
				s.fail("the status changes to %s while %s is open", body.Status, started)
			}
			if body.Status == chat.WithAgent && status == chat.WithAgent && body.Agent.ID == agent.ID {
				s.fail("%s takes what they have", agent.Name)
			}
			status, agent = body.Status, body.Agent
		}
	}
}

func (s *scene) fail(format string, args ...any) {
	if s.wrong == "" {
		s.wrong = fmt.Sprintf(format, args...)
	}
}

// muted tells whether the fence holds between the order and its commit, too.
func (s *scene) muted() {
	for _, w := range s.floor.orders {
		if _, takes := w.order.(*take); takes && s.floor.turn != nil && !s.floor.turn.muted {
			s.fail("a take waits, and the bot is not silenced")
		}
	}
	for _, message := range s.calls {
		if !s.floor.speaks(message) && !slices.Contains(s.heard, message) {
			s.fail("nobody hears %s, and its call was not cancelled", message)
		}
	}
}

// TestEveryOrderOfTakingOver tries every order of the moves: up to eight of them, from a conversation with an answer being written and
// from one that has just begun. Scenes that are alike are gone on from once.
func TestEveryOrderOfTakingOver(t *testing.T) {
	t.Parallel()
	const depth = 8
	answering := newScene()
	for _, name := range []string{"ask", "committed", "delta"} {
		i := slices.IndexFunc(moves, func(m step) bool { return m.name == name })
		if !moves[i].do(answering) {
			t.Fatalf("%s cannot be done", name)
		}
	}
	interleavings, taken := 0.0, 0
	for _, start := range []*scene{newScene(), answering} {
		seen := map[string]float64{} // how many ways go on from a scene with so many moves left
		var walk func(s *scene, path []string) float64
		walk = func(s *scene, path []string) float64 {
			s.muted()
			if s.wrong != "" {
				t.Fatalf("after %s: %s", strings.Join(path, ", "), s.wrong)
			}
			if s.fenced {
				taken++
			}
			if len(path) == depth {
				return 1
			}
			key := fmt.Sprint(len(path), s.key())
			if ways, ok := seen[key]; ok {
				return ways
			}
			ways := 0.0
			for _, move := range moves {
				next := s.clone()
				if move.do(next) {
					ways += walk(next, append(slices.Clone(path), move.name))
				}
			}
			seen[key] = ways
			return ways
		}
		interleavings += walk(start, nil)
		t.Logf("%d scenes that differ", len(seen))
	}
	t.Logf("%.0f interleavings of %d moves hold", interleavings, depth)
	if taken == 0 || interleavings < 1e6 {
		t.Errorf("%.0f interleavings, with %d scenes after a take: the moves do not happen", interleavings, taken)
	}
}

// TestAnyOrderOfTakingOver goes on where the enumeration ends: with long ways, at random.
func TestAnyOrderOfTakingOver(t *testing.T) {
	t.Parallel()
	steps := slices.Concat(moves, more)
	rapid.Check(t, func(t *rapid.T) {
		s := newScene()
		var path []string
		for range rapid.IntRange(9, 120).Draw(t, "moves") {
			move := steps[rapid.IntRange(0, len(steps)-1).Draw(t, "move")]
			if move.name == "ask" {
				s.asked = 0 // a long conversation has more questions than an enumerated one
			}
			if !move.do(s) {
				continue
			}
			path = append(path, move.name)
			if s.muted(); s.wrong != "" {
				t.Fatalf("after %s: %s", strings.Join(path, ", "), s.wrong)
			}
		}
	})
}
