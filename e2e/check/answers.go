package check

import (
	"slices"

	"parley/e2e/client"
)

// maxAttempts is how often a question is answered when processes die under it.
const maxAttempts = 2

// attempt is one answer to a question, from message.started to its end.
type attempt struct {
	message  string
	question string
	number   int
	seq      int64
	ended    string // "" : it is open; "completed", or the reason of its interruption
	text     string // of its end
}

// attempts reads the answers of a log, oldest first.
func attempts(log []client.Event) []attempt {
	var all []attempt
	for _, e := range log {
		switch e.Type {
		case "message.started":
			all = append(all, attempt{message: e.Data.Message, question: e.Data.Question, number: e.Data.Attempt, seq: e.Seq})
		case "message.completed", "message.interrupted":
			for i := range all {
				if all[i].message == e.Data.Message && all[i].ended == "" {
					all[i].text, all[i].ended = e.Data.Text, "completed"
					if e.Type == "message.interrupted" {
						all[i].ended = e.Data.Reason
					}
				}
			}
		}
	}
	return all
}

// Answers: one answer at a time, each start with one end; every question ends, once and
// in its turn, by an answer or by what else is allowed.
func Answers(log []client.Event, allow Allow) []string {
	var wrong findings
	wrong.turns(log)
	all := attempts(log)
	questions, unanswered := asked(log)
	wrong.inTurn(questions, all)
	for _, question := range questions {
		wrong.question(question, of(question, all), unanswered[question], allow)
	}
	for _, a := range all {
		if !slices.Contains(questions, a.question) {
			wrong.say("%s answers %q, which nobody asked", a.message, a.question)
		}
	}
	return wrong
}

// asked lists the visitor's messages, and those of them that went to a person:
// asked of one, or waiting for their answer when one was called.
func asked(log []client.Event) (questions []string, person map[string]bool) {
	person = make(map[string]bool)
	status := "bot"
	for _, e := range log {
		switch {
		case e.Type == "message.created" && e.Data.Author.Kind == "visitor":
			questions = append(questions, e.Data.Message)
			person[e.Data.Message] = status != "bot"
		case e.Type == "status.changed":
			status = e.Data.Status
			for _, question := range questions {
				person[question] = true
			}
		}
	}
	return questions, person
}

func of(question string, all []attempt) (its []attempt) {
	for _, a := range all {
		if a.question == question {
			its = append(its, a)
		}
	}
	return its
}

// turns: starts and ends alternate, and belong together.
func (f *findings) turns(log []client.Event) {
	open := ""
	for _, e := range log {
		switch e.Type {
		case "message.started":
			if open != "" {
				f.say("event %d starts an answer while %s is open", e.Seq, open)
			}
			open = e.Data.Message
		case "message.completed", "message.interrupted":
			if e.Data.Message != open {
				f.say("event %d ends %s, but %q is open", e.Seq, e.Data.Message, open)
			}
			open = ""
		}
	}
	if open != "" {
		f.say("%s never ended", open)
	}
}

// inTurn: questions are answered for the first time in the order in which they were asked.
func (f *findings) inTurn(questions []string, all []attempt) {
	last := -1
	seen := make(map[string]bool)
	for _, a := range all {
		if seen[a.question] {
			continue
		}
		seen[a.question] = true
		if at := slices.Index(questions, a.question); at >= 0 {
			if at < last {
				f.say("%s was answered behind %s, which was asked later", questions[at], questions[last])
			}
			last = max(last, at)
		}
	}
}

// question judges the answers to one question.
func (f *findings) question(question string, its []attempt, person bool, allow Allow) {
	excused := allow.People && person
	if len(its) == 0 {
		if !excused {
			f.say("%s was never answered", question)
		}
		return
	}
	want := 1
	for i, a := range its {
		if a.number != want {
			f.say("%s is attempt %d at %s, %d was next", a.message, a.number, question, want)
		}
		last := i == len(its)-1
		want = 1
		switch a.ended {
		case "": // turns tells
		case "completed":
			if a.text == "" {
				f.say("%s was completed without text", a.message)
			}
			if !last {
				f.say("%s was answered again after it had been answered by %s", question, a.message)
			}
		case "node_lost":
			f.lost(a, last && !excused, allow)
			want = a.number + 1
		case "failed":
			if !allow.Failed && (!allow.Lost || a.number < maxAttempts) {
				f.say("%s failed at attempt %d", a.message, a.number)
			}
		case "stopped", "takeover":
			if !allow.People {
				f.say("%s was interrupted (%s) by nobody", a.message, a.ended)
			}
			if !last {
				f.say("%s was answered again after it had been interrupted (%s)", question, a.ended)
			}
		default:
			f.say("%s was interrupted for an unknown reason, %q", a.message, a.ended)
		}
	}
}

// lost judges an answer that was lost with its node; final: no other followed.
func (f *findings) lost(a attempt, final bool, allow Allow) {
	switch {
	case !allow.Lost:
		f.say("%s was lost, though no process died", a.message)
	case a.text != "":
		f.say("%s was lost with its node, but has text", a.message)
	case a.number >= maxAttempts:
		f.say("%s was lost at attempt %d, and does not say that it failed", a.message, a.number)
	case final:
		f.say("%s was lost with its node, and %s was not answered again", a.message, a.question)
	}
}
