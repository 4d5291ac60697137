package check

import "parley/e2e/client"

// Asked: what was answered over REST is in its conversation's log, once.
func Asked(reply client.Reply, log []client.Event) []string {
	var wrong findings
	questions, ends := 0, 0
	for _, e := range log {
		switch {
		case e.Type == "message.created" && e.Data.Author.Kind == "visitor":
			questions++
			if e.Data.ClientID != reply.ClientID || e.Data.Text != reply.Question {
				wrong.say("%q (%s) was asked, it is kept as %s", reply.Question, reply.ClientID, e.Raw)
			}
		case e.Type == "message.completed" && e.Data.Message == reply.Message:
			ends++
			if e.Data.Text != reply.Text {
				wrong.say("%s was answered with %q, the log has %q", reply.ClientID, reply.Text, e.Data.Text)
			}
		case e.Data.Reason == "failed" && reply.Refusal != "":
			ends++
		}
	}
	if questions != 1 {
		wrong.say("%s was asked once, and is there %d times", reply.ClientID, questions)
	}
	if ends == 0 {
		wrong.say("%s was told %q %s, of which the log knows nothing", reply.ClientID, reply.Message, reply.Refusal)
	}
	return wrong
}
