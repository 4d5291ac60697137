package server

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// built is the folder of the binary, "" when none was built.
var built string

// binary builds parley once for all tests, or takes the one of PARLEY_E2E_BINARY.
var binary = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("PARLEY_E2E_BINARY"); path != "" {
		return path, nil
	}
	folder, err := os.MkdirTemp("", "parley-e2e-")
	if err != nil {
		return "", err
	}
	built = folder
	path := filepath.Join(folder, "parley")
	if out, err := exec.Command("go", "build", "-o", path, "parley/cmd/parley").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build parley: %w\n%s", err, out)
	}
	return path, nil
})

// Main runs the tests of a package and removes the binary that was built for them.
func Main(m *testing.M) int {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	return code
}
