package server

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds a start. It takes two seconds; a machine that runs everything at once may need more.
const patience = 60 * time.Second

// asked bounds a look at /readyz, which takes two seconds at most.
const asked = 5 * time.Second

// Server is a parley process at an address and on a folder that it keeps over
// restarts. Its methods are for one goroutine, but for Log.
type Server struct {
	Address string // host:port
	Data    string // the data folder

	t       testing.TB
	binary  string
	env     []string
	metrics string   // host:port; "": the address
	under   []string // the command that runs the binary; empty: none
	log     output
	process *exec.Cmd
	ended   chan struct{} // closed when process has ended
}

// output collects what one process after the other writes.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

// New prepares a server with an empty data folder, SQLite, no model and no
// limits of rates, but for what env ("NAME=value") says otherwise. It is killed
// when the test ends.
func New(t testing.TB, env ...string) *Server {
	t.Helper()
	return newAt(t, freeAddress(t), nil, env...)
}

// newAt prepares a server at an address, run by the command under, if it is not empty.
func newAt(t testing.TB, address string, under []string, env ...string) *Server {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, binary: path, Address: address, Data: t.TempDir(), under: under}
	s.env = append(os.Environ(), "PARLEY_ADDR="+s.Address, "PARLEY_DATA="+s.Data, "PARLEY_LIMITS=off", "PARLEY_PUBLIC_URL=",
		"DATABASE_URL=", "REDIS_URL=", "OPENAI_API_KEY=", "OPENAI_BASE_URL=", "PARLEY_KEY=", "PARLEY_CLUSTER_ADDR=")
	s.Set(env...)
	t.Cleanup(func() {
		s.Kill()
		if log := s.Log(); t.Failed() {
			t.Logf("the end of the server's log:\n%s", log[max(0, len(log)-8000):])
		}
	})
	return s
}

// Start prepares a server and runs it.
func Start(t testing.TB, env ...string) *Server {
	t.Helper()
	s := New(t, env...)
	s.Run()
	return s
}

// Set changes the environment of the next start.
func (s *Server) Set(env ...string) { s.env = append(s.env, env...) }

// URL is the address as a browser writes it.
func (s *Server) URL() string { return "http://" + s.Address }

// Run starts the process and returns once it is ready.
func (s *Server) Run() {
	s.t.Helper()
	s.Launch()
	s.AwaitReady()
}

// Unprivileged lets the process be refused what files' modes refuse to their
// owner, even if we are root, whom they refuse nothing.
func (s *Server) Unprivileged() {
	s.t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	setpriv, err := exec.LookPath("setpriv")
	if err != nil {
		s.t.Skip("root is refused nothing, and there is no setpriv (of util-linux) to change that")
	}
	s.under = append(s.under, setpriv, "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")
}

// Launch starts the process and waits for nothing.
func (s *Server) Launch() {
	s.t.Helper()
	command := append(slices.Clone(s.under), s.binary, "serve")
	s.process = exec.Command(command[0], command[1:]...)
	s.process.Env = s.env
	s.process.Stdout, s.process.Stderr = &s.log, &s.log
	if err := s.process.Start(); err != nil {
		s.t.Fatalf("start parley: %v", err)
	}
	process, ended := s.process, make(chan struct{})
	s.ended = ended
	go func() {
		_ = process.Wait() // how it ended is in its state
		close(ended)
	}()
}

// AwaitReady waits until the process serves.
func (s *Server) AwaitReady() {
	s.t.Helper()
	for deadline := time.Now().Add(patience); !s.Ready(); time.Sleep(20 * time.Millisecond) {
		switch {
		case !s.Alive():
			s.t.Fatalf("parley ended at its start with code %d", s.process.ProcessState.ExitCode())
		case time.Now().After(deadline):
			s.t.Fatalf("parley is not ready after %v", patience)
		}
	}
}

// Ready tells whether the process says that it serves.
func (s *Server) Ready() bool {
	asking := http.Client{Timeout: asked}
	response, err := asking.Get(s.URL() + "/readyz")
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// Alive tells whether the process that was started last still runs.
func (s *Server) Alive() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// PID is the id of the process that was started last.
func (s *Server) PID() int { return s.process.Process.Pid }

// Kill is kill -9.
func (s *Server) Kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill() // it may have ended already
	<-s.ended
}

// Stop asks the process to end, as an operator does, and returns its exit code.
func (s *Server) Stop() int {
	s.t.Helper()
	s.End()
	return s.Exit()
}

// End asks the process to end and waits for nothing.
func (s *Server) End() { s.signal(syscall.SIGTERM) }

// Pause stops the process in the middle of what it does, as a machine does that is moved or out of memory.
func (s *Server) Pause() { s.signal(syscall.SIGSTOP) }

// Resume lets it go on: for the process no time has passed.
func (s *Server) Resume() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(signal syscall.Signal) {
	s.t.Helper()
	if err := s.process.Process.Signal(signal); err != nil {
		s.t.Fatalf("send parley %v: %v", signal, err)
	}
}

// Exit waits for the process to end by itself and returns its exit code.
func (s *Server) Exit() int {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.t.Fatalf("parley still runs after %v", patience)
	}
	return s.process.ProcessState.ExitCode()
}

// PeakMemory is the most memory that the process had so far, in bytes, where the
// system tells (Linux).
func (s *Server) PeakMemory() (int64, error) { return s.memory("VmHWM") }

// Memory is what the process has now, in bytes, where the system tells (Linux).
func (s *Server) Memory() (int64, error) { return s.memory("VmRSS") }

func (s *Server) memory(which string) (int64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID()))
	if err != nil {
		return 0, fmt.Errorf("read the memory of parley: %w", err)
	}
	for line := range strings.Lines(string(status)) {
		var kilobytes int64
		if n, _ := fmt.Sscanf(line, which+": %d kB", &kilobytes); n == 1 {
			return kilobytes << 10, nil
		}
	}
	return 0, errors.New("read the memory of parley: it is not told")
}

// Log is all that the processes wrote so far.
func (s *Server) Log() []byte {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return bytes.Clone(s.log.b.Bytes())
}

// freeAddress finds a port below the range from which systems take those of
// outgoing connections: it must still be free when the server is started again.
func freeAddress(t testing.TB) string {
	t.Helper()
	var err error
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 10000+rand.IntN(20000))
		var listener net.Listener
		if listener, err = net.Listen("tcp", address); err == nil {
			_ = listener.Close() // nobody came yet
			return address
		}
	}
	t.Fatalf("find a free port: %v", err)
	return ""
}
