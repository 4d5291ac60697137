package extract

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestEveryFuzzTargetRunsForAMinute is what `make chaos` does here. An input that breaks an extractor is left in testdata/fuzz, where
// every run of the tests tries it again. Inputs are not made smaller for long, which can outlast the minute and counts as a failure then.
func TestEveryFuzzTargetRunsForAMinute(t *testing.T) {
	if os.Getenv("PARLEY_CHAOS") != "long" {
		t.Skip("some minutes of fuzzing are for PARLEY_CHAOS=long (make chaos)")
	}
	for _, folder := range []string{".", "./apart", "../crawl"} {
		list, err := exec.CommandContext(t.Context(), "go", "test", "-list", "^Fuzz", folder).Output()
		if err != nil {
			t.Fatalf("list the targets of %s: %v", folder, err)
		}
		for _, target := range strings.Fields(string(list)) {
			if !strings.HasPrefix(target, "Fuzz") {
				continue
			}
			t.Run(target, func(t *testing.T) {
				out, err := exec.CommandContext(t.Context(), "go", "test", "-run", "^$", "-fuzz", "^"+target+"$", "-fuzztime", "1m", "-fuzzminimizetime", "10x", folder).CombinedOutput()
				lines := strings.Split(strings.TrimSpace(string(out)), "\n")
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				t.Log(lines[max(0, len(lines)-3)])
			})
		}
	}
}
