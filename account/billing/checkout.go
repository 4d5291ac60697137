package billing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

const (
	// checkoutOnce is for how long somebody who asks for the same checkout again gets the same page.
	checkoutOnce = 10 * time.Minute
	// checkoutHolds is how long a page may be paid on, if it is not closed: a day at Stripe, and an hour for clocks that differ.
	checkoutHolds = 25 * time.Hour
)

// CheckoutPage is one of the processor's, on which a plan is bought.
type CheckoutPage struct {
	ID      string `json:"id"`
	Address string `json:"address"`
}

// OpenCheckout is a page that may still be paid on.
type OpenCheckout struct {
	CheckoutPage
	Wish string    `json:"wish"` // the same for the same order within checkoutOnce
	At   time.Time `json:"at"`
}

// Checkout returns the address of a page on which a plan is bought. What is left of a trial is not charged. Of several pages that were asked for the last
// one alone can be paid on. Codes: payments_off, plan_unknown, already_subscribed, checkout_paying.
func (s *Service) Checkout(ctx context.Context, tenant, email, plan string, interval Interval) (string, error) {
	if !s.Sold() {
		return "", ErrPaymentsOff
	}
	to, price, err := s.onOffer(plan, interval)
	if err != nil {
		return "", err
	}
	// What is remembered may be a second old, in which somebody else may have bought.
	state, err := s.read(ctx, tenant)
	if err != nil {
		return "", err
	}
	if state.Subscribed() {
		return "", ErrAlreadySubscribed
	}
	order := Order{
		Tenant: tenant, Email: email, Price: price.ID, Meter: to.Meter(interval),
		Success: s.page(planPage + "?checkout=done"), Cancel: s.page(planPage + "?checkout=left"),
	}
	if state.Contract != nil {
		order.Customer = state.Contract.Customer
	}
	if state.TrialEnds.After(s.now()) && state.Contract == nil {
		order.TrialEnd = state.TrialEnds
	}
	wish := wishOf(order, s.now())
	if open := state.Checkouts; len(open) == 1 && open[0].Wish == wish {
		return open[0].Address, nil
	}
	order.Once = onceOf(wish, state.Checkouts)
	page, err := s.provider.Checkout(ctx, order)
	if err != nil {
		return "", fmt.Errorf("begin a checkout: %w", err)
	}
	if err := s.handOut(ctx, tenant, OpenCheckout{CheckoutPage: page, Wish: wish, At: s.now().UTC()}); err != nil {
		return "", err
	}
	s.logger.InfoContext(ctx, "a checkout begins", slog.String("tenant", tenant), slog.String("plan", to.ID), slog.String("interval", string(interval)))
	return page.Address, nil
}

// handOut makes a page the only one that can be paid on. It is kept before the others are closed, and nobody knows its address before they are: of
// two that are asked for at once, whichever is kept last closes the other one.
func (s *Service) handOut(ctx context.Context, tenant string, page OpenCheckout) error {
	state, err := s.change(ctx, tenant, func(state State) (State, error) {
		if state.Subscribed() {
			return State{}, ErrAlreadySubscribed
		}
		state.Checkouts = append(withoutPages(state.Checkouts, page.ID), page)
		return state, nil
	})
	if err != nil {
		return err
	}
	return s.closeCheckouts(ctx, state, page.ID)
}

// closeCheckouts has nobody pay on a tenant's pages but for one. What was bought on another one and runs, or may run, is an error: ErrAlreadySubscribed.
func (s *Service) closeCheckouts(ctx context.Context, state State, but string) error {
	var closed []string
	for _, page := range state.Checkouts {
		if page.ID == but {
			continue
		}
		if s.now().Sub(page.At) <= checkoutHolds {
			contract, err := s.provider.CloseCheckout(ctx, page.ID)
			if err != nil {
				return fmt.Errorf("close a checkout: %w", err)
			}
			if contract != "" {
				if err := s.over(ctx, state, contract); err != nil {
					return err
				}
			}
		}
		closed = append(closed, page.ID)
	}
	if len(closed) == 0 {
		return nil
	}
	_, err := s.change(ctx, state.Tenant, func(state State) (State, error) {
		state.Checkouts = withoutPages(state.Checkouts, closed...)
		return state, nil
	})
	return err
}

// withoutPages are those but for some.
func withoutPages(pages []OpenCheckout, ids ...string) []OpenCheckout {
	return slices.DeleteFunc(slices.Clone(pages), func(page OpenCheckout) bool { return slices.Contains(ids, page.ID) })
}

// over is an error while what was bought on a page runs, or nothing was said of it yet. It looks at all that was said: the state may not have it yet.
func (s *Service) over(ctx context.Context, state State, contract string) error {
	facts, err := s.factsOf(ctx, state.Tenant)
	if err != nil {
		return err
	}
	told := slices.ContainsFunc(facts, func(f Fact) bool { return f.Contract != nil && f.Contract.ID == contract })
	if !told || Fold(state, s.catalogue(), facts).Subscribed() {
		return ErrAlreadySubscribed
	}
	return nil
}

// wishOf is the same for the same order within a while.
func wishOf(order Order, now time.Time) string {
	return hashOf(fmt.Sprintf("%q %d", []string{
		order.Tenant, order.Customer, order.Email, order.Price, order.Meter, order.TrialEnd.UTC().String(),
	}, now.Truncate(checkoutOnce).Unix()))
}

// onceOf is the same for the same wish while the same pages are open: one that was closed must not be had again.
func onceOf(wish string, open []OpenCheckout) string {
	for _, page := range open {
		wish += " " + page.ID
	}
	return hashOf(wish)
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}
