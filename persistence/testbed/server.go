package testbed

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience bounds the start and the end of a server. Starting takes well under
// a second; a machine that runs everything at once may need more.
const patience = 60 * time.Second

// Server is a real server that a test may stop, kill and start again. It keeps
// its address, password and files. Its methods are for one goroutine.
type Server struct {
	folder   *folder
	port     int
	password string

	command func(s *Server) *exec.Cmd
	probe   func(ctx context.Context, url string) error // nil once the server serves
	address func(s *Server) string
	end     syscall.Signal // asks it to end cleanly, at once

	running *exec.Cmd
	reaped  chan struct{} // closed when running has ended
}

// URL is where clients connect.
func (s *Server) URL() string { return s.address(s) }

// Folder is where the server keeps its files, its log among them.
func (s *Server) Folder() string { return s.folder.path }

// Start starts the server after Stop or Kill and returns when it serves.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
}

// Stop ends the server as an operator does. What it acknowledged is kept.
func (s *Server) Stop(t testing.TB) { s.halt(t, s.end) }

// Kill ends the server's main process as a crash does, with no warning.
func (s *Server) Kill(t testing.TB) { s.halt(t, syscall.SIGKILL) }

// Freeze lets the server's main process hang: whoever is connected waits. For
// Postgres that is nobody but who connects anew, since each connection has a process of its own.
func (s *Server) Freeze(t testing.TB) { s.signal(t, syscall.SIGSTOP) }

// Thaw lets it go on after Freeze.
func (s *Server) Thaw(t testing.TB) { s.signal(t, syscall.SIGCONT) }

func (s *Server) signal(t testing.TB, signal syscall.Signal) {
	t.Helper()
	if err := s.running.Process.Signal(signal); err != nil {
		t.Fatalf("signal the server: %v", err)
	}
}

func (s *Server) halt(t testing.TB, signal syscall.Signal) {
	t.Helper()
	if s.running == nil {
		return
	}
	s.signal(t, signal)
	select {
	case <-s.reaped:
	case <-time.After(patience):
		t.Fatalf("the server did not end:\n%s", s.log())
	}
	s.running = nil
}

// first starts the server for the first time, on a port that it finds free.
// prepare makes the files that the server needs.
func (s *Server) first(prepare func() error) error {
	s.password = rand.Text()
	err := prepare()
	if err != nil {
		return err
	}
	for range 5 {
		if s.port, err = freePort(); err != nil {
			return err
		}
		// Somebody else may have been quicker to take the port.
		if err = s.start(); err == nil || !strings.Contains(err.Error(), "Address already in use") {
			return err
		}
	}
	return err
}

func (s *Server) start() error {
	deadline := time.Now().Add(patience)
	for {
		err := s.launch(deadline)
		// Servants of a killed Postgres take a moment to notice.
		if err != nil && strings.Contains(err.Error(), "pre-existing shared memory") && time.Now().Before(deadline) {
			time.Sleep(20 * time.Millisecond)
			continue
		}
		return err
	}
}

func (s *Server) launch(deadline time.Time) error {
	logfile, err := os.Create(s.logPath())
	if err != nil {
		return err
	}
	defer logfile.Close()
	cmd := s.command(s)
	cmd.Stdout, cmd.Stderr = logfile, logfile
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", filepath.Base(cmd.Path), err)
	}
	s.folder.started(cmd.Process.Pid, s.end)
	s.running, s.reaped = cmd, make(chan struct{})
	go s.reap(cmd, s.reaped)

	for time.Now().Before(deadline) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		err = s.probe(ctx, s.URL())
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-s.reaped:
			s.running = nil
			return fmt.Errorf("%s ended at start:\n%s", filepath.Base(cmd.Path), s.log())
		case <-time.After(10 * time.Millisecond):
		}
	}
	cmd.Process.Kill()
	<-s.reaped
	s.running = nil
	return fmt.Errorf("%s does not serve after %v: %w\n%s", filepath.Base(cmd.Path), patience, err, s.log())
}

// reap waits for the end of the server's process.
func (s *Server) reap(cmd *exec.Cmd, reaped chan struct{}) {
	cmd.Wait()
	s.folder.ended()
	close(reaped)
}

func (s *Server) logPath() string { return filepath.Join(s.folder.path, "log") }

// log is the end of what the server wrote.
func (s *Server) log() []byte {
	text, _ := os.ReadFile(s.logPath())
	return bytes.TrimSpace(text[max(0, len(text)-2000):])
}

// dispose ends the server and removes its files.
func (s *Server) dispose() {
	if s.running != nil {
		s.running.Process.Signal(s.end)
		s.running.Process.Signal(syscall.SIGCONT) // it may be frozen
		select {
		case <-s.reaped:
		case <-time.After(patience): // the undertaker kills it
		}
	}
	s.folder.remove()
}

// freePort finds a port below the range from which systems take those of
// outgoing connections: it must still be free when the server is started again.
func freePort() (int, error) {
	var err error
	for range 100 {
		port := 10000 + mathrand.IntN(20000)
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			return port, l.Close()
		}
	}
	return 0, fmt.Errorf("find a free port: %w", err)
}
