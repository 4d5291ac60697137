package actors_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/actors"
	"parley/chat"
)

// TestDesk is what agents do with each other and with those who wait.
func TestDesk(t *testing.T) {
	h := open(t, storages[0])
	for _, test := range []struct {
		name string
		run  func(*testing.T, *house)
	}{
		{"who is on duty is told to all who are", dutyIsTold},
		{"who asks for a person is told their place, and what changes of it", placesAreTold},
		{"the desk asks whoever is free", deskAsks},
		{"words ask for a person as the button does, also in mid-answer", wordsAsk},
		{"the visitor may go back to the bot", goesBack},
		{"agents hand over, and put back into the line", handsOver},
		{"agents see who looks, and the visitor does not", whoLooks},
		{"what is being written is shown to agents alone", typingPreview},
		{"how far somebody has read is kept where it matters", readMarks},
		{"a visitor who is blocked is refused at once", blocked},
		{"the owner's words have the bot offer a person", ownersWords},
		{"handed back, the bot knows what was said", knowsWhatWasSaid},
		{"what was kept is acknowledged again, whoever has the conversation now", acknowledgedAgain},
		{"a take in doubt is not taken for another's", takeInDoubt},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, h) })
	}
}

var ada = chat.Author{Kind: chat.ByAgent, ID: "usr_ada", Name: "Ada"}
var ben = chat.Author{Kind: chat.ByAgent, ID: "usr_ben", Name: "Ben"}

// chair is an agent's connection at the desk.
type chair struct {
	mutex   sync.Mutex
	rosters [][]actors.Colleague
	notes   []chat.Note
	changed chan struct{}
}

func (c *chair) Deliver(o actors.DeskOutput) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	switch o := o.(type) {
	case *actors.Roster:
		c.rosters = append(c.rosters, o.Agents)
	case *actors.Mentioned:
		c.notes = append(c.notes, o.Note)
	}
	close(c.changed)
	c.changed = make(chan struct{})
}

// until waits until what the chair was told last is as wanted.
func (c *chair) until(t *testing.T, what string, fine func(*chair) bool) {
	t.Helper()
	timeout := time.After(patience)
	for {
		c.mutex.Lock()
		ok, changed := fine(c), c.changed
		c.mutex.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("waited in vain until %s; the rosters were %v", what, c.rosters)
		}
	}
}

func (h *house) sit(t *testing.T, agent chat.Author, available bool) (*chair, actors.Seat) {
	t.Helper()
	c := &chair{changed: make(chan struct{})}
	seat := h.Sit(h.tenant, agent, available, c)
	t.Cleanup(seat.Leave)
	return c, seat
}

func onDuty(want ...actors.Colleague) func(*chair) bool {
	return func(c *chair) bool {
		return len(c.rosters) > 0 && slices.Equal(c.rosters[len(c.rosters)-1], want)
	}
}

func dutyIsTold(t *testing.T, h *house) {
	first, seat := h.sit(t, ada, true)
	first.until(t, "Ada is there", onDuty(actors.Colleague{ID: ada.ID, Name: "Ada", Available: true}))
	second, _ := h.sit(t, ben, false)
	both := []actors.Colleague{{ID: ada.ID, Name: "Ada", Available: true}, {ID: ben.ID, Name: "Ben"}}
	first.until(t, "Ben is there", onDuty(both...))
	second.until(t, "he knows", onDuty(both...))
	third, again := h.sit(t, ada, true) // another window of hers
	third.until(t, "it knows, too", onDuty(both...))
	again.Available(false)
	second.until(t, "Ada takes none, whichever window she said it in", onDuty(actors.Colleague{ID: ada.ID, Name: "Ada"}, both[1]))
	seat.Available(true)
	seat.Leave()
	again.Available(true)
	second.until(t, "she does again", onDuty(both...))
	if now, err := h.OnDuty(t.Context(), h.tenant); err != nil || !slices.Equal(now, both) {
		t.Errorf("on duty: %v, %v", now, err)
	}
	again.Leave()
	second.until(t, "Ada left", onDuty(both[1]))
	if err := h.Noted(t.Context(), actors.Visitor{}, chat.Note{Ref: chat.Ref{Tenant: h.tenant}, Text: "look", Mentions: []string{ben.ID, "usr_other"}}); err != nil {
		t.Fatal(err)
	}
	second.until(t, "Ben is told that a note names him", func(c *chair) bool { return len(c.notes) == 1 && c.notes[0].Text == "look" })
}

