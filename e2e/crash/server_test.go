package crash

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// built is the folder of the binary, "" when none was built.
var built string

// binary builds parley once for all tests, or takes the one of PARLEY_CRASH_BINARY.
var binary = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("PARLEY_CRASH_BINARY"); path != "" {
		return path, nil
	}
	folder, err := os.MkdirTemp("", "parley-crash-")
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

func TestMain(m *testing.M) {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// server is a parley process that is killed and started again at the same address.
type server struct {
	t       *testing.T
	binary  string
	address string
	data    string
	env     []string
	log     lockedBuffer
	process *exec.Cmd
}

// lockedBuffer collects the output of one process after the other.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) Bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.b.Bytes())
}

// start starts a new server with an empty data folder.
func start(t *testing.T, env ...string) *server {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, binary: path, address: freeAddress(t), data: t.TempDir()}
	s.env = append(os.Environ(), "PARLEY_ADDR="+s.address, "PARLEY_DATA="+s.data, "PARLEY_LIMITS=off",
		"DATABASE_URL=", "REDIS_URL=", "OPENAI_API_KEY=", "OPENAI_BASE_URL=", "PARLEY_KEY=", "PARLEY_CLUSTER_ADDR=")
	s.env = append(s.env, env...)
	s.run()
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			log := s.log.Bytes()
			t.Logf("the end of the server's log:\n%s", log[max(0, len(log)-8000):])
		}
	})
	return s
}

// run starts the process and returns once it is ready.
func (s *server) run() {
	s.t.Helper()
	s.process = exec.Command(s.binary, "serve")
	s.process.Env = s.env
	s.process.Stdout, s.process.Stderr = &s.log, &s.log
	if err := s.process.Start(); err != nil {
		s.t.Fatalf("start parley: %v", err)
	}
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		response, err := http.Get("http://" + s.address + "/readyz")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("parley is not ready after a minute:\n%s", s.log.Bytes())
		}
	}
}

// kill is kill -9.
func (s *server) kill() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait() // reports the kill
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
