package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// printLines writes a JSON object a row.
func printLines(w io.Writer, results []result) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	for _, r := range results {
		if err := out.Encode(r); err != nil {
			return fmt.Errorf("print a row: %w", err)
		}
	}
	return nil
}

// printTable writes what people read.
func printTable(w io.Writer, results []result) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nmetric\tunit\tfloor\tParley\tratio\trounds\tgoal\tmet")
	for _, r := range results {
		met := "–"
		if r.Met != nil {
			met = map[bool]string{true: "yes", false: "NO"}[*r.Met]
		}
		goal := r.Goal
		if goal == "" {
			goal = "–"
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			r.Metric, r.Unit, digits(r.Floor), digits(r.Parley), digits(r.Ratio), extent(r.Rounds), goal, met)
	}
	_ = table.Flush() // standard error, where else could it be told?
}

// extent is the least and the greatest of the rounds' ratios.
func extent(rounds []float64) string {
	if len(rounds) < 2 {
		return "–"
	}
	least, greatest := slices.Min(rounds), slices.Max(rounds)
	return digits(&least) + "–" + digits(&greatest)
}

// digits writes three of them that matter.
func digits(f *float64) string {
	switch {
	case f == nil:
		return "–"
	case *f >= 100 || *f <= -100:
		return fmt.Sprintf("%.0f", *f)
	default:
		return fmt.Sprintf("%.3g", *f)
	}
}
