package check

import "parley/e2e/client"

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
