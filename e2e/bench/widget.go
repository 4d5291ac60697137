package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
)

// widget weighs what a visitor's browser loads, as built into the binary.
func widget() experiment {
	return experiment{
		name: "widget",
		rows: []row{
			{"widget loader, gzip", "KiB", atMostOf(4)},
			{"widget, all of it, gzip", "KiB", atMostOf(25)},
		},
		once: true,
		parley: func(l *lab) []float64 {
			loader := l.weigh("widget/dist/widget.js")
			apps, err := filepath.Glob("widget/dist/widget/app-*.js")
			l.must("find the widget", err)
			if len(apps) != 1 {
				l.Fatalf("there are %d builds of the widget, not one: run make clean build", len(apps))
			}
			return []float64{loader, loader + l.weigh(apps[0])}
		},
	}
}

// weigh is the size of a file after gzip, in KiB.
func (l *lab) weigh(path string) float64 {
	content, err := os.ReadFile(path)
	l.must("weigh the widget, from the project's folder", err)
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	l.must("weigh the widget", err)
	_, err = w.Write(content)
	l.must("weigh the widget", err)
	l.must("weigh the widget", w.Close())
	return float64(packed.Len()) / 1024
}
