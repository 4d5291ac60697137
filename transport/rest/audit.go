package rest

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"parley/account"
	"parley/chat"
	"parley/transport/address"
)

// Recorder is what the API asks of *account.Recorder.
type Recorder interface {
	Record(ctx context.Context, entry account.Entry) error
	Flush(ctx context.Context) error
}

// AuditLog is what the API asks of account.Audits.
type AuditLog interface {
	Audit(ctx context.Context, tenant string, filter account.AuditFilter) ([]account.Entry, string, error)
}

// remember keeps the request of an operation where its entry in the audit log is written.
func remember(ctx huma.Context, next func(huma.Context)) {
	r, _ := humago.Unwrap(ctx)
	aboutOf(r.Context()).request = r
	next(ctx)
}

// tell writes what became of an operation into the audit log of its business, and returns its error. It is called for each operation, between its
// handler and its answer, and nowhere else. What cannot be kept of an erasure is an error: nothing of it would be known.
func (s *server) tell(ctx context.Context, op huma.Operation, in, out any, failure error) error {
	about := aboutOf(ctx)
	r := about.request
	if s.Recorder == nil || r == nil || !audited(op, r) && about.who.Visit == "" || failure != nil && chat.AsError(failure).Kind == chat.Limited {
		return failure // what is refused for being too much must not fill the log
	}
	entry := account.Entry{
		Actor: account.ActorOf(about.who), Tenant: about.who.Tenant, Action: op.OperationID,
		Target: targetOf(op, r, out), Address: address.IP(r, s.Proxies).String(), Outcome: account.OutcomeOf(failure),
	}
	if entry.Tenant == "" {
		tellSignIn(op, in, out, failure, &entry)
	}
	if entry.Tenant == "" && entry.Email == "" && entry.Actor.ID == "" {
		return failure
	}
	if op.OperationID == "eraseMe" && failure == nil {
		entry.Actor.Name, entry.Address = "", ""
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTimeout) // it happened, whoever waits
	defer cancel()
	err := s.Recorder.Record(ctx, entry)
	if err == nil {
		err = s.tellOperated(ctx, op, r, entry)
	}
	if err == nil && account.Erasing[op.OperationID] {
		err = s.Recorder.Flush(ctx)
	}
	if failure == nil && err != nil {
		return err
	}
	return failure
}

// tellOperated tells a business, too, what an operator did to it.
func (s *server) tellOperated(ctx context.Context, op huma.Operation, r *http.Request, entry account.Entry) error {
	tenant := r.PathValue("tenant")
	if !account.Operations[op.OperationID].Operator || !chat.ValidID(chat.TenantPrefix, tenant) || entry.Outcome != account.Done {
		return nil
	}
	entry.ID, entry.Tenant, entry.Actor.Kind, entry.Address = "", tenant, account.ByOperator, ""
	return s.Recorder.Record(ctx, entry)
}

// told waits until what was told before is in the log, so that what is taken from it is whole.
func (s *server) told(ctx context.Context) error {
	if s.Recorder == nil {
		return nil
	}
	return s.Recorder.Flush(ctx)
}

// tellUpload is tell for the one operation that huma does not run.
func (s *server) tellUpload(r *http.Request, source string, failure error) error {
	aboutOf(r.Context()).request = r
	return s.tell(r.Context(), addingSource, nil, &struct{ Body struct{ ID string } }{struct{ ID string }{source}}, failure)
}

// tellRefusal writes into the audit log that somebody may not do something.
func (s *server) tellRefusal(r *http.Request, op huma.Operation, failure error) {
	about := aboutOf(r.Context())
	if about.who.Tenant == "" || chat.AsError(failure).Kind != chat.Forbidden {
		return
	}
	about.request = r
	_ = s.tell(r.Context(), op, nil, nil, failure) // which it returns
}

func audited(op huma.Operation, r *http.Request) bool {
	return account.Audited(op.OperationID, op.Method != http.MethodGet) || op.OperationID == "listConversations" && r.URL.Query().Get("text") != ""
}

// tellSignIn says of an operation that needs no sign-in whose it is: of who is signed in by it, or of who could not be signed in, whom only
// their address tells, or whoever knew their password.
func tellSignIn(op huma.Operation, in, out any, failure error, entry *account.Entry) {
	var factor *account.FactorFailed
	switch {
	case errors.As(failure, &factor):
		entry.Actor.ID = factor.User
	case failure == nil:
		body := fieldOf(out, "Body")
		tenant := textOf(body, "Tenant")
		if !chat.ValidID(chat.TenantPrefix, tenant) {
			return // nobody was signed in
		}
		entry.Tenant = tenant
		entry.Actor = account.Actor{Kind: account.ByUser, ID: textOf(body, "User")}
		entry.Target = ""
	case op.OperationID == "login":
		entry.Email = textOf(fieldOf(in, "Body"), "Email")
	}
}

