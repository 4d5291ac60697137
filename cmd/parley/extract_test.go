package main

import (
	"fmt"
	"os"
	"testing"
)

// TestMain is also what a server under test starts to read an original: this very program.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "extract" {
		if err := (ExtractCmd{}).Run(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
