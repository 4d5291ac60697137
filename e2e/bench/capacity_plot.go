package main

import (
	_ "embed"
	"fmt"
	"io"
	"math"
	"text/template"
)

//go:embed capacity.svg.tmpl
var capacityTemplate string

var capacitySVG = template.Must(template.New("capacity").Funcs(template.FuncMap{"text": xmlText}).Parse(capacityTemplate))

// resource is a line of the picture: how many of one thing visitors need.
type resource struct {
	Label string
	need  func(l load) float64
	Y     int
	Dots  []dot
}

type dot struct {
	X     float64
	R     int
	Side  int  // twice R
	Over  bool // one is not enough
	Named string
}

// drawCapacity draws how much of one of each thing the scales of the table need.
func drawCapacity(w io.Writer, m measured) error {
	resources := []resource{
		{Label: "the model: one account's requests", need: func(l load) float64 { return l.requests / modelLimit }},
		{Label: "cores of a Parley node", need: func(l load) float64 { return l.cores / nodeCores / spare }},
		{Label: "answers at once on a node", need: func(l load) float64 { return l.atOnce / nodeAnswers / spare }},
		{Label: "memory of a node", need: func(l load) float64 { return l.memory / nodeMemory / spare }},
		{Label: "commits of a Postgres server", need: func(l load) float64 { return l.commits / baseCommits / spare }},
		{Label: "cores of a Postgres server", need: func(l load) float64 { return l.baseCores / baseCores / spare }},
		{Label: "a gibibyte of Redis", need: func(l load) float64 { return l.redis / (1 << 20) / spare }},
	}
	const least, greatest = 1e-4, 1e2
	x := func(f float64) float64 {
		part := math.Log(min(max(f, least), greatest)/least) / math.Log(greatest/least)
		return math.Round((capacityLeft+part*(capacityRight-capacityLeft))*10) / 10
	}
	for i := range resources {
		r := &resources[i]
		r.Y = headHeight + rowHeight/2 + rowHeight*i
		for n, visitors := range scales {
			need := r.need(m.loadOf(visitors))
			d := dot{X: x(need), R: 3 + n, Side: 2 * (3 + n), Over: need > 1}
			if n == len(scales)-1 {
				d.Named = amount(need)
			}
			r.Dots = append(r.Dots, d)
		}
	}
	bottom := headHeight + rowHeight*len(resources)
	var lines []line
	for f := least; f <= greatest*1.01; f *= 10 {
		lines = append(lines, line{x(f), fmt.Sprintf("%.3g", f)})
	}
	err := capacitySVG.Execute(w, map[string]any{
		"Width": plotWidth, "Height": bottom + footHeight, "Left": capacityLeft, "Bottom": bottom, "Legend": bottom + 30,
		"Lines": lines, "One": x(1), "Resources": resources,
	})
	if err != nil {
		return fmt.Errorf("draw what capacity needs: %w", err)
	}
	return nil
}

// The picture's axis, in pixels.
const (
	capacityLeft  = 230
	capacityRight = 650
)
