package extract

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	readability "codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
)

// wantF1 is what the article of a page must agree with what is expected of it, in the mean of all pages.
const wantF1 = 0.93

// TestTheArticlesOfPagesAreWhatIsExpected measures on a folder of pages, each in a folder with source.html and
// expected.html: PARLEY_EVAL_DATA/webpages. Beside it: what each of the two ways that webPage chooses from would give.
func TestTheArticlesOfPagesAreWhatIsExpected(t *testing.T) {
	sources, _ := filepath.Glob(filepath.Join(evalData(t), "webpages", "*", "source.html"))
	if len(sources) == 0 {
		t.Fatal("no pages there")
	}
	var sums [3]float64
	for _, source := range sources {
		page, expected := contentOf(t, source), contentOf(t, filepath.Join(filepath.Dir(source), "expected.html"))
		root, err := html.Parse(strings.NewReader(string(expected)))
		if err != nil {
			t.Fatal(err)
		}
		want := wordsOf(allText(root))
		got, err := webPage(context.Background(), page)
		if err != nil {
			t.Errorf("%s: %v", source, err)
		}
		root, _ = html.Parse(strings.NewReader(decode(page, declaredCharset(page))))
		whole := read(root)
		var article []Block
		if found, err := readability.FromDocument(root, &url.URL{}); err == nil && found.Node != nil {
			article = read(found.Node)
		}
		scores := [3]float64{f1(wordsOfBlocks(got.blocks), want), f1(wordsOfBlocks(article), want), f1(wordsOfBlocks(whole), want)}
		t.Logf("%-12s token F1 %.3f (go-readability alone %.3f, the whole page %.3f), %d tokens expected", filepath.Base(filepath.Dir(source)), scores[0], scores[1], scores[2], len(want))
		for i := range sums {
			sums[i] += scores[i] / float64(len(sources))
		}
	}
	t.Logf("%-12s token F1 %.3f (go-readability alone %.3f, the whole page %.3f) on %d pages", "mean", sums[0], sums[1], sums[2], len(sources))
	if sums[0] < wantF1 {
		t.Errorf("token F1 %.3f, want %.2f", sums[0], wantF1)
	}
}

// evalData is the folder that figures are measured on.
func evalData(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("PARLEY_EVAL_DATA")
	if dir == "" {
		t.Skip("PARLEY_EVAL_DATA names no folder with data to measure on")
	}
	return dir
}

func contentOf(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// wordsOf are the words of a text, in lower case.
func wordsOf(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// wordsOfBlocks are the words of blocks; those of a heading count once.
func wordsOfBlocks(blocks []Block) (all []string) {
	var last []string
	for _, b := range blocks {
		for depth, h := range b.Headings {
			if depth >= len(last) || last[depth] != h {
				all = append(all, wordsOf(h)...)
				last = nil // those below it are new, too
			}
		}
		last = b.Headings
		all = append(all, wordsOf(b.Text)...)
	}
	return all
}

// f1 is the harmonic mean of the shares of either text's words that the other has as well, each as often as it is there.
func f1(got, want []string) float64 {
	count := map[string]int{}
	for _, word := range want {
		count[word]++
	}
	shared := 0
	for _, word := range got {
		if count[word] > 0 {
			count[word]--
			shared++
		}
	}
	if shared == 0 {
		return 0
	}
	return 2 * float64(shared) / float64(len(got)+len(want))
}
