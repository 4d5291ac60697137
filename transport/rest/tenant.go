package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/account/billing"
)

func (s *server) routeTenant() {
	route(s, huma.Operation{
		OperationID: "updateTenant", Method: http.MethodPatch, Path: "/api/v1/tenant", Tags: []string{signInTag},
		Summary: "Change what the business is called, and what it asks of its members", Description: "Only what is sent changes.", MaxBodyBytes: smallBody,
	}, s.updateTenant)
	route(s, huma.Operation{
		OperationID: "transferOwnership", Method: http.MethodPost, Path: "/api/v1/tenant/ownership", Tags: []string{teamTag},
		Summary: "Hand the business over to a colleague", DefaultStatus: http.StatusNoContent, MaxBodyBytes: smallBody,
		Description: "They become an owner, and the caller an admin. What both have signed in with must be refreshed. Other owners stay what they are.",
	}, s.transferOwnership)
}

type tenantPatch struct {
	Name *string `json:"name,omitempty" maxLength:"400"`

	SecondFactorRequired *bool `json:"second_factor_required,omitempty" doc:"Members who have no second factor can then do nothing but set one up. Who asks for it has one."`
}

func (s *server) updateTenant(ctx context.Context, who account.Identity, in *struct{ Body tenantPatch }) (*struct{ Body tenant }, error) {
	if in.Body.Name != nil {
		if err := s.Accounts.RenameTenant(ctx, who, *in.Body.Name); err != nil {
			return nil, err
		}
	}
	if in.Body.SecondFactorRequired != nil {
		if *in.Body.SecondFactorRequired {
			if err := s.Billing.Require(ctx, who.Tenant, billing.SecondFactor); err != nil {
				return nil, err
			}
		}
		if err := s.Accounts.RequireSecondFactor(ctx, who, *in.Body.SecondFactorRequired); err != nil {
			return nil, err
		}
	}
	return s.tenant(ctx, who, nil)
}

type handover struct {
	User     string `json:"user" doc:"Id of a member." maxLength:"100"`
	Password string `json:"password" doc:"One's own." maxLength:"4096"`
}

func (s *server) transferOwnership(ctx context.Context, who account.Identity, in *struct{ Body handover }) (*struct{}, error) {
	return nil, s.Accounts.TransferOwnership(ctx, who, in.Body.User, in.Body.Password)
}
