package socket_test

import (
	"context"
	"slices"
	"sync"

	"parley/account"
	"parley/chat"
)

// office keeps what desks need in memory.
type office struct {
	mu        sync.Mutex
	away      map[string]bool // users who take no conversations
	notes     []chat.Note
	mentions  []string // users whose mentions were read
	mails     []chat.Mail
	summaries map[string]chat.Conversation
	asked     [][]string    // ids, by reading
	refuse    error         // what Summaries and SetAvailable return
	hold      chan struct{} // Summaries waits for it, or for its context, after it has looked; nil: not at all
}

func newOffice() *office {
	return &office{away: make(map[string]bool), summaries: make(map[string]chat.Conversation)}
}

func (o *office) Members(_ context.Context, tenant string) ([]account.Membership, error) {
	var all []account.Membership
	for name, m := range members {
		if name == "gone" || (name == "stranger") != (m.Tenant == tenant) {
			continue
		}
		all = append(all, account.Membership{Member: account.Member{Tenant: tenant, User: m.User, Role: m.Role}, Name: m.Name})
	}
	return all, nil
}

func (o *office) Available(_ context.Context, tenant, user string) (bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if user == members["gone"].User {
		return false, chat.ErrNotFound
	}
	return !o.away[user], nil
}

func (o *office) SetAvailable(_ context.Context, tenant, user string, available bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.refuse != nil {
		return o.refuse
	}
	o.away[user] = !available
	return nil
}

func (o *office) fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refuse = err
}

func (o *office) AddNote(_ context.Context, note chat.Note) (chat.Note, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, user := range note.Mentions {
		if user != members["ada"].User && user != members["bo"].User {
			return chat.Note{}, chat.ErrNotFound
		}
	}
	for _, n := range o.notes {
		if n.Ref == note.Ref && n.ClientID == note.ClientID {
			return n, nil
		}
	}
	note.Seq = 7
	o.notes = append(o.notes, note)
	return note, nil
}

func (o *office) Notes(_ context.Context, ref chat.Ref) ([]chat.Note, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(o.notes), func(n chat.Note) bool { return n.Ref != ref }), nil
}

func (o *office) ReadMentions(_ context.Context, _ chat.Ref, user string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mentions = append(o.mentions, user)
	return nil
}

func (o *office) PlanMail(_ context.Context, mail chat.Mail) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mails = append(o.mails, mail)
	return nil
}

func (o *office) planned() []chat.Mail {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.mails)
}

// now keeps a conversation's summary, of which only the preview matters.
func (o *office) now(ref chat.Ref, preview string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.summaries[ref.Conversation] = chat.Conversation{Ref: ref, Status: chat.Waiting, Preview: preview}
}

func (o *office) Summaries(ctx context.Context, tenant string, ids []string) ([]chat.Conversation, error) {
	o.mu.Lock()
	hold, refuse := o.hold, o.refuse
	o.asked = append(o.asked, slices.Sorted(slices.Values(ids)))
	var found []chat.Conversation
	for _, id := range ids {
		if c, ok := o.summaries[id]; ok && c.Tenant == tenant {
			found = append(found, c)
		}
	}
	o.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return found, refuse
}

func (o *office) readings() [][]string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.asked)
}
