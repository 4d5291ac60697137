package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"parley/llm"
	"parley/persistence/seal"
	"parley/transport/hooks"
	"parley/transport/mail"
)

// Config is everything that an operator can set. Each field is a flag and an
// environment variable; a flag wins. Nothing set is a working platform on
// this machine. docs/configuration.md is made from this struct.
type Config struct {
	Addr         string        `env:"PARLEY_ADDR" default:"127.0.0.1:8080" group:"Server" help:"Address to listen on, host:port. An empty host is every interface."`
	Data         string        `env:"PARLEY_DATA" default:"./data" group:"Server" help:"Folder of the embedded database and of the key file. One process uses it at a time."`
	MetricsAddr  string        `env:"PARLEY_METRICS_ADDR" group:"Server" help:"Address at which operators alone reach /metrics, /healthz, /readyz with causes, and /debug/pprof, host:port. Empty: /metrics is at the server's own address, if that is of this machine only, and the rest nowhere."`
	PublicURL    string        `env:"PARLEY_PUBLIC_URL" name:"public-url" group:"Server" help:"Where browsers reach the server, such as https://chat.example. Empty: http://, with a certificate https://, and the address listened on."`
	TLSCert      string        `env:"PARLEY_TLS_CERT" name:"tls-cert" group:"Server" help:"File with the server's certificate and those up to its issuer, in PEM: browsers are then served over TLS, without a proxy. A file that is replaced takes effect within seconds. Empty: http, which only a proxy on the same machine should see."`
	TLSKey       string        `env:"PARLEY_TLS_KEY" name:"tls-key" group:"Server" help:"File with the key of PARLEY_TLS_CERT, in PEM."`
	LogFormat    string        `env:"PARLEY_LOG" name:"log" enum:"text,json" default:"text" group:"Server" help:"Form of the log's lines: text for people, json for programs."`
	LogLevel     string        `env:"PARLEY_LOG_LEVEL" name:"log-level" enum:"debug,info,warn,error" default:"info" group:"Server" help:"What is logged: lines of this level and above."`
	Traces       string        `env:"OTEL_EXPORTER_OTLP_ENDPOINT" name:"otlp-endpoint" secret:"url" group:"Server" help:"Collector that traces go to by OTLP over HTTP, such as http://localhost:4318. Empty: nothing is traced."`
	TraceName    string        `env:"OTEL_SERVICE_NAME" name:"otel-service-name" default:"parley" group:"Server" help:"What this installation is called in traces."`
	Proxies      Networks      `env:"PARLEY_TRUSTED_PROXIES" name:"trusted-proxies" group:"Server" help:"Networks of the proxies before the server, such as 127.0.0.1/32,10.0.0.0/8. What they say in X-Forwarded-For is whom limits per address count; without them that is the proxy. Empty: none."`
	Webhooks     Networks      `env:"PARLEY_WEBHOOK_NETWORKS" name:"webhook-networks" group:"Server" help:"Networks to which webhooks may be sent although they are not on the public web, over http too, such as 10.0.0.0/8. Empty: none; or this machine's own, when nobody else can reach the server and no address or proxy is set."`
	FetchPrivate string        `env:"PARLEY_FETCH_PRIVATE" name:"fetch-private" enum:"on,off" default:"off" group:"Server" help:"on lets bots read web pages of this machine and of its private networks too, on any port: whoever may add a source can then read what this server reaches. off: pages of the public web alone."`
	Key          string        `env:"PARLEY_KEY" secret:"" group:"Server" help:"Master key that seals everything at rest: 32 random bytes in base64. Empty: the file \"key\" in the data folder, made at first start. Whoever loses it loses the data."`
	KeyOld       string        `env:"PARLEY_KEY_OLD" name:"key-old" secret:"" group:"Server" help:"Master keys that PARLEY_KEY takes the place of, divided by commas, until \"parley keys rotate\" has run: what they sealed is still opened. Empty: none."`
	Confirm      string        `env:"PARLEY_CONFIRM" enum:"optional,required" default:"optional" group:"Server" help:"required: whoever registers, or joins a team, can do nothing before they have opened the link in the mail that confirms their address. optional: they are asked to."`
	Drain        time.Duration `env:"PARLEY_DRAIN" default:"15s" group:"Server" help:"How long an ending process may take: browsers are told to reconnect, spread over half of it, and answers that are being written end."`

	DatabaseURL string `env:"DATABASE_URL" name:"database-url" secret:"url" group:"Storage" help:"Postgres, such as postgres://user:password@host/parley. Empty: SQLite in the data folder."`
	RedisURL    string `env:"REDIS_URL" name:"redis-url" secret:"url" group:"Storage" help:"Redis, such as redis://host:6379/0. Empty: one inside the process."`

	ClusterAddr   string        `env:"PARLEY_CLUSTER_ADDR" group:"Cluster" help:"host:port at which the other nodes reach this one; :port for the address by which this one reaches the database. Needs DATABASE_URL, REDIS_URL and PARLEY_KEY, the same on all nodes. Empty: a single node."`
	ClusterListen string        `env:"PARLEY_CLUSTER_LISTEN" group:"Cluster" help:"host:port to listen on for the other nodes, where that is not PARLEY_CLUSTER_ADDR."`
	ClusterTTL    time.Duration `env:"PARLEY_CLUSTER_TTL" name:"cluster-ttl" default:"3s" group:"Cluster" help:"How long a node may be silent before the others give it up and take its conversations over."`

	OpenAIKey      string     `env:"OPENAI_API_KEY" name:"openai-api-key" secret:"" group:"Language model" help:"Key for the model's server. With neither it nor OPENAI_BASE_URL, answers are the best sentences of the best passages."`
	OpenAIBaseURL  string     `env:"OPENAI_BASE_URL" name:"openai-base-url" secret:"url" group:"Language model" help:"An OpenAI-compatible server, up to and with /v1. Empty: OpenAI's own."`
	Model          string     `env:"PARLEY_MODEL" group:"Language model" help:"Name of the model at that server. Empty: gpt-4o-mini, when there is a server."`
	EmbeddingModel string     `env:"PARLEY_EMBEDDING_MODEL" group:"Language model" help:"Name of an embedding model, at that server or at PARLEY_EMBEDDING_URL: passages are found by what they mean, too. Empty: by their words alone."`
	EmbeddingURL   string     `env:"PARLEY_EMBEDDING_URL" name:"embedding-url" secret:"url" group:"Language model" help:"Another OpenAI-compatible server for embeddings, up to and with /v1. Empty: that of the language model."`
	EmbeddingKey   string     `env:"PARLEY_EMBEDDING_KEY" name:"embedding-key" secret:"" group:"Language model" help:"Key for PARLEY_EMBEDDING_URL. Empty: none; OPENAI_API_KEY goes to its own server alone."`
	Prices         llm.Prices `env:"PARLEY_MODEL_PRICES" name:"model-prices" group:"Language model" help:"What models cost, in US dollars for a million tokens of input/output, such as gpt-4o-mini=0.15/0.60,gpt-4o=2.50/10. Answers then show their cost to people of the business. Empty: they show tokens only."`

	AnswerCache string `env:"PARLEY_ANSWER_CACHE" name:"answer-cache" enum:"on,off" default:"on" group:"Language model" help:"on: what was answered to a conversation's first question is kept in Redis for a day, sealed, and given again at once to who asks the bot the same, until its settings or what it knows change. off: every answer is made anew, for load tests."`

	IndexMemory Size `env:"PARLEY_INDEX_MEMORY" name:"index-memory" default:"512MiB" group:"Knowledge" help:"Memory for what bots know, on this node, in bytes or with a unit: about 2 KB for a passage of 1,200 characters. Over it, what was asked longest ago leaves, and is read from storage again when asked. One bot gets half of it at most."`

	Plans               string `env:"PARLEY_PLANS" name:"plans" group:"Billing and mail" help:"File with the plans and how those are treated who do not pay, in YAML: docs/plans.md says what is in it. A file that is edited takes effect within seconds. Empty: with Stripe the plans that are built in, which nobody can buy until their prices are named; without it every business may use all there is."`
	StripeKey           string `env:"STRIPE_SECRET_KEY" name:"stripe-secret-key" secret:"" group:"Billing and mail" help:"Secret key of Stripe: plans are sold. Empty: nothing is sold, and the operator assigns the plans of PARLEY_PLANS."`
	StripeWebhookSecret string `env:"STRIPE_WEBHOOK_SECRET" name:"stripe-webhook-secret" secret:"" group:"Billing and mail" help:"Signing secret of Stripe's webhook endpoint. Needed with STRIPE_SECRET_KEY."`
	StripeAPIBase       string `env:"STRIPE_API_BASE" name:"stripe-api-base" group:"Billing and mail" help:"Another server that speaks Stripe's API, for tests. Empty: Stripe."`
	StripeTax           string `env:"PARLEY_STRIPE_TAX" name:"stripe-tax" enum:"on,off" default:"off" group:"Billing and mail" help:"on: Stripe reckons taxes, and asks who buys for their address and tax number; Stripe Tax must be set up there. off: prices are what is paid."`
	StripeMethods       string `env:"PARLEY_STRIPE_METHODS" name:"stripe-methods" group:"Billing and mail" help:"How people can pay, such as card,paypal, in Stripe's words. Empty: as Stripe's dashboard says."`
	SMTPURL             string `env:"SMTP_URL" name:"smtp-url" secret:"url" group:"Billing and mail" help:"Mail server, such as smtps://user:password@host:465, or smtp://user:password@host:587 for STARTTLS. Empty: mails become files in the folder mail of the data folder."`
	MailFrom            string `env:"PARLEY_MAIL_FROM" name:"mail-from" group:"Billing and mail" help:"Address that mails come from, such as chat@shop.example. Empty: parley at the host of PARLEY_PUBLIC_URL."`

	OperatorEmail string `env:"PARLEY_OPERATOR_EMAIL" name:"operator-email" group:"Billing and mail" help:"Address of whoever runs this service: told, as the owners are, when a business or an API key does what is unlike it. Empty: owners alone are told."`

	MailAfter time.Duration `env:"PARLEY_MAIL_AFTER" name:"mail-after" default:"1m" group:"Billing and mail" help:"How long a message of an agent's waits for its visitor to read it, before it is mailed. Agents are told of a waiting visitor after half of that, of a mention after twice that."`

	OIDCIssuer       string `env:"PARLEY_OIDC_ISSUER" name:"oidc-issuer" group:"Sign-in" help:"Issuer of OpenID Connect at which people may sign in, such as https://login.example, exactly as it calls itself. It has to know the address of PARLEY_PUBLIC_URL with /api/v1/auth/oidc/callback. Empty: people have passwords alone."`
	OIDCClientID     string `env:"PARLEY_OIDC_CLIENT_ID" name:"oidc-client-id" group:"Sign-in" help:"What the issuer calls this installation. Needed with PARLEY_OIDC_ISSUER."`
	OIDCClientSecret string `env:"PARLEY_OIDC_CLIENT_SECRET" name:"oidc-client-secret" secret:"" group:"Sign-in" help:"What this installation proves itself with to the issuer. Empty: it is a public client, with PKCE alone."`
	OIDCName         string `env:"PARLEY_OIDC_NAME" name:"oidc-name" group:"Sign-in" help:"What people call the issuer: the button says \"Sign in with\" it. Empty: its host."`

	Limits           string `env:"PARLEY_LIMITS" enum:"on,off" default:"on" group:"Limits" help:"off turns off every limit of rates and connections, for load tests. Limits of size stay."`
	LimitSignIn      int    `env:"PARLEY_LIMIT_SIGNIN" name:"limit-signin" default:"20" group:"Limits" help:"Attempts to sign in to one account, from one address in a minute; to all accounts from there six times as many."`
	LimitRegister    int    `env:"PARLEY_LIMIT_REGISTER" name:"limit-register" default:"20" group:"Limits" help:"Registrations from one address in an hour."`
	LimitAnswers     int    `env:"PARLEY_LIMIT_ANSWERS" name:"limit-answers" default:"300" group:"Limits" help:"Answers over REST, of one member or API key in a minute; of one business five times as many."`
	LimitMonth       int    `env:"PARLEY_LIMIT_MONTH" name:"limit-month" default:"0" group:"Limits" help:"Answers of one business in a month, for all its bots together. Over it, visitors' messages are kept and wait for a person. 0: as many as they like. Where there are plans, those say it."`
	LimitSearches    int    `env:"PARLEY_LIMIT_SEARCHES" name:"limit-searches" default:"1200" group:"Limits" help:"Searches over REST, of one member or API key in a minute; of one business five times as many."`
	LimitSources     int    `env:"PARLEY_LIMIT_SOURCES" name:"limit-sources" default:"600" group:"Limits" help:"New sources of any kind, of one member or API key in a minute; of one business five times as many."`
	LimitTestRuns    int    `env:"PARLEY_LIMIT_TEST_RUNS" name:"limit-test-runs" default:"60" group:"Limits" help:"Runs of bots' test questions, of one business in an hour."`
	LimitWebhooks    int    `env:"PARLEY_LIMIT_WEBHOOKS" name:"limit-webhooks" default:"30" group:"Limits" help:"Changes and tests of webhooks, of one business in a minute."`
	LimitInvitations int    `env:"PARLEY_LIMIT_INVITATIONS" name:"limit-invitations" default:"60" group:"Limits" help:"Invitations of one business in an hour."`
	LimitTranscripts int    `env:"PARLEY_LIMIT_TRANSCRIPTS" name:"limit-transcripts" default:"5" group:"Limits" help:"Transcripts by mail of one conversation in an hour, asked for over REST; of one business twenty times as many."`
	LimitMessages    int    `env:"PARLEY_LIMIT_MESSAGES" name:"limit-messages" default:"30" group:"Limits" help:"Messages of one visitor in a minute. A fifth of them passes whatever others at their address send."`
	LimitOpens       int    `env:"PARLEY_LIMIT_OPENS" name:"limit-opens" default:"1200" group:"Limits" help:"Websockets opened from one address in a minute."`
	LimitConnections int    `env:"PARLEY_LIMIT_CONNECTIONS" name:"limit-connections" default:"1000" group:"Limits" help:"Websockets of one address at a time."`
	LimitRequests    int    `env:"PARLEY_LIMIT_REQUESTS" name:"limit-requests" default:"6000" group:"Limits" help:"Requests of one member or API key in a minute; of one business five times as many."`
	LimitStrangers   int    `env:"PARLEY_LIMIT_STRANGERS" name:"limit-strangers" default:"6000" group:"Limits" help:"Requests from one address in a minute that nobody known has signed, pages among them."`
	LimitNewcomers   int    `env:"PARLEY_LIMIT_NEWCOMERS" name:"limit-newcomers" default:"600" group:"Limits" help:"First visits to chats from one address in a minute. Who comes back is counted alone."`
	LimitAnswering   int    `env:"PARLEY_LIMIT_ANSWERING" name:"limit-answering" default:"512" group:"Limits" help:"Answers of one business that are written at a time, on one node. Others of its questions wait for their turn."`

	LimitMessagesAddress     int `env:"PARLEY_LIMIT_MESSAGES_ADDRESS" name:"limit-messages-address" default:"900" group:"Limits" help:"Messages of all visitors at one address in a minute, beyond the fifth that each of them has."`
	LimitMessagesBusiness    int `env:"PARLEY_LIMIT_MESSAGES_BUSINESS" name:"limit-messages-business" default:"12000" group:"Limits" help:"Messages of all visitors of one business in a minute."`
	LimitConnectionsPerson   int `env:"PARLEY_LIMIT_CONNECTIONS_PERSON" name:"limit-connections-person" default:"100" group:"Limits" help:"Websockets of one visitor, or of one member, at a time, on one node."`
	LimitConnectionsBusiness int `env:"PARLEY_LIMIT_CONNECTIONS_BUSINESS" name:"limit-connections-business" default:"20000" group:"Limits" help:"Websockets of all visitors of one business at a time."`

	LimitUpload Size `env:"PARLEY_LIMIT_UPLOAD" name:"limit-upload" default:"50MiB" group:"Limits" help:"Size of an uploaded file, in bytes or with a unit (KiB, MiB, GiB)."`
}

