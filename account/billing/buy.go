package billing

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

const (
	// offerHolds is how long what a change would cost can be agreed to after it was shown.
	offerHolds = 15 * time.Minute
	// clocksDiffer is how far another node's clock may be ahead of this one's.
	clocksDiffer = time.Minute
	// planPage is where the dashboard shows the plan, and people come back to.
	planPage = "/settings/plan"
	// usagePage is where it shows what is used.
	usagePage = "/settings/usage"
)

// onOffer returns a plan that can be bought, with its price.
func (s *Service) onOffer(id string, interval Interval) (Plan, Price, error) {
	plan, ok := s.catalogue().Plan(id)
	if !ok || plan.Hidden {
		return Plan{}, Price{}, ErrPlanUnknown
	}
	price, ok := plan.Price(interval)
	if !ok || price.ID == "" {
		return Plan{}, Price{}, ErrPlanUnknown
	}
	return plan, price, nil
}

// Subscribed tells whether something was bought that has not ended.
func (s State) Subscribed() bool { return s.Contract != nil && s.Contract.runs() }

// runs tells whether a contract has not ended: what is owed for it, or will be, can still be paid.
func (c Contract) runs() bool {
	return c.Ended.IsZero() && c.Status != ContractCanceled && c.Status != ContractIncompleteExpired && c.Status != ContractIncomplete
}

// Preview tells what another plan would cost and what would stop working, and as of when it is reckoned: Change is to name that. Codes:
// payments_off, plan_unknown, not_subscribed, same_plan.
func (s *Service) Preview(ctx context.Context, tenant, plan string, interval Interval) (Offer, error) {
	m, err := s.move(ctx, tenant, plan, interval)
	if err != nil {
		return Offer{}, err
	}
	if m.state.Contract.Price == m.price.ID {
		return Offer{}, ErrSamePlan
	}
	used, err := s.counts.Used(ctx, tenant, s.stand(m.state).Period.Key())
	if err != nil {
		return Offer{}, fmt.Errorf("count what is used: %w", err)
	}
	offer := Offer{Later: m.later(), At: s.now().UTC().Truncate(time.Second), Losses: Compare(m.state.Plan, m.plan, used)}
	if offer.Later {
		offer.Preview = Preview{Next: m.price.Amount, NextAt: m.state.Contract.PeriodEnd, Currency: m.price.Currency}
		return offer, nil
	}
	if offer.Preview, err = s.provider.Preview(ctx, *m.state.Contract, m.price, m.meter(), offer.At); err != nil {
		return Offer{}, fmt.Errorf("reckon what a change costs: %w", err)
	}
	return offer, nil
}

// Change replaces the plan: a larger one at once, for what it costs as of `at`, which a Preview named; a smaller one when the period ends.
// Repeating it changes nothing. Codes: payments_off, plan_unknown, not_subscribed, change_stale, payment_declined.
func (s *Service) Change(ctx context.Context, tenant, plan string, interval Interval, at time.Time) error {
	m, err := s.move(ctx, tenant, plan, interval)
	if err != nil {
		return err
	}
	contract := *m.state.Contract
	if contract.Price == m.price.ID && contract.Next == nil || contract.Next != nil && contract.Next.Price == m.price.ID {
		return nil // it was agreed to before
	}
	now := s.now()
	if at.Before(now.Add(-offerHolds)) || at.After(now.Add(clocksDiffer)) || at.Before(m.state.Since.Truncate(time.Second)) || at.Before(contract.PeriodStart) {
		return ErrChangeStale
	}
	if !m.later() && !m.state.PastDue.IsZero() {
		return ErrDeclined // more is had once what is missing was paid
	}
	stays := contract.Price == m.price.ID     // of what was agreed to for later, that is taken back
	if stays || !contract.CancelAt.IsZero() { // whoever chooses a plan wants to go on
		if contract, err = s.provider.Resume(ctx, contract); err != nil {
			return fmt.Errorf("take back what was agreed to for later: %w", err)
		}
	}
	switch {
	case stays:
	case m.later():
		contract, err = s.provider.ChangeLater(ctx, contract, m.price, m.meter())
	default:
		contract, err = s.provider.Change(ctx, contract, m.price, m.meter(), at)
	}
	if err != nil {
		return fmt.Errorf("change a plan: %w", err)
	}
	s.logger.InfoContext(ctx, "a plan is changed", slog.String("tenant", tenant), slog.String("plan", m.plan.ID), slog.String("interval", string(interval)), slog.Bool("later", m.later()))
	return s.heard(ctx, tenant, contract)
}

// move is a wish for another plan.
type move struct {
	state State
	plan  Plan
	price Price
}

func (m move) meter() string { return m.plan.Meter(m.price.Interval) }

func (s *Service) move(ctx context.Context, tenant, plan string, interval Interval) (move, error) {
	if !s.Sold() {
		return move{}, ErrPaymentsOff
	}
	to, price, err := s.onOffer(plan, interval)
	if err != nil {
		return move{}, err
	}
	state, err := s.subscription(ctx, tenant)
	return move{state, to, price}, err
}

