package actors

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"parley/chat"
)

// Bounds on what one visitor may ask of a conversation.
const (
	maxMessage  = 8_000 // characters of a message: about four pages
	maxQuestion = 20    // questions that wait for their answer
)

// maxAttempts is how often a question is answered when processes die under it:
// a question that kills the process must not do so for ever.
const maxAttempts = 2

// errTooMany refuses a question behind twenty others; a place is free when one was answered.
var errTooMany = func() error {
	e := chat.Fail(chat.Limited, "too_many_waiting", "Your earlier questions are still being answered. Please wait a moment.")
	e.RetryAfter = 5 * time.Second
	return e
}()

// order is a wish to extend the log. plan decides which events it adds when its
// turn to be written has come; an error refuses it. It has no side effect.
type order interface {
	plan(s state, names names) ([]chat.Body, error)
}

// names gives what a plan cannot derive from the state.
type names struct {
	bot     string // the bot's name, as the visitor sees it
	newID   func() string
	blocked bool // the visitor is
	// exhausted: the tenant has no answers left, so that no question is begun
	// for the first time.
	exhausted bool
}

// start begins the answer to a question, or hands the conversation to a person
// when no answers are left.
func (n names) start(q question) chat.Body {
	if n.exhausted && q.attempts == 0 {
		return chat.StatusChanged{Status: chat.Waiting}
	}
	return chat.MessageStarted{
		Message:  n.newID(),
		Author:   chat.Author{Kind: chat.ByBot, Name: n.bot},
		Question: q.message,
		Attempt:  q.attempts + 1,
	}
}

// post adds a message. A visitor's question is started in the same commit when
// nothing is before it.
type post struct {
	Author   chat.Author
	ClientID string
	Text     string
	// transfer: the visitor asks for a person, who finds the conversation at this place.
	Transfer bool
	Place    chat.Place
}

func (p *post) plan(s state, names names) ([]chat.Body, error) {
	switch {
	case strings.TrimSpace(p.Text) == "":
		return nil, chat.Fail(chat.Invalid, "message_empty", "Please write a message first.")
	case !utf8.ValidString(p.Text):
		return nil, chat.Fail(chat.Invalid, "message_invalid", "This message is not valid text.")
	case p.Author.Kind == chat.ByVisitor && names.blocked:
		return nil, chat.ErrBlocked
	case utf8.RuneCountInString(p.Text) > maxMessage:
		return nil, chat.Fail(chat.TooLarge, "message_too_long", fmt.Sprintf("A message can have %d characters at most. Please send it in parts.", maxMessage))
	}
	created := chat.MessageCreated{Message: names.newID(), Author: p.Author, Text: p.Text, ClientID: p.ClientID}
	if p.Author.Kind == chat.ByAgent {
		if s.status != chat.WithAgent || s.agent.ID != p.Author.ID {
			return nil, chat.Fail(chat.Conflict, "not_yours", "Take the conversation over before you write in it.")
		}
		return []chat.Body{created}, nil
	}
	if len(s.queue) >= maxQuestion {
		return nil, errTooMany
	}
	var bodies []chat.Body
	if s.status == chat.Closed {
		reopened := chat.StatusChanged{Status: chat.WithBot}
		bodies = append(bodies, reopened)
		s = s.apply(chat.Event{Seq: s.head + 1, Body: reopened})
	}
	bodies = append(bodies, created)
	switch {
	case s.status != chat.WithBot || s.unfinished():
	case p.Transfer:
		bodies = append(bodies, waitsAt(p.Place))
	default:
		bodies = append(bodies, names.start(question{message: created.Message}))
	}
	return bodies, nil
}

// begin starts the answer that is owed next: after a crash, when the log has a
// question that nothing answers.
type begin struct{}

func (begin) plan(s state, names names) ([]chat.Body, error) {
	if s.open != nil || s.status != chat.WithBot || len(s.queue) == 0 {
		return nil, nil
	}
	return []chat.Body{names.start(s.queue[0])}, nil
}

