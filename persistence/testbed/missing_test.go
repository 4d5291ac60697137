package testbed

import (
	"runtime"
	"strings"
	"testing"
)

// failing records how a test failed instead of failing.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Fatal(args ...any) {
	f.said, _ = args[0].(string)
	runtime.Goexit()
}

func TestAMissingServerSaysInOneLineWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	f := &failing{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		Redis(f)
	}()
	<-done
	if !strings.Contains(f.said, "apt-get install redis-server") || strings.Contains(f.said, "\n") {
		t.Errorf("it says %q", f.said)
	}
}
