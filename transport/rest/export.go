package rest

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/transport/takeout"
)

func (s *server) routeExports() {
	route(s, huma.Operation{
		OperationID: "createExport", Method: http.MethodPost, Path: "/api/v1/tenant/exports", Tags: []string{privacyTag},
		Summary: "Ask for everything of the business", DefaultStatus: http.StatusAccepted,
		Description: "The file is made while it is read, so that nothing of it lies about: it can be taken for a day.",
	}, s.createExport)
	route(s, huma.Operation{
		OperationID: "getExport", Method: http.MethodGet, Path: "/api/v1/tenant/exports/{export}", Tags: []string{privacyTag}, Summary: "One export",
	}, s.getExport)
	route(s, huma.Operation{
		OperationID: "downloadExport", Method: http.MethodGet, Path: "/api/v1/tenant/exports/{export}/file", Tags: []string{privacyTag},
		Summary: "Everything of the business, as a zip file", Metadata: map[string]any{timeoutKey: exportTime},
		Description: "Bots, sources with their originals, conversations with all that belongs to them, members, and the audit log. A file that was cut off does not open.",
	}, s.downloadExport)
}

// ExportPath is the export of a request.
type ExportPath struct {
	Export string `path:"export" example:"exp_06f1w3k8q0000000000000000z"`
}

type export struct {
	ID        string    `json:"id"`
	State     string    `json:"state" enum:"preparing,ready,failed,expired"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

type exportOutput struct{ Body export }

func exportOf(e account.Export) export {
	shown := export{ID: e.ID, State: "ready", CreatedAt: e.CreatedAt, ExpiresAt: e.ExpiresAt}
	if time.Now().After(e.ExpiresAt) {
		shown.State = "expired"
	}
	return shown
}

func (s *server) createExport(ctx context.Context, who account.Identity, _ *struct{}) (*exportOutput, error) {
	now := time.Now().UTC().Truncate(time.Millisecond)
	e := account.Export{ID: chat.NewID(account.ExportPrefix), Tenant: who.Tenant, By: who.User, CreatedAt: now, ExpiresAt: now.Add(account.ExportLife)}
	if err := s.Private.CreateExport(ctx, e); err != nil {
		return nil, err
	}
	return &exportOutput{exportOf(e)}, nil
}

// export returns the tenant's export of a path.
func (s *server) export(ctx context.Context, who account.Identity, id string) (account.Export, error) {
	if err := known(account.ExportPrefix, id); err != nil {
		return account.Export{}, err
	}
	return s.Private.Export(ctx, who.Tenant, id)
}

func (s *server) getExport(ctx context.Context, who account.Identity, in *ExportPath) (*exportOutput, error) {
	e, err := s.export(ctx, who, in.Export)
	if err != nil {
		return nil, err
	}
	return &exportOutput{exportOf(e)}, nil
}

var errExpired = chat.Fail(chat.NotFound, "export_expired", "This export could be taken for a day. Please ask for another.")

func (s *server) downloadExport(ctx context.Context, who account.Identity, in *ExportPath) (*huma.StreamResponse, error) {
	if err := s.told(ctx); err != nil {
		return nil, err
	}
	e, err := s.export(ctx, who, in.Export)
	if err != nil {
		return nil, err
	}
	if time.Now().After(e.ExpiresAt) {
		return nil, errExpired
	}
	return s.file("parley-"+e.CreatedAt.Format("2006-01-02")+".zip", "application/zip", func(ctx context.Context, w io.Writer) error {
		return takeout.Tenant(ctx, w, s.Takeout, who.Tenant)
	}), nil
}

func (s *server) exportVisitor(ctx context.Context, who account.Identity, in *VisitorPath) (*huma.StreamResponse, error) {
	if err := known(chat.VisitorPrefix, in.Visitor); err != nil {
		return nil, err
	}
	found, _, err := s.Conversations.Conversations(ctx, who.Tenant, chat.ConversationFilter{Visitor: in.Visitor, Limit: 1})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, chat.ErrNotFound
	}
	return s.file("visitor-"+in.Visitor+".json", "application/json", func(ctx context.Context, w io.Writer) error {
		return takeout.Visitor(ctx, w, s.Takeout, who.Tenant, in.Visitor)
	}), nil
}
