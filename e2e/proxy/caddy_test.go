package proxy

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The proxy and its configuration, from this folder.
const (
	binary        = "../../bin/caddy"
	configuration = "../../Caddyfile"
)

// caddy is a running proxy.
type caddy struct {
	Address string // where visitors come in

	t   testing.TB
	env []string
}

// startCaddy runs the proxy before nodes until the test ends.
func startCaddy(t testing.TB, nodes []string) *caddy {
	t.Helper()
	path, err := filepath.Abs(binary)
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	c := &caddy{t: t, Address: freeAddress(t)}
	c.env = append(os.Environ(), "HOME="+home, "XDG_DATA_HOME="+home, "XDG_CONFIG_HOME="+home, "CADDY_ADMIN="+freeAddress(t),
		"PARLEY_PUBLIC_URL=http://"+c.Address, "PARLEY_NODES="+strings.Join(nodes, " "))
	process := exec.Command(path, "run", "--config", configuration)
	var log bytes.Buffer
	process.Env, process.Stdout, process.Stderr = c.env, &log, &log
	if err := process.Start(); err != nil {
		t.Fatalf("start the proxy: %v", err)
	}
	t.Cleanup(func() {
		_ = process.Process.Signal(syscall.SIGTERM)
		_ = process.Wait() // how it ends does not matter any more
		if said := log.String(); t.Failed() {
			t.Logf("the end of the proxy's log:\n%s", said[max(0, len(said)-4000):])
		}
	})
	for deadline := time.Now().Add(patience); c.get(http.DefaultClient) != nil; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the proxy does not serve after %v", patience)
		}
	}
	return c
}

// Reload tells it its configuration anew, as if that had changed.
func (c *caddy) Reload() {
	c.t.Helper()
	command := exec.Command(binary, "reload", "--force", "--config", configuration, "--address", c.admin())
	command.Env = c.env
	if out, err := command.CombinedOutput(); err != nil {
		c.t.Fatalf("reload the proxy: %v\n%s", err, out)
	}
}

func (c *caddy) admin() (address string) {
	for _, setting := range c.env {
		if value, ok := strings.CutPrefix(setting, "CADDY_ADMIN="); ok {
			address = value
		}
	}
	return address
}

// get asks for a page, which every node has.
func (c *caddy) get(as *http.Client) error {
	response, err := as.Get("http://" + c.Address + "/widget.js")
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %s", response.Status)
	}
	return nil
}

// Visit asks for a page again and again, until stop is called, which tells how often, and what went wrong.
func (c *caddy) Visit() (stop func() (times int, failures []error)) {
	over := make(chan struct{})
	var visiting sync.WaitGroup
	var times int
	var failures []error
	visiting.Go(func() {
		for tick := time.NewTicker(10 * time.Millisecond); ; times++ {
			select {
			case <-over:
				tick.Stop()
				return
			case <-tick.C:
			}
			if err := c.get(http.DefaultClient); err != nil {
				failures = append(failures, err)
			}
		}
	})
	return func() (int, []error) {
		close(over)
		visiting.Wait()
		return times, failures
	}
}

// freeAddress is one that nobody listens at.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}
