package hooks

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

func TestWhoseServersAreNotToldHasNothingThatWaits(t *testing.T) {
	t.Parallel()
	w := setup(t)
	other := w.business()
	r := receive(t, always(200))
	w.listen(w.tenant, r.url)
	w.listen(other, r.url)
	w.talk(w.tenant, 2)
	allowed := w.talk(other, 2)
	w.start(func(c *Config) {
		c.Told = func(_ context.Context, tenant string) (bool, error) { return tenant == other, nil }
	})
	for _, m := range r.await(t, 3) {
		if m.Conv != allowed {
			t.Errorf("told %s", m.body)
		}
	}
	eventually(t, "what nobody is told still waits", w.empty)
}

func TestWhatCannotBeToldFromPlansIsNotDropped(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := receive(t, always(200))
	w.listen(w.tenant, r.url)
	w.talk(w.tenant, 1)
	var asked atomic.Int32
	w.start(func(c *Config) {
		c.Told = func(context.Context, string) (bool, error) { asked.Add(1); return false, errors.New("away") }
	})
	eventually(t, "nobody asked", func() bool { return asked.Load() > 0 })
	if w.empty() || len(r.got) != 0 {
		t.Errorf("%d were told", len(r.got))
	}
}
