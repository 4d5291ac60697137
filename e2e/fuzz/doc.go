// Package fuzz runs the fuzz targets of all that reads what strangers send (requests, uploads, frames, tokens,
// signatures, origins, addresses, sealed rows, Markdown), a minute each:
//
//	make chaos ONLY=Fuzz
//
// The seeds of each target run with its own package's tests. An input that breaks something is left in that package's
// testdata/fuzz, where every run of the tests tries it again.
package fuzz
