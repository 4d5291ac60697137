package rest

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
)

func (s *server) routeMyTenants() {
	route(s, huma.Operation{
		OperationID: "listMyTenants", Method: http.MethodGet, Path: "/api/v1/me/tenants", Tags: []string{signInTag},
		Summary: "The businesses that one belongs to", Description: "In the order in which one joined them.",
	}, s.listMyTenants)
	route(s, huma.Operation{
		OperationID: "switchTenant", Method: http.MethodPost, Path: "/api/v1/auth/switch", Tags: []string{signInTag},
		Summary:      "Sign in to another of one's businesses",
		Description:  "Answers as `auth/login`. In a browser, its cookies are the other business's from then on; tokens that a program has stay good.",
		MaxBodyBytes: smallBody,
	}, s.switchTenant)
}

type myTenant struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Role    string `json:"role" enum:"owner,admin,agent,viewer"`
	Current bool   `json:"current" doc:"Whether the request is made in it."`
}

func (s *server) listMyTenants(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body page[myTenant] }, error) {
	found, err := s.Accounts.Belongings(ctx, who)
	if err != nil {
		return nil, err
	}
	list := page[myTenant]{Items: []myTenant{}}
	for _, one := range found {
		list.Items = append(list.Items, myTenant{ID: one.Tenant.ID, Name: one.Tenant.Name, Role: string(one.Role), Current: one.Tenant.ID == who.Tenant})
	}
	return &struct{ Body page[myTenant] }{list}, nil
}

type switching struct {
	Tenant string `json:"tenant" doc:"Id of the business." maxLength:"100"`
}

func (s *server) switchTenant(ctx context.Context, who account.Identity, in *struct {
	Body    switching
	Refresh string `cookie:"parley_refresh" hidden:"true"`
},
) (*signInOutput, error) {
	out, err := s.signedIn(s.Accounts.Switch(ctx, who, in.Body.Tenant))
	if err != nil || in.Refresh == "" {
		return out, err
	}
	// The browser forgets the sign-in whose place this one takes. That it could not be ended is no reason to refuse what was done.
	if _, err := s.Accounts.Logout(ctx, in.Refresh); err != nil {
		aboutOf(ctx).failure = err
	}
	return out, nil
}
