package storetest

import (
	"context"
	"testing"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
	"parley/knowledge/improve"
	"parley/persistence/jobs"
	"parley/persistence/postgres"
)

// Store is everything that a store offers.
type Store interface {
	chat.Log
	chat.Conversations
	chat.Inbox
	chat.Desks
	chat.Orphans
	chat.Triage
	chat.Reads
	chat.Labels
	chat.Bots
	chat.Idles
	chat.Traces
	chat.Webhooks
	chat.Outbox
	chat.Notes
	chat.Replies
	chat.Mails
	chat.Leases
	chat.Positions
	chat.Expenses
	BotTenant(ctx context.Context, id string) (string, error)
	BotVersions(ctx context.Context, ids []string) (map[string]int64, error)
	account.Store
	account.Sessions
	account.Members
	account.Tenants
	account.Credentials
	account.Letters
	account.SigningKeys
	account.Invitations
	account.Revocations
	account.Activities
	account.Anomalies
	account.SecondFactors
	account.Issuers
	account.Audits
	account.Retentions
	account.Privates
	account.Departures
	account.Leavers
	account.Consents
	account.Exports
	account.APIKeys
	account.Access
	account.IdentitySecrets
	account.Operators
	account.Supports
	knowledge.Store
	knowledge.Steps
	knowledge.Contents
	knowledge.Vectors
	Sites() postgres.Sites
	Billing() postgres.Billing
	CreateBotWithin(ctx context.Context, bot chat.Bot, limit int64) error
	InviteWithin(ctx context.Context, invitation account.Invitation, limit int64) error
	SiteStore
	improve.Gaps
	improve.Answers
	improve.Tests
	StartJobs(ctx context.Context, workers jobs.Workers) (stop func(context.Context) error, err error)
	Migrate(ctx context.Context) error
	CatchUpWords(ctx context.Context) (more bool, err error)
	Ping(ctx context.Context) error
	Vitals(ctx context.Context) (postgres.Vitals, error)
	Close() error
}

// SiteStore is what a store offers of knowledge.Sites under the same names.
type SiteStore interface {
	NextRound(ctx context.Context, tenant, bot, id string) (knowledge.Source, error)
	SetPlan(ctx context.Context, tenant, bot, id string, plan knowledge.Plan) (knowledge.Source, error)
	Rename(ctx context.Context, tenant, bot, id, title string) (knowledge.Source, error)
	Replace(ctx context.Context, replacement knowledge.Replacement) error
	Known(ctx context.Context, tenant, site string, urls []string) ([]knowledge.Address, error)
	Addresses(ctx context.Context, tenant, bot, site string, state knowledge.AddressState, cursor string, limit int) ([]knowledge.Address, string, error)
	Stale(ctx context.Context, tenant, site string, round int64, limit int) ([]knowledge.Address, error)
	SameText(ctx context.Context, tenant, site, page string, text []byte) (string, error)
}

// Database is one under test, empty at first. What a test opens, it closes.
type Database interface {
	// Open opens and migrates it, under the same master key each time. Some
	// databases can be open once at a time.
	Open(t testing.TB) Store
	// Exec runs a statement behind the store's back, with arguments $1, $2, ….
	Exec(t testing.TB, statement string, args ...any)
	// Dump returns all rows of all tables, each as it is stored.
	Dump(t testing.TB) map[string][]string
	// Raw returns all that an attacker reads who has the disk.
	Raw(t testing.TB) []byte
}

// Run runs the suite. Each call of open returns another empty database.
func Run(t *testing.T, open func(t testing.TB) Database) {
	shared := open(t)
	store := shared.Open(t)
	t.Cleanup(func() { store.Close() })
	for _, group := range []struct {
		name  string
		tests []test
	}{
		{"Accounts", accountTests},
		{"Sessions", sessionTests},
		{"Credentials", credentialTests},
		{"Ownership", ownershipTests},
		{"Bots", botTests},
		{"Log", logTests},
		{"Openings", openingTests},
		{"Summaries", summaryTests},
		{"Fencing", fencingTests},
		{"Batches", batchTests},
		{"Quota", quotaTests},
		{"Months", monthTests},
		{"Conversations", conversationTests},
		{"Queues", queueTests},
		{"Desks", deskTests},
		{"Triage", triageTests},
		{"Contacts", contactTests},
		{"Labels", labelTests},
		{"Reads", readTests},
		{"Sources", sourceTests},
		{"Steps", stepTests},
		{"Sites", siteTests},
		{"Replacements", replacementTests},
		{"Room", roomTests},
		{"Vectors", vectorTests},
		{"Gaps", gapTests},
		{"Old answers", oldAnswerTests},
		{"Tests", testTests},
		{"Isolation", isolationTests},
		{"Webhooks", webhookTests},
		{"Outbox", outboxTests},
		{"Members", memberTests},
		{"Revocations", revocationTests},
		{"Invitations", invitationTests},
		{"Second factors", secondFactorTests},
		{"Issuers", issuerTests},
		{"API keys", apiKeyTests},
		{"Allowed addresses", accessTests},
		{"Identity secrets", identityTests},
		{"Operators", operatorTests},
		{"Support access", supportTests},
		{"Replies", replyTests},
		{"Notes", noteTests},
		{"Leases", leaseTests},
		{"Activity", activityTests},
		{"Audit", auditTests},
		{"Erasing", erasingTests},
		{"Leaving", leavingTests},
		{"Billing", billingTests},
		{"Billing events", billingEventTests},
		{"Billing notices", billingNoticeTests},
		{"Counts", countTests},
		{"Ledger", ledgerTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for _, test := range group.tests {
				t.Run(test.name, func(t *testing.T) {
					t.Parallel()
					test.run(t, newWorld(t, store))
				})
			}
		})
	}
	for _, group := range []struct {
		name  string
		tests []aloneTest
	}{
		{"AppendedMails", appendedMailTests},
		{"Traces", traceTests},
		{"Idles", idleTests},
		{"Sealing", sealingTests},
		{"Words", wordTests},
		{"Letters", letterTests},
		{"Signing keys", signingKeyTests},
		{"SealedWebhooks", sealedWebhookTests},
		{"SealedFactors", sealedFactorTests},
		{"SurvivingOutbox", survivingOutboxTests},
		{"Mentions", mentionTests},
		{"Mails", mailTests},
		{"Backlog", backlogTests},
		{"Jobs", jobTests},
		{"Turns", turnTests},
		{"Due", dueTests},
		{"Vitals", vitalsTests},
		{"ActivityAlone", activityAloneTests},
		{"TamperedAudit", tamperedAuditTests},
		{"ErasedTenant", erasedTenantTests},
		{"BillingAlone", billingAloneTests},
	} {
		t.Run(group.name, func(t *testing.T) {
			t.Parallel()
			for _, test := range group.tests {
				t.Run(test.name, func(t *testing.T) {
					t.Parallel()
					test.run(t, open(t))
				})
			}
		})
	}
}

// test has a tenant of its own in a database that it shares.
type test struct {
	name string
	run  func(t *testing.T, w *world)
}

// aloneTest has a database of its own.
type aloneTest struct {
	name string
	run  func(t *testing.T, d Database)
}
