package main

import "time"

// idleVisitors measures what a visitor costs who has opened the chat and says nothing.
func idleVisitors(s sizes) experiment {
	measure := func(at *site) []float64 {
		at.l.pause(time.Second) // what its start left behind is not the visitors'
		before := at.l.memory(at.pid())
		at.crowd(s.idle, nil)
		at.l.pause(time.Second)
		at.profiles.heap("idle")
		return []float64{(at.l.memory(at.pid()) - before) / float64(s.idle) / 1024}
	}
	return experiment{
		name:   "idle",
		rows:   []row{{"memory per idle visitor", "KiB", ratioAtMost(1.0).then(0.7)}},
		floor:  func(l *lab) []float64 { return measure(startFloor(l)) },
		parley: func(l *lab) []float64 { return measure(startParley(l, 1)) },
	}
}