// retry asks a question again whose answer failed.
type retry struct{ Message string } // the failed answer; empty: the last one

func (r *retry) plan(s state, names names) ([]chat.Body, error) {
	i := slices.IndexFunc(s.failed, func(a answer) bool { return r.Message == "" || a.message == r.Message })
	switch {
	case i < 0:
		return nil, chat.ErrNotFound
	case s.status != chat.WithBot:
		return nil, chat.Fail(chat.Conflict, "not_with_bot", "A person has your question now, so the bot does not try again.")
	case s.unfinished():
		return nil, chat.Fail(chat.Conflict, "answering", "Another answer is being written. Please wait for its end.")
	}
	again := s.failed[i].question
	again.attempts = 0 // a person asks: the question may be tried, and is charged, as if it were new
	return []chat.Body{names.start(again)}, nil
}

// abandon ends an answer whose process died, and begins the next attempt.
type abandon struct{ message string }

func (a *abandon) plan(s state, names names) ([]chat.Body, error) {
	if s.open == nil || s.open.message != a.message {
		return nil, nil
	}
	if s.open.question.attempts >= maxAttempts {
		return s.end(chat.MessageInterrupted{Message: a.message, Reason: chat.Failed}, names), nil
	}
	return s.end(chat.MessageInterrupted{Message: a.message, Reason: chat.NodeLost}, names), nil
}

// finish ends an answer that was written to its end, or failed.
type finish struct{ ending chat.Body } // MessageCompleted or MessageInterrupted

func (f *finish) plan(s state, names names) ([]chat.Body, error) {
	if s.open == nil || s.open.message != messageOf(f.ending) {
		return nil, nil
	}
	return s.end(f.ending, names), nil
}

// end is an answer's last event and the start of the next question's, in one commit.
func (s state) end(ending chat.Body, names names) []chat.Body {
	bodies := []chat.Body{ending}
	s = s.apply(chat.Event{Seq: s.head + 1, Body: ending})
	if s.status == chat.WithBot && len(s.queue) > 0 {
		bodies = append(bodies, names.start(s.queue[0]))
	}
	return bodies
}

// halt ends the open answer by a person's wish, keeping the text that was shown.
type halt struct {
	message string
	shown   string
	reason  chat.Reason
	then    order // what the wish was, nil: nothing but silence
}

func (h *halt) plan(s state, names names) ([]chat.Body, error) {
	var bodies []chat.Body
	if s.open != nil && s.open.message == h.message {
		interrupted := chat.MessageInterrupted{Message: h.message, Text: h.shown, Reason: h.reason}
		if h.then == nil {
			return s.end(interrupted, names), nil
		}
		bodies = append(bodies, interrupted)
		s = s.apply(chat.Event{Seq: s.head + 1, Body: interrupted})
	}
	if h.then == nil {
		return bodies, nil
	}
	more, err := h.then.plan(s, names)
	if err != nil {
		return nil, err
	}
	return append(bodies, more...), nil
}

// take gives the conversation to an agent.
type take struct {
	Agent chat.Author
	Force bool
}

func (t *take) plan(s state, _ names) ([]chat.Body, error) {
	if s.status == chat.WithAgent {
		if s.agent.ID == t.Agent.ID {
			return nil, nil
		}
		if !t.Force {
			return nil, chat.Fail(chat.Conflict, "taken", fmt.Sprintf("%s has this conversation.", s.agent.Name))
		}
	}
	return []chat.Body{chat.StatusChanged{Status: chat.WithAgent, Agent: &t.Agent}}, nil
}

// release gives the conversation back to the bot.
type release struct{ Agent chat.Author }

func (r *release) plan(s state, _ names) ([]chat.Body, error) {
	if s.status == chat.WithAgent && s.agent.ID != r.Agent.ID {
		return nil, notYours(s)
	}
	return change(s, chat.WithBot, chat.Place{})
}

