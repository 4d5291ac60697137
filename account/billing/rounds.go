package billing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"parley/account"
	"parley/chat"
)

// RoundsConfig is what Rounds work with. Fields are required unless they say otherwise.
type RoundsConfig struct {
	Service *Service
	Leases  chat.Leases // which node makes the rounds
	Notices Notices
	Reports Reports
	// Departures has tenants erased whose time has come.
	Departures Departures
	People     interface {
		Tenant(ctx context.Context, id string) (account.Tenant, error)
		Members(ctx context.Context, tenant string) ([]account.Membership, error)
	}
	Postman Postman
	Logger  *slog.Logger
}

// Departures are tenants that leave.
type Departures interface {
	// Erasure tells when a tenant is to be erased; zero: never. chat.ErrNotFound: it is gone.
	Erasure(ctx context.Context, tenant string) (time.Time, error)
	// SetErasure keeps it.
	SetErasure(ctx context.Context, tenant string, at time.Time) error
}

// Rounds is what becomes due by itself: mails, erasures, reports of overage, events that were not processed, and the nightly comparison. Of all nodes one makes
// them at a time; should two, for a moment, nothing happens twice but a mail of a process that dies while it sends it.
type Rounds struct {
	RoundsConfig
	now  func() time.Time
	node string

	reported map[string]time.Time // by tenant, when its overage was last looked at

	stop  context.CancelFunc
	ended sync.WaitGroup
}

const (
	roundsDuty  = "billing"
	roundsEvery = time.Minute
	roundsLease = 5 * roundsEvery
	// roundTime bounds a round, but for the comparison. With many tenants one takes longer than roundsEvery: then they follow each other.
	roundTime = 4 * time.Minute
)

// StartRounds begins to make them, until Stop.
func StartRounds(config RoundsConfig) *Rounds {
	r := newRounds(config)
	ctx, stop := context.WithCancel(context.Background()) // ends with Stop
	r.stop = stop
	r.ended.Go(func() { r.run(ctx) })
	return r
}

func newRounds(config RoundsConfig) *Rounds {
	return &Rounds{RoundsConfig: config, now: config.Service.now, node: chat.NewID("nod"), reported: make(map[string]time.Time), stop: func() {}}
}

// Stop ends what is under way.
func (r *Rounds) Stop() {
	r.stop()
	r.ended.Wait()
}

func (r *Rounds) run(ctx context.Context) {
	tick := time.NewTicker(roundsEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := r.round(ctx); err != nil && ctx.Err() == nil {
			r.Logger.Warn("the rounds of plans and payments are not complete", slog.Any("error", err))
		}
	}
}

// round is what the node that leads does each minute.
func (r *Rounds) round(ctx context.Context) error {
	leads, err := r.Leases.Lead(ctx, roundsDuty, r.node, roundsLease)
	if err != nil || !leads {
		return err
	}
	within, cancel := context.WithTimeout(ctx, roundTime)
	defer cancel()
	return errors.Join(r.Service.retry(within), r.look(within), r.tell(within), r.compare(ctx))
}

