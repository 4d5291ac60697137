package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/account"
	"parley/account/billing"
	"parley/actors"
	"parley/actors/cluster"
	"parley/chat"
	"parley/cmd/parley/tracing"
	"parley/cmd/parley/vitals"
	"parley/dashboard"
	"parley/docs"
	"parley/knowledge"
	"parley/knowledge/extract/apart"
	"parley/knowledge/fetch"
	"parley/knowledge/improve"
	"parley/llm"
	"parley/llm/extractive"
	"parley/llm/openai"
	"parley/persistence/jobs"
	"parley/persistence/postgres"
	"parley/persistence/redis"
	"parley/persistence/seal"
	"parley/transport/address"
	"parley/transport/hooks"
	"parley/transport/mail"
	"parley/transport/rest"
	"parley/transport/socket"
	"parley/widget"
)

// extractivePace is the pause between the pieces of an answer that needs no
// model: three words in 15 ms are as fast as a quick model.
const extractivePace = 15 * time.Millisecond

// platform is all that runs behind the handlers.
type platform struct {
	nodes     atomic.Int32 // that serve, as far as this one knows; 0: this one alone
	config    *Config
	logger    *slog.Logger
	registry  *prometheus.Registry
	vitals    *vitals.Vitals
	traces    *tracing.Exporter // nil: nothing is traced
	store     *postgres.Store
	redis     *redis.Client
	library   *knowledge.Library
	reader    *knowledge.Reader
	model     llm.Provider         // nil: extractive answers only
	embedding *knowledge.Embedding // nil: passages are found by their words alone
	engine    *actors.Engine
	accounts  *account.Service
	unfollow  func()            // what other nodes revoke
	endKeys   func()            // of access tokens
	endPost   func()            // of mails about accounts
	recorder  *account.Recorder // of audit logs
	stopJobs  func(context.Context) error
	endWords  func() // that conversations are found by
	hooks     *hooks.Loop
	sender    mail.Sender
	mails     *mail.Loop
	activity  *account.ActivityCounter
	watch     *account.AnomalyWatch
	billing   *billing.Service
	plans     *billing.CatalogueFile // nil: no file names plans
	endPlans  func()
	demo      *demo // nil: there is none
}

// build starts the parts in the order in which they need each other. waits is
// told the name of a part that is away and that the start therefore waits for.
func build(ctx context.Context, config *Config, logger *slog.Logger, registry *prometheus.Registry, waits func(part string)) (*platform, error) {
	p := &platform{config: config, logger: logger, registry: registry, vitals: vitals.New(registry, version())}
	if err := p.start(ctx, waits); err != nil {
		p.close(context.WithoutCancel(ctx))
		return nil, err
	}
	return p, nil
}

