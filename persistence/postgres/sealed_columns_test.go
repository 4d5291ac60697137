package postgres

import (
	"context"
	"fmt"

	"parley/persistence/seal"
)

// SealedColumn says how the values of a column are sealed.
type SealedColumn struct {
	Column string // table.column
	Table  string // what they are bound to
	By     string // whose key: master, accounts, tenant, visitor or source
	Tenant string // SQL: which tenant they are bound to
	Owner  string // SQL: whose key it is, of visitors and sources
	Row    string // SQL: which row they are bound to
	Key    bool   // they are wrapped keys
}

const visitorOf = "(SELECT c.visitor FROM conversations c WHERE c.id = r.conversation)"

// SealedColumns are all that there are.
var SealedColumns = []SealedColumn{
	{"platform_keys.wrapped", tablePlatformKeys, "master", "''", "''", "r.name", true},
	{"tenants.wrapped_key", tableTenants, "master", "r.id", "''", "r.id", true},
	{"visitors.wrapped_key", tableVisitors, "tenant", "r.tenant", "''", "r.id", true},
	{"sources.wrapped_key", tableSources, "tenant", "r.tenant", "''", "r.id", true},

	{"platform_secrets.body", tablePlatformSecrets, "accounts", "''", "''", "r.name", false},
	{"users.profile", tableUsers, "accounts", "''", "''", "r.id", false},
	{"letters.body", tableLetters, "accounts", "''", "''", "r.id", false},
	{"signing_keys.secret", tableSigningKeys, "accounts", "''", "''", "CAST(r.number AS TEXT)", false},
	{"second_factors.secret", tableFactors, "accounts", "''", "''", "r.user_id", false},
	{"second_factors.pending", tablePendingFactors, "accounts", "''", "''", "r.user_id", false},
	{"external_identities.body", tableExternals, "accounts", "''", "''", "r.user_id", false},

	{"billing_events.payload", tableBillingPayloads, "accounts", "''", "''", "r.id", false},
	{"billing_events.outcome", tableBillingOutcomes, "accounts", "''", "''", "r.id", false},
	{"billing_comparisons.body", tableBillingComparisons, "accounts", "''", "''", "CAST(r.id AS TEXT)", false},

	{"tenants.name", tableTenants, "tenant", "r.id", "''", "r.id", false},
	{"sessions.client", tableSessions, "tenant", "r.tenant", "''", "r.id", false},
	{"bots.profile", tableBots, "tenant", "r.tenant", "''", "r.id", false},
	{"webhooks.target", tableWebhooks, "tenant", "r.tenant", "''", "r.id", false},
	{"labels.name", tableLabels, "tenant", "r.tenant", "''", "r.id", false},
	{"replies.body", tableReplies, "tenant", "r.tenant", "''", "r.id", false},
	{"invitations.email", tableInvitations, "tenant", "r.tenant", "''", "r.id", false},
	{"questions.body", tableQuestions, "tenant", "r.tenant", "''", "r.id", false},
	{"runs.body", tableRuns, "tenant", "r.tenant", "''", "r.id", false},
	{"results.body", tableResults, "tenant", "r.tenant", "''", "r.run || '/' || r.n", false},
	{"api_keys.body", tableAPIKeys, "tenant", "r.tenant", "''", "r.id", false},
	{"tenant_access.body", tableAccess, "tenant", "r.tenant", "''", "r.tenant", false},
	{"identity_secrets.body", tableIdentitySecrets, "tenant", "r.tenant", "''", "r.id", false},
	{"audit.body", tableAudit, "tenant", "r.tenant", "''", "r.id", false},
	{"visits.body", tableVisits, "tenant", "r.tenant", "''", "r.id", false},
	{"consents.body", tableConsents, "tenant", "r.tenant", "''", "r.visitor || '/' || r.text_hash", false},
	{"billing_states.body", tableBillingStates, "tenant", "r.tenant", "''", "r.tenant", false},
	{"word_keys.body", tableWordKeys, "tenant", "r.tenant", "''", "r.tenant", false},

	{"visitors.contact", tableContacts, "visitor", "r.tenant", "r.id", "r.id", false},
	{"conversations.origin", tableOrigin, "visitor", "r.tenant", "r.visitor", "r.id", false},
	{"conversations.agent", tableAgent, "visitor", "r.tenant", "r.visitor", "r.id", false},
	{"conversations.preview", tablePreview, "visitor", "r.tenant", "r.visitor", "r.id", false},
	{"events.body", tableEvents, "visitor", "r.tenant", visitorOf, "r.conversation || '/' || r.seq", false},
	{"traces.body", tableTraces, "visitor", "r.tenant", visitorOf, "r.conversation || '/' || r.seq", false},
	{"summaries.body", tableSummaries, "visitor", "r.tenant", visitorOf, "r.conversation", false},
	{"notes.body", tableNotes, "visitor", "r.tenant", visitorOf, "r.id", false},
	{"mails.address", tableMails, "visitor", "r.tenant", visitorOf, "r.id", false},

	{"sources.label", tableSources, "source", "r.tenant", "r.id", "r.id", false},
	{"originals.chunk", tableOriginals, "source", "r.tenant", "r.source", "r.source || '/' || r.n", false},
	{"passages.body", tablePassages, "source", "r.tenant", "r.source", "r.source || '/' || r.ordinal || '/' || r.id", false},
	{"addresses.label", tableAddresses, "source", "r.tenant", "r.site", "r.site || '/' || encode(r.hash, 'hex')", false},
	{"vectors.body", tableVectors, "source", "r.tenant", "r.source", "r.source || '/' || encode(r.digest_hash, 'hex') || '/' || r.model", false},
}

// Place is where a sealed value stands.
type Place struct{ Tenant, Owner, Row string }

// OpensAt tells whether a value of a column would be opened if it stood somewhere.
func (s *Store) OpensAt(ctx context.Context, column SealedColumn, at Place, value []byte) (bool, error) {
	var key *seal.Key
	var err error
	switch column.By {
	case "master":
		_, err := s.keys.master.Unwrap(value, at.Tenant, column.Table, at.Row)
		return err == nil, nil
	case "accounts":
		key, err = s.keys.accounts(ctx, s.reads)
	case "tenant":
		key, err = s.keys.tenant(ctx, s.reads, at.Tenant)
	case "visitor":
		key, err = s.keys.visitor(ctx, s.reads, at.Tenant, at.Owner)
	case "source":
		key, err = s.keys.source(ctx, s.reads, at.Tenant, at.Owner)
	default:
		err = fmt.Errorf("there is no key of %s", column.By)
	}
	if err != nil {
		return false, fmt.Errorf("get the key of %+v: %w", at, err)
	}
	if column.Key {
		_, err = key.Unwrap(value, at.Tenant, column.Table, at.Row)
	} else {
		_, err = key.Open(value, at.Tenant, column.Table, at.Row)
	}
	return err == nil, nil
}
