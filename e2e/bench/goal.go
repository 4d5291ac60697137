package main

import (
	"fmt"
	"math"
)

// goal is what a row should show. The zero goal is none.
type goal struct {
	words string // "ratio ≤ 1.0"
	met   func(parley, ratio float64) bool
}

func ratioAtMost(limit float64) goal {
	return goal{fmt.Sprintf("ratio ≤ %.3g", limit), func(_, ratio float64) bool { return ratio <= limit }}
}

func ratioAtLeast(limit float64) goal {
	return goal{fmt.Sprintf("ratio ≥ %.3g", limit), func(_, ratio float64) bool { return ratio >= limit }}
}

// atMostOf is a goal for Parley's own figure, in the row's unit.
func atMostOf(limit float64) goal {
	return goal{fmt.Sprintf("≤ %.3g", limit), func(parley, _ float64) bool { return parley <= limit }}
}

// row is a line of the table before it is measured.
type row struct {
	metric, unit string
	goal         goal
}

// result is a row as it is written to a JSON line. What there is none of is null.
type result struct {
	Metric string   `json:"metric"`
	Unit   string   `json:"unit"`
	Floor  *float64 `json:"floor"`
	Parley *float64 `json:"parley"`
	Ratio  *float64 `json:"ratio"`
	Goal   string   `json:"goal"`
	Met    *bool    `json:"met"`
	// Rounds has the ratio of each: how far apart they are tells how far to trust the median.
	Rounds []float64 `json:"rounds,omitempty"`
}

// result judges the medians of the rounds.
func (r row) result(floors, parleys []float64) result {
	floor, parley := median(floors), median(parleys)
	by := ratio(parley, floor)
	out := result{Metric: r.metric, Unit: r.unit, Floor: number(floor), Parley: number(parley), Ratio: number(by), Goal: r.goal.words}
	for i := range min(len(floors), len(parleys)) {
		if each := number(ratio(parleys[i], floors[i])); each != nil {
			out.Rounds = append(out.Rounds, *each)
		}
	}
	if r.goal.met != nil {
		met := r.goal.met(parley, by) // NaN meets nothing
		out.Met = &met
	}
	return out
}

func number(f float64) *float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return &f
}