func (p *platform) start(ctx context.Context, waits func(part string)) (err error) {
	if p.traces, err = tracing.Start(ctx, tracing.Config{
		Endpoint: p.config.Traces, Service: p.config.TraceName, Instance: cmp.Or(p.config.ClusterAddr, p.config.Addr), Version: version(), Logger: p.logger,
	}); err != nil {
		return err
	}
	master, err := openMaster(p.config, p.logger)
	if err != nil {
		return err
	}
	await := func(try func() error) error { return awaitDatabase(ctx, p.config, p.logger, waits, try) }
	if err = await(func() (err error) {
		p.store, err = openStore(ctx, p.config, master, p.logger)
		return err
	}); err != nil {
		return err
	}
	if p.redis, err = redis.Open(ctx, p.config.RedisURL, p.logger); err != nil {
		return err
	}
	p.recorder = account.StartRecorder(p.store, p.store, p.logger)
	if p.sender, err = p.openSender(); err != nil {
		return err
	}
	if err = p.openBilling(); err != nil {
		return err
	}
	if err = await(func() error { return p.followBilling(ctx) }); err != nil {
		return err
	}
	p.startActivity()
	if p.accounts, err = account.NewService(account.Config{
		Activity: p.activity,
		Store:    p.store, Sessions: p.store, Members: p.store, Invitations: p.store,
		Keys: p.store, KeysAllowed: p.keysAllowed, Access: p.store, Tickets: p.redis,
		Revocations: p.store, Announcer: p.redis, Logger: p.logger,
		SecondFactors: p.store, Issuers: p.store, OIDC: p.config.OIDC(), Operators: p.store, Supports: p.store,
		Tenants: p.store, Credentials: p.store, Letters: p.store, Postman: mail.Accounts{Sender: p.sender}, Attempts: p.attempts(),
		SigningKeys: p.store, DeviceKey: p.root().Derive("device-cookies", 32), ConfirmEmail: p.config.Confirm == "required",
		Key: p.root().Derive("access-tokens", 32), PublicURL: p.config.Public(), Mailer: mail.Invitations{Sender: p.sender},
	}); err != nil {
		return err
	}
	if err = await(func() (err error) {
		p.unfollow, err = p.accounts.Follow(ctx)
		return err
	}); err != nil {
		return err
	}
	if err = await(func() (err error) {
		p.endKeys, err = p.accounts.FollowKeys(ctx)
		return err
	}); err != nil {
		return err
	}
	p.endPost = p.accounts.StartPost()
	if err = p.openEmbedding(); err != nil {
		return err
	}
	p.library = knowledge.NewLibrary(p.store, knowledge.WithEmbedding(p.embedding), knowledge.WithCapacity(int(p.config.IndexMemory)))
	p.reader = knowledge.NewReader(p.store, p.store,
		knowledge.WithMaxSize(int64(p.config.LimitUpload)),
		knowledge.WithOpener(apart.New(apart.Options{CacheDir: filepath.Join(p.config.Data, "cache")})),
		knowledge.WithWeb(fetch.New(p.fetching()...)),
		knowledge.WithSites(p.store.Sites()), knowledge.WithRooms(rooms{p}),
	)
	if p.config.HasModel() {
		model, err := openai.New(openai.Config{
			BaseURL: p.config.OpenAIBaseURL, Key: p.config.OpenAIKey, Model: p.config.LanguageModel(),
			Around: func(next http.RoundTripper) http.RoundTripper { return tracing.Header(p.traces.Tracer(), next) },
		})
		if err != nil {
			return fmt.Errorf("set up the language model: %w", err)
		}
		p.model = p.vitals.Model(model)
	}
	cache, err := p.answerCache()
	if err != nil {
		return fmt.Errorf("set up the cache of answers: %w", err)
	}
	if p.engine, err = actors.Start(actors.Config{
		Log: p.vitals.Log(activityLog{p.store, p.activity}), Idles: p.store, Desks: p.store, Orphans: p.store, Reads: p.store, Bots: p.store, Knowledge: p.library, Announcer: p.redis,
		Model: p.model, Extractive: extractive.Provider{Pace: extractivePace}, Prices: p.config.Prices, Allowances: p.billing, Expenses: activityExpenses{p.store, p.activity}, Answering: p.config.LimitAnswering, Logger: p.logger,
		Leases: p.store, Positions: p.store, Cluster: p.cluster(), Tracer: p.traces.Tracer(),
		Cache: cache, CacheKey: p.root().Derive("answer-cache of "+p.config.LanguageModel()+" at "+p.config.OpenAIBaseURL, 32), // another model answers differently
	}); err != nil {
		return err
	}
	p.endWords = p.store.StartWords()
	return await(func() (err error) {
		p.stopJobs, err = p.store.StartJobs(ctx, jobs.Workers{
			ReadSource: p.vitals.Job(p.readSource), EmbedSource: p.embedSource(), RunTests: p.runner().Step, GiveUpRun: p.runner().GiveUp, Due: p.due, Keep: p.privacy().Sweep,
		})
		return err
	})
}

