package socket

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"parley/chat"
	"parley/transport/wire"
)

// pauses sees that no visitor stays whose business's chats come to rest. Agents do: they read on, and write to whom they talk to.
type pauses struct {
	allowances chat.Allowances // nil: nobody's rest
	every      time.Duration
	visiting   func() map[string][]*conn

	ctx   context.Context
	stop  context.CancelFunc
	begun sync.Once
}

// pausePatience bounds the wait for what one business may use. It is in memory for all whose visitors are here.
const pausePatience = time.Second

func newPauses(allowances chat.Allowances, every time.Duration, visiting func() map[string][]*conn) *pauses {
	p := &pauses{allowances: allowances, every: every, visiting: visiting}
	p.ctx, p.stop = context.WithCancel(context.Background())
	return p
}

// admit refuses a visitor of a business whose chats rest. From the first one that it lets in on it looks whether they still do not.
func (p *pauses) admit(ctx context.Context, tenant string) error {
	if p.allowances == nil {
		return nil
	}
	p.begun.Do(func() { go p.run() })
	now, err := p.allowances.Allowance(ctx, tenant)
	if err == nil && now.Paused {
		err = chat.ErrPaused
	}
	return err
}

func (p *pauses) run() {
	for sleep(p.ctx, p.every) == nil {
		for tenant, conns := range p.visiting() {
			ctx, cancel := context.WithTimeout(p.ctx, pausePatience)
			err := p.admit(ctx, tenant)
			cancel()
			if errors.Is(err, chat.ErrPaused) {
				for _, c := range conns {
					c.excuse()
				}
			}
		}
	}
}

// visiting returns the connections of visitors, by whose they are.
func (h *Handler) visiting() map[string][]*conn {
	h.mu.Lock()
	conns := slices.Collect(maps.Keys(h.conns))
	h.mu.Unlock()
	visiting := make(map[string][]*conn)
	for _, c := range conns {
		if s, ok := c.current().(*session); ok && !c.out.closing() {
			tenant := s.visitor().Tenant
			visiting[tenant] = append(visiting[tenant], c)
		}
	}
	return visiting
}

// excuse tells a visitor that nobody is answered now, and that trying again does not help.
func (c *conn) excuse() {
	c.h.metrics.errors.WithLabelValues(chat.ErrPaused.Code).Inc()
	c.send(wire.AppendError(nil, "", chat.ErrPaused))
	c.shut(wire.CloseSuspended, chat.ErrPaused.Message)
}
