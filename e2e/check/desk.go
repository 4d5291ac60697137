package check

import "parley/e2e/client"

// Desk: the columns of SQL by which desks work say the same as the log. users are the ids of agents, by name.
func Desk(log []client.Event, kept Kept, users map[string]string) []string {
	var wrong findings
	status, agent := "bot", ""
	for _, e := range log {
		if e.Type == "status.changed" {
			status, agent = e.Data.Status, e.Data.Agent.Name
		}
	}
	if kept.Waits != (status == "waiting") {
		wrong.say("it is %s, and that it waits is %v in its row", having(status, agent), kept.Waits)
	}
	staff := func(id string) bool {
		for _, user := range users {
			if user == id {
				return true
			}
		}
		return false
	}
	switch {
	case status == "agent" && kept.Assignee != users[agent]:
		wrong.say("%s (%s) has it, and it is assigned to %q", agent, users[agent], kept.Assignee)
	case status == "waiting" && kept.Assignee != "" && !staff(kept.Assignee):
		wrong.say("%q, who is asked to take it, is nobody's id", kept.Assignee)
	case status != "agent" && status != "waiting" && kept.Assignee != "":
		wrong.say("it is %s, and assigned to %q", status, kept.Assignee)
	}
	return wrong
}

// Mails: in an outbox from which nothing was sent yet, each conversation has the mails that its log wants: one for
// what agents wrote, and one because it waited, each planned with the first event of its kind.
func Mails(log []client.Event, kept Kept) []string {
	var wrong findings
	want := make(map[string]int64)
	for _, e := range log {
		kind := ""
		switch {
		case e.Type == "message.created" && e.Data.Author.Kind == "agent":
			kind = "missed"
		case e.Type == "status.changed" && e.Data.Status == "waiting":
			kind = "waiting"
		}
		if _, planned := want[kind]; kind != "" && !planned {
			want[kind] = e.Seq
		}
	}
	for _, mail := range kept.Mails {
		if seq, wanted := want[mail.Kind]; !wanted || seq != mail.Seq || mail.User != "" {
			wrong.say("a mail %+v is planned, the log wants those of %v", mail, want)
		}
		delete(want, mail.Kind)
	}
	for kind, seq := range want {
		wrong.say("no mail %s is planned, which event %d wants", kind, seq)
	}
	return wrong
}
