package actors

import (
	"slices"

	"parley/chat"
	"parley/llm"
)

// state is what a session knows of its conversation: a fold over the log, and
// nothing that the log does not say. It is a value; apply returns the next one.
type state struct {
	head   int64
	status chat.Status
	agent  *chat.Author
	open   *answer    // started and not ended
	queue  []question // the visitor's questions that the bot still owes an answer, oldest first
	failed []answer   // the last ones that failed, latest first, which may be tried again
	memory memory
	recent []string // ids of the bot's last answers, for feedback
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

// maxFailed bounds how many failed answers may be tried again.
const maxFailed = 5

// recentAnswers bounds how far back feedback may point.
const recentAnswers = 50

// apply folds one event into the state.
func (s state) apply(e chat.Event) state {
	s.head = e.Seq
	switch body := e.Body.(type) {
	case chat.MessageCreated:
		role := llm.Business
		if body.Author.Kind == chat.ByVisitor {
			role = llm.Visitor
			if s.status == chat.WithBot {
				s.queue = append(slices.Clone(s.queue), question{message: body.Message, text: body.Text})
			}
		}
		s.memory = s.memory.add(entry{body.Message, role, body.Text})
	case chat.MessageStarted:
		q := question{message: body.Question}
		if i := slices.IndexFunc(s.queue, func(q question) bool { return q.message == body.Question }); i >= 0 {
			q = s.queue[i]
			s.queue = slices.Delete(slices.Clone(s.queue), i, i+1)
		} else {
			q.text = s.memory.text(body.Question)
		}
		q.attempts = body.Attempt
		s.failed = slices.DeleteFunc(slices.Clone(s.failed), func(a answer) bool { return a.question.message == q.message })
		s.open = &answer{message: body.Message, question: q}
	case chat.MessageCompleted:
		s.open = nil
		s.memory = s.memory.add(entry{body.Message, llm.Business, body.Text})
		s.recent = remember(s.recent, body.Message)
	case chat.MessageInterrupted:
		if s.open != nil && body.Reason == chat.NodeLost {
			s.queue = append([]question{s.open.question}, s.queue...)
		}
		if s.open != nil && body.Reason == chat.Failed {
			s.failed = append([]answer{*s.open}, s.failed[:min(len(s.failed), maxFailed-1)]...)
		}
		s.open = nil
		if body.Text != "" {
			s.memory = s.memory.add(entry{body.Message, llm.Business, body.Text})
			s.recent = remember(s.recent, body.Message)
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

func remember(ids []string, id string) []string {
	if len(ids) >= recentAnswers {
		ids = ids[1:]
	}
	return append(slices.Clone(ids), id)
}

// restore rebuilds the state from what an activation was given.
func restore(opening chat.Opening) state {
	s := state{status: chat.WithBot}
	for _, e := range opening.Recent {
		s = s.apply(e)
	}
	s.head, s.status, s.agent = opening.Head, opening.Status, opening.Agent
	if s.status != chat.WithBot {
		s.queue = nil // recent events need not reach back to the change of status
	}
	return s
}