// targetOf is the id of what an operation is about: the last one of its address, or what it has made.
func targetOf(op huma.Operation, r *http.Request, out any) string {
	target := ""
	for i := range op.Path {
		if op.Path[i] != '{' {
			continue
		}
		end := i
		for op.Path[end] != '}' {
			end++
		}
		target = r.PathValue(op.Path[i+1 : end])
	}
	if made := textOf(fieldOf(out, "Body"), "ID"); made != "" && op.Method == http.MethodPost {
		target = made
	}
	return target
}

// fieldOf returns the field of a struct, or of a pointer to one; the zero Value if there is none.
func fieldOf(of any, name string) reflect.Value {
	value := reflect.Indirect(reflect.ValueOf(of))
	if value.Kind() != reflect.Struct {
		return reflect.Value{}
	}
	return value.FieldByName(name)
}

// textOf returns the text in the field of a struct; "" if there is none.
func textOf(of reflect.Value, name string) string {
	of = reflect.Indirect(of)
	if of.Kind() != reflect.Struct {
		return ""
	}
	field := of.FieldByName(name)
	if field.Kind() != reflect.String {
		return ""
	}
	return field.String()
}

const auditTag = "Audit log"

func (s *server) routeAudit() {
	route(s, huma.Operation{
		OperationID: "listAudit", Method: http.MethodGet, Path: "/api/v1/audit-log", Tags: []string{auditTag},
		Summary:     "Who did what, latest first",
		Description: "Each change, each reading of what visitors wrote, and each sign-in, also those that failed.",
	}, s.listAudit)
	route(s, huma.Operation{
		OperationID: "exportAudit", Method: http.MethodGet, Path: "/api/v1/audit-log/export", Tags: []string{auditTag},
		Summary: "All of it as a file, latest first", Metadata: map[string]any{timeoutKey: exportTime},
	}, s.exportAudit)
}

// AuditQuery narrows the audit log.
type AuditQuery struct {
	Actor  string    `query:"actor" doc:"Id of a user or a key." maxLength:"64" pattern:"^[A-Za-z0-9_-]*$"`
	Action string    `query:"action" doc:"Id of an operation of this specification, or type of a frame." maxLength:"64" pattern:"^[A-Za-z._]*$"`
	From   time.Time `query:"from" doc:"Then or later."`
	To     time.Time `query:"to" doc:"Before then."`
}

func (q AuditQuery) filter() account.AuditFilter {
	return account.AuditFilter{Actor: q.Actor, Action: q.Action, Since: q.From, Until: q.To}
}

type auditActor struct {
	Kind string `json:"kind" enum:"user,key,operator,system"`
	ID   string `json:"id" doc:"Empty for the command line of the platform and the platform itself."`
	Name string `json:"name" doc:"As it was then; empty if it was erased."`
}

type auditEntry struct {
	ID      string     `json:"id"`
	At      time.Time  `json:"at"`
	Actor   auditActor `json:"actor"`
	Action  string     `json:"action" doc:"Id of an operation of this specification, or type of a frame."`
	Target  string     `json:"target" doc:"Id of what it was done to; empty: the business, or the actor."`
	Address string     `json:"address" doc:"From where."`
	Outcome string     `json:"outcome" doc:"ok, or the code of the refusal."`
}

func auditEntryOf(e account.Entry) auditEntry {
	return auditEntry{
		ID: e.ID, At: e.At, Actor: auditActor{string(e.Actor.Kind), e.Actor.ID, e.Actor.Name},
		Action: e.Action, Target: e.Target, Address: e.Address, Outcome: e.Outcome,
	}
}

type listAuditInput struct {
	PageQuery
	AuditQuery
}

func (s *server) listAudit(ctx context.Context, who account.Identity, in *listAuditInput) (*struct{ Body page[auditEntry] }, error) {
	filter := in.filter()
	filter.Cursor, filter.Limit = in.Cursor, in.Limit
	found, next, err := s.AuditLog.Audit(ctx, who.Tenant, filter)
	if err != nil {
		return nil, err
	}
	items := make([]auditEntry, len(found))
	for i, e := range found {
		items[i] = auditEntryOf(e)
	}
	return &struct{ Body page[auditEntry] }{page[auditEntry]{items, next}}, nil
}
