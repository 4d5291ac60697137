package account

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"
)

// leavers are tenants whose time has come, and what they pay for.
type leavers struct {
	Departures
	due   map[string]time.Time
	fails map[string]error // to end what a tenant pays
	did   []string
}

func (l *leavers) Departing(context.Context, time.Time) (tenants []string, err error) {
	for tenant := range l.due {
		tenants = append(tenants, tenant)
	}
	slices.Sort(tenants)
	return tenants, nil
}

func (l *leavers) Erasure(_ context.Context, tenant string) (time.Time, error) {
	return l.due[tenant], nil
}

func (l *leavers) EraseTenant(_ context.Context, tenant string, _ time.Time) (Leaving, error) {
	l.did = append(l.did, "erase "+tenant)
	return Leaving{Gone: true}, nil
}

func (l *leavers) End(_ context.Context, tenant string) error {
	l.did = append(l.did, "end "+tenant)
	return l.fails[tenant]
}

func TestWhatABusinessPaysEndsBeforeItIsErased(t *testing.T) {
	t.Parallel()
	now := time.Now()
	away := errors.New("the payment service is away")
	l := &leavers{
		due:   map[string]time.Time{"a": now, "b": now.Add(-time.Hour), "c": now.Add(-paymentsWait)},
		fails: map[string]error{"b": away, "c": away},
	}
	p := &Privacy{Tenants: l, Payments: l, Logger: slog.New(slog.DiscardHandler)}
	if err := p.sweepTenants(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	// b waits, and c has waited for long enough.
	if want := []string{"end a", "erase a", "end b", "end c", "erase c"}; !slices.Equal(l.did, want) {
		t.Errorf("what was done is %q", l.did)
	}
	l.did, p.Payments = nil, nil
	if err := p.sweepTenants(t.Context(), now); err != nil || len(l.did) != 3 {
		t.Errorf("where nothing is sold, what was done is %q: %v", l.did, err)
	}
}
