package postgres

import "parley/chat"

// memory is what a plan can be made from without reading. It may be wrong or
// too old: every write checks what it rests on, so that this costs a round trip
// and nothing else.
type memory struct {
	visitors *lru[string, visitorID] // of conversations, by id
	usage    *lru[periodID, int64]
	// listeners are the webhooks of tenants, ten at most of each.
	listeners *lru[string, listening]
}

// rememberedVisitors and rememberedPeriods bound the memory, at about 250 bytes each.
const (
	rememberedVisitors = 16384
	rememberedPeriods  = 1024
	rememberedTenants  = 4096
)

func newMemory() memory {
	return memory{newLRU[string, visitorID](rememberedVisitors), newLRU[periodID, int64](rememberedPeriods), newLRU[string, listening](rememberedTenants)}
}

// assume takes a batch at its word. Not ok: something is needed that is only in
// the database.
func (s *Store) assume(batch []*chat.Append) (claimed findings, ok bool) {
	claimed = findings{
		conversations: make(map[string]*conversation, len(batch)),
		visitors:      make(map[visitorID]*visitor, len(batch)),
		usage:         make(map[periodID]int64),
		listeners:     make(map[string]listening),
	}
	for _, a := range batch {
		if changesContact(a) {
			return findings{}, false // what is known must be read
		}
		if a.Limit > 0 && firstAttempts(a) > 0 {
			id := periodOf(a)
			if answers, ok := s.memory.usage.get(id); ok {
				claimed.usage[id] = answers
			}
		}
		if _, known := claimed.listeners[a.Tenant]; !known && tells(a) {
			l, known := s.memory.listeners.get(a.Tenant)
			if !known {
				return findings{}, false
			}
			claimed.listeners[a.Tenant] = l
		}
		if claimed.conversations[a.Conversation] != nil {
			continue // it will be what the appends before leave
		}
		c := &conversation{receipts: make(map[string]chat.Receipt)}
		claimed.conversations[a.Conversation] = c
		id, known := s.memory.visitors.get(a.Conversation)
		if birth := a.Birth; birth != nil && a.Epoch == 1 && a.Head == 0 {
			id, known = visitorID{a.Tenant, birth.Visitor}, true
		} else if known {
			c.exists, c.tenant, c.epoch, c.head, c.visitor = true, id.tenant, a.Epoch, a.Head, id.id
		}
		if !known || claimed.visitors[id] == nil && !s.assumeVisitor(claimed, id, !c.exists) {
			return findings{}, false
		}
	}
	return claimed, true
}

// assumeVisitor adds a visitor whose key is in memory; one that has none, and
// may be new, is taken for new.
func (s *Store) assumeVisitor(claimed findings, id visitorID, mayBeNew bool) bool {
	v := &visitor{visitorID: id, key: s.keys.cache.get(keyID{id.tenant, tableVisitors, id.id})}
	if v.key == nil {
		parent := s.keys.cache.get(keyID{id.tenant, tableTenants, id.tenant})
		if !mayBeNew || parent == nil {
			return false
		}
		if v.wrapped, v.key, v.err = parent.NewKey(id.tenant, tableVisitors, id.id); v.err != nil {
			return false
		}
	}
	claimed.visitors[id] = v
	return true
}

// learn keeps what a plan that was committed says.
func (s *Store) learn(p *plan) {
	for _, v := range p.visitors { // their keys are real from now on
		s.keys.cache.put(keyID{v.tenant, tableVisitors, v.id}, v.key)
	}
	for _, a := range p.accepted {
		s.memory.visitors.put(a.Conversation, visitorID{a.Tenant, a.visitor})
	}
	for tenant, l := range p.listeners {
		s.memory.listeners.put(tenant, l)
	}
	for id, answers := range p.usage {
		s.memory.usage.put(id, answers)
	}
}

// forgetVisitors drops the keys of visitors who are born into conversations:
// one who was deleted must be made anew, with another key.
func (s *Store) forgetVisitors(p *plan) {
	for _, a := range p.accepted {
		if a.born {
			s.keys.cache.forget(keyID{a.Tenant, tableVisitors, a.visitor})
		}
	}
}
