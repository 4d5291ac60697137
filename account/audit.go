package account

import (
	"context"
	"maps"
	"slices"
	"time"

	"parley/chat"
)

// AuditPrefix begins the ids of entries of the audit log.
const AuditPrefix = "aud"

// ActorKind says what somebody is who did something.
type ActorKind string

// Who does things.
const (
	ByUser     ActorKind = "user"
	ByKey      ActorKind = "key"      // of the API
	ByOperator ActorKind = "operator" // of the platform: in its pages, on a visit, or from its command line
	BySystem   ActorKind = "system"   // the platform itself, as the business has set it up
)

// Actor is who did something.
type Actor struct {
	Kind ActorKind
	ID   string // of the user or key; empty: whoever has the command line, or the system
	Name string // as it was then; empty: not known, or erased
}

// ActorOf is who makes a request.
func ActorOf(who Identity) Actor {
	if who.Key != "" {
		return Actor{Kind: ByKey, ID: who.Key, Name: who.Name}
	}
	if who.Visit != "" {
		return Actor{Kind: ByOperator, ID: who.User, Name: who.Name}
	}
	return Actor{Kind: ByUser, ID: who.User, Name: who.Name}
}

// Done is the outcome of what succeeded; of what did not, it is the error's code.
const Done = "ok"

// OutcomeOf is what an audit log says of an error; nil: it succeeded.
func OutcomeOf(err error) string {
	if err == nil {
		return Done
	}
	return chat.AsError(err).Code
}

// Entry is one of a tenant's audit log: ids and codes, never what somebody wrote.
type Entry struct {
	ID      string
	Tenant  string
	At      time.Time
	Actor   Actor
	Action  string // id of an operation of the API, or type of a frame
	Target  string // id of what it was done to; empty: the business, or the actor
	Address string // from where; empty: from within
	Outcome string

	// Email is of whom nobody could sign in as; it is not kept. The recorder finds out whose businesses have to know, as it does where
	// there is no Tenant but an Actor.
	Email string
}

// Audits keeps the audit logs of tenants, to which is only added.
type Audits interface {
	// AppendAudit adds entries, of any tenants, in this order, together. Those of tenants that are gone are dropped.
	AppendAudit(ctx context.Context, entries []Entry) error
	// Audit returns a page, latest first, and the cursor of the next ("" at the end). A cursor that was not given out is Invalid.
	Audit(ctx context.Context, tenant string, filter AuditFilter) ([]Entry, string, error)
	// VerifyAudit compares each entry with what was kept of it when it was added.
	VerifyAudit(ctx context.Context, tenant string) (AuditProof, error)
}

// AuditFilter narrows a page; zero values do not.
type AuditFilter struct {
	Actor        string // id
	Action       string
	Since, Until time.Time
	Cursor       string
	Limit        int // 1–200; 0: 50
}

// AuditProof is what became of a log. Who has the database and not the master key cannot change, remove or add an entry
// unnoticed, but for taking it back to what it was earlier: for that, compare Last and Hash with what they were.
type AuditProof struct {
	First, Last int64  // numbers of the entries that are there; Last 0: there are none
	Hash        string // of the last, in hexadecimal
	Erased      int64  // entries whose actor's name and address went with the actor
	Broken      int64  // number of the first entry that is not what was added; 0: none
}

// silent are operations that change something and are told of nowhere, with the reason.
var silent = map[string]string{
	"refresh":     "a sign-in goes on",
	"markRead":    "how far somebody has read is shown beside the conversation; that they read it is told already",
	"answer":      "asks, as visitors do: the conversation tells it",
	"preview":     "keeps nothing",
	"search":      "reads what visitors are shown",
	"testWebhook": "changes nothing",

	"previewSubscription": "reckons what a change would cost, and changes nothing",
}

// telling are operations that only read, and are told nevertheless: what visitors wrote, and what takes data along.
var telling = map[string]bool{
	"listEvents": true, "listNotes": true, "getTrace": true, "exportVisitor": true, "exportMe": true,
	"downloadExport": true, "listAudit": true, "exportAudit": true, "endOIDC": true,
}

// Audited tells whether an operation of the API is told in the audit log. changes: it is one that may change something.
func Audited(operation string, changes bool) bool {
	return telling[operation] || changes && silent[operation] == ""
}

// told are the frames of agents that are told in the audit log.
var told = map[string]bool{
	"conversation.watch": true, "conversation.take": true, "conversation.assign": true, "conversation.requeue": true,
	"conversation.release": true, "conversation.close": true, "message.send": true, "message.stop": true, "note.add": true,
	"presence.set": true,
}

// AuditedFrame tells whether a frame is told when an agent sends it.
func AuditedFrame(frame string) bool { return told[frame] }

// Erasing are the operations that are answered only when their entry in the audit log is kept: of what they erase nothing else would tell.
var Erasing = map[string]bool{"eraseVisitor": true, "eraseMe": true, "eraseTenant": true}

// AuditNames are the operations that audit logs treat in a way of their own.
func AuditNames() []string {
	names := slices.Collect(maps.Keys(silent))
	names = slices.AppendSeq(names, maps.Keys(telling))
	return slices.AppendSeq(names, maps.Keys(Erasing))
}