// leastIndexMemory holds a bot of some thousand passages.
const leastIndexMemory = 16 << 20

// DefaultModel is asked for when a model server is configured and no model is named.
const DefaultModel = "gpt-4o-mini"

// HasModel tells whether a language model is configured.
func (c *Config) HasModel() bool { return c.OpenAIKey != "" || c.OpenAIBaseURL != "" }

// LanguageModel is the name of the model to ask, or "" when there is none.
func (c *Config) LanguageModel() string {
	switch {
	case c.Model != "":
		return c.Model
	case c.HasModel():
		return DefaultModel
	default:
		return ""
	}
}

// Public is where browsers reach the server, without a slash at its end.
func (c *Config) Public() string {
	if c.PublicURL != "" {
		return strings.TrimRight(c.PublicURL, "/")
	}
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil || host == "" || net.ParseIP(host).IsUnspecified() {
		host = "localhost"
	}
	if c.TLSCert != "" {
		return "https://" + net.JoinHostPort(host, port)
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Sender is the address that mails come from.
func (c *Config) Sender() string {
	if c.MailFrom != "" {
		return c.MailFrom
	}
	u, err := url.Parse(c.Public())
	if err != nil || u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil {
		return "parley@localhost"
	}
	return "parley@" + u.Hostname()
}

// Private tells whether only this machine can reach the server.
func (c *Config) Private() bool {
	host, _, err := net.SplitHostPort(c.Addr)
	return err == nil && (host == "localhost" || net.ParseIP(host).IsLoopback())
}

// HookNetworks are where webhooks may lead besides the public web. A platform
// in its local default, which is tried or developed with, may tell its own machine.
func (c *Config) HookNetworks() hooks.Networks {
	if len(c.Webhooks) == 0 && c.Private() && c.PublicURL == "" && len(c.Proxies) == 0 {
		return hooks.Loopback
	}
	return hooks.Networks(c.Webhooks)
}

// Idle names the settings that have no effect beside the others.
func (c *Config) Idle() (names []string) {
	if c.HasPlans() && c.LimitMonth != 0 {
		names = append(names, "PARLEY_LIMIT_MONTH")
	}
	return names
}

// LimitsOff tells whether limits of rates and connections are turned off.
func (c *Config) LimitsOff() bool { return c.Limits == "off" }

// Validate reports everything that is wrong at once, in words that name the
// variable. It is called before a command runs, and never repeats a secret.
func (c *Config) Validate() error {
	var wrong []error
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }

	if _, _, err := net.SplitHostPort(c.Addr); err != nil {
		say("PARLEY_ADDR %q is not host:port", c.Addr)
	}
	if _, _, err := net.SplitHostPort(c.MetricsAddr); c.MetricsAddr != "" && err != nil {
		say("PARLEY_METRICS_ADDR %q is not host:port", c.MetricsAddr)
	}
	if c.Data == "" {
		say("PARLEY_DATA is empty: name a folder")
	}
	if c.PublicURL != "" && !isOrigin(c.PublicURL) {
		say("PARLEY_PUBLIC_URL %q is not an origin such as https://chat.example", c.PublicURL)
	}
	if (c.TLSCert == "") != (c.TLSKey == "") {
		say("PARLEY_TLS_CERT and PARLEY_TLS_KEY need each other")
	}
	if c.TLSCert != "" && strings.HasPrefix(c.PublicURL, "http://") {
		say("PARLEY_PUBLIC_URL %q is http, and PARLEY_TLS_CERT makes the server speak https", c.PublicURL)
	}
	if c.Key != "" {
		if _, err := seal.ParseKey(c.Key); err != nil {
			say("PARLEY_KEY: %w", err)
		}
	}
	if c.KeyOld != "" {
		if c.Key == "" {
			say("PARLEY_KEY_OLD needs PARLEY_KEY; without it, the file \"key\" in the data folder has the older keys, too")
		} else if _, err := seal.ParseKey(c.Key); err == nil {
			if _, err := c.master(); err != nil {
				say("%w", err)
			}
		}
	}
	if !hasScheme(c.Traces, "http", "https") {
		say("OTEL_EXPORTER_OTLP_ENDPOINT must begin with https:// or http://")
	}
	if !hasScheme(c.DatabaseURL, "postgres", "postgresql") {
		say("DATABASE_URL must begin with postgres://")
	}
	if !hasScheme(c.RedisURL, "redis", "rediss", "unix") {
		say("REDIS_URL must begin with redis:// or rediss://")
	}
	if c.ClusterAddr != "" {
		if _, _, err := net.SplitHostPort(c.ClusterAddr); err != nil {
			say("PARLEY_CLUSTER_ADDR %q is not a host:port that other nodes can reach", c.ClusterAddr)
		}
		if c.DatabaseURL == "" || c.RedisURL == "" || c.Key == "" {
			say("PARLEY_CLUSTER_ADDR needs DATABASE_URL, REDIS_URL and PARLEY_KEY, the same on all nodes")
		}
		if c.ClusterTTL < time.Second {
			say("PARLEY_CLUSTER_TTL must be a second or more")
		}
	}
	if _, _, err := net.SplitHostPort(c.ClusterListen); c.ClusterListen != "" && err != nil {
		say("PARLEY_CLUSTER_LISTEN %q is not host:port", c.ClusterListen)
	}
	if c.Drain < time.Second {
		say("PARLEY_DRAIN must be a second or more")
	}
	if !hasScheme(c.OpenAIBaseURL, "http", "https") {
		say("OPENAI_BASE_URL must begin with https:// or http://")
	}
	if c.Model != "" && !c.HasModel() {
		say("PARLEY_MODEL needs OPENAI_API_KEY or OPENAI_BASE_URL")
	}
	if !hasScheme(c.EmbeddingURL, "http", "https") {
		say("PARLEY_EMBEDDING_URL must begin with https:// or http://")
	}
	if c.EmbeddingModel != "" && c.EmbeddingURL == "" && !c.HasModel() {
		say("PARLEY_EMBEDDING_MODEL needs PARLEY_EMBEDDING_URL, or OPENAI_API_KEY or OPENAI_BASE_URL")
	}
	if c.EmbeddingModel == "" && (c.EmbeddingURL != "" || c.EmbeddingKey != "") {
		say("PARLEY_EMBEDDING_URL and PARLEY_EMBEDDING_KEY need PARLEY_EMBEDDING_MODEL")
	}
	if c.EmbeddingKey != "" && c.EmbeddingURL == "" {
		say("PARLEY_EMBEDDING_KEY needs PARLEY_EMBEDDING_URL")
	}
	if err := c.checkBilling(); err != nil {
		say("%w", err)
	}
	if err := c.checkOIDC(); err != nil {
		say("%w", err)
	}
	if !hasScheme(c.SMTPURL, "smtp", "smtps") {
		say("SMTP_URL must begin with smtp:// or smtps://")
	} else if c.SMTPURL != "" {
		if _, err := mail.NewSMTP(c.SMTPURL, "parley@localhost"); err != nil {
			say("SMTP_URL: %w", err)
		}
	}
	if err := mail.CheckAddress(c.Sender()); err != nil {
		say("PARLEY_MAIL_FROM: %w", err)
	}
	if err := mail.CheckAddress(c.OperatorEmail); c.OperatorEmail != "" && err != nil {
		say("PARLEY_OPERATOR_EMAIL: %w", err)
	}
	if c.MailAfter < time.Second {
		say("PARLEY_MAIL_AFTER must be a second or more")
	}
	if c.LimitMonth < 0 {
		say("PARLEY_LIMIT_MONTH must be 0, for no limit, or more")
	}
	if c.IndexMemory != 0 && c.IndexMemory < leastIndexMemory {
		say("PARLEY_INDEX_MEMORY must be 16 MiB or more")
	}
	for _, limit := range []struct {
		name  string
		value int64
	}{
		{"SIGNIN", int64(c.LimitSignIn)}, {"REGISTER", int64(c.LimitRegister)}, {"ANSWERS", int64(c.LimitAnswers)},
		{"SEARCHES", int64(c.LimitSearches)}, {"SOURCES", int64(c.LimitSources)}, {"WEBHOOKS", int64(c.LimitWebhooks)},
		{"INVITATIONS", int64(c.LimitInvitations)}, {"TRANSCRIPTS", int64(c.LimitTranscripts)}, {"MESSAGES", int64(c.LimitMessages)},
		{"OPENS", int64(c.LimitOpens)}, {"CONNECTIONS", int64(c.LimitConnections)}, {"UPLOAD", int64(c.LimitUpload)},
		{"REQUESTS", int64(c.LimitRequests)}, {"STRANGERS", int64(c.LimitStrangers)}, {"NEWCOMERS", int64(c.LimitNewcomers)},
		{"ANSWERING", int64(c.LimitAnswering)}, {"MESSAGES_ADDRESS", int64(c.LimitMessagesAddress)},
		{"MESSAGES_BUSINESS", int64(c.LimitMessagesBusiness)}, {"CONNECTIONS_PERSON", int64(c.LimitConnectionsPerson)},
		{"CONNECTIONS_BUSINESS", int64(c.LimitConnectionsBusiness)}, {"TEST_RUNS", int64(c.LimitTestRuns)},
	} {
		if limit.value < 1 {
			say("PARLEY_LIMIT_%s must be 1 or more; PARLEY_LIMITS=off turns limits off", limit.name)
		}
	}
	return errors.Join(wrong...)
}

// hasScheme accepts an empty address, which means that the thing is off.
func hasScheme(address string, schemes ...string) bool {
	if address == "" {
		return true
	}
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	for _, scheme := range schemes {
		if u.Scheme == scheme {
			return true
		}
	}
	return false
}

func isOrigin(s string) bool {
	u, err := url.Parse(strings.TrimRight(s, "/"))
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") &&
		u.Host != "" && u.Path == "" && u.RawQuery == "" && u.Fragment == "" && u.User == nil
}

// Networks are ranges of addresses, written as 10.0.0.0/8,::1/128; an address alone is a range of one.
type Networks []netip.Prefix

// UnmarshalText reads what String writes.
func (n *Networks) UnmarshalText(text []byte) error {
	*n = nil
	for part := range strings.SplitSeq(string(text), ",") {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		network, err := netip.ParsePrefix(part)
		if address, alone := netip.ParseAddr(part); alone == nil {
			network, err = netip.PrefixFrom(address, address.BitLen()), nil
		}
		if err != nil {
			return fmt.Errorf("%q is not a network such as 10.0.0.0/8", part)
		}
		*n = append(*n, network.Masked())
	}
	return nil
}

// String is the networks as they are written.
func (n Networks) String() string {
	parts := make([]string, len(n))
	for i, network := range n {
		parts[i] = network.String()
	}
	return strings.Join(parts, ",")
}

// Size is a number of bytes, written as such or with a unit: 50MiB.
type Size int64

var units = []struct {
	suffix string
	bytes  Size
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}}

// UnmarshalText reads what String writes.
func (s *Size) UnmarshalText(text []byte) error {
	number, factor := string(text), Size(1)
	for _, unit := range units {
		if rest, ok := strings.CutSuffix(number, unit.suffix); ok {
			number, factor = rest, unit.bytes
			break
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	if err != nil || n < 0 || n > (1<<62)/int64(factor) {
		return fmt.Errorf("%q is not a size such as 52428800 or 50MiB", text)
	}
	*s = Size(n) * factor
	return nil
}

// String is the size with the largest unit that keeps it exact.
func (s Size) String() string {
	for _, unit := range units {
		if s >= unit.bytes && s%unit.bytes == 0 {
			return fmt.Sprintf("%d%s", s/unit.bytes, unit.suffix)
		}
	}
	return strconv.FormatInt(int64(s), 10)
}