// root is what all derives from that outlives the master key.
func (p *platform) root() *seal.Root { return p.store.Root() }

// cluster is what this node is among others; the zero value: the only one.
func (p *platform) cluster() cluster.Config {
	if p.config.ClusterAddr == "" {
		return cluster.Config{}
	}
	return cluster.Config{
		Address: p.config.ClusterAddr, Listen: p.config.ClusterListen, TTL: p.config.ClusterTTL, Version: version(),
		Secret: p.root().Derive("cluster", 32), Membership: p.redis.Membership(), Placements: p.redis.Placements(),
		Changed: func(members int) {
			p.redis.SetNodes(members)
			p.nodes.Store(int32(members))
		},
	}
}

// openSender returns where mails go: to a mail server, or into a folder.
func (p *platform) openSender() (sender mail.Sender, err error) {
	if p.config.SMTPURL != "" {
		sender, err = mail.NewSMTP(p.config.SMTPURL, p.config.Sender())
	} else {
		sender, err = mail.NewFolder(filepath.Join(p.config.Data, "mail"), p.config.Sender(), p.logger)
	}
	if err != nil {
		return nil, fmt.Errorf("set up mail: %w", err)
	}
	return sender, nil
}

// attempts counts wrong passwords, unless nothing is limited.
func (p *platform) attempts() account.Attempts {
	if p.config.LimitsOff() {
		return nil
	}
	return p.redis.Attempts()
}

// shutOut tells whether the members of a business may not sign in.
func (p *platform) shutOut(ctx context.Context, tenant string) (bool, error) {
	found, err := p.store.Tenant(ctx, tenant)
	return found.Suspended, err
}

// onDuty tells whether anybody of a business has the dashboard open.
func (p *platform) onDuty(ctx context.Context, tenant string) (bool, error) {
	colleagues, err := p.engine.OnDuty(ctx, tenant)
	return len(colleagues) > 0, err
}

// uses says in a few words which of the real things are turned on.
func (p *platform) uses() map[string]string {
	database, model := "SQLite in "+p.config.Data, "none (extractive answers)"
	if p.config.DatabaseURL != "" {
		database = "Postgres"
	}
	if p.model != nil {
		model = p.config.LanguageModel() + " at " + cmp.Or(mask(p.config.OpenAIBaseURL, "url"), "OpenAI")
	}
	limits := "on"
	if p.config.LimitsOff() {
		limits = "off"
	}
	return map[string]string{"database": database, "redis": p.redis.String(), "model": model, "embeddings": p.embedder(), "limits": limits, "mail": p.sender.String(), "billing": p.sells()}
}

// close ends the parts in the opposite order.
func (p *platform) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, closing)
	defer cancel()
	var errs []error
	var outboxesEnd sync.WaitGroup
	if p.hooks != nil {
		outboxesEnd.Go(func() { p.hooks.Stop(ctx) })
	}
	if p.mails != nil {
		outboxesEnd.Go(func() { p.mails.Stop(ctx) })
	}
	if p.endWords != nil {
		p.endWords()
	}
	if p.stopJobs != nil {
		errs = append(errs, p.stopJobs(ctx))
	}
	if p.engine != nil {
		p.engine.Stop(ctx)
	}
	if p.reader != nil {
		errs = append(errs, p.reader.Close())
	}
	if p.library != nil {
		errs = append(errs, p.library.Close())
	}
	outboxesEnd.Wait()
	for _, end := range []func(){p.endPost, p.endKeys, p.unfollow} {
		if end != nil {
			end()
		}
	}
	if p.recorder != nil {
		p.recorder.Stop(ctx)
	}
	p.stopActivity(ctx)
	p.stopBilling()
	if p.redis != nil {
		errs = append(errs, p.redis.Close())
	}
	if p.store != nil {
		errs = append(errs, p.store.Close())
	}
	errs = append(errs, p.traces.Stop(ctx))
	if err := errors.Join(errs...); err != nil {
		p.logger.Warn("not everything ended well", slog.Any("error", err))
	}
}

