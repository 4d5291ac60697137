package main

import (
	"context"
	"time"
)

// idleVisitors measures what a visitor costs who has opened the chat and says nothing: one who never
// wrote, and one with a conversation in memory.
func idleVisitors(s sizes) experiment {
	measure := func(at *site) []float64 {
		at.l.pause(time.Second) // what its start left behind is not the visitors'
		begun := at.l.memory(at.pid())
		visitors := at.crowd(s.idle, nil)
		at.l.pause(time.Second)
		at.profiles.heap("idle")
		opened := at.l.memory(at.pid())
		at.converse(visitors)
		at.l.pause(time.Second)
		at.profiles.heap("conversations")
		each := float64(s.idle) * 1024
		return []float64{(opened - begun) / each, (at.l.memory(at.pid()) - begun) / each}
	}
	return experiment{
		name: "idle",
		rows: []row{
			{"memory per idle visitor", "KiB", ratioAtMost(1.0).then(0.7)},
			{"… with a conversation in memory", "KiB", nil},
		},
		floor:  func(l *lab) []float64 { return measure(startFloor(l)) },
		parley: func(l *lab) []float64 { return measure(startParley(l, 1)) },
	}
}

// converse has each visitor say something that no bot answers.
func (s *site) converse(visitors []*visitor) {
	s.l.step("write %d messages", len(visitors))
	s.l.all(len(visitors), dialling, func(ctx context.Context, i int) error {
		if err := visitors[i].askForPerson(ctx); err != nil {
			return err
		}
		return visitors[i].say(ctx, smallMessage)
	})
}

// idleParts measures what that memory consists of, from the heap profiles of one process, after a
// collection of garbage: first for visitors who never wrote, then what a conversation adds.
func idleParts(s sizes) experiment {
	names := []string{stacks}
	for _, p := range parts {
		names = append(names, p.name)
	}
	names = append(names, otherHeap, runtimes)
	rows := make([]row, 0, 2*len(names))
	for _, of := range []string{"visitor", "conversation"} {
		for _, name := range names {
			rows = append(rows, row{"… of a " + of + ": " + name, "KiB", nil})
		}
	}
	return experiment{
		name: "parts", rows: rows, once: true,
		parley: func(l *lab) []float64 {
			admin := freeAddress(l)
			at := startParley(l, 1, "PARLEY_METRICS_ADDR="+admin, exactly)
			before := at.contents(admin)
			visitors := at.crowd(s.idle, nil)
			l.pause(time.Second)
			opened := at.contents(admin)
			at.converse(visitors)
			l.pause(time.Second)
			spoken := at.contents(admin)
			figures := make([]float64, 0, len(rows))
			for _, step := range [][2]contents{{before, opened}, {opened, spoken}} {
				for _, name := range names {
					figures = append(figures, (step[1][name]-step[0][name])/float64(s.idle)/1024)
				}
			}
			return figures
		},
	}
}
