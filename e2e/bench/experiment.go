package main

import (
	"context"
	"fmt"
)

// experiment measures some rows in one go.
type experiment struct {
	name string
	rows []row
	// Both return a figure for each row. They start what they measure; it ends with the lab.
	floor, parley func(l *lab) []float64 // floor is nil when there is none
}

// experiments are all that there are, the most telling first.
func experiments(s sizes, binary string) []experiment {
	return []experiment{
		idleVisitors(s),
		messagesOn(s, sqlite), messagesOn(s, postgres),
		streams(s),
		storm(s),
		start(),
		rest(binary),
		widget(),
	}
}

// run measures floor and Parley in turn.
func (e experiment) run(ctx context.Context, rounds int) ([]result, error) {
	floors, parleys := make([][]float64, len(e.rows)), make([][]float64, len(e.rows))
	for range rounds {
		if err := collect(ctx, e.floor, floors); err != nil {
			return nil, fmt.Errorf("measure the floor: %w", err)
		}
		if err := collect(ctx, e.parley, parleys); err != nil {
			return nil, fmt.Errorf("measure Parley: %w", err)
		}
	}
	results := make([]result, len(e.rows))
	for i, row := range e.rows {
		results[i] = row.result(floors[i], parleys[i])
	}
	return results, nil
}

// collect measures once and adds each row's figure to the row's others.
func collect(ctx context.Context, measure func(l *lab) []float64, into [][]float64) error {
	if measure == nil {
		return nil
	}
	return within(ctx, func(l *lab) {
		for i, figure := range measure(l) {
			into[i] = append(into[i], figure)
		}
	})
}
