package main

import (
	"os"

	"parley/knowledge/extract/apart"
)

// ExtractCmd is `parley extract`, which a server starts for each original that it reads. It has no
// configuration: it is given no environment.
type ExtractCmd struct{}

// Run ends with standard input.
func (ExtractCmd) Run() error { return apart.Child(os.Stdin, os.Stdout) }