// later tells whether a move counts when the period ends: what was paid for is used up first.
func (m move) later() bool { return !AtOnce(m.state.Plan, m.state.Interval, m.plan, m.price.Interval) }

// subscription returns the state of a tenant that bought something, as it is kept at this moment. Codes: payments_off, not_subscribed.
func (s *Service) subscription(ctx context.Context, tenant string) (State, error) {
	if !s.Sold() {
		return State{}, ErrPaymentsOff
	}
	state, err := s.read(ctx, tenant)
	if err != nil {
		return State{}, err
	}
	if !state.Subscribed() {
		return State{}, ErrNotSubscribed
	}
	return state, nil
}

// Cancel ends the subscription when its period ends. Repeating it changes nothing. Codes: payments_off, not_subscribed.
func (s *Service) Cancel(ctx context.Context, tenant string) error {
	state, err := s.subscription(ctx, tenant)
	if err != nil || !state.Contract.CancelAt.IsZero() {
		return err
	}
	contract, err := s.provider.Cancel(ctx, *state.Contract)
	if err != nil {
		return fmt.Errorf("cancel a subscription: %w", err)
	}
	s.logger.InfoContext(ctx, "a subscription is cancelled", slog.String("tenant", tenant), slog.Time("at", contract.CancelAt))
	return s.heard(ctx, tenant, contract)
}

// End has nobody pay for a tenant any more: what was bought ends at once, what is owed for it is not collected, and nothing can be paid on pages that are open. It is for a
// business that goes: an owner who wants no more cancels. Where nothing is sold, or was bought, there is nothing to be done. It can be repeated, and fails while
// something was just bought that nothing is known of yet.
func (s *Service) End(ctx context.Context, tenant string) error {
	if !s.Sold() {
		return nil
	}
	state, err := s.store.State(ctx, tenant)
	if err != nil {
		return ofNobody(err)
	}
	if state.Contract != nil {
		contract, err := s.provider.End(ctx, *state.Contract)
		if err != nil {
			return fmt.Errorf("end a subscription: %w", err)
		}
		s.logger.InfoContext(ctx, "a subscription is ended, and what is owed for it is not collected", slog.String("tenant", tenant))
		if err := s.heard(ctx, tenant, contract); err != nil {
			return ofNobody(err)
		}
	}
	return ofNobody(s.closeCheckouts(ctx, state, ""))
}

// Resume takes back Cancel, and what was agreed to for later. Repeating it changes nothing. Codes: payments_off, not_subscribed.
func (s *Service) Resume(ctx context.Context, tenant string) error {
	state, err := s.subscription(ctx, tenant)
	if err != nil || state.Contract.CancelAt.IsZero() && state.Contract.Next == nil {
		return err
	}
	contract, err := s.provider.Resume(ctx, *state.Contract)
	if err != nil {
		return fmt.Errorf("resume a subscription: %w", err)
	}
	s.logger.InfoContext(ctx, "a subscription goes on", slog.String("tenant", tenant))
	return s.heard(ctx, tenant, contract)
}

// Portal returns the address of a page on which they change how they pay. Codes: payments_off, not_subscribed.
func (s *Service) Portal(ctx context.Context, tenant string) (string, error) {
	if !s.Sold() {
		return "", ErrPaymentsOff
	}
	state, err := s.states.get(ctx, tenant)
	if err != nil {
		return "", err
	}
	if state.Contract == nil || state.Contract.Customer == "" {
		return "", ErrNotSubscribed
	}
	address, err := s.provider.Portal(ctx, state.Contract.Customer, s.page(planPage))
	if err != nil {
		return "", fmt.Errorf("open the page of payments: %w", err)
	}
	return address, nil
}

// Invoices returns a tenant's, latest first. Code: payments_off.
func (s *Service) Invoices(ctx context.Context, tenant string) ([]Invoice, error) {
	if !s.Sold() {
		return nil, ErrPaymentsOff
	}
	state, err := s.states.get(ctx, tenant)
	if err != nil || state.Contract == nil || state.Contract.Customer == "" {
		return nil, err
	}
	invoices, err := s.provider.Invoices(ctx, state.Contract.Customer)
	if err != nil {
		return nil, fmt.Errorf("read invoices: %w", err)
	}
	return invoices, nil
}

// heard keeps what the processor of payments answered to an order of ours, so that nobody waits for the event that tells the same. Events
// count for more: what the next of them says is folded from all of them.
func (s *Service) heard(ctx context.Context, tenant string, contract Contract) error {
	_, err := s.change(ctx, tenant, func(state State) (State, error) {
		if state.Contract == nil || state.Contract.ID != contract.ID {
			return state, nil
		}
		if contract.Invoice == "" {
			contract.Invoice = state.Contract.Invoice
		}
		if contract.Price != state.Contract.Price {
			state.Plan, state.Price = terms(state, s.catalogue(), []string{contract.Price})
			state.Interval, state.Since = contract.Interval, s.now().UTC()
		}
		state.Contract = &contract
		return state, nil
	})
	return err
}

func (s *Service) page(path string) string { return strings.TrimSuffix(s.publicURL, "/") + path }
