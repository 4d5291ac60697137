package rest

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"parley/account"
	"parley/account/billing"
	"parley/chat"
	"parley/knowledge"
)

// inMemory is the ports that the API stands on, as their comments say.
type inMemory struct {
	mu            sync.Mutex
	tenants       map[string]account.Tenant
	users         map[string]account.User
	members       []account.Member
	roster        roster
	desk          deskBook
	sessions      map[string]account.Session
	bots          []chat.Bot
	sources       []knowledge.Source
	webhooks      []chat.Webhook
	originals     map[string][]byte
	conversations map[chat.Ref]*kept
	improvements
	away error // what every read of bots returns, when set
}

// kept is one conversation.
type kept struct {
	summary chat.Conversation
	epoch   int64
	events  []chat.Event
	traces  map[int64]chat.Trace
	sides
}

func newInMemory() *inMemory {
	return &inMemory{
		roster:  roster{available: map[account.Member]bool{}},
		tenants: map[string]account.Tenant{}, users: map[string]account.User{}, sessions: map[string]account.Session{},
		originals: map[string][]byte{}, conversations: map[chat.Ref]*kept{},
	}
}

func (m *inMemory) lock() func() {
	m.mu.Lock()
	return m.mu.Unlock
}

// Accounts.

func (m *inMemory) Register(_ context.Context, tenant account.Tenant, user account.User, member account.Member) error {
	defer m.lock()()
	for _, u := range m.users {
		if strings.EqualFold(u.Email, user.Email) {
			return chat.Fail(chat.Conflict, "email_taken", "There is an account with this e-mail address.")
		}
	}
	m.tenants[tenant.ID], m.users[user.ID] = tenant, user
	m.members = append(m.members, member)
	return nil
}

func (m *inMemory) UserByEmail(ctx context.Context, email string) (account.User, []account.Member, error) {
	unlock := m.lock()
	id := ""
	for _, u := range m.users {
		if strings.EqualFold(u.Email, email) {
			id = u.ID
		}
	}
	unlock()
	return m.User(ctx, id)
}

func (m *inMemory) User(_ context.Context, id string) (account.User, []account.Member, error) {
	defer m.lock()()
	u, ok := m.users[id]
	if !ok {
		return account.User{}, nil, chat.ErrNotFound
	}
	var members []account.Member
	for _, member := range m.members {
		if member.User == id {
			members = append(members, member)
		}
	}
	return u, members, nil
}

func (m *inMemory) Tenant(_ context.Context, id string) (account.Tenant, error) {
	defer m.lock()()
	t, ok := m.tenants[id]
	if !ok {
		return account.Tenant{}, chat.ErrNotFound
	}
	return t, nil
}

func (m *inMemory) CreateSession(_ context.Context, s account.Session) error {
	defer m.lock()()
	m.sessions[s.ID] = s
	return nil
}

func (m *inMemory) Session(_ context.Context, id string) (account.Session, error) {
	defer m.lock()()
	s, ok := m.sessions[id]
	if !ok {
		return account.Session{}, chat.ErrNotFound
	}
	return s, nil
}

func (m *inMemory) SessionsOf(_ context.Context, user string, _ time.Time, _ int) (found []account.Session, _ error) {
	defer m.lock()()
	for _, s := range m.sessions {
		if s.User == user {
			found = append(found, s)
		}
	}
	return found, nil
}

func (m *inMemory) DeleteSessions(_ context.Context, user, keep string) (tenants []string, _ error) {
	defer m.lock()()
	for id, s := range m.sessions {
		if s.User == user && id != keep {
			delete(m.sessions, id)
			tenants = append(tenants, s.Tenant)
		}
	}
	return tenants, nil
}

func (m *inMemory) RotateSession(_ context.Context, from []byte, to account.Session) error {
	defer m.lock()()
	s, ok := m.sessions[to.ID]
	if !ok || !bytes.Equal(s.Hash, from) {
		return chat.ErrNotFound
	}
	to.Previous = s.Hash
	m.sessions[to.ID] = to
	return nil
}

func (m *inMemory) DeleteSession(_ context.Context, id string) error {
	defer m.lock()()
	delete(m.sessions, id)
	return nil
}

// Bots.

func (m *inMemory) CreateBot(_ context.Context, bot chat.Bot) error {
	defer m.lock()()
	m.bots = append(m.bots, bot)
	return nil
}

func (m *inMemory) CreateBotWithin(ctx context.Context, bot chat.Bot, limit int64) error {
	if all, _ := m.Bots(ctx, bot.Tenant); limit > 0 && int64(len(all)) >= limit {
		return billing.ErrBots
	}
	return m.CreateBot(ctx, bot)
}

func (m *inMemory) findBot(tenant, id string) int {
	return slices.IndexFunc(m.bots, func(b chat.Bot) bool { return b.Tenant == tenant && b.ID == id })
}

