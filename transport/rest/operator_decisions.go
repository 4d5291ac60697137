package rest

import (
	"context"
	"net/http"

	"parley/account"
	"parley/chat"
)

func (s *server) routeOperatorDecisions() {
	route(s, operated("assignPlan", http.MethodPut, "/tenants/{tenant}/plan", "Give a business a plan",
		"Nothing is owed for it, for as long as it has it. Hidden plans are for this. Who pays for a subscription ends that first: `already_subscribed`."), s.assignPlan)
	route(s, operated("suspendTenant", http.MethodPut, "/tenants/{tenant}/suspension", "Let the chats of a business rest",
		"Its visitors are told that the chat is not available, its people the reason. With `shut_out` nobody of it can sign in, either. One's own business cannot be shut out: `own_business`."), s.suspendTenant)
	route(s, operated("resumeTenant", http.MethodDelete, "/tenants/{tenant}/suspension", "Take that back", "Repeating is not an error."), s.resumeTenant)
}

var errOwnBusiness = chat.Fail(chat.Conflict, "own_business", "You are signed in to this business, and could not take it back: sign in to another one first.")

type assignPlanInput struct {
	TenantPath
	Body struct {
		Plan   string `json:"plan" doc:"Id of a plan of the catalogue." maxLength:"100"`
		Reason string `json:"reason" maxLength:"2000"`
	} `nameHint:"AssignedPlan"`
}

func (s *server) assignPlan(ctx context.Context, who account.Identity, in *assignPlanInput) (*operatedTenantOutput, error) {
	if _, err := s.business(ctx, in.Tenant); err != nil {
		return nil, err
	}
	if err := s.Operating.Assign(ctx, who.User, in.Tenant, in.Body.Plan, in.Body.Reason); err != nil {
		return nil, err
	}
	return s.getTenantAsOperator(ctx, who, &TenantPath{in.Tenant})
}

type suspendTenantInput struct {
	TenantPath
	Body struct {
		Reason  string `json:"reason" doc:"The business reads it." maxLength:"2000"`
		ShutOut bool   `json:"shut_out,omitempty" doc:"Nobody of it can sign in."`
	} `nameHint:"NewSuspension"`
}

func (s *server) suspendTenant(ctx context.Context, who account.Identity, in *suspendTenantInput) (*operatedTenantOutput, error) {
	if _, err := s.business(ctx, in.Tenant); err != nil {
		return nil, err
	}
	if in.Body.ShutOut && in.Tenant == who.Tenant {
		return nil, errOwnBusiness
	}
	if err := s.Operating.Suspend(ctx, who.User, in.Tenant, in.Body.Reason); err != nil {
		return nil, err
	}
	if err := s.Accounts.ShutOut(ctx, in.Tenant, in.Body.ShutOut); err != nil {
		return nil, err
	}
	return s.getTenantAsOperator(ctx, who, &TenantPath{in.Tenant})
}

func (s *server) resumeTenant(ctx context.Context, who account.Identity, in *TenantPath) (*operatedTenantOutput, error) {
	if _, err := s.business(ctx, in.Tenant); err != nil {
		return nil, err
	}
	if err := s.Operating.ResumeTenant(ctx, who.User, in.Tenant); err != nil {
		return nil, err
	}
	if err := s.Accounts.ShutOut(ctx, in.Tenant, false); err != nil {
		return nil, err
	}
	return s.getTenantAsOperator(ctx, who, in)
}
