package main

import (
	"context"
	"sync"
	"time"
)

// unmeasured are the first messages to a crowd: buffers grow and processors wake.
const unmeasured = 3

// fanOut measures how long a message takes, from its sending, to be with each
// of many who watch one conversation. Both sides commit it first.
func fanOut(s sizes) experiment {
	measure := func(at *site) []float64 {
		author := at.crowd(1, nil)[0]
		at.l.all(1, 1, func(ctx context.Context, _ int) error { return author.askForPerson(ctx) })
		tabs := make([]*visitor, s.watchers)
		for i := range tabs {
			tabs[i] = author
		}
		watchers := at.crowd(s.watchers, tabs)
		at.l.step("show %d messages to %d watchers", s.shown, s.watchers)
		times := make([]float64, 0, s.shown*s.watchers)
		for range unmeasured {
			at.show(author, watchers)
		}
		cpu := at.costOf("fan-out", func() {
			for range s.shown {
				times = append(times, at.show(author, watchers)...)
				at.l.pause(10 * time.Millisecond)
			}
		})
		return []float64{quantile(times, 0.99), median(times), microseconds(cpu) / float64(len(times))}
	}
	return experiment{
		name: "fan-out",
		rows: []row{
			{"fan-out of a message to " + thousands(s.watchers) + " watchers, p99", "ms", ratioAtMost(1.0)},
			{"… p50", "ms", nil},
			{"… CPU per watcher", "µs", nil},
		},
		floor:  func(l *lab) []float64 { return measure(startFloor(l, append(sqlite.floor(l), "-rooms")...)) },
		parley: func(l *lab) []float64 { return measure(startParley(l, 1)) },
	}
}

// show sends one message and returns when it was with each watcher, in milliseconds.
func (s *site) show(author *visitor, watchers []*visitor) []float64 {
	times := make([]float64, len(watchers))
	var begun time.Time
	var ready sync.WaitGroup
	ready.Add(len(watchers))
	s.l.all(1+len(watchers), 1+len(watchers), func(ctx context.Context, i int) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if i == len(watchers) { // the last to be started
			ready.Wait()
			begun = time.Now()
			return author.say(ctx, smallMessage)
		}
		ready.Done()
		if _, err := watchers[i].await(ctx, "message.created"); err != nil {
			return err
		}
		times[i] = milliseconds(time.Since(begun))
		return nil
	})
	return times
}
