package socket

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/account"
	"parley/actors"
	"parley/chat"
)

// Engine is what sockets need of actors.Engine, which says what each does.
type Engine interface {
	Bot(ctx context.Context, tenant, id string) (*chat.Bot, error)
	Attach(ctx context.Context, visitor actors.Visitor, watcher actors.Watcher) (actors.Attached, error)
	Watch(ctx context.Context, visitor actors.Visitor, agent chat.Author, watcher actors.Watcher) (actors.Attached, error)
	Post(ctx context.Context, visitor actors.Visitor, author chat.Author, clientID, text string) (chat.Receipt, error)
	StopAnswer(ctx context.Context, visitor actors.Visitor, message string) error
	Retry(ctx context.Context, visitor actors.Visitor, message string) error
	RequestPerson(ctx context.Context, visitor actors.Visitor) error
	CancelRequest(ctx context.Context, visitor actors.Visitor) error
	Feedback(ctx context.Context, visitor actors.Visitor, feedback chat.FeedbackGiven) error
	SetContact(ctx context.Context, visitor actors.Visitor, contact chat.ContactChanged) error
	Close(ctx context.Context, visitor actors.Visitor) error
	Typing(ctx context.Context, visitor actors.Visitor, author chat.Author, text string) error
	Read(ctx context.Context, visitor actors.Visitor, reader chat.Author, seq int64) error
	TakeOver(ctx context.Context, visitor actors.Visitor, agent chat.Author, force bool) error
	Assign(ctx context.Context, visitor actors.Visitor, by, to chat.Author, force bool) error
	Requeue(ctx context.Context, visitor actors.Visitor, agent chat.Author) error
	Release(ctx context.Context, visitor actors.Visitor, agent chat.Author) error
	Noted(ctx context.Context, visitor actors.Visitor, note chat.Note) error
	Sit(tenant string, agent chat.Author, available bool, watcher actors.DeskWatcher) actors.Seat
	OnDuty(ctx context.Context, tenant string) ([]actors.Colleague, error)
}

// Log is the part of chat.Log that heals what a client missed.
type Log interface {
	Events(ctx context.Context, ref chat.Ref, after int64, limit int) ([]chat.Event, error)
}

// Conversations is the part of chat.Conversations that tells whose one is.
type Conversations interface {
	Conversation(ctx context.Context, ref chat.Ref) (chat.Conversation, error)
	Conversations(ctx context.Context, tenant string, filter chat.ConversationFilter) ([]chat.Conversation, string, error)
}

// Summaries is the part of chat.Inbox that brings lists up to date.
type Summaries interface {
	Summaries(ctx context.Context, tenant string, ids []string) ([]chat.Conversation, error)
}

// Members is the part of account.Members that tells who may take conversations, and who does.
type Members interface {
	Members(ctx context.Context, tenant string) ([]account.Membership, error)
	Available(ctx context.Context, tenant, user string) (bool, error)
	SetAvailable(ctx context.Context, tenant, user string, available bool) error
}

// Notes is the part of chat.Notes that desks need.
type Notes interface {
	AddNote(ctx context.Context, note chat.Note) (chat.Note, error)
	Notes(ctx context.Context, ref chat.Ref) ([]chat.Note, error)
	ReadMentions(ctx context.Context, ref chat.Ref, user string) error
}

// Mails is the part of chat.Mails that takes mails in.
type Mails interface {
	PlanMail(ctx context.Context, mail chat.Mail) error
}

