package check

import (
	"encoding/json"
	"reflect"
	"strings"

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
