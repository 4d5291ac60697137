package check

import (
	"parley/e2e/client"
)

// Kept is what SQL keeps of one conversation in plain columns.
type Kept struct {
	Head       int64
	Unfinished bool
	Status     string
	Assignee   string
	Waits      bool // it has a time since when
	Events     []KeptEvent
	Answers    []KeptAnswer
	Mails      []KeptMail // that are planned, by kind
}

// KeptMail is a row of mails.
type KeptMail struct {
	Kind string
	Seq  int64
	User string
}

// KeptEvent is a row of events; a column that is NULL is empty.
type KeptEvent struct {
	Seq                     int64
	Type, Message, ClientID string
}

// KeptAnswer is a row of answers.
type KeptAnswer struct {
	Seq               int64 // of its message.started
	Message, Question string
	Attempt           int64
	Charged           bool
	State, Reason     string
}

// Columns: the rows in SQL say the same as the log, nothing is owed, and each
// question was charged once, or not at all where its answer failed with nothing shown.
func Columns(log []client.Event, kept Kept) []string {
	var wrong findings
	if kept.Head != int64(len(log)) {
		wrong.say("its row says that the head is %d, the log has %d events", kept.Head, len(log))
	}
	if kept.Unfinished {
		wrong.say("its row says that an answer is owed")
	}
	if status := statusOf(log); kept.Status != status {
		wrong.say("its row says %s, the log %s", kept.Status, status)
	}
	wrong.events(log, kept.Events)
	wrong.answers(attempts(log), kept.Answers)
	return wrong
}

func statusOf(log []client.Event) string {
	status := "bot"
	for _, e := range log {
		if e.Type == "status.changed" {
			status = e.Data.Status
		}
	}
	return status
}

func (f *findings) events(log []client.Event, rows []KeptEvent) {
	if len(rows) != len(log) {
		f.say("there are rows of %d events, the log has %d", len(rows), len(log))
	}
	for i := range min(len(rows), len(log)) {
		want := KeptEvent{Seq: log[i].Seq, Type: log[i].Type, Message: log[i].Data.Message, ClientID: log[i].Data.ClientID}
		if rows[i] != want {
			f.say("a row says %+v, the log %+v", rows[i], want)
		}
	}
}

func (f *findings) answers(all []attempt, rows []KeptAnswer) {
	if len(rows) != len(all) {
		f.say("there are rows of %d answers, the log has %d", len(rows), len(all))
	}
	for i := range min(len(rows), len(all)) {
		a := all[i]
		want := KeptAnswer{
			Seq: a.seq, Message: a.message, Question: a.question, Attempt: int64(a.number),
			Charged: charged(all, i), State: "completed",
		}
		switch a.ended {
		case "":
			want.State = "open"
		case "completed":
		default:
			want.State, want.Reason = "interrupted", a.ended
		}
		if rows[i] != want {
			f.say("a row says %+v, by the log it is %+v", rows[i], want)
		}
	}
}

// charged tells whether answer i should have cost one of the month's answers: the first attempt
// at a question costs one for all that follow it, until the visitor asks for another try; it is
// given back when the last of them failed with nothing shown.
func charged(all []attempt, i int) bool {
	if all[i].number != 1 {
		return false
	}
	last := all[i]
	for _, a := range all[i+1:] {
		if a.question != last.question {
			continue
		}
		if a.number == 1 {
			break
		}
		last = a
	}
	return last.ended != "failed" || last.text != ""
}
