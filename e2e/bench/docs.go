package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// What is written below the folder of docs.
const (
	pageFile         = "performance.md"
	plotFile         = "images/performance.svg"
	capacityFile     = "capacity.md"
	capacityPlotFile = "images/capacity.svg"
	linesFile        = "performance.jsonl" // what all others are made from
)

// A page's tables are between these; everything else on it is people's.
const (
	tableBegin = "<!-- the table: written by make bench -->\n"
	tableEnd   = "<!-- the end of the table -->\n"
)

// publish writes lines, tables and plots.
func publish(folder string, results []result) error {
	basis, err := measuredBy(results)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	performance, err := page(folder, pageFile, markdown(results))
	if err != nil {
		return err
	}
	capacity, err := page(folder, capacityFile, basis.worked(), basis.table(results))
	if err != nil {
		return err
	}
	var lines, plot, capacityPlot bytes.Buffer
	if err := printLines(&lines, results); err != nil {
		return err
	}
	if err := writePlot(&plot, results); err != nil {
		return err
	}
	if err := drawCapacity(&capacityPlot, basis); err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		linesFile: lines.Bytes(), pageFile: performance, plotFile: plot.Bytes(), capacityFile: capacity, capacityPlotFile: capacityPlot.Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return fmt.Errorf("publish: %w", err)
		}
	}
	return nil
}

// page is a page as it is, with other tables.
func page(folder, name string, tables ...string) ([]byte, error) {
	path := filepath.Join(folder, name)
	old, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("publish: %w", err)
	}
	text, err := withTables(string(old), tables...)
	if err != nil {
		return nil, fmt.Errorf("publish in %s: %w", path, err)
	}
	return []byte(text), nil
}

// withTables returns the page with other tables, in order.
func withTables(page string, tables ...string) (string, error) {
	var out strings.Builder
	for _, table := range tables {
		before, rest, begins := strings.Cut(page, tableBegin)
		_, after, ends := strings.Cut(rest, tableEnd)
		if !begins || !ends {
			return "", fmt.Errorf("there is no %q with a %q behind it", strings.TrimSpace(tableBegin), strings.TrimSpace(tableEnd))
		}
		out.WriteString(before + tableBegin + "\n" + table + "\n" + tableEnd)
		page = after
	}
	return out.String() + page, nil
}
