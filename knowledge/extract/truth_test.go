package extract

import (
	"path/filepath"
	"testing"
)

// TestABookIsReadAsSomebodyTypedIt measures on a book of 117 pages whose text was made by hand: PARLEY_EVAL_DATA/files.
// It is of another edition, and has tables of contents and formulas, so that nothing reaches 1.
func TestABookIsReadAsSomebodyTypedIt(t *testing.T) {
	dir := filepath.Join(evalData(t), "files")
	want := wordsOf(string(contentOf(t, filepath.Join(dir, "pypdf-GeoTopo.truth.txt"))))
	d, err := shared().Open(t.Context(), PDF, contentOf(t, filepath.Join(dir, "pypdf-GeoTopo-komprimiert.pdf")))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	var all []Block
	for page := 0; page < d.Pages(); {
		blocks, next, err := d.Read(t.Context(), page)
		if err != nil {
			t.Fatal(err)
		}
		all, page = append(all, blocks...), next
	}
	score := f1(wordsOfBlocks(all), want)
	t.Logf("token F1 %.3f, %d tokens of %d expected", score, len(wordsOfBlocks(all)), len(want))
	if score < 0.85 {
		t.Errorf("token F1 %.3f", score)
	}
}
