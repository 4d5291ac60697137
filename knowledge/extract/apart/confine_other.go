//go:build !linux

package apart

import (
	"os"
	"os/exec"
	"runtime/debug"
)

// confine has less to work with than on Linux: memory is collected early, and time is what the parent bounds.
func confine(s start) error {
	if s.Memory > 0 {
		debug.SetMemoryLimit(s.Memory / 4 * 3)
	}
	return nil
}

func alone(*exec.Cmd) {}

func program() (string, error) { return os.Executable() }
