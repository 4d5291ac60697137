package check

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"parley/e2e/client"
)

// Fence: nobody speaks but whoever has the conversation: the bot while it is with the bot, an agent
// while they have it. The frames are events and deltas in their order, as somebody was shown them.
func Fence(frames []client.Event) []string {
	var wrong findings
	status, agent := "bot", ""
	for _, e := range frames {
		switch {
		case e.Type == "status.changed":
			status, agent = e.Data.Status, e.Data.Agent.Name
		case e.Type == "message.created" && e.Data.Author.Kind == "agent":
			if status != "agent" || e.Data.Author.Name != agent {
				wrong.say("%s writes (seq %d) while it is %s", e.Data.Author.Name, e.Seq, having(status, agent))
			}
		case e.Type != "message.created" && strings.HasPrefix(e.Type, "message."):
			if status != "bot" {
				wrong.say("%s (seq %d) while it is %s", e.Type, e.Seq, having(status, agent))
			}
		}
	}
	return wrong
}

func having(status, agent string) string { return strings.TrimSpace(status + " " + agent) }

// Shown: what an agent was shown of a conversation is its log, in order; what was shown again, after a
// cut, is the same. It returns the frames as they were shown first.
func Shown(shown []client.Shown, log []client.Event) (first []client.Event, breaches []string) {
	var wrong findings
	last := int64(0)
	for _, s := range shown {
		switch {
		case s.Seq == 0:
			first = append(first, s.Event)
			continue
		case s.Seq > int64(len(log)):
			wrong.say("%s was shown, the log has %d events", s.Raw, len(log))
		case !sameFrame(s.Raw, log[s.Seq-1].Raw):
			wrong.say("%s was shown to an agent, the log has %s", s.Raw, log[s.Seq-1].Raw)
		}
		if s.Seq > last+1 {
			wrong.say("an agent was shown event %d behind %d", s.Seq, last)
		}
		if s.Seq > last {
			first = append(first, s.Event)
			last = s.Seq
		}
	}
	if last != int64(len(log)) {
		wrong.say("an agent was shown %d events of %d", last, len(log))
	}
	return first, wrong
}

// sameFrame compares an event of an agent's with one of the log: that it names its conversation is the difference.
func sameFrame(agents, logs json.RawMessage) bool {
	var a, b map[string]any
	if json.Unmarshal(agents, &a) != nil || json.Unmarshal(logs, &b) != nil {
		return false
	}
	delete(a, "conversation")
	return reflect.DeepEqual(a, b)
}

// Written is a message that an agent sent, until it was told what became of it.
type Written struct {
	Agent, ClientID, Text string
	Told                  client.Told
}

// Replies: an agent's message that was acknowledged is in the log once, as it was acknowledged; one that was
// refused is not; and each stands behind all that were acknowledged before it was sent.
func Replies(written []Written, log []client.Event) []string {
	var wrong findings
	found := make(map[string][]client.Event)
	for _, e := range log {
		if e.Type == "message.created" && e.Data.Author.Kind == "agent" {
			found[e.Data.ClientID] = append(found[e.Data.ClientID], e)
		}
	}
	for _, w := range written {
		here := found[w.ClientID]
		delete(found, w.ClientID)
		switch {
		case w.Told.Refusal != nil && len(here) > 0:
			wrong.say("%s was refused (%s), and is event %d", w.ClientID, w.Told.Refusal.Code, here[0].Seq)
		case w.Told.Refusal != nil:
		case len(here) != 1:
			wrong.say("%s was acknowledged as %+v, and is there %d times", w.ClientID, w.Told.Receipt, len(here))
		case here[0].Seq != w.Told.Receipt.Seq || here[0].Data.Message != w.Told.Receipt.Message:
			wrong.say("%s was acknowledged as %+v, but is event %d, %s", w.ClientID, w.Told.Receipt, here[0].Seq, here[0].Data.Message)
		case here[0].Data.Text != w.Text || here[0].Data.Author.Name != w.Agent:
			wrong.say("%s of %s is kept as %s", w.ClientID, w.Agent, here[0].Raw)
		}
		for _, before := range written {
			if before.Told.Refusal == nil && w.Told.Refusal == nil && before.Told.At.Before(w.Told.First) && before.Told.Receipt.Seq >= w.Told.Receipt.Seq {
				wrong.say("%s is event %d, but %s was acknowledged as %d before it was sent", w.ClientID, w.Told.Receipt.Seq, before.ClientID, before.Told.Receipt.Seq)
			}
		}
	}
	for id, events := range found {
		wrong.say("event %d is a message %q that no agent sent", events[0].Seq, id)
	}
	return wrong
}

// Claim is what somebody was told of who has a conversation: that it was so at some instant between From and To.
type Claim struct {
	What     string // in words
	From, To time.Time
	Holds    func(status, agent string) bool
}

// slack is what the times of events may be off by: they are cut to milliseconds.
const slack = 5 * time.Millisecond

// Claims: the log says the same as who was told something of its status.
func Claims(claims []Claim, log []client.Event) []string {
	var wrong findings
	changes := slices.DeleteFunc(slices.Clone(log), func(e client.Event) bool { return e.Type != "status.changed" })
	for _, c := range claims {
		status, agent, since := "bot", "", time.Time{}
		var had []string
		held := false
		for i := 0; i <= len(changes); i++ {
			until := c.To
			if i < len(changes) {
				until = changes[i].At
			}
			if !since.After(c.To.Add(slack)) && !until.Before(c.From.Add(-slack)) {
				held = held || c.Holds(status, agent)
				had = append(had, having(status, agent))
			}
			if i < len(changes) {
				status, agent, since = changes[i].Data.Status, changes[i].Data.Agent.Name, changes[i].At
			}
		}
		if !held {
			wrong.say("%s, between %s and %s, but then it was %s", c.What, c.From.Format(clock), c.To.Format(clock), strings.Join(had, ", then "))
		}
	}
	return wrong
}

const clock = "15:04:05.000"

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

// Has tells whether an agent has a conversation.
func Has(name string) func(status, agent string) bool {
	return func(status, agent string) bool { return status == "agent" && agent == name }
}

// Is tells whether a conversation has a status.
func Is(want ...string) func(status, agent string) bool {
	return func(status, _ string) bool { return slices.Contains(want, status) }
}

// TakenBy tells whether an agent has a conversation whom a refusal names, and who is not the one who was refused.
func TakenBy(refusal *client.RefusedTo, refused string) func(status, agent string) bool {
	return func(status, agent string) bool {
		return status == "agent" && agent != refused && refusal.Message == fmt.Sprintf("%s has this conversation.", agent)
	}
}
