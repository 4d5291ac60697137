package rest

import (
	"context"
	"net/http"
	"time"

	"parley/account"
	"parley/account/billing"
)

func (s *server) routeBillingDifferences() {
	route(s, operated("listBillingDifferences", http.MethodGet, "/differences", "What the last comparison with the processor of payments found",
		"One is made each night."), s.listBillingDifferences)
	compare := operated("compareBilling", http.MethodPost, "/comparison", "Compare now", "Reads all contracts there, and changes nothing. Where nothing is sold: `payments_off`.")
	compare.Metadata = map[string]any{timeoutKey: comparisonTime}
	route(s, compare, s.compareBilling)
}

// comparisonTime is how long a comparison may take: the processor of payments is asked for a hundred contracts at a time, in a second each.
const comparisonTime = 5 * time.Minute

type billingComparison struct {
	At        *time.Time          `json:"at" doc:"null: none was made yet."`
	Contracts int                 `json:"contracts" doc:"That the processor has."`
	Error     string              `json:"error,omitempty" doc:"Why it could not be made to its end."`
	Items     []billingDifference `json:"items"`
	Next      string              `json:"next" doc:"Always empty: they are all here."`
}

type billingDifference struct {
	Tenant   string `json:"tenant,omitempty" doc:"Id of the business; absent: nobody here has the contract."`
	Contract string `json:"contract"`
	What     string `json:"what" doc:"In which they differ."`
	Ours     string `json:"ours"`
	Theirs   string `json:"theirs"`
}

type comparisonOutput struct{ Body billingComparison }

func comparisonShown(c billing.Comparison, err error) (*comparisonOutput, error) {
	if err != nil {
		return nil, err
	}
	shown := billingComparison{At: moment(c.At), Contracts: c.Contracts, Error: c.Error, Items: make([]billingDifference, len(c.Differences))}
	for i, d := range c.Differences {
		shown.Items[i] = billingDifference(d)
	}
	return &comparisonOutput{shown}, nil
}

func (s *server) listBillingDifferences(ctx context.Context, _ account.Identity, _ *struct{}) (*comparisonOutput, error) {
	return comparisonShown(s.BillingRecords.Comparison(ctx))
}

func (s *server) compareBilling(ctx context.Context, _ account.Identity, _ *struct{}) (*comparisonOutput, error) {
	return comparisonShown(s.Operating.Compare(ctx))
}
