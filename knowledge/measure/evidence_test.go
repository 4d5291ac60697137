package measure

import (
	"math"
	"os"
	"path/filepath"
	"testing"
)

func TestEvidenceIsHeldByItsRunsOfWords(t *testing.T) {
	t.Parallel()
	sought := Sought{Evidence: []Piece{{Text: "one two three four five six"}, {Text: "alpha beta"}}}
	for _, c := range []struct {
		passages          []string
		recall, precision float64
	}{
		// Three runs are sought: two of the first piece, and the second piece, which is shorter than a run.
		{[]string{"Zero. One two,\nthree four five six!", "alpha beta"}, 1, 37. / 45},
		{[]string{"one two three four five"}, 1. / 3, 37. / 3 / 23},
		{[]string{"nothing"}, 0, 0},
		{nil, 0, 0},
	} {
		recall, precision := sought.Held(c.passages)
		if math.Abs(recall-c.recall) > 1e-9 || math.Abs(precision-c.precision) > 1e-9 {
			t.Errorf("%q: recall %.4f, precision %.4f", c.passages, recall, precision)
		}
	}
}

func TestOnlyUtterancesWithoutAnIntentAreOutOfScope(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "utterances.jsonl")
	if err := os.WriteFile(path, []byte(`{"text":"a joke?","intent":"oos"}`+"\n"+`{"text":"my bill","intent":"bill"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := OutOfScope(path)
	if err != nil || len(got) != 1 || got[0] != "a joke?" {
		t.Errorf("%q, error %v", got, err)
	}
	if _, err := OutOfScope(path + "x"); err == nil {
		t.Error("a file that is not there was read")
	}
}
