package main

import (
	"bufio"
	"context"
	"fmt"
	"strconv"
	"time"
)

// ramp is the time over which streams begin, one after the other.
const ramp = time.Second

// answersOfBot is how many streams a bot gets: well below the 64 that Parley lets
// one bot write at once, since waiting for that is not what is measured.
const answersOfBot = 50

// streamsOn measures answers of a model that are streamed at the same time, and kept in a database.
func streamsOn(s sizes, d database) experiment {
	measure := func(at *site) []float64 {
		visitors := at.crowd(s.streams, nil)
		at.l.step("ask the model itself %d times", s.streams)
		direct := at.l.firstWords(s.streams, func(ctx context.Context, _ int, begun time.Time) (time.Duration, error) {
			return firstWord(ctx, at.model, begun)
		})
		at.l.step("stream %d answers", s.streams)
		var through float64
		cpu := at.costOf("streams "+d.name, func() {
			through = at.l.firstWords(s.streams, func(ctx context.Context, i int, begun time.Time) (time.Duration, error) {
				return visitors[i].hear(ctx, begun)
			})
		})
		return []float64{through - direct, cpu.Seconds() / float64(s.streams*s.words) * 1e6}
	}
	words := strconv.Itoa(s.words)
	return experiment{
		name: "streams, " + d.name,
		rows: []row{
			// The floor commits the question before it asks the model, so that the goal "floor and a commit" is the floor itself.
			{"first-token overhead p50, " + d.name, "ms", ratioAtMost(1.0)},
			{"CPU per million streamed tokens, " + d.name, "s", ratioAtMost(1.6)},
		},
		floor:  func(l *lab) []float64 { return measure(floorWithModel(l, d, "-words", words)) },
		parley: func(l *lab) []float64 { return measure(parleyWithModel(l, d, s.streams, "-words", words)) },
	}
}

// firstWords has streams begin evenly over the ramp and waits for their end. It
// returns the median of the times to their first words, in milliseconds.
func (l *lab) firstWords(n int, stream func(ctx context.Context, i int, begun time.Time) (time.Duration, error)) float64 {
	times := make([]float64, n)
	origin := time.Now()
	l.all(n, n, func(ctx context.Context, i int) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		select {
		case <-time.After(time.Until(origin.Add(ramp * time.Duration(i) / time.Duration(n)))):
		case <-ctx.Done():
			return ctx.Err()
		}
		first, err := stream(ctx, i, time.Now())
		times[i] = milliseconds(first)
		return err
	})
	return median(times)
}

// firstWord asks the model itself and leaves when it begins to speak.
func firstWord(ctx context.Context, model string, begun time.Time) (time.Duration, error) {
	response, err := ask(ctx, model, question)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		if len(content(lines.Bytes())) > 0 {
			return time.Since(begun), nil
		}
	}
	return 0, fmt.Errorf("the model said nothing")
}

// hear asks the bot and listens to the end of its answer.
func (v *visitor) hear(ctx context.Context, begun time.Time) (first time.Duration, err error) {
	if err := v.send(ctx, question); err != nil {
		return 0, err
	}
	if _, err := v.await(ctx, "message.delta"); err != nil {
		return 0, err
	}
	first = time.Since(begun)
	_, err = v.await(ctx, "message.completed")
	return first, err
}
