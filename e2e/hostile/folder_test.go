package hostile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/e2e/server"
	"parley/persistence/seal"
	"parley/persistence/testbed"
)

// ends starts a server that cannot work, and checks that it ends by itself and says why.
func ends(t *testing.T, s *server.Server, words ...string) {
	t.Helper()
	s.Launch()
	if code := s.Exit(); code == 0 {
		t.Error("it ended as if all were well")
	}
	log := s.Log()
	lines := strings.Split(strings.TrimSpace(string(log)), "\n")
	last := lines[len(lines)-1]
	for _, word := range words {
		if !strings.Contains(last, word) {
			t.Errorf("its last words are %q, want %q in them", last, word)
		}
	}
}

func TestAFolderIsOfOneProcess(t *testing.T) {
	t.Parallel()
	h := open(t)
	second := server.New(t, "PARLEY_DATA="+h.server.Data)
	ends(t, second, "another process has the folder", h.server.Data, "choose another folder")
	h.unharmed(t)
}

func TestAFolderThatCannotBeWrittenIsNamed(t *testing.T) {
	t.Parallel()
	s := server.New(t)
	if err := os.Chmod(s.Data, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(s.Data, 0o700) })
	s.Unprivileged()
	ends(t, s, s.Data, "permission denied")
}

func TestAFolderThatIsAFileIsNamed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(file, []byte(marker), 0o600); err != nil {
		t.Fatal(err)
	}
	ends(t, server.New(t, "PARLEY_DATA="+file), file, "not a directory")
}

func TestAnotherKeyOpensNothingAndHarmsNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, h *house) {
		right, err := os.ReadFile(filepath.Join(h.server.Data, "key"))
		if err != nil {
			t.Fatal(err)
		}
		h.restart(t, func(s *server.Server) {
			s.Set("PARLEY_KEY=" + seal.GenerateKey())
			ends(t, s, "PARLEY_KEY", "sealed")
			s.Set("PARLEY_KEY=hunter2")
			ends(t, s, "PARLEY_KEY", "32 random bytes")
			s.Set("PARLEY_KEY=")
			if err := os.WriteFile(filepath.Join(s.Data, "key"), []byte(marker), 0o600); err != nil {
				t.Fatal(err)
			}
			ends(t, s, filepath.Join(s.Data, "key"))
			if err := os.WriteFile(filepath.Join(s.Data, "key"), right, 0o600); err != nil {
				t.Fatal(err)
			}
		})
		if log := h.server.Log(); strings.Contains(string(log), "hunter2") {
			t.Error("the log has the key that is none")
		}
		h.unharmed(t)
	})
}

// A database that refuses us does not change its mind; one that is away is waited for.
func TestADatabaseThatRefusesUsEndsTheStart(t *testing.T) {
	t.Parallel()
	right := testbed.Postgres(t, testbed.NoSync)
	at := right[strings.LastIndex(right, "@")+1:]
	s := server.New(t, "DATABASE_URL=postgres://parley:hunter2@"+at)
	ends(t, s, "reach Postgres", "password authentication failed")
	s.Set("DATABASE_URL=" + strings.Replace(right, "/test_", "/none_", 1))
	ends(t, s, "reach Postgres", "does not exist")
	if strings.Contains(string(s.Log()), "hunter2") {
		t.Error("the log tells the password")
	}
}

// restart ends the process as an operator does, lets something happen, and starts it again.
func (h *house) restart(t *testing.T, meanwhile func(s *server.Server)) {
	t.Helper()
	if code := h.server.Stop(); code != 0 {
		t.Errorf("it ended with %d", code)
	}
	meanwhile(h.server)
	h.server.Run()
	h.pid = h.server.PID()
}