// statusOf waits for the next change of status.
func (r *record) statusOf(t *testing.T) chat.StatusChanged {
	t.Helper()
	return r.await(t, "a change of status", func(o actors.Output) bool {
		e, ok := o.(*actors.Event)
		return ok && e.Body.Type() == chat.TypeStatusChanged
	}).(*actors.Event).Body.(chat.StatusChanged)
}

func (r *record) place(t *testing.T, want chat.Place) {
	t.Helper()
	r.await(t, "a place", func(o actors.Output) bool {
		p, ok := o.(*actors.Placed)
		return ok && p.Place == want
	})
}

func placesAreTold(t *testing.T, h *house) {
	first, second := h.visitor(t), h.visitor(t)
	one, _ := h.watch(t, first)
	two, _ := h.watch(t, second)
	wait := func(v actors.Visitor, r *record) chat.StatusChanged {
		if err := h.RequestPerson(t.Context(), v); err != nil {
			t.Fatal(err)
		}
		h.line.add(v.Ref, v.Bot)
		return r.statusOf(t)
	}
	if got := wait(first, one); got.Status != chat.Waiting || got.Position != 1 || got.Absence != chat.NobodyOnDuty {
		t.Errorf("the first is told %+v", got)
	}
	h.sit(t, ada, true)
	one.place(t, chat.Place{Position: 1})
	if got := wait(second, two); got.Position != 2 || got.Absence != chat.Attended {
		t.Errorf("the second is told %+v", got)
	}
	h.line.change(func() { h.line.waiters = h.line.waiters[1:] })
	if err := h.TakeOver(t.Context(), first, ada, false); err != nil {
		t.Fatal(err)
	}
	two.place(t, chat.Place{Position: 1})
	if _, now := h.watch(t, second); now.Place.Position != 1 {
		t.Errorf("who comes back is told %+v", now.Place)
	}
	h.line.change(func() { h.line.waiters = nil })
}

func deskAsks(t *testing.T, h *house) {
	v := h.visitor(t)
	bot, err := h.bots.Bot(t.Context(), h.tenant, v.Bot)
	if err != nil {
		t.Fatal(err)
	}
	bot.Settings.AutoAssign = true
	if _, err := h.bots.UpdateBot(t.Context(), bot); err != nil {
		t.Fatal(err)
	}
	// Both are there before anybody waits: a desk that reads the line in between asks whoever it has.
	h.line.change(func() { h.line.loads = map[string]int{ada.ID: 3} })
	first, _ := h.sit(t, ada, true)
	h.sit(t, ben, true)
	first.until(t, "both are there", onDuty(
		actors.Colleague{ID: ada.ID, Name: "Ada", Available: true}, actors.Colleague{ID: ben.ID, Name: "Ben", Available: true}))
	h.line.add(v.Ref, v.Bot)
	h.sit(t, chat.Author{}, false) // has the line read
	h.line.until(t, "the desk asks Ben", func() bool { return h.line.waiters[0].Assignee == ben.ID })
	h.line.change(func() { h.line.waiters, h.line.loads = nil, map[string]int{} })
}

func wordsAsk(t *testing.T, h *house) {
	v := h.visitor(t)
	h.post(t, v, "Can I talk to a human?")
	h.wantTypes(t, v, "message.created", "status.changed waiting")

	v = h.visitor(t)
	seen, _ := h.watch(t, v)
	h.post(t, v, "tell me")
	call := h.model.call(t, "tell me").say("Once ")
	seen.await(t, "a delta", shown(5))
	h.post(t, v, "I want a real person")
	call.wantCancelled(t)
	seen.statusOf(t)
	h.wantTypes(t, v, "message.created", "message.started", "message.created", "message.interrupted stopped", "status.changed waiting")
}

