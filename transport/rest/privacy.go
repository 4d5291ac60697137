package rest

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
)

// Privacy is what the API asks to erase and to keep for a time.
type Privacy interface {
	EraseVisitor(ctx context.Context, tenant, visitor string) error
}

// PrivateStore is what the API asks of the store about what is kept of people.
type PrivateStore interface {
	account.Consents
	account.Retentions
	account.Departures
	account.Leavers
	account.Exports
}

const privacyTag = "Privacy"

func (s *server) routePrivacy() {
	route(s, huma.Operation{
		OperationID: "exportVisitor", Method: http.MethodGet, Path: "/api/v1/visitors/{visitor}/export", Tags: []string{privacyTag},
		Summary: "All that is kept of a visitor, as a JSON file", Metadata: map[string]any{timeoutKey: exportTime},
		Description: "Contact, consents, and all conversations with their events and notes.",
	}, s.exportVisitor)
	route(s, huma.Operation{
		OperationID: "eraseVisitor", Method: http.MethodDelete, Path: "/api/v1/visitors/{visitor}", Tags: []string{privacyTag},
		Summary: "Erase a visitor for good", DefaultStatus: http.StatusNoContent,
		Description: "The key under which everything of theirs is sealed is deleted, with their contact, consents, notes and traces. Their conversations stay, " +
			"closed and blank, as those of somebody unknown: each event is `erased`, and an `event.erased` announces it.",
	}, s.eraseVisitor)
	route(s, huma.Operation{
		OperationID: "listVisitorCopies", Method: http.MethodGet, Path: "/api/v1/visitors/{visitor}/copies", Tags: []string{privacyTag},
		Summary: "Corrected answers and tests that have words of a visitor",
		Description: "They are the business's own and stay when the visitor is erased; afterwards nothing tells whose words they have. " +
			"Found is what has a message of theirs word for word, or is a part of one.",
	}, s.listVisitorCopies)
	route(s, huma.Operation{
		OperationID: "exportMe", Method: http.MethodGet, Path: "/api/v1/me/export", Tags: []string{privacyTag}, Summary: "All that is kept of oneself",
	}, s.exportMe)
	route(s, huma.Operation{
		OperationID: "eraseMe", Method: http.MethodDelete, Path: "/api/v1/me", Tags: []string{privacyTag},
		Summary: "Delete one's account, in all businesses", DefaultStatus: http.StatusNoContent, MaxBodyBytes: smallBody,
		Description: "The only owner of a business cannot: `last_owner`.",
	}, s.eraseMe)
	route(s, huma.Operation{
		OperationID: "getRetention", Method: http.MethodGet, Path: "/api/v1/tenant/retention", Tags: []string{privacyTag}, Summary: "How long is kept what",
	}, s.getRetention)
	route(s, huma.Operation{
		OperationID: "putRetention", Method: http.MethodPut, Path: "/api/v1/tenant/retention", Tags: []string{privacyTag},
		Summary: "Set how long is kept what", MaxBodyBytes: smallBody, Description: "What is over its time is deleted within the day.",
	}, s.putRetention)
	route(s, huma.Operation{
		OperationID: "eraseTenant", Method: http.MethodDelete, Path: "/api/v1/tenant", Tags: []string{privacyTag},
		Summary: "Erase the business, in seven days", DefaultStatus: http.StatusAccepted, MaxBodyBytes: smallBody,
		Description: "Until then everything goes on, and `tenant/restoration` takes it back. Then all of it is deleted, and the accounts of those who belong to no other business.",
	}, s.eraseTenant)
	route(s, huma.Operation{
		OperationID: "restoreTenant", Method: http.MethodPost, Path: "/api/v1/tenant/restoration", Tags: []string{privacyTag},
		Summary: "Take back that the business is erased", DefaultStatus: http.StatusNoContent, Description: "Repeating is not an error.",
	}, s.restoreTenant)
	route(s, huma.Operation{
		OperationID: "getErasure", Method: http.MethodGet, Path: "/api/v1/tenant/erasure", Tags: []string{privacyTag},
		Summary: "Whether, and when, the business is erased",
	}, s.getErasure)
	s.routeExports()
}

func (s *server) eraseVisitor(ctx context.Context, who account.Identity, in *VisitorPath) (*struct{}, error) {
	if err := known(chat.VisitorPrefix, in.Visitor); err != nil {
		return nil, err
	}
	return nil, s.Privacy.EraseVisitor(ctx, who.Tenant, in.Visitor)
}

type retention struct {
	ConversationDays int  `json:"conversation_days" doc:"Days after its last event after which a conversation is deleted, and its visitor with the last of theirs; 0: never."`
	AuditDays        int  `json:"audit_days" doc:"Days after which entries of the audit log are deleted, 30 at least; 0: never."`
	MaskAddresses    bool `json:"mask_addresses" doc:"Whether visitors' IP addresses are kept without their last octet, or the last 80 bits."`
}

