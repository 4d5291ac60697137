package widget

import (
	"embed"
	"io/fs"
)

// BotMark stands in demo.html where the id of the demo's bot belongs.
const BotMark = "__PARLEY_BOT__"

// The committed dist/placeholder.txt keeps this compiling before the widget is built.
//
//go:embed all:dist
var dist embed.FS

// Pages returns the built files. Before `make build` it holds only a
// placeholder; see Built.
func Pages() fs.FS {
	pages, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("widget: " + err.Error()) // only for a malformed constant path
	}
	return pages
}

// Built tells whether the widget was built into this binary. A binary made by
// `go build` alone has none, and should say what to run instead.
func Built() bool {
	_, err := fs.Stat(Pages(), "widget.js")
	return err == nil
}
