package postgres

import (
	"time"

	"parley/account/billing"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// Tables as what is kept of plans and payments is bound to them. They never change.
const (
	tableBillingStates      = "billing_states"
	tableBillingPayloads    = "billing_events.payload"
	tableBillingOutcomes    = "billing_events.outcome"
	tableBillingComparisons = "billing_comparisons"
)

// stateRecord is all that is kept of what a tenant bought. What billing calls the fields of a State is made to be kept: see there.
type stateRecord struct {
	recordHead
	State billing.State `json:"state"`
}

// outcomeRecord is what came of an event.
type outcomeRecord struct {
	recordHead
	Facts []billing.Fact `json:"facts,omitempty"`
	Error string         `json:"error,omitempty"`
}

// comparisonRecord is what the last comparison found.
type comparisonRecord struct {
	recordHead
	At          time.Time          `json:"at"`
	Contracts   int                `json:"contracts"`
	Error       string             `json:"error,omitempty"`
	Differences []differenceRecord `json:"differences,omitempty"`
}

type differenceRecord struct {
	Tenant   string `json:"tenant,omitempty"`
	Contract string `json:"contract,omitempty"`
	What     string `json:"what"`
	Ours     string `json:"ours,omitempty"`
	Theirs   string `json:"theirs,omitempty"`
}

func sealState(key *seal.Key, state billing.State) ([]byte, error) {
	return sealRecord(key, state.Tenant, tableBillingStates, state.Tenant, stateRecord{head(), state})
}

func openState(key *seal.Key, row db.BillingStateRow) (billing.State, error) {
	var r stateRecord
	if err := openRecord(key, row.Tenant, tableBillingStates, row.Tenant, row.Body, &r); err != nil {
		return billing.State{}, err
	}
	r.State.Tenant, r.State.Version = row.Tenant, row.Version
	return r.State, nil
}

func sealOutcome(key *seal.Key, event string, r outcomeRecord) ([]byte, error) {
	r.recordHead = head()
	return sealRecord(key, "", tableBillingOutcomes, event, r)
}

// openOutcome reads what came of an event; nothing: it was not processed yet.
func openOutcome(key *seal.Key, event string, sealed []byte) (r outcomeRecord, err error) {
	if sealed == nil {
		return r, nil
	}
	err = openRecord(key, "", tableBillingOutcomes, event, sealed, &r)
	return r, err
}

// comparisonRow is the one row of comparisons.
const comparisonRow = "1"

func sealComparison(key *seal.Key, c billing.Comparison) ([]byte, error) {
	r := comparisonRecord{recordHead: head(), At: c.At, Contracts: c.Contracts, Error: c.Error}
	for _, d := range c.Differences {
		r.Differences = append(r.Differences, differenceRecord(d))
	}
	return sealRecord(key, "", tableBillingComparisons, comparisonRow, r)
}

func openComparison(key *seal.Key, sealed []byte) (billing.Comparison, error) {
	var r comparisonRecord
	if err := openRecord(key, "", tableBillingComparisons, comparisonRow, sealed, &r); err != nil {
		return billing.Comparison{}, err
	}
	c := billing.Comparison{At: r.At, Contracts: r.Contracts, Error: r.Error}
	for _, d := range r.Differences {
		c.Differences = append(c.Differences, billing.Difference(d))
	}
	return c, nil
}
