package check

import (
	"encoding/json"
	"reflect"
	"slices"

	"parley/e2e/client"
)

// Order: seq counts from 1 without gaps.
func Order(log []client.Event) []string {
	var wrong findings
	for i, e := range log {
		if e.Seq != int64(i)+1 {
			wrong.say("event %d of the log has seq %d", i+1, e.Seq)
		}
	}
	return wrong
}

// Messages: each message that was sent is in the log exactly once, as it was
// acknowledged, and no other is.
func Messages(sent []client.Sent, log []client.Event) []string {
	var wrong findings
	found := make(map[string][]client.Event)
	for _, e := range log {
		if e.Type == "message.created" && e.Data.Author.Kind == "visitor" {
			found[e.Data.ClientID] = append(found[e.Data.ClientID], e)
		}
	}
	for _, s := range sent {
		here := found[s.ClientID]
		delete(found, s.ClientID)
		switch {
		case s.Receipt == nil:
			wrong.say("%s was never acknowledged", s.ClientID)
		case len(here) == 0:
			wrong.say("%s was acknowledged as %+v, and is lost", s.ClientID, *s.Receipt)
		case len(here) > 1:
			wrong.say("%s is there %d times", s.ClientID, len(here))
		case here[0].Seq != s.Receipt.Seq || here[0].Data.Message != s.Receipt.Message:
			wrong.say("%s was acknowledged as %+v, but is event %d, %s", s.ClientID, *s.Receipt, here[0].Seq, here[0].Data.Message)
		case here[0].Data.Text != s.Text:
			wrong.say("%s was sent as %q, and is kept as %q", s.ClientID, s.Text, here[0].Data.Text)
		}
	}
	for id, events := range found {
		wrong.say("event %d is a message %q that nobody sent", events[0].Seq, id)
	}
	return wrong
}

// Sequence: a message stands behind all that were acknowledged before it was sent, and
// behind all that were sent before it, unless one of them had been refused and was sent again.
func Sequence(sent []client.Sent) []string {
	var wrong findings
	sent = slices.DeleteFunc(slices.Clone(sent), func(s client.Sent) bool { return s.Receipt == nil }) // Messages tells
	highest := int64(0)                                                                                // of those that were never refused
	for _, s := range sent {
		if s.Receipt.Seq <= s.Behind {
			wrong.say("%s is event %d, though it was sent when %d had been acknowledged", s.ClientID, s.Receipt.Seq, s.Behind)
		}
		if s.Refusal != "" {
			continue
		}
		if s.Receipt.Seq <= highest {
			wrong.say("%s is event %d, but one that was sent before it is %d", s.ClientID, s.Receipt.Seq, highest)
		}
		highest = max(highest, s.Receipt.Seq)
	}
	return wrong
}

// View: whoever watched holds the log, to the letter.
func View(seen, log []client.Event) []string {
	var wrong findings
	if len(seen) != len(log) {
		wrong.say("%d events of %d were seen", len(seen), len(log))
	}
	for i := range min(len(seen), len(log)) {
		var a, b any
		errA, errB := json.Unmarshal(seen[i].Raw, &a), json.Unmarshal(log[i].Raw, &b)
		if errA != nil || errB != nil || !reflect.DeepEqual(a, b) {
			wrong.say("%s was shown, the log has %s", seen[i].Raw, log[i].Raw)
		}
	}
	return wrong
}
