package main

import (
	"fmt"
	"math"
)

// goal is what a row should show. Nil is none.
type goal struct {
	Of    string  `json:"of"`             // what is bounded: ofRatio or ofFigure
	Least bool    `json:"least"`          // the limit is a least figure, not a greatest
	Limit float64 `json:"limit"`          //
	Then  float64 `json:"then,omitempty"` // what to reach for once the limit holds; 0: nothing
}

const (
	ofRatio  = "ratio"  // to the floor
	ofFigure = "figure" // Parley's own, in the row's unit
)

func ratioAtMost(limit float64) *goal  { return &goal{Of: ofRatio, Limit: limit} }
func ratioAtLeast(limit float64) *goal { return &goal{Of: ofRatio, Least: true, Limit: limit} }
func atMostOf(limit float64) *goal     { return &goal{Of: ofFigure, Limit: limit} }
func atLeastOf(limit float64) *goal    { return &goal{Of: ofFigure, Least: true, Limit: limit} }

func (g *goal) then(limit float64) *goal {
	g.Then = limit
	return g
}

// met judges a row. NaN meets nothing.
func (g *goal) met(parley, ratio float64) bool {
	judged := parley
	if g.Of == ofRatio {
		judged = ratio
	}
	if g.Least {
		return judged >= g.Limit
	}
	return judged <= g.Limit
}

// String is the goal as people read it: "≤ 1 ×, then 0.7 ×" the floor, or "≤ 80" of the row's unit.
func (g *goal) String() string {
	if g == nil {
		return "–"
	}
	sign, times := "≤", ""
	if g.Least {
		sign = "≥"
	}
	if g.Of == ofRatio {
		times = " ×"
	}
	text := fmt.Sprintf("%s %.3g%s", sign, g.Limit, times)
	if g.Then != 0 {
		text += fmt.Sprintf(", then %.3g%s", g.Then, times)
	}
	return text
}

// row is a line of the table before it is measured.
type row struct {
	metric, unit string
	goal         *goal
}

// result is a row as it is written to a JSON line. What there is none of is null.
type result struct {
	Metric string   `json:"metric"`
	Unit   string   `json:"unit"`
	Floor  *float64 `json:"floor"`
	Parley *float64 `json:"parley"`
	Ratio  *float64 `json:"ratio"`
	Goal   *goal    `json:"goal"`
	Met    *bool    `json:"met"`
	// Rounds has the ratio of each: how far apart they are tells how far to trust the median.
	Rounds []float64 `json:"rounds,omitempty"`
}

// result judges the medians of the rounds.
func (r row) result(floors, parleys []float64) result {
	floor, parley := median(floors), median(parleys)
	by := ratio(parley, floor)
	out := result{Metric: r.metric, Unit: r.unit, Floor: number(floor), Parley: number(parley), Ratio: number(by), Goal: r.goal}
	for i := range min(len(floors), len(parleys)) {
		if each := number(ratio(parleys[i], floors[i])); each != nil {
			out.Rounds = append(out.Rounds, *each)
		}
	}
	if r.goal != nil {
		met := r.goal.met(parley, by)
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
