package actors

import (
	"slices"
	"time"

	"parley/chat"
)

// state is what a session knows of its conversation: a fold over the log, and
// nothing that the log does not say. It is a value; apply returns the next one.
type state struct {
	head   int64
	at     time.Time // of the last event
	status chat.Status
	agent  *chat.Author
	open   *answer    // started and not ended
	queue  []question // the visitor's questions that the bot still owes an answer, oldest first
	failed []answer   // the last ones that failed, latest first, which may be tried again
	memory memory
	recent []ended // the bot's last answers, for feedback
	spoken int64   // seq of the last message by an agent
}

// question is a visitor's message that wants an answer.
type question struct {
	message  string
	text     string
	attempts int // answers begun for it so far
}

// answer is one attempt at a question.
type answer struct {
	message  string
	question question
}

// ended is an answer that is in the log to its end.
type ended struct {
	message string
	seq     int64 // of its end
}

// maxFailed bounds how many failed answers may be tried again: as many as may have waited.
const maxFailed = maxQuestion

// recentAnswers bounds how far back feedback may point.
const recentAnswers = 50

// apply folds one event into the state.
func (s state) apply(e chat.Event) state {
	s.head, s.at = e.Seq, e.At
	if turn, said := turnOf(e); said {
		s.memory = s.memory.add(turn)
	}
	switch body := e.Body.(type) {
	case chat.MessageCreated:
		if body.Author.Kind == chat.ByAgent {
			s.spoken = e.Seq
		}
		if body.Author.Kind == chat.ByVisitor && s.status == chat.WithBot {
			s.queue = append(slices.Clone(s.queue), question{message: body.Message, text: body.Text})
		}
	case chat.MessageStarted:
		is := func(q question) bool { return q.message == body.Question }
		failed := func(a answer) bool { return is(a.question) }
		q := question{message: body.Question}
		if i := slices.IndexFunc(s.queue, is); i >= 0 {
			q = s.queue[i]
			s.queue = slices.Delete(slices.Clone(s.queue), i, i+1)
		} else if i := slices.IndexFunc(s.failed, failed); i >= 0 {
			q = s.failed[i].question
		}
		s.failed = slices.DeleteFunc(slices.Clone(s.failed), failed)
		q.attempts = body.Attempt
		s.open = &answer{message: body.Message, question: q}
	case chat.MessageCompleted:
		s.open = nil
		s.recent = remember(s.recent, ended{body.Message, e.Seq})
	case chat.MessageInterrupted:
		if s.open != nil && body.Reason == chat.NodeLost {
			s.queue = append([]question{s.open.question}, s.queue...)
		}
		if s.open != nil && body.Reason == chat.Failed {
			s.failed = append([]answer{*s.open}, s.failed[:min(len(s.failed), maxFailed-1)]...)
		}
		s.open = nil
		if body.Text != "" {
			s.recent = remember(s.recent, ended{body.Message, e.Seq})
		}
	case chat.StatusChanged:
		// Whoever the conversation goes to starts afresh: a person reads the
		// questions, and the bot does not answer what was asked of a person.
		s.status, s.agent, s.queue = body.Status, body.Agent, nil
	}
	return s
}

// unfinished tells whether the bot owes an answer, so that a sweep finds the
// conversation if this process dies.
func (s state) unfinished() bool { return s.open != nil || len(s.queue) > 0 }

func remember(answers []ended, latest ended) []ended {
	if len(answers) >= recentAnswers {
		answers = answers[1:]
	}
	return append(slices.Clone(answers), latest)
}

// answered finds one of the bot's last answers; -1: it is not among them.
func (s state) answered(message string) int {
	return slices.IndexFunc(s.recent, func(e ended) bool { return e.message == message })
}

// disliked are the answers of which these events say that they did not help.
func (s state) disliked(bodies []chat.Body) (gaps []chat.Gap) {
	for _, body := range bodies {
		feedback, ok := body.(chat.FeedbackGiven)
		if !ok || feedback.Helpful {
			continue
		}
		if i := s.answered(feedback.Message); i >= 0 {
			gaps = append(gaps, chat.Gap{Seq: s.recent[i].seq, Reason: chat.Disliked})
		}
	}
	return gaps
}

// restore rebuilds the state from what an activation was given.
func restore(opening chat.Opening) state {
	s := state{status: chat.WithBot, memory: memory{summary: opening.Summary}}
	if len(opening.Recent) > 0 {
		s.memory.gone = opening.Recent[0].Seq - 1
	}
	for _, e := range opening.Recent {
		s = s.apply(e)
	}
	s.head, s.status, s.agent = opening.Head, opening.Status, opening.Agent
	if s.status != chat.WithBot {
		s.queue = nil // recent events need not reach back to the change of status
	}
	return s
}
