package apart

import (
	"errors"
	"os"
	"os/exec"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// nice is how far behind the parent's threads a child's stand.
const nice = 10

// maxFiles is how many files a child may have open: its pipes, what Go's runtime needs, and the PDF engine.
const maxFiles = 64

// confine takes from this process what reading an original does not need. None of it can be taken back.
func confine(s start) error {
	// A process's priority would be one thread's. The group is this process alone: see alone.
	errs := []error{unix.Setpriority(unix.PRIO_PGRP, 0, nice)}
	// Where memory is short for everybody the kernel ends a child first. Some containers have no such file.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0o600)
	limit := func(resource int, to uint64) {
		errs = append(errs, unix.Setrlimit(resource, &unix.Rlimit{Cur: to, Max: to}))
	}
	limit(unix.RLIMIT_CORE, 0)
	if s.Memory > 0 { // otherwise it opens no original
		limit(unix.RLIMIT_NOFILE, maxFiles)
		limit(unix.RLIMIT_FSIZE, 0)
		// Not the address space, of which Go reserves much more than it uses.
		limit(unix.RLIMIT_DATA, dataSize()+uint64(s.Memory))
		debug.SetMemoryLimit(s.Memory / 4 * 3) // collect garbage rather than fail
	}
	return errors.Join(errs...)
}

// dataSize is what the process has of what RLIMIT_DATA bounds, in bytes: much under the race detector.
func dataSize() uint64 {
	content, err := os.ReadFile("/proc/self/statm")
	if fields := strings.Fields(string(content)); err == nil && len(fields) > 5 {
		pages, _ := strconv.ParseUint(fields[5], 10, 64) // none if it is no number
		return pages * uint64(os.Getpagesize())
	}
	return 0
}

// alone keeps signals that a terminal sends to all of its processes from a child: only the parent ends it.
func alone(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// program is this very program, also when another was put in its place meanwhile.
func program() (string, error) { return "/proc/self/exe", nil }
