package mail

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/account"
	"parley/chat"
)

var (
	testRef   = chat.Ref{Tenant: "tnt_1", Conversation: "cnv_1"}
	testTime  = time.Date(2026, 11, 23, 13, 5, 0, 0, time.UTC)
	errBroken = errors.New("broken")
	anna      = chat.Author{Kind: chat.ByAgent, ID: "usr_anna", Name: "Anna"}
	mia       = chat.Author{Kind: chat.ByVisitor}
)

// world is one conversation of a business, in memory, and an outbox of mails.
type world struct {
	mu           sync.Mutex
	tenant       account.Tenant
	bot          chat.Bot
	conversation chat.Conversation
	events       []chat.Event
	marks        map[string]int64
	notes        []chat.Note
	mentions     []string // users who have not read them
	members      []account.Membership
	onDuty       bool
	failing      error // of reading

	rows map[string]*row
	done chan chat.Mail
	late chan chat.Mail // postponed
}

// row is a mail in the outbox.
type row struct {
	chat.Mail
	next int64 // planned again while it was under way
}

func newWorld() *world {
	return &world{
		tenant: account.Tenant{ID: "tnt_1", Name: "Acme"},
		bot:    chat.Bot{ID: "bot_1", Tenant: "tnt_1", Name: "Ada", Appearance: chat.Appearance{Accent: "#0a7d5a"}},
		conversation: chat.Conversation{
			Ref: testRef, Bot: "bot_1", Visitor: "vis_1", Status: chat.WithAgent, Contact: chat.Contact{Name: "Mia Weber", Email: "mia@example.com"},
		},
		marks: map[string]int64{},
		members: []account.Membership{
			{Member: account.Member{User: "usr_owner", Role: account.Owner}, Name: "Otto", Email: "otto@acme.example"},
			{Member: account.Member{User: "usr_anna", Role: account.Agent}, Name: "Anna", Email: "anna@acme.example"},
			{Member: account.Member{User: "usr_viewer", Role: account.Viewer}, Name: "Vera", Email: "vera@acme.example"},
		},
		rows: map[string]*row{},
		done: make(chan chat.Mail, 100), late: make(chan chat.Mail, 100),
	}
}

// say appends events, a minute apart.
func (w *world) say(bodies ...chat.Body) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, b := range bodies {
		seq := int64(len(w.events) + 1)
		w.events = append(w.events, chat.Event{Seq: seq, At: testTime.Add(time.Duration(seq) * time.Minute), Body: b})
		w.conversation.Head = seq
	}
}

func says(author chat.Author, text string) chat.Body {
	return chat.MessageCreated{Message: chat.NewID(chat.MessagePrefix), Author: author, Text: text}
}

// loop is one that is not started.
func (w *world) loop(sender Sender) *Loop {
	return &Loop{Config: w.config(sender), metrics: newMetrics(nil)}
}

func (w *world) config(sender Sender) Config {
	return Config{
		Mails: w, Log: w, Conversations: w, Reads: w, Notes: w, Tenants: w, Bots: w, Members: w,
		Visitors: account.NewVisitors([]byte("0123456789abcdef0123456789abcdef")),
		OnDuty: func(context.Context, string) (bool, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.onDuty, w.failing
		},
		Sender: sender, PublicURL: "https://chat.example", Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Metrics: prometheus.NewRegistry(), poll: 5 * time.Millisecond,
	}
}

// start runs a loop for the length of a test.
func start(t *testing.T, config Config) *Loop {
	t.Helper()
	l := Start(config)
	t.Cleanup(func() {
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		l.Stop(ended)
	})
	return l
}

func (w *world) Conversation(_ context.Context, ref chat.Ref) (chat.Conversation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ref != w.conversation.Ref {
		return chat.Conversation{}, chat.ErrNotFound
	}
	return w.conversation, w.failing
}

