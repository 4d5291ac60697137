//go:build !unix

package main

// spaceLeft is not known here.
func spaceLeft(string) (bytes int64, known bool) { return 0, false }
