package main

import (
	"context"
	"fmt"
	"time"
)

// experiment measures some rows in one go.
type experiment struct {
	name string
	rows []row
	// Both return a figure for each row. They start what they measure; it ends with the lab.
	floor, parley func(l *lab) []float64                   // floor is nil when there is none
	both          func(l *lab) (floors, parleys []float64) // in place of these: measures both sides in one lab
	once          bool                                     // more rounds would tell nothing new
}

// stepAtMost bounds one side of one round: the longest takes a quarter of it.
const stepAtMost = 90 * time.Second

// experiments are all that there are, the most telling first.
func experiments(s sizes, binary string) []experiment {
	return []experiment{
		idleVisitors(s), idleParts(s),
		frames(s),
		messagesOn(s, sqlite), messagesOn(s, postgres),
		fanOut(s),
		streamsOn(s, sqlite), streamsOn(s, postgres), hurried(s), steady(s),
		storm(s),
		quota(s), retrieval(s),
		start(),
		rest(binary),
		widget(),
		footprint(s), ledgerOf(s), redisCost(s),
		failover(s),
		scale(s),
	}
}

// run measures floor and Parley in turn.
func (e experiment) run(ctx context.Context, rounds int, atMost time.Duration) ([]result, error) {
	if e.once {
		rounds = 1
	}
	floors, parleys := make([][]float64, len(e.rows)), make([][]float64, len(e.rows))
	for round := range rounds {
		if e.both != nil {
			err := within(ctx, 2*atMost, func(l *lab) {
				floor, parley := e.both(l)
				add(floors, floor)
				add(parleys, parley)
			})
			if err != nil {
				return nil, fmt.Errorf("measure round %d: %w", round+1, err)
			}
			continue
		}
		for _, side := range []struct {
			name    string
			measure func(l *lab) []float64
			into    [][]float64
		}{{"the floor", e.floor, floors}, {"Parley", e.parley, parleys}} {
			if side.measure == nil {
				continue
			}
			if err := collect(ctx, atMost, side.measure, side.into); err != nil {
				return nil, fmt.Errorf("measure %s, round %d: %w", side.name, round+1, err)
			}
		}
	}
	results := make([]result, len(e.rows))
	for i, row := range e.rows {
		results[i] = row.result(floors[i], parleys[i])
	}
	return results, nil
}

// collect measures once and adds each row's figure to the row's others.
func collect(ctx context.Context, atMost time.Duration, measure func(l *lab) []float64, into [][]float64) error {
	var figures []float64
	if err := within(ctx, atMost, func(l *lab) { figures = measure(l) }); err != nil {
		return err
	}
	add(into, figures)
	return nil
}

func add(into [][]float64, figures []float64) {
	for i, figure := range figures {
		into[i] = append(into[i], figure)
	}
}
