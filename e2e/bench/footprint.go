package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
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

// redisCost measures what Redis has to do for a cluster: capacity is calculated from it.
func redisCost(s sizes) experiment {
	return experiment{
		name: "redis",
		rows: []row{
			{"Redis: memory per conversation in memory", "KiB", nil}, {"… per node", "KiB", nil}, {"… commands per message", "1", nil},
		},
		once: true,
		parley: func(l *lab) []float64 {
			c := startCluster(l, 1, 1)
			redis := dialRedis(l, c.redis)
			alone := redis.told("used_memory")
			c.grow()
			both := redis.told("used_memory")
			visitors := c.nodes[0].crowd(s.storm, nil)
			c.nodes[0].converse(visitors)
			l.pause(time.Second)
			full := redis.told("used_memory")
			before := redis.told("total_commands_processed")
			acks, _ := c.nodes[0].together("messages with Redis", visitors[:min(len(visitors), s.sessions)], s.sending)
			commands := redis.told("total_commands_processed") - before
			return []float64{(full - both) / float64(s.storm) / 1024, (both - alone) / 1024, commands / acks}
		},
	}
}

// told is a figure that Redis tells of itself.
func (r *redis) told(name string) (figure float64) {
	for line := range strings.Lines(r.command("INFO", "everything")) {
		if n, _ := fmt.Sscanf(line, name+":%f", &figure); n == 1 {
			return figure
		}
	}
	r.l.Fatalf("Redis does not tell %s", name)
	return 0
}
