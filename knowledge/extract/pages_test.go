package extract

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// What our own pages must reach: each of them, and in the mean. What stands beside an article and belongs to it, such as who wrote it and when, may be read.
const (
	wantPageF1 = 0.85
	wantMeanF1 = 0.95
)

// TestPagesOfManyLayoutsAreReadWithoutWhatSurroundsTheirContent reads pages as different programs make them. What is expected stands in
// each between comments.
func TestPagesOfManyLayoutsAreReadWithoutWhatSurroundsTheirContent(t *testing.T) {
	t.Parallel()
	names, _ := filepath.Glob("testdata/pages/*.html")
	if len(names) == 0 {
		t.Fatal("no pages there")
	}
	sum := 0.0
	for _, name := range names {
		page := contentOf(t, name)
		want := wordsOf(expectedOf(t, string(page)))
		got, err := webPage(t.Context(), page)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		words := wordsOfBlocks(got.blocks)
		score := f1(words, want)
		sum += score
		t.Logf("%-22s token F1 %.3f of %d words", filepath.Base(name), score, len(want))
		if missing, more := without(want, words), without(words, want); score < wantPageF1 {
			t.Errorf("%s: token F1 %.3f, want %.2f\nlacks: %s\nhas besides: %s", name, score, wantPageF1, missing, more)
		} else if score < 1 {
			t.Logf("    lacks: %s\n    has besides: %s", missing, more)
		}
	}
	mean := sum / float64(len(names))
	t.Logf("%-22s token F1 %.3f", "mean", mean)
	if mean < wantMeanF1 {
		t.Errorf("token F1 %.3f in the mean, want %.2f", mean, wantMeanF1)
	}
}

// expectedOf is the text between the comments of a page.
func expectedOf(t *testing.T, page string) string {
	t.Helper()
	var marked strings.Builder
	for i, part := range strings.Split(page, "<!-- expected -->") {
		if i == 0 {
			continue
		}
		inner, _, closed := strings.Cut(part, "<!-- /expected -->")
		if !closed {
			t.Fatal("a comment is missing")
		}
		marked.WriteString(inner + " ")
	}
	root, err := html.Parse(strings.NewReader(marked.String()))
	if err != nil {
		t.Fatal(err)
	}
	return allText(root)
}

// without are the words of one text that another lacks.
func without(words, other []string) string {
	count := map[string]int{}
	for _, word := range other {
		count[word]++
	}
	var left []string
	for _, word := range words {
		if count[word]--; count[word] < 0 {
			left = append(left, word)
		}
	}
	return strings.Join(left, " ")
}
