package billing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"parley/chat"
)

// What differs.
const (
	differsStatus = "status"
	differsPrice  = "price"
	differsPeriod = "period"
	differsCancel = "cancel"
	// missingHere is a contract that runs there and that nobody here has: somebody pays for nothing.
	missingHere = "missing_here"
	// missingThere is one that runs here and that the processor does not know: somebody has what they do not pay for.
	missingThere = "missing_there"
	// paidTwice is one that runs there beside the one that counts here.
	paidTwice = "twice"
	// priceUnknown is one that is for a price in no plan: its tenant keeps the plan that it had.
	priceUnknown = "price_unknown"
)

// compareTime bounds a comparison. Stripe gives 100 contracts at a time, in about half a second.
const compareTime = 10 * time.Minute

// Compare holds what is kept here against what the processor of payments has, and keeps what differs for the operator. It changes nothing else: what
// differs is due to an event that is missing, and may be replayed, or to somebody's hand. Code: payments_off.
func (s *Service) Compare(ctx context.Context) (Comparison, error) {
	if !s.Sold() {
		return Comparison{}, ErrPaymentsOff
	}
	ctx, cancel := context.WithTimeout(ctx, compareTime)
	defer cancel()
	found, failure := s.compare(ctx)
	comparison := Comparison{At: s.now().UTC(), Contracts: found.contracts, Differences: found.differences}
	if failure != nil {
		comparison.Error = failure.Error()
	}
	if err := s.differences.KeepComparison(context.WithoutCancel(ctx), comparison); err != nil {
		return Comparison{}, errors.Join(failure, fmt.Errorf("keep a comparison: %w", err))
	}
	s.logger.InfoContext(ctx, "contracts were compared with the payment service's", slog.Int("contracts", found.contracts), slog.Int("differences", len(found.differences)), slog.Any("error", failure))
	for _, d := range found.differences {
		s.logger.WarnContext(ctx, "a contract differs from the payment service's", slog.String("tenant", d.Tenant), slog.String("contract", d.Contract),
			slog.String("what", d.What), slog.String("ours", d.Ours), slog.String("theirs", d.Theirs))
	}
	return comparison, failure
}

// comparing is a comparison under way.
type comparing struct {
	ours        map[string]State // by tenant; those who bought something
	seen        map[string]bool  // contracts of theirs
	contracts   int
	differences []Difference
}

func (s *Service) compare(ctx context.Context) (*comparing, error) {
	c := &comparing{ours: make(map[string]State), seen: make(map[string]bool)}
	tenants := make(map[string]string) // by contract
	var broken error
	for state, err := range s.store.States(ctx) {
		if errors.Is(err, chat.ErrUnavailable) {
			return c, fmt.Errorf("read what is kept of contracts: %w", err)
		}
		if err != nil { // one that cannot be opened does not hide what differs of the others
			broken = fmt.Errorf("read what is kept of a contract: %w", err)
			continue
		}
		if state.Contract != nil {
			c.ours[state.Tenant] = state
			tenants[state.Contract.ID] = state.Tenant
		}
	}
	for theirs, err := range s.provider.Contracts(ctx) {
		if err != nil {
			return c, fmt.Errorf("read the contracts there are: %w", err)
		}
		c.contracts++
		c.seen[theirs.ID] = true
		tenant := tenants[theirs.ID]
		if tenant == "" {
			c.stranger(theirs, s.catalogue())
			continue
		}
		differences := differ(c.ours[tenant], theirs, s.catalogue())
		if len(differences) > 0 { // it may have changed since it was read
			state, err := s.store.State(ctx, tenant)
			if err != nil && !errors.Is(err, chat.ErrNotFound) {
				return c, fmt.Errorf("read a contract again: %w", err)
			}
			if differences = nil; err == nil && state.Contract != nil && state.Contract.ID == theirs.ID {
				differences = differ(state, theirs, s.catalogue())
			}
		}
		c.differences = append(c.differences, differences...)
	}
	for tenant, state := range c.ours {
		if state.Subscribed() && !c.seen[state.Contract.ID] {
			c.differences = append(c.differences, Difference{Tenant: tenant, Contract: state.Contract.ID, What: missingThere, Ours: string(state.Contract.Status)})
		}
	}
	return c, broken
}

// stranger is a contract that nobody's state has. Those of what else the operator sells there are none of ours.
func (c *comparing) stranger(theirs Contract, catalogue *Catalogue) {
	if !theirs.runs() {
		return
	}
	if state, known := c.ours[theirs.Tenant]; known {
		what := missingHere
		if state.Subscribed() {
			what = paidTwice
		}
		c.differences = append(c.differences, Difference{
			Tenant: theirs.Tenant, Contract: theirs.ID, What: what, Ours: state.Contract.ID, Theirs: string(theirs.Status),
		})
		return
	}
	if _, _, ours := catalogue.PlanOfPrice(theirs.Price); ours || theirs.Tenant != "" {
		c.differences = append(c.differences, Difference{Tenant: theirs.Tenant, Contract: theirs.ID, What: missingHere, Theirs: string(theirs.Status)})
	}
}

// differ compares a tenant's contract as both sides have it.
func differ(state State, theirs Contract, catalogue *Catalogue) (differences []Difference) {
	ours := *state.Contract
	add := func(what, here, there string) {
		if here != there {
			differences = append(differences, Difference{Tenant: state.Tenant, Contract: theirs.ID, What: what, Ours: here, Theirs: there})
		}
	}
	add(differsStatus, string(ours.Status), string(theirs.Status))
	if !theirs.runs() {
		return differences // what else it was does not matter any more
	}
	add(differsPrice, ours.Price, theirs.Price)
	add(differsPeriod, stamp(ours.PeriodEnd), stamp(theirs.PeriodEnd))
	add(differsCancel, stamp(ours.CancelAt), stamp(theirs.CancelAt))
	if _, _, known := catalogue.PlanOfPrice(theirs.Price); !known {
		add(priceUnknown, state.Plan.ID, theirs.Price)
	}
	return differences
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
