package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
)

func (s *server) routeAccess() {
	const path, tag = "/api/v1/tenant/access", "Business"
	route(s, huma.Operation{
		OperationID: "getTenantAccess", Method: http.MethodGet, Path: path, Tags: []string{tag},
		Summary: "From which addresses members may reach the business",
	}, s.getTenantAccess)
	route(s, huma.Operation{
		OperationID: "putTenantAccess", Method: http.MethodPut, Path: path, Tags: []string{tag}, MaxBodyBytes: smallBody,
		Summary: "Set from which addresses members may reach the business",
		Description: "None: from everywhere. It holds for the dashboard and for members' tokens within a second; API keys have lists of their own, " +
			"and visitors are not concerned. A list on which your own address is not is refused with `would_lock_you_out`.",
	}, s.putTenantAccess)
}

type tenantAccess struct {
	Addresses []string `json:"addresses" doc:"Addresses and networks; none: from everywhere."`
	Yours     string   `json:"yours" doc:"The address that this request came from."`
}

type tenantAccessOutput struct{ Body tenantAccess }

func (s *server) getTenantAccess(ctx context.Context, who account.Identity, _ *struct{}) (*tenantAccessOutput, error) {
	list, err := s.Accounts.TenantAccess(ctx, who)
	if err != nil {
		return nil, err
	}
	return &tenantAccessOutput{tenantAccess{addressesOf(list), yours(ctx)}}, nil
}

type putTenantAccessInput struct {
	Body struct {
		Addresses []string `json:"addresses" example:"[\"203.0.113.0/24\"]" maxItems:"200"`
	} `nameHint:"NewTenantAccess"`
}

func (s *server) putTenantAccess(ctx context.Context, who account.Identity, in *putTenantAccessInput) (*tenantAccessOutput, error) {
	list, err := s.Accounts.SetTenantAccess(ctx, who, aboutOf(ctx).ip, in.Body.Addresses)
	if err != nil {
		return nil, err
	}
	return &tenantAccessOutput{tenantAccess{addressesOf(list), yours(ctx)}}, nil
}

// yours is the address of a request; empty where it has none.
func yours(ctx context.Context) string {
	if ip := aboutOf(ctx).ip; ip.IsValid() {
		return ip.String()
	}
	return ""
}
