package rest

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"parley/account"
	"parley/account/billing"
	"parley/actors"
	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/improve"
	"parley/transport/takeout"
)

// Config is what the API is made of. Fields are required unless they say otherwise.
type Config struct {
	Accounts      *account.Service
	Bots          Bots
	Customers     *account.Customers
	Sources       Sources
	Sites         Sites
	Reader        Reader
	Library       Library
	Conversations chat.Conversations
	Log           Events
	Traces        chat.Traces
	Engine        Engine
	Announcer     chat.Announcer
	Webhooks      chat.Webhooks
	Hooks         Hooks
	Inbox         chat.Inbox
	Triage        chat.Triage
	Notes         chat.Notes
	Reads         chat.Reads
	Labels        chat.Labels
	Replies       chat.Replies
	Mails         Mails
	Members       Members
	Gaps          improve.Gaps
	Tests         improve.Tests
	OldAnswers    improve.Answers
	Asker         improve.Asker
	Runs          Runs
	Fixes         Fixes
	Activity      account.ActivityView
	Counter       *account.ActivityCounter // counts it; nil: nothing is counted
	AuditLog      AuditLog
	// Recorder writes it; nil: nothing is told.
	Recorder Recorder
	Privacy  Privacy
	Private  PrivateStore
	Takeout  takeout.Store
	Billing  Billing
	Payments Payments // nil: nothing is sold
	Counts   billing.Counts
	Ledger   billing.Ledger
	// Operating and BillingRecords are for those who run the installation.
	Operating      Operating
	BillingRecords BillingRecords

	// PublicURL is where browsers reach the platform: its origin is the only
	// one whose cookies count, and "https" makes them secure.
	PublicURL string
	// Key makes the ids of conversations that a client_id alone names. It is used for nothing else.
	Key    []byte
	Limits Limits
	// Proxies may name the client in X-Forwarded-For; from anybody else the header is ignored.
	Proxies []netip.Prefix

	// Installation is what all its nodes are called together, for /healthz; it may be empty.
	Installation string
	// Ready has the parts by name, for /readyz.
	Ready map[string]Part
	// Metrics gets the API's own measurements.
	Metrics *prometheus.Registry
	// ServeMetrics shows them at /metrics. They name no tenant, but are the operator's
	// alone: turn it on for an address that only operators reach.
	ServeMetrics bool

	// Widget holds widget.js, widget/ and demo.html; Dashboard holds index.html and assets/.
	Widget, Dashboard fs.FS
	// DemoBot is the id of the bot on /demo; BotMark is what stands for it in demo.html.
	DemoBot, BotMark string
	// Directory finds the bots of the chats at /chat/; nil: nothing is there.
	Directory Directory
	// Docs serves /docs/, and Socket /api/v1/socket; nil: nothing is there.
	Docs, Socket http.Handler

	Logger *slog.Logger
	// Tracer follows requests of the API.
	Tracer chat.Tracer
}

// Bots is what the API asks of the store of bots.
type Bots interface {
	chat.Bots
	// CreateBotWithin is CreateBot unless the tenant has so many bots, 0: any number. Then it is billing.ErrBots.
	CreateBotWithin(ctx context.Context, bot chat.Bot, limit int64) error
}

// Engine is what the API asks of *actors.Engine.
type Engine interface {
	Answer(ctx context.Context, visitor actors.Visitor, clientID, text string, emit func(actors.Output)) (chat.MessageCompleted, error)
	TakeOver(ctx context.Context, visitor actors.Visitor, agent chat.Author, force bool) error
	Release(ctx context.Context, visitor actors.Visitor, agent chat.Author) error
	Assign(ctx context.Context, visitor actors.Visitor, by, to chat.Author, force bool) error
	Requeue(ctx context.Context, visitor actors.Visitor, agent chat.Author) error
	Close(ctx context.Context, visitor actors.Visitor) error
	Post(ctx context.Context, visitor actors.Visitor, author chat.Author, clientID, text string) (chat.Receipt, error)
	StopAnswer(ctx context.Context, visitor actors.Visitor, message string) error
	Read(ctx context.Context, visitor actors.Visitor, reader chat.Author, seq int64) error
	Noted(ctx context.Context, visitor actors.Visitor, note chat.Note) error
	Blocked(ctx context.Context, visitor actors.Visitor, blocked bool) error
}

// Mails is what the API asks of chat.Mails.
type Mails interface {
	PlanMail(ctx context.Context, mail chat.Mail) error
}

// Members is what the API asks of account.Members to know who may be given a conversation.
type Members interface {
	Members(ctx context.Context, tenant string) ([]account.Membership, error)
}

// Directory is what pages ask of chat.BotDirectory.
type Directory interface {
	BotTenant(ctx context.Context, id string) (string, error)
	Bot(ctx context.Context, tenant, id string) (chat.Bot, error)
}

// Sources is what the API asks of knowledge.Store.
type Sources interface {
	Source(ctx context.Context, tenant, bot, id string) (knowledge.Source, error)
	Sources(ctx context.Context, tenant, bot, cursor string, limit int) ([]knowledge.Source, string, error)
	DeleteSource(ctx context.Context, tenant, bot, id string) error
}