// Config is what a Handler is made of.
type Config struct {
	Engine        Engine
	Log           Log
	Conversations Conversations
	Bots          chat.BotDirectory
	Visitors      *account.Visitors
	Customers     Customers      // tells who visitors are; nil: nobody is known
	Announcer     chat.Announcer // tells which conversations changed
	Positions     chat.Positions // where logs are, if there are other nodes; nil: there are none
	Summaries     Summaries
	Members       Members
	Notes         Notes
	Mails         Mails

	// Authenticate returns who carries a Bearer token: a member's, or a key of the API, which may be bound to addresses.
	Authenticate func(ctx context.Context, bearer string, from netip.Addr) (account.Identity, error)
	// Cookie returns who is signed in to the dashboard. It is asked only for
	// requests of our own origin. Nil: nobody.
	Cookie func(r *http.Request) (account.Identity, error)
	// Ticket returns who a one-time ticket was given to. Nil: there are none.
	Ticket func(ctx context.Context, ticket string) (account.Identity, error)
	// Admit refuses a member who comes from where their business does not want them. Nil: nobody is.
	Admit func(ctx context.Context, who account.Identity, from netip.Addr) error
	// Watch calls gone, at most once, when an agent's sign-in is not good any more, until stop is called. Nil: it never is.
	Watch func(who account.Identity, gone func()) (stop func())
	// Consents keeps what visitors agree to. Nil: they are asked nothing.
	Consents Consents
	// Record writes into the audit log what agents do. Nil: nothing is told.
	Record func(ctx context.Context, entry account.Entry) error
	// Allowances tell whose chats rest: their visitors are sent away. Nil: nobody's.
	Allowances chat.Allowances
	// Suspended tells whether a tenant's members are shut out: their desks end. Nil: none are.
	Suspended func(ctx context.Context, tenant string) (bool, error)

	PublicURL string // our own origin, where every bot may run
	// SameHost takes a page of the very host that was asked for one of our own too:
	// for a platform that was not told where browsers reach it.
	SameHost bool
	Limits   Limits
	Timing   Timing
	// Address returns whom the limits per address count. Nil: whoever connected,
	// as address.Of tells without proxies.
	Address func(r *http.Request) string
	// IP returns the whole address of whoever connected. Nil: as address.IP tells without proxies.
	IP       func(r *http.Request) netip.Addr
	Activity *account.ActivityCounter // counts what limits refuse; nil: nothing does
	Logger   *slog.Logger             // nil: slog.Default
	Metrics  prometheus.Registerer    // nil: not collected
	Tracer   chat.Tracer              // follows messages
}

// Limits bound what one peer may take, on this node. A zero is the default.
type Limits struct {
	Off                    bool // rates and numbers of connections are not limited; sizes always are
	MessagesPerMinute      int  // of one visitor; also contacts, feedback and hand-offs; 30
	MessagesPerAddress     int  // of all visitors at one address, beyond a fifth of what each may; 900
	MessagesPerBusiness    int  // of all visitors of one; 12,000
	OpensPerMinute         int  // connections of one address; 1,200
	NewcomersPerMinute     int  // first visits from one address; 600
	ConnectionsPerAddress  int  // at a time; 1,000
	ConnectionsPerPerson   int  // of one visitor, or one member, at a time; 100
	ConnectionsPerBusiness int  // of all its visitors at a time; 20,000
	FrameBytes             int  // of a client's frame; 64 KiB
	SkipBytes              int  // of a frame that is too large, before the connection is closed for it; 4 MiB
	QueueBytes             int  // that wait for a slow reader; 256 KiB
	Watched                int  // conversations at a time by one agent's connection; 50

	// Nodes returns how many nodes serve: each then gives its share of what an address or a business may take (see pace.Share). What one
	// visitor may send is counted where they are. Nil: one.
	Nodes func() int
}

// Timing is how long things may take. A zero is the default.
type Timing struct {
	Open    time.Duration // until a session is opened; 10 s
	Ping    time.Duration // of silence, until we ask for a sign of life; 25 s
	Silence time.Duration // until the peer is taken for gone; 60 s
	Write   time.Duration // of one write; 10 s
	Request time.Duration // that a request waits for the engine; 30 s
	Look    time.Duration // between looks at whether something was lost between nodes; 10 s
	Member  time.Duration // between looks at whether an agent still is a member, with the same role; 5 min
	Pause   time.Duration // between looks at whose chats have come to rest; 1 s
}

func (l Limits) withDefaults() Limits {
	orInt(&l.MessagesPerMinute, 30)
	orInt(&l.MessagesPerAddress, 900)
	orInt(&l.MessagesPerBusiness, 12_000)
	orInt(&l.OpensPerMinute, 1200)
	orInt(&l.NewcomersPerMinute, 600)
	orInt(&l.ConnectionsPerAddress, 1000)
	orInt(&l.ConnectionsPerPerson, 100)
	orInt(&l.ConnectionsPerBusiness, 20_000)
	orInt(&l.FrameBytes, 64<<10)
	orInt(&l.SkipBytes, 4<<20)
	orInt(&l.QueueBytes, 256<<10)
	orInt(&l.Watched, 50)
	return l
}

func (t Timing) withDefaults() Timing {
	orDuration(&t.Open, 10*time.Second)
	orDuration(&t.Ping, 25*time.Second)
	orDuration(&t.Silence, 60*time.Second)
	orDuration(&t.Write, 10*time.Second)
	orDuration(&t.Request, 30*time.Second)
	orDuration(&t.Look, 10*time.Second)
	orDuration(&t.Member, 5*time.Minute)
	orDuration(&t.Pause, time.Second)
	return t
}

func orInt(value *int, fallback int) {
	if *value == 0 {
		*value = fallback
	}
}

func orDuration(value *time.Duration, fallback time.Duration) {
	if *value == 0 {
		*value = fallback
	}
}