type retentionOutput struct{ Body retention }

func (s *server) getRetention(ctx context.Context, who account.Identity, _ *struct{}) (*retentionOutput, error) {
	kept, err := s.Private.Retention(ctx, who.Tenant)
	return &retentionOutput{retention(kept)}, err
}

func (s *server) putRetention(ctx context.Context, who account.Identity, in *struct{ Body retention }) (*retentionOutput, error) {
	wanted := account.Retention(in.Body)
	if err := wanted.Check(); err != nil {
		return nil, err
	}
	return &retentionOutput{in.Body}, s.Private.PutRetention(ctx, who.Tenant, wanted)
}

type myExport struct {
	User        person         `json:"user"`
	Memberships []myMembership `json:"memberships"`
	ExportedAt  time.Time      `json:"exported_at"`
}

type myMembership struct {
	Tenant string `json:"tenant" doc:"Id of the business."`
	Name   string `json:"name"`
	Role   string `json:"role"`
}

type myExportOutput struct {
	Disposition string `header:"Content-Disposition"`
	Body        myExport
}

func (s *server) exportMe(ctx context.Context, who account.Identity, _ *struct{}) (*myExportOutput, error) {
	p, err := s.Accounts.Profile(ctx, who)
	if err != nil {
		return nil, err
	}
	all, err := s.Accounts.Belongings(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &myExportOutput{Disposition: `attachment; filename="account.json"`, Body: myExport{
		User: person{ID: p.User.ID, Email: p.User.Email, Name: p.User.Name}, Memberships: []myMembership{}, ExportedAt: time.Now().UTC(),
	}}
	for _, b := range all {
		out.Body.Memberships = append(out.Body.Memberships, myMembership{b.Tenant.ID, b.Tenant.Name, string(b.Role)})
	}
	return out, nil
}

type passwordInput struct {
	Body struct {
		Password string `json:"password" maxLength:"4096"`
	} `nameHint:"PasswordProof"`
}

type erasedMe struct {
	Cookies []http.Cookie `header:"Set-Cookie"`
}

func (s *server) eraseMe(ctx context.Context, who account.Identity, in *passwordInput) (*erasedMe, error) {
	if s.Recorder != nil { // what was told before bears their name: it must be kept before that goes
		if err := s.Recorder.Flush(ctx); err != nil {
			return nil, err
		}
	}
	if err := s.Accounts.EraseSelf(ctx, s.Private, who, in.Body.Password); err != nil {
		return nil, err
	}
	return &erasedMe{s.noCookies()}, nil
}

type erasure struct {
	ErasedAt *time.Time `json:"erased_at" doc:"When all of the business will be gone; null: it stays."`
}

type erasureOutput struct{ Body erasure }

type eraseTenantInput struct {
	Body struct {
		Name     string `json:"name" doc:"The name of the business, as it is shown." maxLength:"400"`
		Password string `json:"password" maxLength:"4096"`
	} `nameHint:"TenantErasure"`
}

func (s *server) eraseTenant(ctx context.Context, who account.Identity, in *eraseTenantInput) (*erasureOutput, error) {
	at, err := s.Accounts.Leave(ctx, s.Private, who, in.Body.Name, in.Body.Password)
	if err != nil {
		return nil, err
	}
	return &erasureOutput{erasure{&at}}, nil
}

func (s *server) restoreTenant(ctx context.Context, who account.Identity, _ *struct{}) (*struct{}, error) {
	return nil, s.Private.SetErasure(ctx, who.Tenant, time.Time{})
}

func (s *server) getErasure(ctx context.Context, who account.Identity, _ *struct{}) (*erasureOutput, error) {
	at, err := s.Private.Erasure(ctx, who.Tenant)
	if err != nil {
		return nil, err
	}
	return &erasureOutput{erasure{moment(at)}}, nil
}

// givenConsent is what a visitor agreed to.
type givenConsent struct {
	Text    string    `json:"text" doc:"Word for word."`
	At      time.Time `json:"at"`
	Page    string    `json:"page,omitempty"`
	Address string    `json:"address,omitempty"`
}

// consentsOf returns what a visitor agreed to; none where nothing is kept.
func (s *server) consentsOf(ctx context.Context, tenant, visitor string) ([]givenConsent, error) {
	if s.Private == nil {
		return []givenConsent{}, nil
	}
	kept, err := s.Private.ConsentsOf(ctx, tenant, visitor)
	if err != nil && !errors.Is(err, chat.ErrNotFound) {
		return nil, err
	}
	shown := make([]givenConsent, len(kept))
	for i, c := range kept {
		shown[i] = givenConsent{c.Text, c.At, c.Page, c.Address}
	}
	return shown, nil
}
