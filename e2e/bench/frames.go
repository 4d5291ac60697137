package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

const (
	// watchedAtOnce is how many conversations one desk watches, as many as Parley lets it.
	watchedAtOnce = 50
	// typingAgain is when a server takes the next sign of typing from somebody: Parley shows one a second.
	typingAgain = 1050 * time.Millisecond
)

// frames measures what the server does for frames that touch no store: one that
// it answers, and one that it shows to somebody else.
func frames(s sizes) experiment {
	measure := func(at *site) []float64 {
		senders := at.crowd(s.typists, nil)
		at.l.step("open %d conversations", len(senders))
		at.l.all(len(senders), dialling, func(ctx context.Context, i int) error { return senders[i].askForPerson(ctx) })
		return []float64{at.pings(senders[:min(len(senders), s.sessions)], s.sending), at.typing(senders, s.bursts)}
	}
	return experiment{
		name: "frames",
		rows: []row{
			{"CPU per small message, no store: ping", "µs", ratioAtMost(2.0).then(1.6)},
			{"CPU per small message, no store: typing", "µs", ratioAtMost(2.0).then(1.6)},
		},
		floor:  func(l *lab) []float64 { return measure(startFloor(l, "-rooms")) },
		parley: func(l *lab) []float64 { return measure(startParley(l, 1)) },
	}
}

// pings has everybody send, each the next when the last one is answered, and
// returns what one cost the server, in microseconds.
func (s *site) pings(senders []*visitor, length time.Duration) float64 {
	s.l.step("send pings for %v", length)
	var count atomic.Int64
	cpu := s.costOf("pings", func() {
		end := time.Now().Add(length)
		s.l.all(len(senders), len(senders), func(ctx context.Context, i int) error {
			ctx, cancel := context.WithTimeout(ctx, length+patience)
			defer cancel()
			for time.Now().Before(end) {
				if err := senders[i].request(ctx, "ping", "pong"); err != nil {
					return err
				}
				count.Add(1)
			}
			return nil
		})
	})
	return microseconds(cpu) / float64(count.Load())
}

// typing has all visitors be seen typing at once, some times, and returns what one cost.
func (s *site) typing(visitors []*visitor, bursts int) float64 {
	desks := s.desks(visitors)
	s.l.step("show %d bursts of typing", bursts)
	var cpu time.Duration
	for range bursts {
		cpu += s.costOf("typing", func() {
			s.l.all(len(desks)+len(visitors), len(desks)+len(visitors), func(ctx context.Context, i int) error {
				ctx, cancel := context.WithTimeout(ctx, patience)
				defer cancel()
				if i >= len(desks) {
					return visitors[i-len(desks)].request(ctx, "typing", "ack")
				}
				for range watchedBy(i, len(visitors)) {
					if _, err := desks[i].await(ctx, "typing"); err != nil {
						return err
					}
				}
				return nil
			})
		})
		s.l.pause(typingAgain)
	}
	return microseconds(cpu) / float64(bursts*len(visitors))
}

// watchedBy is how many of so many visitors a desk watches.
func watchedBy(desk, visitors int) int { return min(watchedAtOnce, visitors-desk*watchedAtOnce) }

// desks opens as many as it takes to watch all visitors.
func (s *site) desks(visitors []*visitor) []*visitor {
	desks := make([]*visitor, (len(visitors)+watchedAtOnce-1)/watchedAtOnce)
	s.l.step("open %d desks", len(desks))
	s.l.Cleanup(func() {
		for _, d := range desks {
			if d != nil {
				d.leave()
			}
		}
	})
	s.l.all(len(desks), dialling, func(ctx context.Context, i int) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		ws, err := s.dial(ctx)
		if err != nil {
			return err
		}
		desks[i] = &visitor{ws: ws, name: fmt.Sprintf("desk %d", i)}
		if err := desks[i].request(ctx, "desk.open", "desk.ready"); err != nil {
			return err
		}
		first := i * watchedAtOnce
		for _, v := range visitors[first : first+watchedBy(i, len(visitors))] {
			if err := desks[i].write(ctx, "conversation.watch", map[string]any{"conversation": v.conversation}); err != nil {
				return err
			}
			if _, err := desks[i].await(ctx, "ack"); err != nil {
				return err
			}
		}
		return nil
	})
	return desks
}
