package rest

import (
	"context"
	"iter"

	"github.com/danielgtaylor/huma/v2"

	"parley/account/billing"
)

// Operating is what the operator's part of the API asks of *billing.Service.
type Operating interface {
	Assign(ctx context.Context, by, tenant, plan, reason string) error
	Suspend(ctx context.Context, by, tenant, reason string) error
	ResumeTenant(ctx context.Context, by, tenant string) error
	Replay(ctx context.Context, event string) error
	// Compare holds what we have against what the processor of payments has, and keeps what differs.
	Compare(ctx context.Context) (billing.Comparison, error)
}

// BillingRecords is what the operator's part of the API reads of billing.Store, billing.EventLog and billing.Differences.
type BillingRecords interface {
	States(ctx context.Context) iter.Seq2[billing.State, error]
	Events(ctx context.Context, filter billing.EventFilter) ([]billing.KeptEvent, string, error)
	Comparison(ctx context.Context) (billing.Comparison, error)
}

const (
	operatorTag  = "Operator"
	operatorPath = "/api/v1/operator"
)

// routeOperator adds what is for people who run the installation. Each change of a business is in its own audit log, too (tellOperated).
func (s *server) routeOperator() {
	s.routeOperatorTenants()
	s.routeOperatorDecisions()
	s.routeVisits()
	s.routeRevenue()
	s.routeBillingEvents()
	s.routeBillingDifferences()
}

// operated is an operation for people who run the installation.
func operated(id, method, path, summary, description string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: operatorPath + path, Tags: []string{operatorTag}, Summary: summary, Description: description, MaxBodyBytes: smallBody,
	}
}
