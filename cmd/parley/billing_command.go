package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/alecthomas/kong"

	"parley/account/billing"
	"parley/persistence/postgres"
)

// BillingCmd is `parley billing`. What it changes, running servers know within a second.
type BillingCmd struct {
	Events  BillingEventsCmd  `cmd:"" help:"List what the payment service told, latest first."`
	Replay  ReplayEventCmd    `cmd:"" help:"Process an event of the payment service again."`
	Compare CompareBillingCmd `cmd:"" help:"Compare contracts with those that the payment service has, and say what differs."`
	Assign  AssignPlanCmd     `cmd:"" help:"Give a business a plan, which it does not pay for."`
	Show    ShowBillingCmd    `cmd:"" help:"Tell where a business stands, and what it uses."`
}

// withBilling runs something over what is kept, beside servers that run.
func withBilling(ctx context.Context, c *Config, run func(service *billing.Service, kept postgres.Billing) error) error {
	_, store, err := openBeside(ctx, c)
	if err != nil {
		return err
	}
	defer store.Close()
	logger := newLogger(c, os.Stderr)
	_, catalogue, err := openCatalogue(c, logger)
	if err != nil {
		return err
	}
	return run(billing.New(billingConfig(c, store.Billing(), catalogue, logger)), store.Billing())
}

// BillingEventsCmd is `parley billing events`.
type BillingEventsCmd struct {
	Config
	State string `enum:"all,waiting,failed,settled" default:"all" help:"Which: all, waiting, failed or settled."`
	Count int    `default:"50" help:"How many at most, 200 or fewer."`
}

// Run prints a line for each.
func (e *BillingEventsCmd) Run(ctx context.Context, k *kong.Kong) error {
	return withBilling(ctx, &e.Config, func(_ *billing.Service, kept postgres.Billing) error {
		filter := billing.EventFilter{Limit: e.Count}
		if e.State != "all" {
			filter.State = billing.EventState(e.State)
		}
		events, next, err := kept.Events(ctx, filter)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(k.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "EVENT\tTYPE\tMADE\tSTATE\tBUSINESS\tERROR")
		for _, event := range events {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", event.ID, event.Type, event.At.UTC().Format(time.RFC3339), event.State, orDash(event.Tenant), orDash(event.Error))
		}
		if next != "" {
			fmt.Fprintln(table, "There are more.")
		}
		return table.Flush()
	})
}

// ReplayEventCmd is `parley billing replay`.
type ReplayEventCmd struct {
	Config
	Event []string `arg:"" help:"Ids of events, as parley billing events lists them."`
}

// Run processes them, and fails if one of them does. Repeating it changes nothing.
func (r *ReplayEventCmd) Run(ctx context.Context, k *kong.Kong) error {
	return withBilling(ctx, &r.Config, func(service *billing.Service, _ postgres.Billing) error {
		var failed []error
		for _, id := range r.Event {
			if err := service.Replay(ctx, id); err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", id, err))
				continue
			}
			if _, err := fmt.Fprintf(k.Stdout, "%s is processed.\n", id); err != nil {
				return err
			}
		}
		return errors.Join(failed...)
	})
}

// CompareBillingCmd is `parley billing compare`.
type CompareBillingCmd struct{ Config }

var errDiffers = errors.New("the payment service says otherwise: replay what is missing, or look at the contracts there")

// Run prints what differs, and fails if anything does.
func (c *CompareBillingCmd) Run(ctx context.Context, k *kong.Kong) error {
	return withBilling(ctx, &c.Config, func(service *billing.Service, _ postgres.Billing) error {
		found, err := service.Compare(ctx)
		if err != nil {
			return err
		}
		if len(found.Differences) == 0 {
			_, err = fmt.Fprintf(k.Stdout, "All of %d contracts agree.\n", found.Contracts)
			return err
		}
		table := tabwriter.NewWriter(k.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "BUSINESS\tCONTRACT\tWHAT\tHERE\tTHERE")
		for _, d := range found.Differences {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", orDash(d.Tenant), orDash(d.Contract), d.What, orDash(d.Ours), orDash(d.Theirs))
		}
		return errors.Join(table.Flush(), errDiffers)
	})
}

// AssignPlanCmd is `parley billing assign`.
type AssignPlanCmd struct {
	Config
	Tenant string `arg:"" help:"Id of the business."`
	Plan   string `arg:"" help:"Id of the plan, in the file of plans."`
	Reason string `default:"Assigned on the command line." help:"Why, for the log."`
}

// byCommand stands for whoever can use the command line, in place of an operator's id.
const byCommand = "command line"

// Run assigns it.
func (a *AssignPlanCmd) Run(ctx context.Context, k *kong.Kong) error {
	return withBilling(ctx, &a.Config, func(service *billing.Service, kept postgres.Billing) error {
		if _, err := kept.Tenant(ctx, a.Tenant); err != nil {
			return err
		}
		if err := service.Assign(ctx, byCommand, a.Tenant, a.Plan, a.Reason); err != nil {
			return err
		}
		_, err := fmt.Fprintf(k.Stdout, "%s has the plan %s, until another is assigned or bought.\n", a.Tenant, a.Plan)
		return err
	})
}

// ShowBillingCmd is `parley billing show`.
type ShowBillingCmd struct {
	Config
	Tenant string `arg:"" help:"Id of the business."`
}

// Run prints it.
func (s *ShowBillingCmd) Run(ctx context.Context, k *kong.Kong) error {
	return withBilling(ctx, &s.Config, func(service *billing.Service, kept postgres.Billing) error {
		if _, err := kept.Tenant(ctx, s.Tenant); err != nil {
			return err
		}
		state, standing, err := service.Standing(ctx, s.Tenant)
		if err != nil {
			return err
		}
		used, _, err := service.Usage(ctx, s.Tenant)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(k.Stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintf(table, "plan\t%s\n", state.Plan.ID)
		fmt.Fprintf(table, "status\t%s %s\n", standing.Status, standing.Reason)
		for _, at := range []struct {
			what string
			time time.Time
		}{{"since", standing.Since}, {"until", standing.Until}, {"erased at", standing.EraseAt}, {"month begins", standing.Period.Start}, {"month ends", standing.Period.End}} {
			if !at.time.IsZero() {
				fmt.Fprintf(table, "%s\t%s\n", at.what, at.time.UTC().Format(time.RFC3339))
			}
		}
		if c := state.Contract; c != nil {
			fmt.Fprintf(table, "contract\t%s, %s, price %s\n", c.ID, c.Status, c.Price)
		}
		for _, of := range []struct {
			what       string
			used, most int64
		}{
			{"answers", used.Answers, state.MostAnswers(standing)}, {"bots", used.Bots, state.Plan.Limits.Bots}, {"passages", used.Passages, state.Plan.Limits.Passages},
			{"seats", used.Seats, state.Plan.Limits.Seats}, {"pages", used.Pages, state.Plan.Limits.Pages},
		} {
			most := "no limit"
			if of.most > 0 {
				most = fmt.Sprint(of.most)
			}
			fmt.Fprintf(table, "%s\t%d of %s\n", of.what, of.used, most)
		}
		return table.Flush()
	})
}