// look attends to each tenant. What fails for one holds up nobody else.
func (r *Rounds) look(ctx context.Context) error {
	var failed []error
	for state, err := range r.Service.store.States(ctx) {
		if err == nil {
			err = r.attend(ctx, r.Service.seen(state))
		}
		if err != nil && len(failed) < failuresAtMost {
			failed = append(failed, fmt.Errorf("attend to %q: %w", state.Tenant, err))
		}
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(failed...)
}

// failuresAtMost is how many are told of a round: more of them say nothing new.
const failuresAtMost = 10

// attend does what is due for a tenant.
func (r *Rounds) attend(ctx context.Context, state State) error {
	now := r.now()
	standing := r.Service.stand(state)
	used := Used{}
	if state.Plan.Limits.Answers > 0 {
		var err error
		if used, err = r.Service.counts.Used(ctx, state.Tenant, standing.Period.Key()); err != nil {
			return err
		}
	}
	planned, err := r.Notices.Noticed(ctx, state.Tenant)
	if err != nil {
		return err
	}
	if err := r.plan(ctx, state, used, planned, now); err != nil {
		return err
	}
	return errors.Join(
		r.erase(ctx, state, standing, planned, now),
		r.endContract(ctx, state, standing),
		r.report(ctx, state, standing, used, now),
	)
}

// plan has notices mailed that have come due.
func (r *Rounds) plan(ctx context.Context, state State, used Used, planned map[string]time.Time, now time.Time) error {
	var due []PlannedNotice
	for _, notice := range DueNotices(state, r.Service.policy(), used, keysOf(planned), now) {
		due = append(due, PlannedNotice{Tenant: state.Tenant, Key: notice.Key, Kind: string(notice.Kind), At: now})
	}
	if len(due) == 0 {
		return nil
	}
	_, err := r.Notices.PlanNotices(ctx, state.Tenant, due)
	return err
}

// erase has a tenant erased whose time has come, and who was told so a day before: after an outage that lasted for longer than that, they have the day still.
func (r *Rounds) erase(ctx context.Context, state State, standing Standing, planned map[string]time.Time, now time.Time) error {
	if standing.EraseAt.IsZero() || now.Before(standing.EraseAt) {
		return nil
	}
	told, ok := planned[string(ErasedTomorrow)+"/"+date(standing.EraseAt)]
	if !ok || now.Sub(told) < erasureTomorrow-roundsEvery {
		return nil
	}
	// They may have bought since the round began.
	kept, err := r.Service.store.State(ctx, state.Tenant)
	if err != nil {
		return ofNobody(err)
	}
	if again := r.Service.stand(r.Service.seen(kept)); again.EraseAt.IsZero() || now.Before(again.EraseAt) {
		return nil
	}
	at, err := r.Departures.Erasure(ctx, state.Tenant)
	if err != nil {
		return ofNobody(err)
	}
	if !at.IsZero() && !at.After(now) {
		return nil // it is being erased
	}
	if certain, err := r.certain(ctx, state, now); err != nil || !certain {
		return err
	}
	r.Logger.WarnContext(ctx, "a tenant's data is erased, since it has ended", slog.String("tenant", state.Tenant), slog.String("reason", string(standing.Reason)), slog.Time("since", standing.Since))
	return r.Departures.SetErasure(ctx, state.Tenant, now.UTC().Truncate(time.Millisecond))
}

// certain tells whether the processor of payments says the same of a tenant as we do, by the last comparison: an event that was lost erases nobody.
func (r *Rounds) certain(ctx context.Context, state State, now time.Time) (bool, error) {
	if !r.Service.Sold() {
		return true, nil
	}
	last, err := r.Service.differences.Comparison(ctx)
	if err != nil {
		return false, fmt.Errorf("read the last comparison: %w", err)
	}
	differs := slices.ContainsFunc(last.Differences, func(d Difference) bool { return d.Tenant == state.Tenant })
	if last.Error != "" || now.Sub(last.At) > 2*comparedAfter || differs {
		r.Logger.WarnContext(ctx, "a tenant is not erased, since the payment service may say otherwise", slog.String("tenant", state.Tenant), slog.Bool("differs", differs), slog.Time("compared", last.At))
		return false, nil
	}
	return true, nil
}

// endContract cancels what is paid by a tenant whose owner has it erased, who may take that back until the day comes (account.Privacy ends it then), and ends it for
// one who has not paid for so long that it counts as ended: nobody is to pay for what is not there any more.
func (r *Rounds) endContract(ctx context.Context, state State, standing Standing) error {
	if !r.Service.Sold() || !state.Subscribed() || !state.Contract.CancelAt.IsZero() {
		return nil
	}
	if standing.Status == Cancelled {
		r.Logger.InfoContext(ctx, "a tenant has not paid for too long", slog.String("tenant", state.Tenant), slog.String("reason", string(standing.Reason)))
		return r.Service.End(ctx, state.Tenant)
	}
	at, err := r.Departures.Erasure(ctx, state.Tenant)
	if err != nil || at.IsZero() {
		return ofNobody(err)
	}
	r.Logger.InfoContext(ctx, "the subscription of a tenant that is to be erased is cancelled", slog.String("tenant", state.Tenant), slog.Time("erased", at))
	return r.Service.Cancel(ctx, state.Tenant)
}

const (
	// comparedAt is the hour of UTC in which contracts are compared, each night.
	comparedAt = 3
	// comparedAfter is how long after the last comparison there is another, at any hour, if no node ran at that one.
	comparedAfter = 26 * time.Hour
)

// compare makes the nightly comparison.
func (r *Rounds) compare(ctx context.Context) error {
	s := r.Service
	if !s.Sold() {
		return nil
	}
	last, err := s.differences.Comparison(ctx)
	if err != nil {
		return fmt.Errorf("read when contracts were compared: %w", err)
	}
	now := r.now().UTC()
	if since := now.Sub(last.At); since > comparedAfter || now.Hour() == comparedAt && since > time.Hour {
		_, err = s.Compare(ctx)
	}
	return err
}
