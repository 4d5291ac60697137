package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strconv"
	"time"
)

const (
	// calm is the jitter below which a stream is read as an even one, PERFORMANCE.md's bound.
	calm = 40.0 // milliseconds
	// steps is how many numbers of streams there are to try.
	steps = 5
	// tries are given to each: one pause of the machine of a tenth of a second is a piece in a hundred of
	// each stream, and says nothing about the server.
	tries = 2
	// middle is the step that is tried first, and the one whose jitter is a row.
	middle = 3
)

// steady measures how many answers can be streamed at the same time before their
// words come unevenly.
func steady(s sizes) experiment {
	measure := func(at *site) []float64 {
		visitors := at.crowd(s.steady, nil)
		jitter := map[int]float64{} // by step
		most := greatest(func(step int) bool {
			jitter[step] = least(calm, tries, func() float64 { return at.jitter(visitors[:s.steady*step/steps]) })
			return jitter[step] < calm
		})
		return []float64{float64(s.steady * most / steps), jitter[middle]}
	}
	words := strconv.Itoa(3 * 1000 / pace) // three seconds
	return experiment{
		name: "steady",
		rows: []row{
			{"streams at 50 tokens/s, jitter p99 < 40 ms", "at once", atLeastOf(300)},
			{fmt.Sprintf("jitter p99 of %d streams", s.steady*middle/steps), "ms", nil},
		},
		floor:  func(l *lab) []float64 { return measure(floorWithModel(l, sqlite, "-words", words)) },
		parley: func(l *lab) []float64 { return measure(parleyWithModel(l, sqlite, s.steady, "-words", words)) },
	}
}

// greatest is the greatest step that holds, 0 if none does. It begins in the middle and stops at
// the first that differs from the one before: each takes seconds.
func greatest(holds func(step int) bool) int {
	step := middle
	if holds(step) {
		for step < steps && holds(step+1) {
			step++
		}
		return step
	}
	for step--; step > 0 && !holds(step); step-- {
	}
	return step
}

// least measures until a figure is below a bound, so often at most, and returns the least.
func least(bound float64, tries int, measure func() float64) float64 {
	best := measure()
	for tries--; tries > 0 && best >= bound; tries-- {
		best = min(best, measure())
	}
	return best
}

// jitter is how far the times between two pieces of an answer are from the
// model's pace, for the worst of a hundred, in milliseconds.
func (s *site) jitter(visitors []*visitor) float64 {
	s.l.step("stream %d answers at 50 tokens/s", len(visitors))
	gaps := make([][]float64, len(visitors))
	s.l.firstWords(len(visitors), func(ctx context.Context, i int, _ time.Time) (_ time.Duration, err error) {
		gaps[i], err = visitors[i].pulse(ctx)
		return 0, err
	})
	var off []float64
	for _, of := range gaps {
		for _, gap := range of {
			off = append(off, math.Abs(gap-pace))
		}
	}
	return quantile(off, 0.99)
}

// pulse asks the bot and returns the times from each piece of its answer to the next, in
// milliseconds. Two words in one frame are one piece that came late.
func (v *visitor) pulse(ctx context.Context) (gaps []float64, err error) {
	if err := v.send(ctx, question); err != nil {
		return nil, err
	}
	if _, err := v.await(ctx, "message.delta"); err != nil {
		return nil, err
	}
	delta, completed := []byte(`"type":"message.delta"`), []byte(`"type":"message.completed"`)
	for last := time.Now(); ; {
		_, raw, err := v.ws.Read(ctx)
		switch {
		case err != nil:
			return nil, fmt.Errorf("read an answer: %w", err)
		case bytes.Contains(raw, delta):
			now := time.Now()
			gaps = append(gaps, milliseconds(now.Sub(last)))
			last = now
		case bytes.Contains(raw, completed):
			return gaps, nil
		default:
			return nil, fmt.Errorf("read an answer: %s", raw)
		}
	}
}
