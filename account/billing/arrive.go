package billing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"parley/chat"
)

// Arrival is what became of something that claims to come from the processor of payments.
type Arrival string

// The arrivals.
const (
	ArrivedNew    Arrival = "new"
	ArrivedKnown  Arrival = "known" // it was told before
	ArrivedForged Arrival = "forged"
	ArrivedOld    Arrival = "old"
	ArrivedOther  Arrival = "version" // of another version of the API
	ArrivedFailed Arrival = "failed"  // it could not be kept
)

// Arrivals are all of them.
var Arrivals = []Arrival{ArrivedNew, ArrivedKnown, ArrivedForged, ArrivedOld, ArrivedOther, ArrivedFailed}

const (
	// processWait bounds what is made of an event while the processor of payments waits for an answer. What fails is tried again by whoever
	// makes the rounds.
	processWait = 10 * time.Second
	// notFolded is the error of an event whose facts are kept, and are not yet in its tenant's state.
	notFolded = "its facts are kept, but not counted yet"
)

// Receive takes what the processor of payments sent: it is kept before anything is made of it, and without an error from then on, whatever
// comes of it. One that came before is not looked at again. Codes: payments_off, event_forged, event_old, event_version, unavailable.
func (s *Service) Receive(ctx context.Context, payload []byte, header http.Header) error {
	if !s.Sold() {
		return ErrPaymentsOff
	}
	event, err := s.provider.Read(payload, header, s.now())
	if err != nil {
		s.count(refused(err))
		s.logger.WarnContext(ctx, "an event of the payment service is refused", slog.Any("error", err))
		return err
	}
	known, err := s.events.Receive(ctx, event)
	if err != nil {
		s.count(ArrivedFailed)
		return fmt.Errorf("keep an event: %w", err)
	}
	if known {
		s.count(ArrivedKnown)
		return nil
	}
	s.count(ArrivedNew)
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), processWait)
	defer cancel()
	if err := s.process(within, event); err != nil {
		s.logger.WarnContext(ctx, "an event is kept and will be processed later", slog.String("event", event.ID), slog.String("type", event.Type), slog.Any("error", err))
	}
	return nil
}

func refused(err error) Arrival {
	switch {
	case errors.Is(err, ErrOld):
		return ArrivedOld
	case errors.Is(err, ErrVersion):
		return ArrivedOther
	default:
		return ArrivedForged
	}
}

// process counts what an event says. It can be repeated, also at the same time, and in any order with others.
func (s *Service) process(ctx context.Context, event Event) error {
	err := s.settle(ctx, event)
	if errors.Is(err, chat.ErrStale) { // while it was settled as nobody's, another event told whose it is
		err = s.settle(ctx, event)
	}
	return err
}

// settle is one try of process.
//
// Facts are kept first and folded then: of two events of one tenant at a time, whichever writes the state last has read the facts of both.
func (s *Service) settle(ctx context.Context, event Event) error {
	facts, err := s.provider.Facts(event)
	if err != nil {
		return s.failed(ctx, event.ID, Outcome{}, err)
	}
	tenant, err := s.tenantOf(ctx, facts)
	if err != nil {
		return s.failed(ctx, event.ID, Outcome{}, err)
	}
	outcome := Outcome{Tenant: tenant, Facts: facts}
	if tenant != "" && len(facts) > 0 {
		waiting := outcome
		waiting.Error = notFolded
		if err := s.events.Settle(ctx, event.ID, waiting); err != nil {
			return fmt.Errorf("keep what an event says: %w", err)
		}
		if err := s.fold(ctx, tenant); err != nil {
			return s.failed(ctx, event.ID, outcome, err)
		}
	}
	if err := s.events.Settle(ctx, event.ID, outcome); err != nil {
		return fmt.Errorf("settle an event: %w", err)
	}
	s.logger.InfoContext(ctx, "an event is processed", slog.String("event", event.ID), slog.String("type", event.Type), slog.String("tenant", tenant), slog.Int("facts", len(facts)))
	return nil
}

// failed keeps why an event could not be processed. What it says to people does not matter: the operator reads it.
func (s *Service) failed(ctx context.Context, id string, outcome Outcome, err error) error {
	outcome.Error = err.Error()
	return errors.Join(err, s.events.Settle(ctx, id, outcome))
}

// tenantOf returns whom facts are about; "": nobody who is known yet. They count for whoever turns out to be it.
func (s *Service) tenantOf(ctx context.Context, facts []Fact) (string, error) {
	for _, fact := range facts {
		tenant, err := s.log.TenantOf(ctx, fact)
		if err != nil || tenant != "" {
			return tenant, err
		}
	}
	return "", nil
}

// fold brings a tenant's state up to all that was ever said of it, until nothing more was said meanwhile: somebody who had read more, and found nothing to
// change, has not kept us from writing what follows from less.
func (s *Service) fold(ctx context.Context, tenant string) error {
	for range putTries {
		var counted int
		_, err := s.change(ctx, tenant, func(state State) (State, error) {
			// After the state was read: whoever adds facts from now on writes it after us, or makes us read again.
			facts, err := s.factsOf(ctx, tenant)
			counted = len(facts)
			return Fold(state, s.catalogue(), facts), err
		})
		if errors.Is(err, chat.ErrNotFound) {
			return nil // erased meanwhile
		}
		if err != nil {
			return err
		}
		facts, err := s.factsOf(ctx, tenant)
		if err != nil || len(facts) == counted {
			return err
		}
	}
	return chat.ErrStale
}

func (s *Service) factsOf(ctx context.Context, tenant string) ([]Fact, error) {
	facts, err := s.events.FactsOf(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("read what was said of a tenant: %w", err)
	}
	return facts, nil
}

// Replay processes an event again. Codes: payments_off, not_found.
func (s *Service) Replay(ctx context.Context, id string) error {
	if !s.Sold() {
		return ErrPaymentsOff
	}
	event, err := s.log.Event(ctx, id)
	if err != nil {
		return err
	}
	return s.process(ctx, event)
}

// retry processes what waits.
func (s *Service) retry(ctx context.Context) error {
	if !s.Sold() {
		return nil
	}
	events, err := s.events.Unsettled(ctx, retryAfter, retryAtOnce)
	if err != nil {
		return fmt.Errorf("look for events that wait: %w", err)
	}
	for _, event := range events {
		if err := s.process(ctx, event); err != nil {
			s.logger.WarnContext(ctx, "an event could not be processed and is tried again", slog.String("event", event.ID), slog.String("type", event.Type), slog.Any("error", err))
		}
	}
	return nil
}

const (
	// retryAfter is how long an event waits before somebody else processes it: whoever received it is at it for processWait.
	retryAfter  = 3 * processWait
	retryAtOnce = 100
)

// same tells whether a change changes nothing.
func same(a, b State) bool { return reflect.DeepEqual(a, b) }
