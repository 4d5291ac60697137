package fuzz

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// folders have what strangers reach. What documents are read by has a runner of its own (knowledge/extract).
var folders = []string{"account", "transport/rest", "transport/address", "transport/wire", "transport/mail", "persistence/seal", "actors", "actors/screen", "llm/openai"}

func TestEveryFuzzTargetRunsForAMinute(t *testing.T) {
	if os.Getenv("PARLEY_CHAOS") != "long" {
		t.Skip("some minutes of fuzzing are for PARLEY_CHAOS=long (make chaos)")
	}
	for _, folder := range folders {
		list, err := exec.CommandContext(t.Context(), "go", "test", "-list", "^Fuzz", "../../"+folder).Output()
		if err != nil {
			t.Fatalf("list the targets of %s: %v", folder, err)
		}
		found := 0
		for _, target := range strings.Fields(string(list)) {
			if !strings.HasPrefix(target, "Fuzz") {
				continue
			}
			found++
			t.Run(target, func(t *testing.T) {
				out, err := exec.CommandContext(t.Context(), "go", "test", "-run", "^$", "-fuzz", "^"+target+"$", "-fuzztime", "1m", "-fuzzminimizetime", "5s", "../../"+folder).CombinedOutput()
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				lines := strings.Split(strings.TrimSpace(string(out)), "\n")
				t.Log(lines[max(0, len(lines)-3)])
			})
		}
		if found == 0 {
			t.Errorf("%s has no fuzz target", folder)
		}
	}
}
