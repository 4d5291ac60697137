package postgres

import (
	"math"
	"slices"

	"parley/chat"
	"parley/persistence/seal"
)

// plan is what becomes of a batch.
type plan struct {
	outcomes []chat.Outcome // in the batch's order
	accepted []accepted
	visitors []*visitor // that get their row
	contacts []*visitor // whose contact changes
	grants   map[periodID]grant
	usage    map[periodID]int64 // as the grants leave it, where it is known
	// listeners are the webhooks that it was made for, by tenant.
	listeners map[string]listening
}

// accepted is an append that will be written.
type accepted struct {
	*chat.Append
	born    bool // it makes the conversation's row
	visitor string
	key     *seal.Key
}

// grant is what a batch takes of a period's answers.
type grant struct {
	answers int64
	// room is how many may have been taken before, at most, for every append's
	// limit to hold.
	room int64
}

// unlimited is the room of a period that has no limit.
const unlimited = math.MaxInt64

// makePlan decides about each append, in the given order: later ones meet what
// earlier ones leave. It changes the findings and nothing else.
func makePlan(batch []chat.Append, flaws []error, found findings) plan {
	p := plan{outcomes: make([]chat.Outcome, len(batch)), grants: make(map[periodID]grant), usage: make(map[periodID]int64)}
	for i := range batch {
		if flaws[i] != nil {
			p.outcomes[i].Err = flaws[i]
			continue
		}
		p.outcomes[i] = p.decide(&batch[i], found)
	}
	p.listeners = found.listeners
	for id, answers := range found.usage {
		p.usage[id] = answers + p.grants[id].answers
	}
	return p
}

// accepts tells whether the plan refuses none of so many appends.
func (p *plan) accepts(sound int) bool { return len(p.accepted) == sound }

func (p *plan) decide(a *chat.Append, found findings) chat.Outcome {
	c := found.conversations[a.Conversation]
	if c.exists && c.tenant != a.Tenant {
		return chat.Outcome{Err: chat.ErrFenced}
	}
	for _, id := range clientIDs(a) {
		if receipt, ok := c.receipts[id]; ok {
			return chat.Outcome{Duplicate: &receipt}
		}
	}
	born := !c.exists && a.Birth != nil && a.Epoch == 1 && a.Head == 0
	if !born && (!c.exists || c.epoch != a.Epoch || c.head != a.Head) {
		return chat.Outcome{Err: chat.ErrFenced}
	}
	if born {
		c.visitor = a.Birth.Visitor
	}
	v := found.visitors[visitorID{a.Tenant, c.visitor}]
	if v.err != nil {
		return chat.Outcome{Err: v.err}
	}
	if v.key == nil {
		return chat.Outcome{Err: chat.ErrNotFound} // the visitor was erased
	}
	if born && v.blocked {
		return chat.Outcome{Err: chat.ErrBlocked}
	}
	if !p.charge(a, found.usage) {
		return chat.Outcome{Err: chat.ErrQuota}
	}
	p.accept(a, c, v, born)
	return chat.Outcome{}
}

// charge takes the answers that an append starts from the period, if its limit
// allows.
func (p *plan) charge(a *chat.Append, usage map[periodID]int64) bool {
	starts := firstAttempts(a)
	if starts == 0 {
		return true
	}
	id := periodOf(a)
	g, ok := p.grants[id]
	if !ok {
		g.room = unlimited
	}
	g.answers += starts
	if a.Limit > 0 {
		g.room = min(g.room, a.Limit-g.answers)
		if usage[id] > g.room {
			return false
		}
	}
	p.grants[id] = g
	return true
}

func (p *plan) accept(a *chat.Append, c *conversation, v *visitor, born bool) {
	if v.wrapped != nil && !slices.Contains(p.visitors, v) {
		p.visitors = append(p.visitors, v)
	}
	p.accepted = append(p.accepted, accepted{Append: a, born: born, visitor: c.visitor, key: v.key})
	c.exists, c.tenant, c.epoch = true, a.Tenant, a.Epoch
	for i, body := range a.Bodies {
		switch b := body.(type) {
		case chat.MessageCreated:
			if b.ClientID != "" {
				c.receipts[b.ClientID] = chat.Receipt{Seq: a.Head + 1 + int64(i), Message: b.Message}
			}
		case chat.ContactChanged:
			v.contact = merge(v.contact, b)
			if !v.changed {
				v.changed = true
				p.contacts = append(p.contacts, v)
			}
		}
	}
	c.head = a.Head + int64(len(a.Bodies))
}
