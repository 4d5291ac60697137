package dashboard

import (
	"embed"
	"io/fs"
)

// The committed dist/placeholder.txt keeps this compiling before the pages are built.
//
//go:embed all:dist
var dist embed.FS

// Pages returns the built pages: index.html and assets/. Before `make build`
// it holds only a placeholder; see Built.
func Pages() fs.FS {
	pages, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("dashboard: " + err.Error()) // only for a malformed constant path
	}
	return pages
}

// Built tells whether the pages were built into this binary. A binary made by
// `go build` alone has none, and should say what to run instead.
func Built() bool {
	_, err := fs.Stat(Pages(), "index.html")
	return err == nil
}
