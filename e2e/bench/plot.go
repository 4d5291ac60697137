package main

import (
	_ "embed"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/template"
)

// The plot's measures, in pixels. The pages of docs are as wide.
const (
	plotWidth  = 720
	axisLeft   = 330 // labels are left of it
	axisRight  = 650 // figures are right of it
	rowHeight  = 24
	headHeight = 50
	gapHeight  = 40 // before the rows that have no floor
	footHeight = 50
)

//go:embed plot.svg.tmpl
var plotTemplate string

var plotSVG = template.Must(template.New("plot").Funcs(template.FuncMap{"text": xmlText}).Parse(plotTemplate))

// mark is a row of the plot. Its figures are on the axis: Parley's by the
// floor's, or by the goal when there is no floor.
type mark struct {
	Label, Figure string
	Kind          string // "met", "missed" or "free": there is no goal
	Y             int
	X, From, To   float64 // the figure, and the least and the greatest of the rounds
	Spread        bool
	Goals         []tick
}

// tick is a goal: which side of it is good?
type tick struct {
	X    float64
	Then bool // what to reach for later
	Sign int  // -1: good is left of it
}

type plot struct {
	Width, Height int
	Left, Right   int
	Marks         []mark
	Lines         []line
	One           float64
	Bottom        int
	Legend        int
	NoFloor       int // Y of the heading of the rows without a floor; 0: there are none
}

// line is a power on the axis.
type line struct {
	X    float64
	Text string
}

// writePlot draws the rows as ratios on a logarithmic axis. Metrics whose names
// begin with … belong to the one before, and are left to the table.
func writePlot(w io.Writer, results []result) error {
	if err := plotSVG.Execute(w, layOut(results)); err != nil {
		return fmt.Errorf("draw the plot: %w", err)
	}
	return nil
}

func layOut(results []result) plot {
	var floored, alone []result
	for _, r := range results {
		switch {
		case strings.HasPrefix(r.Metric, "…"):
		case r.Ratio != nil:
			floored = append(floored, r)
		case r.Parley != nil && r.Goal != nil:
			alone = append(alone, r)
		}
	}
	p := plot{Width: plotWidth, Left: axisLeft, Right: axisRight}
	axis := newAxis(slices.Concat(floored, alone))
	y := headHeight + rowHeight/2
	for _, r := range floored {
		p.Marks = append(p.Marks, axis.mark(r, y))
		y += rowHeight
	}
	if len(alone) > 0 {
		p.NoFloor = y + gapHeight/2
		y += gapHeight
	}
	for _, r := range alone {
		p.Marks = append(p.Marks, axis.mark(r, y))
		y += rowHeight
	}
	p.Bottom = y - rowHeight/2
	p.Legend = p.Bottom + 34
	p.Height = p.Bottom + footHeight
	p.Lines, p.One = axis.lines(), axis.x(1)
	return p
}

// axis is logarithmic.
type axis struct{ least, greatest float64 }

// newAxis is one on which all figures and goals are, and 1 in any case.
func newAxis(results []result) axis {
	a := axis{0.5, 2}
	for _, r := range results {
		by := unit(r)
		for _, f := range append([]float64{*r.Parley / by}, r.Rounds...) {
			if f > 0 {
				a.least, a.greatest = min(a.least, f), max(a.greatest, f)
			}
		}
		for _, t := range goals(r) {
			a.least, a.greatest = min(a.least, t), max(a.greatest, t)
		}
	}
	const margin = 1.15
	a.least, a.greatest = a.least/margin, a.greatest*margin
	return a
}

func (a axis) x(f float64) float64 {
	part := math.Log(f/a.least) / math.Log(a.greatest/a.least)
	part = min(max(part, 0), 1) // a figure of nothing is at the end
	return math.Round((axisLeft+part*(axisRight-axisLeft))*10) / 10
}

// lines are at 1, 2 and 5 times the powers of ten, the ones that the axis reaches.
func (a axis) lines() (lines []line) {
	for power := math.Floor(math.Log10(a.least)); power <= math.Log10(a.greatest); power++ {
		for _, times := range []float64{1, 2, 5} {
			if f := times * math.Pow(10, power); f >= a.least && f <= a.greatest {
				lines = append(lines, line{a.x(f), fmt.Sprintf("%.3g", f)})
			}
		}
	}
	return lines
}

// unit is what a row's figures are divided by on the axis.
func unit(r result) float64 {
	if r.Ratio != nil {
		return *r.Floor
	}
	return r.Goal.Limit
}

// goals are where a row's goals are on the axis: the limit, and what comes then.
func goals(r result) (at []float64) {
	if r.Goal == nil {
		return nil
	}
	by := unit(r)
	if r.Goal.Of == ofRatio {
		by = 1
	}
	at = append(at, r.Goal.Limit/by)
	if r.Goal.Then != 0 {
		at = append(at, r.Goal.Then/by)
	}
	return at
}

func (a axis) mark(r result, y int) mark {
	m := mark{Label: r.Metric, Kind: "free", Y: y, X: a.x(*r.Parley / unit(r))}
	switch {
	case r.Ratio != nil:
		m.Figure = digits(r.Ratio) + " ×"
	default:
		m.Figure = digits(r.Parley) + " " + r.Unit
	}
	if r.Met != nil {
		m.Kind = map[bool]string{true: "met", false: "missed"}[*r.Met]
	}
	if len(r.Rounds) > 1 {
		m.Spread, m.From, m.To = true, a.x(slices.Min(r.Rounds)), a.x(slices.Max(r.Rounds))
	}
	for i, at := range goals(r) {
		sign := -1
		if r.Goal.Least {
			sign = 1
		}
		m.Goals = append(m.Goals, tick{X: a.x(at), Then: i > 0, Sign: sign})
	}
	return m
}

func xmlText(s string) (string, error) {
	var out strings.Builder
	err := xml.EscapeText(&out, []byte(s))
	return out.String(), err
}