// web is what clients reach.
type web struct {
	handler  http.Handler
	parts    map[string]rest.Part // what it stands on
	socket   *socket.Handler
	draining chan struct{}
}

func (p *platform) web() (*web, error) {
	docsHandler, err := docs.Handler()
	if err != nil {
		return nil, err
	}
	registerEngine(p.registry, p.engine)
	visitors := account.NewVisitors(p.root().Derive("visitor-tokens", 32))
	customers := account.NewCustomers(p.store, p.root().Derive("known-customers", 32))
	vitals.Watch(p.registry, p.store, p.redis.Up)
	engine := p.vitals.Engine(p.engine)
	w := &web{draining: make(chan struct{})}
	w.parts = map[string]rest.Part{
		"database": {Check: p.store.Ping},
		"serving":  {Check: w.serving},
		"redis":    {Check: p.redis.Ping, Helpful: true},
		"cluster":  {Check: p.reachable},
	}
	w.socket = socket.New(socket.Config{
		Engine: engine, Log: p.store, Conversations: p.store, Bots: p.store, Visitors: visitors, Customers: customers, Positions: p.store, Announcer: p.redis,
		Summaries: p.store, Members: p.store, Notes: p.store, Mails: p.store,
		Authenticate: p.accounts.Bearer, Ticket: p.accounts.UseTicket, Admit: p.accounts.Admit,
		Cookie:    p.signedIn,
		Watch:     p.accounts.Watch,
		Record:    p.recorder.Record,
		Consents:  p.store,
		Suspended: p.shutOut, Allowances: p.billing,
		PublicURL: p.config.Public(),
		SameHost:  p.config.PublicURL == "",
		Address:   func(r *http.Request) string { return address.Of(r, p.config.Proxies) },
		IP:        func(r *http.Request) netip.Addr { return address.IP(r, p.config.Proxies) },
		Limits: socket.Limits{
			Off: p.config.LimitsOff(), MessagesPerMinute: p.config.LimitMessages,
			MessagesPerAddress: p.config.LimitMessagesAddress, MessagesPerBusiness: p.config.LimitMessagesBusiness,
			OpensPerMinute: p.config.LimitOpens, NewcomersPerMinute: p.config.LimitNewcomers, ConnectionsPerAddress: p.config.LimitConnections,
			ConnectionsPerPerson: p.config.LimitConnectionsPerson, ConnectionsPerBusiness: p.config.LimitConnectionsBusiness,
			Nodes: p.serving,
		},
		Activity: p.activity, Logger: p.logger, Metrics: p.registry, Tracer: p.traces.Tracer(),
	})
	sender := hooks.NewSender(p.config.HookNetworks())
	p.hooks = hooks.Start(hooks.Config{
		Outbox: p.store, Webhooks: p.store, Log: p.store, Conversations: p.store, Sender: sender, Told: p.told, Logger: p.logger, Metrics: p.registry,
	})
	p.mails = mail.Start(mail.Config{
		Mails: p.store, Log: p.store, Conversations: p.store, Reads: p.store, Notes: p.store, Tenants: p.store, Bots: p.store, Members: p.store,
		Visitors: visitors, OnDuty: p.onDuty, Sender: p.sender, PublicURL: p.config.Public(), Logger: p.logger, Metrics: p.registry,
	})
	demoBot := ""
	if p.demo != nil {
		demoBot = p.demo.Bot
	}
	w.handler = rest.New(rest.Config{
		Accounts: p.accounts, Customers: customers, Bots: p.store, Sources: p.store, Sites: p.store, Reader: p.reader, Library: p.library,
		Conversations: p.store, Log: p.store, Traces: p.store, Engine: engine, Announcer: p.redis,
		Webhooks: p.store, Hooks: sender, AuditLog: p.store, Recorder: p.recorder, Privacy: p.privacy(), Private: p.store, Takeout: p.store,
		Inbox: p.store, Triage: p.store, Notes: p.store, Reads: p.store, Labels: p.store, Replies: p.store, Mails: p.store,
		Members: p.store, Directory: p.store,
		Billing: p.billing, Payments: p.billing, Counts: p.store.Billing(), Ledger: p.store.Billing(), Operating: p.billing, BillingRecords: p.store.Billing(),
		Activity: account.ActivityView{Activities: p.store, Anomalies: p.store, Keys: p.store}, Counter: p.activity,
		Gaps: p.store, Tests: p.store, OldAnswers: p.store, Asker: asker{p.engine}, Runs: p.runner(), Fixes: improve.Fixer{Sources: p.store, Pairs: p.reader},
		PublicURL: p.config.Public(), Key: p.root().Derive("conversation-ids", 32), Proxies: p.config.Proxies,
		Limits: rest.Limits{
			Off: p.config.LimitsOff(), Store: p.redis.Limits("rest"), Nodes: p.serving,
			Requests:    rest.Rate{Limit: int64(p.config.LimitRequests), Period: time.Minute},
			Strangers:   rest.Rate{Limit: int64(p.config.LimitStrangers), Period: time.Minute},
			SignIn:      rest.Rate{Limit: int64(p.config.LimitSignIn), Period: time.Minute},
			Register:    rest.Rate{Limit: int64(p.config.LimitRegister), Period: time.Hour},
			Answers:     rest.Rate{Limit: int64(p.config.LimitAnswers), Period: time.Minute},
			Searches:    rest.Rate{Limit: int64(p.config.LimitSearches), Period: time.Minute},
			Uploads:     rest.Rate{Limit: int64(p.config.LimitSources), Period: time.Minute},
			TestRuns:    rest.Rate{Limit: int64(p.config.LimitTestRuns), Period: time.Hour},
			Webhooks:    rest.Rate{Limit: int64(p.config.LimitWebhooks), Period: time.Minute},
			Invitations: rest.Rate{Limit: int64(p.config.LimitInvitations), Period: time.Hour},
			Transcripts: rest.Rate{Limit: int64(p.config.LimitTranscripts), Period: time.Hour},
			Upload:      int64(p.config.LimitUpload),
		},
		Ready: w.parts, Installation: installation(p.root()),
		Metrics: p.registry, ServeMetrics: p.config.MetricsAddr == "" && p.config.Private(),
		Widget: widget.Pages(), Dashboard: dashboard.Pages(),
		DemoBot: demoBot, BotMark: "__PARLEY_BOT__", Docs: docsHandler, Socket: w.socket,
		Logger: p.logger, Tracer: p.traces.Tracer(),
	})
	return w, nil
}

// serving is how many nodes serve, as far as this one knows.
func (p *platform) serving() int { return int(p.nodes.Load()) }

// signedIn returns who is signed in to the dashboard, by its cookie.
func (p *platform) signedIn(r *http.Request) (account.Identity, error) {
	cookie, err := r.Cookie(account.AccessCookie)
	if err != nil {
		return account.Identity{}, account.ErrUnauthorized
	}
	return p.accounts.Authenticate(cookie.Value)
}

// answerCache is where answers are kept to be given again; nil where they are not.
func (p *platform) answerCache() (actors.AnswerCache, error) {
	if p.config.AnswerCache == "off" {
		return nil, nil //nolint:nilnil // an engine works without one
	}
	return p.redis.Answers(p.root().Derive("answer-cache-values", 32))
}

var errDraining = chat.Fail(chat.Unavailable, "draining", "This process is ending.")

func (w *web) serving(context.Context) error {
	select {
	case <-w.draining:
		return errDraining
	default:
		return nil
	}
}
