package rest

import (
	"context"
	"net/http"
	"time"

	"parley/account"
	"parley/chat"
)

func (s *server) routeVisits() {
	op := operated("visitTenant", http.MethodPost, "/tenants/{tenant}/visits", "Look at a business whose owner allows it",
		"The token reads what a viewer does, for 30 minutes, and nothing renews it. All that it reads is in the audit log of the business, and the reason is shown to it. "+
			"It ends at once when the owner withdraws their consent. Without consent: `consent_missing`.")
	op.DefaultStatus = http.StatusCreated
	route(s, op, s.visitTenant)
}

type visitTenantInput struct {
	TenantPath
	Body struct {
		Reason string `json:"reason" doc:"The business reads it." maxLength:"2000"`
	} `nameHint:"NewVisit"`
}

type visit struct {
	AccessToken string    `json:"access_token"`
	TokenType   string    `json:"token_type" enum:"Bearer"`
	ExpiresAt   time.Time `json:"expires_at"`
}

func (s *server) visitTenant(ctx context.Context, who account.Identity, in *visitTenantInput) (*struct{ Body visit }, error) {
	if err := known(chat.TenantPrefix, in.Tenant); err != nil {
		return nil, err
	}
	begun, token, err := s.Accounts.Visit(ctx, who, in.Tenant, in.Body.Reason)
	if err != nil {
		return nil, err
	}
	return &struct{ Body visit }{visit{AccessToken: token, TokenType: "Bearer", ExpiresAt: begun.Until}}, nil
}