func goesBack(t *testing.T, h *house) {
	v := h.visitor(t)
	if err := h.CancelRequest(t.Context(), v); codeOf(err) != "not_waiting" {
		t.Errorf("nothing to take back: %v", err)
	}
	if err := h.RequestPerson(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	if err := h.CancelRequest(t.Context(), v); err != nil {
		t.Fatal(err)
	}
	h.post(t, v, "you again")
	h.model.call(t, "you again").say("Yes.").end()
}

func codeOf(err error) string {
	var known *chat.Error
	if errors.As(err, &known) {
		return known.Code
	}
	return ""
}

func handsOver(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	h.post(t, v, "to a colleague")
	call := h.model.call(t, "to a colleague").say("Hm ")
	seen.await(t, "a delta", shown(3))
	h.line.add(v.Ref, v.Bot)
	if err := h.Assign(t.Context(), v, ada, ben, false); err != nil { // from the bot: it waits for Ben
		t.Fatal(err)
	}
	call.wantCancelled(t)
	if got := seen.statusOf(t); got.Status != chat.Waiting {
		t.Errorf("assigned: %+v", got)
	}
	if got := h.line.waiters[0].Assignee; got != ben.ID {
		t.Errorf("assigned to %q", got)
	}
	h.line.change(func() { h.line.waiters = nil })
	if err := h.TakeOver(t.Context(), v, ben, false); err != nil {
		t.Fatal(err)
	}
	if err := h.TakeOver(t.Context(), v, ada, false); codeOf(err) != "taken" || !strings.Contains(err.Error(), "Ben") {
		t.Errorf("the second is told: %v", err)
	}
	if err := h.Assign(t.Context(), v, ada, ada, false); codeOf(err) != "not_yours" {
		t.Errorf("giving away what Ben has: %v", err)
	}
	if err := h.Assign(t.Context(), v, ben, ada, false); err != nil {
		t.Fatal(err)
	}
	if err := h.Requeue(t.Context(), v, ben); codeOf(err) != "not_yours" {
		t.Errorf("putting back what Ada has: %v", err)
	}
	if err := h.Requeue(t.Context(), v, ada); err != nil {
		t.Fatal(err)
	}
	h.wantTypes(t, v, "message.created", "message.started", "message.interrupted stopped", "status.changed waiting", "status.changed agent", "status.changed agent", "status.changed waiting")
}

// here waits until agents are told that those look who are wanted.
func (r *record) here(t *testing.T, visitor bool, agents ...chat.Author) {
	t.Helper()
	r.await(t, "who looks", func(o actors.Output) bool {
		here, ok := o.(*actors.Here)
		return ok && here.Visitor == visitor && slices.Equal(here.Agents, agents)
	})
}

// watchAs attaches an agent.
func (h *house) watchAs(t *testing.T, v actors.Visitor, agent chat.Author) (*record, actors.Attached) {
	t.Helper()
	r := &record{changed: make(chan struct{})}
	now, err := h.Watch(t.Context(), v, agent, r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(now.Detach)
	return r, now
}

func whoLooks(t *testing.T, h *house) {
	v := h.visitor(t)
	h.post(t, v, "hello")
	h.model.call(t, "hello").say("Hello.").end()
	first, now := h.watchAs(t, v, ben)
	if now.Here.Visitor || len(now.Here.Agents) != 1 {
		t.Errorf("Ben is told %+v", now.Here)
	}
	_, second := h.watchAs(t, v, ada)
	first.here(t, false, ada, ben)
	moved := v
	moved.Page = "https://shop.example/cart"
	r := &record{changed: make(chan struct{})}
	theirs, err := h.Attach(t.Context(), moved, r)
	if err != nil {
		t.Fatal(err)
	}
	first.here(t, true, ada, ben)
	second.Detach()
	first.here(t, true, ben)
	theirs.Detach()
	first.here(t, false, ben)
	if err := h.Noted(t.Context(), v, chat.Note{Ref: v.Ref, Text: "secret"}); err != nil {
		t.Fatal(err)
	}
	first.await(t, "the note", func(o actors.Output) bool { n, ok := o.(*actors.Noted); return ok && n.Note.Text == "secret" })
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, o := range r.outputs {
		switch o.(type) {
		case *actors.Here, *actors.Noted:
			t.Errorf("the visitor is shown %+v", o)
		}
	}
}

func typingPreview(t *testing.T, h *house) {
	v := h.visitor(t)
	theirs, _ := h.watch(t, v)
	agents, _ := h.watchAs(t, v, ada)
	typed := func(text string) func(actors.Output) bool {
		return func(o actors.Output) bool { typing, ok := o.(*actors.Typing); return ok && typing.Text == text }
	}
	if err := h.Typing(t.Context(), v, guest, "I am so an"); err != nil {
		t.Fatal(err)
	}
	agents.await(t, "the preview", typed("I am so an"))
	if err := h.Typing(t.Context(), v, ada, ""); err != nil {
		t.Fatal(err)
	}
	theirs.await(t, "that Ada writes", func(o actors.Output) bool {
		typing, ok := o.(*actors.Typing)
		if ok && typing.Text != "" {
			t.Errorf("the visitor is shown %q", typing.Text)
		}
		return ok && typing.Author == ada
	})
}

func readMarks(t *testing.T, h *house) {
	v := h.visitor(t)
	theirs, _ := h.watch(t, v)
	agents, _ := h.watchAs(t, v, ada)
	mark := func(reader chat.Author, seq int64) {
		t.Helper()
		if err := h.Read(t.Context(), v, reader, seq); err != nil {
			t.Fatal(err)
		}
	}
	kept := func() map[string]int64 {
		h.line.mutex.Lock()
		defer h.line.mutex.Unlock()
		return h.line.marks[v.Ref]
	}
	h.post(t, v, "anybody?")
	h.model.call(t, "anybody?").say("I am.").end()
	theirs.ending(t)
	mark(guest, 3)
	if got := kept(); len(got) > 0 {
		t.Errorf("kept of the bot's answers: %v", got)
	}
	if err := h.TakeOver(t.Context(), v, ada, false); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Post(t.Context(), v, ada, "a1", "Here I am."); err != nil {
		t.Fatal(err)
	}
	mark(guest, 4)
	if got := kept(); got[""] > 0 {
		t.Errorf("kept before the person's message: %v", got)
	}
	h.line.fails.Store(true)
	if err := h.Read(t.Context(), v, guest, 5); err == nil {
		t.Error("a mark that was not kept is acknowledged")
	}
	h.line.fails.Store(false)
	mark(guest, 99) // as far as there is
	mark(guest, 5)
	mark(ben, 5) // only looks
	mark(ada, 5)
	if diff := cmp.Diff(map[string]int64{"": 5, ada.ID: 5, ben.ID: 5}, kept()); diff != "" {
		t.Error(diff)
	}
	agents.await(t, "that the visitor has read", func(o actors.Output) bool {
		r, ok := o.(*actors.Read)
		return ok && r.Author == guest && r.Seq == 5
	})
	theirs.await(t, "that Ada has read", func(o actors.Output) bool {
		r, ok := o.(*actors.Read)
		if ok && r.Author == ben {
			t.Error("the visitor is shown that Ben looks")
		}
		return ok && r.Author == ada && r.Seq == 5
	})
	if _, now := h.watch(t, v); now.Marks[ada.ID] != 5 {
		t.Errorf("who comes back is told %v", now.Marks)
	}
}

func blocked(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	h.post(t, v, "spam")
	h.model.call(t, "spam").say("Hm.").end()
	if err := h.Blocked(t.Context(), v, true); err != nil {
		t.Fatal(err)
	}
	seen.await(t, "that they are blocked", func(o actors.Output) bool { b, ok := o.(*actors.Barred); return ok && b.Blocked })
	if _, err := h.Post(t.Context(), v, guest, "s2", "spam again"); !errors.Is(err, chat.ErrBlocked) {
		t.Errorf("a blocked visitor writes: %v", err)
	}
	if _, now := h.watch(t, v); !now.Blocked {
		t.Error("who comes back is not told")
	}
	if err := h.Blocked(t.Context(), v, false); err != nil {
		t.Fatal(err)
	}
	h.post(t, v, "sorry")
	h.model.call(t, "sorry").say("Fine.").end()
}

func ownersWords(t *testing.T, h *house) {
	v := h.visitor(t)
	bot, err := h.bots.Bot(t.Context(), h.tenant, v.Bot)
	if err != nil {
		t.Fatal(err)
	}
	bot.Settings.Offer, bot.Settings.Transfer = []string{"Big order"}, []string{"lawyer"}
	if _, err := h.bots.UpdateBot(t.Context(), bot); err != nil {
		t.Fatal(err)
	}
	seen, _ := h.watch(t, v)
	h.post(t, v, "I plan a BIG order!")
	h.model.call(t, "I plan a BIG order!").say("Great.").end()
	if got := seen.ending(t).(chat.MessageCompleted); got.Offer != actors.Handoff || got.Text != "Great." {
		t.Errorf("answered %+v", got)
	}
	h.post(t, v, "You will hear from my lawyer.")
	if got := seen.statusOf(t); got.Status != chat.Waiting {
		t.Errorf("status %+v", got)
	}
}

func knowsWhatWasSaid(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	if err := h.TakeOver(t.Context(), v, ada, false); err != nil {
		t.Fatal(err)
	}
	h.post(t, v, "my code?")
	if _, err := h.Post(t.Context(), v, ada, "a1", "It is 4711."); err != nil {
		t.Fatal(err)
	}
	if err := h.Release(t.Context(), v, ada); err != nil {
		t.Fatal(err)
	}
	h.post(t, v, "what was my code again?")
	call := h.model.call(t, "what was my code again?")
	var said []string
	for _, m := range call.request.History {
		said = append(said, m.Text)
	}
	if diff := cmp.Diff([]string{"my code?", "It is 4711."}, said); diff != "" {
		t.Error(diff)
	}
	call.say("4711.").end()
	seen.ending(t)
}

func acknowledgedAgain(t *testing.T, h *house) {
	v := h.visitor(t)
	h.post(t, v, "hello?")
	h.model.call(t, "hello?").say("Hello.").end()
	if err := h.TakeOver(t.Context(), v, ada, false); err != nil {
		t.Fatal(err)
	}
	first, err := h.Post(t.Context(), v, ada, "a1", "Here I am.")
	if err != nil {
		t.Fatal(err)
	}
	if err := h.TakeOver(t.Context(), v, ben, true); err != nil {
		t.Fatal(err)
	}
	if again, err := h.Post(t.Context(), v, ada, "a1", "Here I am."); err != nil || again != first {
		t.Errorf("sent again: %+v, %v; want %+v", again, err, first)
	}
	if _, err := h.Post(t.Context(), v, ada, "a2", "And I stay."); codeOf(err) != "not_yours" {
		t.Errorf("writing in what Ben has: %v", err)
	}
	h.line.until(t, "that who writes has read is kept", func() bool { return h.line.marks[v.Ref][ada.ID] == first.Seq })
}

func takeInDoubt(t *testing.T, h *house) {
	v := h.visitor(t)
	seen, _ := h.watch(t, v)
	h.post(t, v, "doubtful")
	h.model.call(t, "doubtful").say("Yes.").end()
	seen.ending(t)
	h.log.doubt(v.Ref, replaced) // another node's take is kept in its place, and nobody hears what became of ours
	if err := h.TakeOver(t.Context(), v, ada, false); codeOf(err) != "taken" || !strings.Contains(err.Error(), "Ben") {
		t.Errorf("Ada is told: %v", err)
	}
}
