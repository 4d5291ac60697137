package postgres

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// acrossTenants are the statements that name no tenant, each for a reason.
var acrossTenants = []string{
	"PlatformKey", "InsertPlatformKey", "HoldPlatformKey", "RewrapPlatformKey", "PlatformSecret", "InsertPlatformSecret", // keys of the platform
	"TenantKeysAfter", "RewrapTenantKeys", // of all tenants, when the master key changes
	"InsertTenant", "Tenant", "TenantKey", "TenantKeys", // of the tenant that the id is
	"InsertUser", "User", "UserIDByEmail", "SetProfile", // a user is in several
	"RotateSession", "DeleteExpiredSessions", // a session is found by its secret
	"SetUserEmail", "SetUserConfirmed", "DeleteSurplusSessions", // of a user
	"LetterOfSubject", "InsertLetter", "RewriteLetter", "DueLetters", "TakeLetter", "Letter", "UseLetter", "DeleteLettersOfSubject", "DeleteExpiredLetters", // of accounts
	"SigningKeys", "InsertSigningKey", "DeleteSigningKeys", // of the platform
	"SetTenantName",                                                                                   // of the tenant that the id is
	"BotVersions",                                                                                     // of all bots that a node serves
	"DeleteAbandonedSources",                                                                          // the sweep over all tenants
	"CountOutbox", "WaitingConversations", "LongestWaiting", "WaitingSources", "LongestWaitingSource", // measurements over all tenants
	"WaitingMails", "LongestWaitingMail", "LongestWaitingDelivery",
	"Lead", "Resign", // among nodes
	"SecondFactor", "PutPendingFactor", "ConfirmFactor", "DeleteFactor", "UseFactorStep", "CountFactorFailure", "ForgetFactorFailures", // of a user
	"InsertRecoveryCode", "UseRecoveryCode", "DeleteRecoveryCodes", "ExternalIdentity", "UserIDByIdentity", "InsertExternalIdentity", "DeleteExternalIdentity",
	"DeleteChallenge", "DeleteExpiredChallenges", "InsertTrip", "EndTrip", "DeleteExpiredTrips", // found by their secrets
	"RequireSecondFactor",               // of the tenant that the id is
	"ForgetActivity", "ForgetAnomalies", // the watch over all tenants
	"SchemaFloor", "RaiseSchemaFloor", // of the database
	"NextRevocation", "RevocationVersion", "DeleteOldRevocations", // of the platform
	"DeleteExpiredExports", "DeleteUserOfNobody", // the sweep over all tenants
	"HoldBilling", "NextBillingChange", "LastBillingChange", "UnsettledBillingEvents", "PutBillingComparison", "BillingComparison", // of the platform
	"MakeOperator", "UnmakeOperator", "IsOperator", "ListOperators", // of users, who operate the platform
	"InsertBillingEvent", "BillingEvent", "DeleteBillingSubjects", "InsertBillingSubject", "BlankBillingEvents", // whose it is is known later
}

// unportable are the things that one of the databases does not understand, or
// takes for something else.
var unportable = regexp.MustCompile(`(?i)::|\bnow\(\)|\bANY\s*\(|\bFOR (UPDATE|SHARE)\b|\bILIKE\b|\bINTERVAL\b|\bARRAY\b|\bAS\s+(BYTEA|TIMESTAMPTZ)\s*\)|\bSERIAL\b|\bJSONB?\b`)

func TestEveryStatementNamesItsTenant(t *testing.T) {
	t.Parallel()
	for name, text := range statements(t) {
		if named := regexp.MustCompile(`\btenant\b`).MatchString(text); named == slices.Contains(acrossTenants, name) {
			t.Errorf("%s names a tenant: %v", name, named)
		}
	}
}

func TestTheSQLIsUnderstoodByBothDatabases(t *testing.T) {
	t.Parallel()
	for name, text := range statements(t) {
		if found := unportable.FindString(text); found != "" {
			t.Errorf("%s says %s", name, found)
		}
	}
	for _, path := range files(t, "migrations/*.sql") {
		if found := unportable.FindString(read(t, path)); found != "" {
			t.Errorf("%s says %s", path, found)
		}
	}
}

// sqlc names a statement's text as it names its argument when both are called
// the same, and then runs the argument.
func TestNoStatementIsCalledLikeItsArgument(t *testing.T) {
	t.Parallel()
	for _, path := range files(t, "db/*.go") {
		for _, call := range regexp.MustCompile(`q\.db\.\w+\(ctx, (\w+), (\w+)\)`).FindAllStringSubmatch(read(t, path), -1) {
			if call[1] == call[2] {
				t.Errorf("%s: %s", path, call[0])
			}
		}
	}
}

// statements returns the texts of all queries by name, without comments.
func statements(t *testing.T) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, path := range files(t, "queries/*.sql") {
		for _, part := range strings.Split(read(t, path), "-- name: ")[1:] {
			head, text, _ := strings.Cut(part, "\n")
			all[strings.Fields(head)[0]] = regexp.MustCompile(`(?m)--.*$`).ReplaceAllString(text, "")
		}
	}
	if len(all) < 40 {
		t.Fatalf("found %d statements only", len(all))
	}
	return all
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: found %d files, %v", pattern, len(paths), err)
	}
	return paths
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
