package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
)

// evalResult is what was measured on one set.
type evalResult struct {
	Set       string       `json:"set"`
	Documents int          `json:"documents"`
	Questions int          `json:"questions"`
	Figures   []evalFigure `json:"figures"`
	Reading   float64      `json:"reading_seconds"`
	Search    float64      `json:"search_p50_ms,omitempty"` // a request, from here and back
	Note      string       `json:"note,omitempty"`          // what the figures rest on
}

// evalFigure is one number, with what others reached and what we aim at; 0: not known, no goal.
type evalFigure struct {
	Name      string  `json:"name"`
	Value     float64 `json:"value"`
	Reference float64 `json:"reference,omitempty"`
	AtLeast   float64 `json:"at_least,omitempty"`
	AtMost    float64 `json:"at_most,omitempty"`
}

// missed tells whether a goal is not reached, to three digits as it is printed.
func (f evalFigure) missed() bool {
	return f.AtLeast > 0 && f.Value < f.AtLeast-0.0005 || f.AtMost > 0 && f.Value > f.AtMost+0.0005
}

func (f evalFigure) goal() string {
	switch {
	case f.AtLeast > 0:
		return "≥ " + digits(f.AtLeast)
	case f.AtMost > 0:
		return "≤ " + digits(f.AtMost)
	}
	return ""
}

func digits(f float64) string {
	if f >= 10 {
		return strconv.FormatFloat(f, 'f', 0, 64)
	}
	return strconv.FormatFloat(f, 'f', 3, 64)
}

// printResults prints a table, what is missed of the goals, and a line of JSON for each set.
func printResults(out io.Writer, results []evalResult) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "set\tdocuments\tquestions\tfigure\tvalue\treference\tgoal\tread in\tsearch p50")
	var missed, notes []string
	for _, r := range results {
		if r.Note != "" {
			notes = append(notes, r.Set+": "+r.Note)
		}
		for i, f := range r.Figures {
			reference, goal := "", f.goal()
			if f.Reference > 0 {
				reference = digits(f.Reference)
			}
			if f.missed() {
				goal += " missed"
				missed = append(missed, fmt.Sprintf("%s: %s is %s, the goal %s", r.Set, f.Name, digits(f.Value), f.goal()))
			}
			if i > 0 {
				fmt.Fprintf(table, "\t\t\t%s\t%s\t%s\t%s\t\t\n", f.Name, digits(f.Value), reference, goal)
				continue
			}
			search := ""
			if r.Search > 0 {
				search = fmt.Sprintf("%.2f ms", r.Search)
			}
			fmt.Fprintf(table, "%s\t%d\t%d\t%s\t%s\t%s\t%s\t%.1f s\t%s\n", r.Set, r.Documents, r.Questions, f.Name, digits(f.Value), reference, goal, r.Reading, search)
		}
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, line := range notes {
		fmt.Fprintln(out, line)
	}
	for _, line := range missed {
		fmt.Fprintln(out, "missed:", line)
	}
	if len(missed) == 0 {
		fmt.Fprintln(out, "All goals are reached.")
	}
	lines := json.NewEncoder(out)
	for _, r := range results {
		if err := lines.Encode(r); err != nil {
			return err
		}
	}
	return nil
}