func (m *inMemory) Bot(_ context.Context, tenant, id string) (chat.Bot, error) {
	defer m.lock()()
	if m.away != nil {
		return chat.Bot{}, m.away
	}
	i := m.findBot(tenant, id)
	if i < 0 {
		return chat.Bot{}, chat.ErrNotFound
	}
	return m.bots[i], nil
}

func (m *inMemory) Bots(_ context.Context, tenant string) ([]chat.Bot, error) {
	defer m.lock()()
	var bots []chat.Bot
	for _, b := range m.bots {
		if b.Tenant == tenant {
			bots = append(bots, b)
		}
	}
	return bots, nil
}

func (m *inMemory) UpdateBot(_ context.Context, bot chat.Bot) (chat.Bot, error) {
	defer m.lock()()
	i := m.findBot(bot.Tenant, bot.ID)
	if i < 0 {
		return chat.Bot{}, chat.ErrNotFound
	}
	if m.bots[i].Version != bot.Version {
		return chat.Bot{}, errVersion
	}
	bot.Version++
	m.bots[i] = bot
	return bot, nil
}

func (m *inMemory) DeleteBot(_ context.Context, tenant, id string) error {
	defer m.lock()()
	i := m.findBot(tenant, id)
	if i < 0 {
		return chat.ErrNotFound
	}
	m.bots = slices.Delete(m.bots, i, i+1)
	return nil
}

// Sources.

func (m *inMemory) Source(_ context.Context, tenant, bot, id string) (knowledge.Source, error) {
	defer m.lock()()
	for _, s := range m.sources {
		if s.Tenant == tenant && s.Bot == bot && s.ID == id {
			return s, nil
		}
	}
	return knowledge.Source{}, chat.ErrNotFound
}

func (m *inMemory) Sources(_ context.Context, tenant, bot, cursor string, limit int) ([]knowledge.Source, string, error) {
	defer m.lock()()
	var found []knowledge.Source
	for _, s := range slices.Backward(m.sources) {
		if s.Tenant == tenant && s.Bot == bot && (cursor == "" || s.ID < cursor) {
			found = append(found, s)
		}
	}
	if len(found) > limit {
		return found[:limit], found[limit-1].ID, nil
	}
	return found, "", nil
}

func (m *inMemory) DeleteSource(_ context.Context, tenant, bot, id string) error {
	defer m.lock()()
	before := len(m.sources)
	m.sources = slices.DeleteFunc(m.sources, func(s knowledge.Source) bool { return s.Tenant == tenant && s.Bot == bot && s.ID == id })
	if len(m.sources) == before {
		return chat.ErrNotFound
	}
	return nil
}

func (m *inMemory) Receive(_ context.Context, source knowledge.Source, original io.Reader) (knowledge.Source, error) {
	content, err := io.ReadAll(original)
	if err != nil {
		return knowledge.Source{}, err
	}
	if len(content) == 0 {
		return knowledge.Source{}, chat.Fail(chat.Invalid, "file_empty", "This file is empty.")
	}
	return m.keep(source, content)
}

func (m *inMemory) ReceiveText(_ context.Context, source knowledge.Source, text string) (knowledge.Source, error) {
	source.Kind = knowledge.KindText
	return m.keep(source, []byte(text))
}

func (m *inMemory) ReceiveFAQ(_ context.Context, source knowledge.Source, pairs []knowledge.Pair) (knowledge.Source, error) {
	source.Kind = knowledge.KindFAQ
	content, err := json.Marshal(pairs)
	if err != nil {
		return knowledge.Source{}, err
	}
	return m.keep(source, content)
}

func (m *inMemory) ReceiveURL(_ context.Context, source knowledge.Source) (knowledge.Source, error) {
	source.Kind = knowledge.KindURL
	return m.keep(source, nil)
}

func (m *inMemory) keep(source knowledge.Source, content []byte) (knowledge.Source, error) {
	defer m.lock()()
	source.ID, source.State, source.Size, source.CreatedAt = chat.NewID(chat.SourcePrefix), knowledge.Queued, int64(len(content)), time.Now().UTC()
	m.sources = append(m.sources, source)
	m.originals[source.ID] = content
	return source, nil
}

// Search finds the sources that hold the query, which is not what the real library does but enough here.
func (m *inMemory) Search(_ context.Context, tenant, bot, query string, limit int, _ ...string) ([]knowledge.Hit, error) {
	defer m.lock()()
	var hits []knowledge.Hit
	for _, s := range m.sources {
		if s.Tenant == tenant && s.Bot == bot && strings.Contains(string(m.originals[s.ID]), query) && len(hits) < limit {
			hits = append(hits, knowledge.Hit{Passage: knowledge.Passage{Source: s.ID, Text: string(m.originals[s.ID]), Page: 3}, Title: s.Title, URL: s.URL, Score: 2.5, Confidence: .8})
		}
	}
	return hits, nil
}

// Conversations.

