package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"parley/account/billing"
	"parley/account/billing/stripe"
	"parley/persistence/postgres"
	"parley/transport/mail"
)

// openBilling makes out what businesses may use.
func (p *platform) openBilling() error {
	file, catalogue, err := openCatalogue(p.config, p.logger)
	if err != nil {
		return err
	}
	p.plans = file
	arrivals := registerBilling(p.registry)
	config := billingConfig(p.config, p.store.Billing(), catalogue, p.logger)
	config.Announcer = p.redis
	config.Count = func(arrival billing.Arrival) { arrivals.WithLabelValues(string(arrival)).Inc() }
	p.billing = billing.New(config)
	return nil
}

// billingConfig is what plans are sold and assigned with.
func billingConfig(c *Config, kept postgres.Billing, catalogue func() *billing.Catalogue, logger *slog.Logger) billing.Config {
	config := billing.Config{
		Store: kept, Events: kept, Log: kept, Counts: kept, Differences: kept, Catalogue: catalogue, FreeAnswers: int64(c.LimitMonth),
		PublicURL: c.Public(), Logger: logger,
	}
	if c.Sells() {
		config.Provider = stripe.New(c.Stripe())
	}
	return config
}

// openCatalogue returns the plans that there are now, and the file that they are in, if there is one. Nil: there are none.
func openCatalogue(c *Config, logger *slog.Logger) (*billing.CatalogueFile, func() *billing.Catalogue, error) {
	switch {
	case c.Plans != "":
		file, err := billing.OpenCatalogue(c.Plans, logger)
		if err != nil {
			return nil, nil, fmt.Errorf("PARLEY_PLANS: %w", err)
		}
		return file, file.Catalogue, nil
	case c.Sells():
		catalogue := billing.DefaultCatalogue()
		return nil, func() *billing.Catalogue { return catalogue }, nil
	default:
		return nil, nil, nil
	}
}

// followBilling keeps up with what others change, and takes part in the rounds.
func (p *platform) followBilling(ctx context.Context) error {
	unfollow, err := p.billing.Follow(ctx)
	if err != nil {
		return fmt.Errorf("follow what businesses may use: %w", err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	if p.plans != nil {
		running.Go(func() { p.plans.Follow(ctx) })
	}
	rounds := billing.StartRounds(billing.RoundsConfig{
		Service: p.billing, Leases: p.store, Notices: p.store.Billing(), Reports: p.store.Billing(), Departures: p.store, People: p.store,
		Postman: mail.Plans{Sender: p.sender}, Logger: p.logger,
	})
	p.endPlans = func() {
		rounds.Stop()
		cancel()
		running.Wait()
		unfollow()
	}
	return nil
}

// sells says in a few words what businesses may use.
func (p *platform) sells() string {
	plans := "built in"
	if p.config.Plans != "" {
		plans = "of " + p.config.Plans
	}
	switch {
	case p.config.Sells():
		return "Stripe, plans " + plans
	case p.config.HasPlans():
		return "off (plans " + plans + ", assigned by the operator)"
	default:
		return "off (every business may use all there is)"
	}
}

// registerBilling has metrics count what claims to come from the payment service.
func registerBilling(registry *prometheus.Registry) *prometheus.CounterVec {
	arrivals := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "parley_billing_events_total", Help: "Events that claim to come from the payment service, by what became of them.",
	}, []string{"outcome"})
	registry.MustRegister(arrivals)
	for _, arrival := range billing.Arrivals {
		arrivals.WithLabelValues(string(arrival)) // so that each is there from the first moment
	}
	return arrivals
}

// stopBilling ends what follows others.
func (p *platform) stopBilling() {
	if p.endPlans != nil {
		p.endPlans()
	}
}