// Sites is what the API asks of knowledge.Sites and knowledge.Contents.
type Sites interface {
	SetPlan(ctx context.Context, tenant, bot, id string, plan knowledge.Plan) (knowledge.Source, error)
	Rename(ctx context.Context, tenant, bot, id, title string) (knowledge.Source, error)
	Addresses(ctx context.Context, tenant, bot, site string, state knowledge.AddressState, cursor string, limit int) ([]knowledge.Address, string, error)
	PassagesOf(ctx context.Context, tenant, bot string, ids []string) ([]knowledge.Page, error)
}

// Reader is what the API asks of *knowledge.Reader.
type Reader interface {
	Receive(ctx context.Context, source knowledge.Source, original io.Reader) (knowledge.Source, error)
	ReceiveText(ctx context.Context, source knowledge.Source, text string) (knowledge.Source, error)
	ReceiveFAQ(ctx context.Context, source knowledge.Source, pairs []knowledge.Pair) (knowledge.Source, error)
	ReceiveURL(ctx context.Context, source knowledge.Source) (knowledge.Source, error)
	ReceiveSite(ctx context.Context, source knowledge.Source) (knowledge.Source, error)
	ReceivePairs(ctx context.Context, source knowledge.Source, file io.Reader) (knowledge.Source, error)
	Pairs(ctx context.Context, tenant, bot, id string) (knowledge.Source, []knowledge.Pair, error)
	ReplacePairs(ctx context.Context, source knowledge.Source, pairs []knowledge.Pair) (knowledge.Source, error)
	Refresh(ctx context.Context, tenant, bot, id string) (knowledge.Source, error)
}

// Library is what the API asks of *knowledge.Library.
type Library interface {
	Search(ctx context.Context, tenant, bot, query string, limit int, within ...string) ([]knowledge.Hit, error)
}

// Runs is what the API asks of improve.Runner.
type Runs interface {
	Begin(ctx context.Context, tenant, bot, by string, settings *chat.Settings) (improve.Run, error)
}

// Fixes is what the API asks of improve.Fixer.
type Fixes interface {
	Fix(ctx context.Context, tenant, bot string, fix knowledge.Pair) (knowledge.Source, []knowledge.Pair, error)
	Copies(ctx context.Context, tenant, bot string, tests []improve.Question, said []string) ([]improve.Copy, error)
}

// Events is what the API asks of chat.Log.
type Events interface {
	Events(ctx context.Context, ref chat.Ref, after int64, limit int) ([]chat.Event, error)
}

// server is the handlers' common ground.
type server struct {
	Config
	limits limits

	admission *admission // nil: nothing is limited

	origins *http.CrossOriginProtection
	api     huma.API
	mux     *http.ServeMux
}

// New returns the handler of everything that is reached over HTTP.
func New(config Config) http.Handler {
	s := newServer(config)
	observed := s.observe(s.strict(s.paced(s.mux)))
	return s.protect(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Past observe: a socket lasts for hours, and takes the connection over.
		if s.Socket != nil && r.URL.Path == "/api/v1/socket" {
			s.Socket.ServeHTTP(w, r)
			return
		}
		observed.ServeHTTP(w, r)
	}))
}

func newServer(config Config) *server {
	s := &server{Config: config, limits: newLimits(config.Limits), admission: newAdmission(config.Limits), origins: http.NewCrossOriginProtection(), mux: http.NewServeMux()}
	if origin := originOf(config.PublicURL); origin != "" {
		// originOf gives scheme://host, which is all that is checked here.
		if err := s.origins.AddTrustedOrigin(origin); err != nil {
			panic("rest: public URL: " + err.Error())
		}
	}
	s.api = newAPI(s.mux)
	s.routeAccounts()
	s.routeConfirmation()
	s.routePasswordReset()
	s.routeMyCredentials()
	s.routeMySessions()
	s.routeMyTenants()
	s.routeTenant()
	s.routeSecondFactor()
	s.routeOIDC()
	s.routeMembers()
	s.routeInvitations()
	s.routeBots()
	s.routeSources()
	s.routeAnswers()
	s.routeConversations()
	s.routeAssignment()
	s.routeTriage()
	s.routeSpeaking()
	s.routeNotes()
	s.routeReads()
	s.routeVisitors()
	s.routeLabels()
	s.routeReplies()
	s.routeTraces()
	s.routeAPIKeys()
	s.routeAccess()
	s.routeTickets()
	s.routeIdentity()
	s.routeAudit()
	s.routePrivacy()
	s.routeWebhooks()
	s.routePreview()
	s.routeGaps()
	s.routeFixes()
	s.routeTests()
	s.routeTestRuns()
	s.routeOldAnswers()
	s.routeActivity()
	s.routePlans()
	s.routeSubscription()
	s.routeUsage()
	s.routeStripe()
	s.routeSupportAccess()
	s.routeOperator()
	describeOpen(s.api)
	s.mux.HandleFunc("/api/", s.noRoute)
	s.mux.Handle("GET /openapi.json", specification(s.api))
	s.mux.Handle("GET /healthz", Alive(s.Installation))
	s.mux.Handle("GET /readyz", Readiness{Parts: s.Ready, Logger: s.Logger}) // without causes: this page is public
	if s.ServeMetrics {
		s.mux.Handle("GET /metrics", promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{}))
	}
	s.routePages()
	return s
}

// NewServer returns a server for the handler whose slow clients do not hold
// connections for ever. Bodies and answers have their own deadlines, set by the handlers.
func NewServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
	}
}