// move changes the status where nobody else has to agree.
type move struct {
	To    chat.Status
	Place chat.Place // for Waiting
}

func (m *move) plan(s state, _ names) ([]chat.Body, error) {
	if m.To == chat.Waiting && s.status == chat.WithAgent {
		return nil, nil // a person is there already
	}
	return change(s, m.To, m.Place)
}

func change(s state, to chat.Status, place chat.Place) ([]chat.Body, error) {
	if s.status == to || s.head == 0 && to == chat.Closed {
		return nil, nil
	}
	changed := chat.StatusChanged{Status: to}
	if to == chat.Waiting {
		changed = waitsAt(place)
	}
	return []chat.Body{changed}, nil
}

func waitsAt(place chat.Place) chat.StatusChanged {
	return chat.StatusChanged{Status: chat.Waiting, Position: place.Position, Absence: place.Absence, Opens: place.Opens}
}

// expire closes a conversation in which nothing has happened since before, and
// in which nobody is owed anything.
type expire struct{ Before time.Time }

func (x *expire) plan(s state, _ names) ([]chat.Body, error) {
	if s.status == chat.Waiting || s.unfinished() || !s.at.Before(x.Before) {
		return nil, nil
	}
	return change(s, chat.Closed, chat.Place{})
}

// remark adds an event that changes nothing of the conversation's course.
type remark struct{ Body chat.Body }

func (r *remark) plan(s state, _ names) ([]chat.Body, error) {
	if feedback, ok := r.Body.(chat.FeedbackGiven); ok && s.answered(feedback.Message) < 0 {
		return nil, chat.ErrNotFound
	}
	return []chat.Body{r.Body}, nil
}

// messageOf names the answer that an ending ends.
func messageOf(ending chat.Body) string {
	switch ending := ending.(type) {
	case chat.MessageCompleted:
		return ending.Message
	case chat.MessageInterrupted:
		return ending.Message
	}
	return ""
}

// cancel takes the wish for a person back.
type cancel struct{}

func (*cancel) plan(s state, _ names) ([]chat.Body, error) {
	if s.status != chat.Waiting {
		return nil, chat.ErrNotWaiting
	}
	return change(s, chat.WithBot, chat.Place{})
}

// hand gives the conversation to a colleague.
type hand struct {
	By, To chat.Author
	Force  bool
	Place  chat.Place
}

func (h *hand) plan(s state, _ names) ([]chat.Body, error) {
	switch {
	case s.status == chat.WithAgent && s.agent.ID == h.To.ID:
		return nil, nil
	case s.status == chat.WithAgent && s.agent.ID != h.By.ID && !h.Force:
		return nil, notYours(s)
	case s.status == chat.WithAgent:
		return []chat.Body{chat.StatusChanged{Status: chat.WithAgent, Agent: &h.To}}, nil
	}
	return change(s, chat.Waiting, h.Place)
}

// requeue puts the conversation into the line.
type requeue struct {
	Agent chat.Author
	Place chat.Place
}

func (r *requeue) plan(s state, _ names) ([]chat.Body, error) {
	if s.status == chat.WithAgent && s.agent.ID != r.Agent.ID {
		return nil, notYours(s)
	}
	return change(s, chat.Waiting, r.Place)
}

// relieve puts the conversation into the line if that agent has it, who may not any more.
type relieve struct {
	Agent string
	Place chat.Place
}

func (r *relieve) plan(s state, _ names) ([]chat.Body, error) {
	if s.status != chat.WithAgent || s.agent.ID != r.Agent {
		return nil, nil
	}
	return change(s, chat.Waiting, r.Place)
}

func notYours(s state) error {
	return chat.Fail(chat.Conflict, "not_yours", fmt.Sprintf("%s has this conversation.", s.agent.Name))
}
