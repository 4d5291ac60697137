package main

import (
	"context"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"time"

	"parley/persistence/testbed"
)

// database is where messages are kept durably.
type database struct {
	name     string
	floor    func(l *lab) []string // arguments of the floor
	parley   func(l *lab) []string // environment of Parley
	quick    *goal                 // of an ack at a low rate
	abundant *goal                 // of acks in a second
}

var sqlite = database{
	name: "SQLite",
	floor: func(l *lab) []string {
		settings := url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)"}, "_txlock": {"immediate"}}
		return []string{"-driver", "sqlite", "-database", "file:" + filepath.Join(l.TempDir(), "floor.db") + "?" + settings.Encode()}
	},
	parley: func(*lab) []string { return nil },
	quick:  ratioAtMost(1.2), abundant: ratioAtLeast(0.35),
}

var postgres = database{
	name:   "Postgres",
	floor:  func(l *lab) []string { return []string{"-driver", "pgx", "-database", testbed.Postgres(l)} },
	parley: func(l *lab) []string { return []string{"DATABASE_URL=" + testbed.Postgres(l)} },
	quick:  ratioAtMost(1.4), abundant: ratioAtLeast(0.5),
}

// messagesOn measures messages that no bot answers: first one by one, then from many at once.
func messagesOn(s sizes, d database) experiment {
	measure := func(at *site) []float64 {
		senders := at.crowd(s.sessions, nil)
		at.l.all(len(senders), dialling, func(ctx context.Context, i int) error { return senders[i].askForPerson(ctx) })
		slow := at.oneByOne(senders[0], s.slow)
		acks, cpu := at.together("messages "+d.name, senders, s.sending)
		return []float64{microseconds(cpu) / acks, slow, acks / s.sending.Seconds()}
	}
	return experiment{
		name: "messages, " + d.name,
		rows: []row{
			{"CPU per small message acknowledged, " + d.name, "µs", nil},
			{"durable ack p50 at low rate, " + d.name, "ms", d.quick},
			{"durable acks, many sessions, " + d.name, "1/s", d.abundant},
		},
		floor:  func(l *lab) []float64 { return measure(startFloor(l, d.floor(l)...)) },
		parley: func(l *lab) []float64 { return measure(startParley(l, 1, d.parley(l)...)) },
	}
}

const smallMessage = "a small message, as people write them"

// oneByOne is the median time to an ack, in milliseconds, when nothing else happens.
func (s *site) oneByOne(v *visitor, messages int) float64 {
	ctx, cancel := context.WithTimeout(s.l.ctx, patience)
	defer cancel()
	s.l.step("send %d messages one by one", messages)
	var times []float64
	for range messages {
		begun := time.Now()
		s.l.must("send at a low rate", v.say(ctx, smallMessage))
		times = append(times, milliseconds(time.Since(begun)))
		s.l.pause(10 * time.Millisecond)
	}
	return median(times)
}

// together has everybody send, each the next message when the last one is
// acknowledged, and returns how many were and what that cost the server.
func (s *site) together(name string, senders []*visitor, length time.Duration) (acks float64, cpu time.Duration) {
	s.l.step("send messages for %v", length)
	var count atomic.Int64
	cpu = s.costOf(name, func() {
		end := time.Now().Add(length)
		s.l.all(len(senders), len(senders), func(ctx context.Context, i int) error {
			ctx, cancel := context.WithTimeout(ctx, length+patience)
			defer cancel()
			for time.Now().Before(end) {
				if err := senders[i].say(ctx, smallMessage); err != nil {
					return err
				}
				count.Add(1)
			}
			return nil
		})
	})
	return float64(count.Load()), cpu
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1e3 }
func microseconds(d time.Duration) float64 { return d.Seconds() * 1e6 }
