package main

import "time"

// storm measures visitors who all come back together: when their connections
// broke, and when the server had ended too, so that their sessions are loaded from SQL.
func storm(s sizes) experiment {
	measure := func(at *site) []float64 {
		visitors := at.crowd(s.storm, nil)
		at.converse(visitors)
		alive, cpu := at.comeBack("storm alive", visitors)
		if at.parley != nil {
			at.parley.Kill()
			at.parley.Run()
		}
		loaded, loading := at.comeBack("storm loaded", visitors)
		n := float64(s.storm)
		return []float64{alive.Seconds(), cpu.Seconds() / n * 1e6, loaded.Seconds(), loading.Seconds() / n * 1e6}
	}
	return experiment{
		name: "storm",
		rows: []row{
			{"reconnect storm, sessions alive", "s", ratioAtMost(1.6)},
			{"… CPU per session", "µs", nil},
			{"reconnect storm, sessions loaded from SQL", "s", ratioAtMost(2.0)},
			{"… CPU per session loaded", "µs", nil},
		},
		floor:  func(l *lab) []float64 { return measure(startFloor(l)) },
		parley: func(l *lab) []float64 { return measure(startParley(l, 1)) },
	}
}

// comeBack cuts all connections and has the visitors resume their sessions.
func (s *site) comeBack(name string, visitors []*visitor) (took, cpu time.Duration) {
	for _, v := range visitors {
		v.leave()
	}
	cpu = s.costOf(name, func() {
		begun := time.Now()
		copy(visitors, s.crowd(len(visitors), visitors))
		took = time.Since(begun)
	})
	return took, cpu
}
