package stripetest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// started is how long the mock may take: it reads a description of 5 MB, and cores are busy.
const started = 2 * time.Minute

// Mock starts stripe-mock as it is pinned in tools/stripemock, which also checks that requests name the version of the API, and returns its
// address. It is stopped with the test. A module that cannot be fetched fails the test: a skipped one would prove nothing.
func Mock(t testing.TB) string {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, program(t), "-strict-version-check", "-http-addr", "127.0.0.1:0", "-https-addr", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		stop()
		t.Fatalf("start stripe-mock: %v", err)
	}
	address := make(chan string, 1)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if _, found, ok := strings.Cut(lines.Text(), "Listening for HTTP at address: "); ok {
				address <- found
			}
		}
		_, _ = io.Copy(io.Discard, out)
	}()
	t.Cleanup(func() {
		stop()
		<-read
		_ = cmd.Wait()
	})
	select {
	case at := <-address:
		return "http://" + at
	case <-read:
		t.Fatal("stripe-mock has ended before it listened")
	case <-time.After(started):
		t.Fatalf("stripe-mock does not listen after %s", started)
	}
	return ""
}

// program builds stripe-mock, once for as long as Go's build cache lasts, and returns where it is.
func program(t testing.TB) string {
	t.Helper()
	mod, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatalf("find the module: %v", said(err))
	}
	root := filepath.Dir(strings.TrimSpace(string(mod)))
	cmd := exec.Command("go", "tool", "-modfile="+filepath.Join(root, "tools", "stripemock", "go.mod"), "-n", "stripe-mock")
	cmd.Dir = root
	path, err := cmd.Output()
	if err != nil {
		t.Fatalf("stripe-mock cannot be built from tools/stripemock, without which nothing shows that Stripe understands us (is the module proxy there?): %v", said(err))
	}
	return strings.TrimSpace(string(path))
}

// said adds what a command wrote about its failure.
func said(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("%w: %s", err, exit.Stderr)
	}
	return err
}
