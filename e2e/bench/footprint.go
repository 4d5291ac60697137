package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// footprint measures what capacity is calculated from (docs/capacity.md) besides visitors: the
// memory of bots and passages, by what loading them adds to what a process holds after a collection of garbage.
func footprint(s sizes) experiment {
	const bots, small = 100, 8 // bots that know so little
	return experiment{
		name: "footprint",
		rows: []row{{"memory per bot that knows a page", "KiB", nil}, {"memory per passage of a large bot", "KiB", nil}},
		once: true,
		parley: func(l *lab) []float64 {
			admin := freeAddress(l)
			at := startParley(l, 0, "PARLEY_METRICS_ADDR="+admin, exactly)
			l.step("make %d bots", bots)
			for range bots {
				bot := at.owner.MakeBot("Bench")
				at.bots = append(at.bots, bot)
				var page strings.Builder
				for prose := newProse(); strings.Count(page.String(), "#") < small; {
					page.WriteString("# Part\n\n" + prose.passage() + "\n\n")
				}
				at.owner.AddText(bot, "Page", page.String())
			}
			large := at.owner.MakeBot("Large")
			at.read(large, newProse(), s.passages)
			at.parley.Kill()
			at.parley.Run()
			at.touch(at.bots[0]) // what the first search of all takes
			begun := at.contents(admin).sum()
			for _, bot := range at.bots[1:] {
				at.touch(bot)
			}
			met := at.contents(admin).sum()
			at.touch(large)
			read := at.contents(admin).sum()
			return []float64{(met - begun) / (bots - 1) / 1024, (read - met) / float64(s.passages) / 1024}
		},
	}
}

// touch has a bot in memory, and what it knows.
func (s *site) touch(bot string) {
	body, err := json.Marshal(map[string]any{"query": newProse().query(), "limit": 1})
	s.l.must("search", err)
	answer, err := s.owner.Try(http.MethodPost, "bots/"+bot+"/search", "application/json", bytes.NewReader(body))
	s.l.must("search", err)
	if answer.Status != http.StatusOK {
		s.l.Fatalf("search: %d %.200s", answer.Status, answer.Body)
	}
}
