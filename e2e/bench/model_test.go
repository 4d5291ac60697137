package main

import (
	"bufio"
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/llm/llmtest"
)

func TestTheRecordedModelSaysWhatTheScriptedOneSays(t *testing.T) {
	t.Parallel()
	const words = 30
	for name, pace := range map[string]time.Duration{"without pauses": 0, "at a pace": time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := record(words)
			m.pace = pace
			server := httptest.NewServer(m)
			t.Cleanup(server.Close)
			begun := time.Now()
			response, err := ask(context.Background(), server.URL+"/v1", "Whatever is asked?")
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			var text strings.Builder
			pieces := 0
			for lines := bufio.NewScanner(response.Body); lines.Scan(); {
				if piece := content(lines.Bytes()); len(piece) > 0 {
					text.Write(piece)
					pieces++
				}
			}
			said := strings.NewReplacer(`\n`, "\n", `\"`, `"`).Replace(text.String())
			if want := llmtest.Text("?", words); said != want || pieces != words {
				t.Errorf("it said %q in %d pieces, want %q", said, pieces, want)
			}
			if took := time.Since(begun); took < words*pace {
				t.Errorf("it took %v", took)
			}
		})
	}
}
