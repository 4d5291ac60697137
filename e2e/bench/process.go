package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// spawn runs this program again as one of its parts and returns the first line
// that it prints, which is its address, and its process id.
func (l *lab) spawn(part string, args ...string) (address string, pid int) {
	self, err := os.Executable()
	l.must("find this program", err)
	process := exec.Command(self, append([]string{part}, args...)...)
	process.Stderr = os.Stderr
	// The part ends with its input, and so with us, whatever ends us.
	_, err = process.StdinPipe()
	l.must("start the "+part, err)
	out, err := process.StdoutPipe()
	l.must("start the "+part, err)
	l.must("start the "+part, process.Start())
	l.Cleanup(func() {
		_ = process.Process.Kill() // it may have ended already
		_ = process.Wait()
	})
	address, err = bufio.NewReader(out).ReadString('\n')
	l.must("read the address of the "+part, err)
	return strings.TrimSpace(address), process.Process.Pid
}

// endWithInput ends this process when whoever started it is gone.
func endWithInput() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
}

// cpu is the time that a process has spent on processors so far. The system's clock of
// that process is exact; /proc tells hundredths of a second.
func (l *lab) cpu(pid int) time.Duration {
	const (
		scheduled = 2 // CPUCLOCK_SCHED: user and system time together
		bits      = 3 // of a clock's kind, below the process id: see clock_getcpuclockid(3)
	)
	var spent unix.Timespec
	l.must("read the CPU time of a process", unix.ClockGettime(int32(^pid<<bits|scheduled), &spent))
	return time.Duration(spent.Nano())
}

// memory is what a process holds in memory now, in bytes.
func (l *lab) memory(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	l.must("read the memory of a process", err)
	for line := range strings.Lines(string(status)) {
		var kilobytes float64
		if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kilobytes); n == 1 {
			return kilobytes * 1024
		}
	}
	l.Fatalf("the memory of process %d is not told", pid)
	return 0
}

// settledMemory is the memory of a process once it has not changed by a percent
// for two seconds.
func (l *lab) settledMemory(pid int) float64 {
	const step, steps = 250 * time.Millisecond, 8
	reference, calm := l.memory(pid), 0
	for range int(30 * time.Second / step) {
		l.pause(step)
		now := l.memory(pid)
		if now > reference*1.01 || now < reference*0.99 {
			reference, calm = now, 0
			continue
		}
		if calm++; calm == steps {
			return now
		}
	}
	l.Fatalf("the memory of process %d does not come to rest", pid)
	return 0
}

// pause waits, unless the run ends.
func (l *lab) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-l.ctx.Done():
		l.Fatal(l.ctx.Err())
	}
}
