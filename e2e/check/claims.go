package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/e2e/client"
)

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
