package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
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

// readLines reads what printLines wrote.
func readLines(r io.Reader) (results []result, err error) {
	in := json.NewDecoder(r)
	in.DisallowUnknownFields()
	for {
		var next result
		switch err := in.Decode(&next); {
		case errors.Is(err, io.EOF):
			return results, nil
		case err != nil:
			return nil, fmt.Errorf("read row %d: %w", len(results)+1, err)
		}
		results = append(results, next)
	}
}

// heading is the first line of the table; cells are the others.
var heading = []string{"metric", "unit", "floor", "Parley", "ratio", "rounds", "goal", "met"}

func (r result) cells() []string {
	met := "–"
	if r.Met != nil {
		met = map[bool]string{true: "yes", false: "NO"}[*r.Met]
	}
	return []string{r.Metric, r.Unit, digits(r.Floor), digits(r.Parley), digits(r.Ratio), extent(r.Rounds), r.Goal.String(), met}
}

// printTable writes what people read in a terminal.
func printTable(w io.Writer, results []result) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\n"+strings.Join(heading, "\t"))
	for _, r := range results {
		fmt.Fprintln(table, strings.Join(r.cells(), "\t"))
	}
	_ = table.Flush() // standard error, where else could it be told?
}

// markdown is the same table for a page, which is narrow: units stand with their metrics.
func markdown(results []result) string {
	var out strings.Builder
	line := func(metric string, cells []string) {
		fmt.Fprintf(&out, "| %s | %s |\n", metric, strings.Join(cells, " | "))
	}
	line(heading[0], heading[2:])
	line("---", []string{"---:", "---:", "---:", "---:", "---", "---"})
	for _, r := range results {
		line(r.Metric+", "+r.Unit, r.cells()[2:])
	}
	return out.String()
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
		return thousands(int(math.Round(*f)))
	default:
		return fmt.Sprintf("%.3g", *f)
	}
}

// thousands writes a count as people do: 10,000.
func thousands(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
