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
	pageFile  = "performance.md"
	plotFile  = "images/performance.svg"
	linesFile = "performance.jsonl" // what the other two are made from
)

// The page's table is between these; everything else on it is people's.
const (
	tableBegin = "<!-- the table: written by make bench -->\n"
	tableEnd   = "<!-- the end of the table -->\n"
)

// publish writes lines, table and plot.
func publish(folder string, results []result) error {
	page := filepath.Join(folder, pageFile)
	old, err := os.ReadFile(page)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	text, err := withTable(string(old), markdown(results))
	if err != nil {
		return fmt.Errorf("publish in %s: %w", page, err)
	}
	var lines, plot bytes.Buffer
	if err := printLines(&lines, results); err != nil {
		return err
	}
	if err := writePlot(&plot, results); err != nil {
		return err
	}
	for name, content := range map[string][]byte{linesFile: lines.Bytes(), pageFile: []byte(text), plotFile: plot.Bytes()} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			return fmt.Errorf("publish: %w", err)
		}
	}
	return nil
}

// withTable returns the page with another table.
func withTable(page, table string) (string, error) {
	before, rest, begins := strings.Cut(page, tableBegin)
	_, after, ends := strings.Cut(rest, tableEnd)
	if !begins || !ends {
		return "", fmt.Errorf("there is no %q with a %q behind it", strings.TrimSpace(tableBegin), strings.TrimSpace(tableEnd))
	}
	return before + tableBegin + "\n" + table + "\n" + tableEnd + after, nil
}
