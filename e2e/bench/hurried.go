package main

import (
	"context"
	"strconv"
	"time"
)

// hurried measures how many words a second get through when the model does not pause.
func hurried(s sizes) experiment {
	measure := func(at *site) []float64 {
		visitors := at.crowd(s.streams, nil)
		at.l.step("stream %d answers without pauses", len(visitors))
		var took time.Duration
		cpu := at.costOf("tokens", func() {
			begun := time.Now()
			at.l.all(len(visitors), len(visitors), func(ctx context.Context, i int) error {
				ctx, cancel := context.WithTimeout(ctx, patience)
				defer cancel()
				_, err := visitors[i].hear(ctx, begun)
				return err
			})
			took = time.Since(begun)
		})
		tokens := float64(len(visitors) * s.long)
		return []float64{tokens / took.Seconds(), cpu.Seconds() / tokens * 1e6}
	}
	return experiment{
		name: "tokens",
		rows: []row{
			{"tokens per second, model without delay", "1/s", ratioAtLeast(1.0)},
			{"… CPU per million of them", "s", nil},
		},
		floor: func(l *lab) []float64 {
			return measure(floorWithModel(l, sqlite, "-hurried", "-words", strconv.Itoa(s.long)))
		},
		parley: func(l *lab) []float64 {
			return measure(parleyWithModel(l, sqlite, s.streams, "-hurried", "-words", strconv.Itoa(s.long)))
		},
	}
}

// floorWithModel starts a model and a floor that asks it. As Parley does, it
// commits the question first.
func floorWithModel(l *lab, d database, model ...string) *site {
	url, _ := l.spawn("model", model...)
	at := startFloor(l, append(d.floor(l), "-model", url)...)
	at.model = url
	return at
}

// parleyWithModel starts a model and a Parley that asks it, with bots enough for
// that many answers at the same time.
func parleyWithModel(l *lab, d database, answers int, model ...string) *site {
	url, _ := l.spawn("model", model...)
	at := startParley(l, (answers+answersOfBot-1)/answersOfBot, append(d.parley(l), "OPENAI_BASE_URL="+url, "OPENAI_API_KEY=sk-bench")...)
	at.model = url
	return at
}