func (m *inMemory) Open(_ context.Context, refs []chat.Ref) ([]chat.Opened, error) {
	defer m.lock()()
	outcomes := make([]chat.Opened, len(refs))
	for i, ref := range refs {
		k := m.conversations[ref]
		if k == nil {
			outcomes[i].Err = chat.ErrNotFound
			continue
		}
		k.epoch++
		outcomes[i].Opening = chat.Opening{Epoch: k.epoch, Head: k.summary.Head, Status: k.summary.Status, Agent: k.summary.Agent, Bot: k.summary.Bot,
			Visitor: k.summary.Visitor, Recent: slices.Clone(k.events)}
	}
	return outcomes, nil
}

func (m *inMemory) Append(_ context.Context, batch []chat.Append) ([]chat.Outcome, error) {
	defer m.lock()()
	outcomes := make([]chat.Outcome, len(batch))
	for i, a := range batch {
		k := m.conversations[a.Ref]
		if k == nil {
			k = &kept{epoch: 1, traces: map[int64]chat.Trace{}, sides: sides{marks: map[string]int64{}, mentioned: map[string]bool{}}, summary: chat.Conversation{Ref: a.Ref, Bot: a.Birth.Bot, Visitor: a.Birth.Visitor, CreatedAt: a.At}}
			m.conversations[a.Ref] = k
		}
		if k.epoch != a.Epoch || k.summary.Head != a.Head {
			outcomes[i].Err = chat.ErrFenced
			continue
		}
		for _, body := range a.Bodies {
			k.summary.Head++
			k.events = append(k.events, chat.Event{Seq: k.summary.Head, At: a.At, Body: body})
			if _, ended := body.(chat.MessageCompleted); ended && a.Trace != nil {
				k.traces[k.summary.Head] = *a.Trace
			}
			switch b := body.(type) {
			case chat.MessageCreated:
				k.summary.Preview = b.Text
			case chat.MessageCompleted:
				k.summary.Preview = b.Text
			case chat.ContactChanged:
				k.summary.Contact = chat.Contact(b)
			case chat.StatusChanged:
				k.summary.Assignee, k.summary.Waits = "", time.Time{}
				if b.Status == chat.WithAgent {
					k.summary.Assignee = a.Agent.ID
				}
				if b.Status == chat.Waiting {
					k.summary.Waits = a.At
				}
			}
		}
		k.summary.Status, k.summary.Agent, k.summary.UpdatedAt = a.Status, a.Agent, a.At
	}
	return outcomes, nil
}

func (m *inMemory) Events(_ context.Context, ref chat.Ref, after int64, limit int) ([]chat.Event, error) {
	defer m.lock()()
	k := m.conversations[ref]
	if k == nil {
		return nil, chat.ErrNotFound
	}
	var found []chat.Event
	for _, e := range k.events {
		if e.Seq > after && len(found) < limit {
			found = append(found, e)
		}
	}
	return found, nil
}

func (m *inMemory) Trace(_ context.Context, ref chat.Ref, seq int64) (chat.Trace, error) {
	defer m.lock()()
	if k := m.conversations[ref]; k != nil {
		if trace, ok := k.traces[seq]; ok {
			return trace, nil
		}
	}
	return chat.Trace{}, chat.ErrNotFound
}

func (m *inMemory) Unfinished(context.Context, *chat.Ref, int) ([]chat.Ref, error) { return nil, nil }

func (m *inMemory) Conversation(_ context.Context, ref chat.Ref) (chat.Conversation, error) {
	defer m.lock()()
	k := m.conversations[ref]
	if k == nil {
		return chat.Conversation{}, chat.ErrNotFound
	}
	return k.summary, nil
}

func (m *inMemory) Conversations(_ context.Context, tenant string, filter chat.ConversationFilter) ([]chat.Conversation, string, error) {
	defer m.lock()()
	var found []chat.Conversation
	for ref, k := range m.conversations {
		if ref.Tenant == tenant && k.matches(filter) {
			found = append(found, k.summaryFor(filter.User))
		}
	}
	slices.SortFunc(found, func(a, b chat.Conversation) int { return cmp.Compare(b.Conversation, a.Conversation) })
	if len(found) > filter.Limit {
		return found[:filter.Limit], found[filter.Limit-1].Conversation, nil
	}
	return found, "", nil
}

func (m *inMemory) Receipt(_ context.Context, ref chat.Ref, clientID string) (chat.Receipt, error) {
	defer m.lock()()
	k := m.conversations[ref]
	if k == nil {
		return chat.Receipt{}, chat.ErrNotFound
	}
	for _, e := range k.events {
		if created, ok := e.Body.(chat.MessageCreated); ok && clientID != "" && created.ClientID == clientID {
			return chat.Receipt{Seq: e.Seq, Message: created.Message}, nil
		}
	}
	return chat.Receipt{}, chat.ErrNotFound
}