func (w *world) Conversations(_ context.Context, tenant string, filter chat.ConversationFilter) ([]chat.Conversation, string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.conversation
	hidden := c.Spam || c.Snoozed.After(time.Now())
	if filter.Queue != chat.QueueMentions || tenant != c.Tenant || filter.Visitor != c.Visitor || hidden || !slices.Contains(w.mentions, filter.User) {
		return nil, "", w.failing
	}
	return []chat.Conversation{c}, "", w.failing
}

func (w *world) Receipt(context.Context, chat.Ref, string) (chat.Receipt, error) {
	return chat.Receipt{}, chat.ErrNotFound
}

func (w *world) Events(_ context.Context, ref chat.Ref, after int64, limit int) ([]chat.Event, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ref != w.conversation.Ref {
		return nil, chat.ErrNotFound
	}
	rest := w.events[min(after, int64(len(w.events))):]
	return slices.Clone(rest[:min(limit, len(rest))]), w.failing
}

func (w *world) MarkRead(_ context.Context, _ chat.Ref, reader string, seq int64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.marks[reader] = max(w.marks[reader], seq)
	return nil
}

func (w *world) ReadMarks(context.Context, chat.Ref) (map[string]int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	marks := map[string]int64{}
	for reader, seq := range w.marks {
		marks[reader] = seq
	}
	return marks, w.failing
}

func (w *world) AddNote(context.Context, chat.Note) (chat.Note, error) { return chat.Note{}, errBroken }

func (w *world) Notes(context.Context, chat.Ref) ([]chat.Note, error) { return w.notes, w.failing }

func (w *world) ReadMentions(context.Context, chat.Ref, string) error { return errBroken }

func (w *world) Tenant(context.Context, string) (account.Tenant, error) { return w.tenant, w.failing }

func (w *world) Bot(_ context.Context, tenant, id string) (chat.Bot, error) {
	if id != w.bot.ID || tenant != w.bot.Tenant {
		return chat.Bot{}, chat.ErrNotFound
	}
	return w.bot, nil
}

func (w *world) Members(context.Context, string) ([]account.Membership, error) {
	return w.members, w.failing
}

func (w *world) PlanMail(_ context.Context, m chat.Mail) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.rows {
		if r.Ref == m.Ref && r.Kind == m.Kind && r.User == m.User && r.To == m.To {
			if r.Tries > 0 {
				r.next = m.Seq
			}
			return nil
		}
	}
	w.rows[m.ID] = &row{Mail: m}
	return nil
}

func (w *world) TakeMails(_ context.Context, limit int, lease time.Duration) (taken []chat.Mail, _ error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.rows {
		if len(taken) < limit && !r.Due.After(time.Now()) {
			r.Tries++
			r.Due, r.next = time.Now().Add(lease), 0
			taken = append(taken, r.Mail)
		}
	}
	return taken, nil
}

func (w *world) MailDone(_ context.Context, m chat.Mail) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r := w.rows[m.ID]; r != nil && r.next > 0 {
		r.Seq, r.Tries, r.Due, r.next = r.next, 0, time.Now(), 0
	} else {
		delete(w.rows, m.ID)
	}
	w.done <- m
	return nil
}

func (w *world) PostponeMail(_ context.Context, m chat.Mail, until time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if r := w.rows[m.ID]; r != nil && r.Tries == m.Tries {
		r.Due = until
	}
	w.late <- m
	return nil
}

// planned are the mails in the outbox.
func (w *world) planned() (mails []chat.Mail) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.rows {
		mails = append(mails, r.Mail)
	}
	return mails
}

// letterbox is a Sender that keeps what it gets, after what sending does.
type letterbox struct {
	sending func(ctx context.Context, n int, m Message) error // n from 1; nil: nothing
	mu      sync.Mutex
	tried   int
	got     []Message
}

func (b *letterbox) String() string { return "a letterbox" }

func (b *letterbox) Send(ctx context.Context, m Message) error {
	b.mu.Lock()
	b.tried++
	n := b.tried
	b.mu.Unlock()
	if b.sending != nil {
		if err := b.sending(ctx, n, m); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.got = append(b.got, m)
	return nil
}

func (b *letterbox) all() []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.got)
}
