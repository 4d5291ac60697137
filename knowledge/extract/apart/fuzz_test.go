package apart

import (
	"bufio"
	"bytes"
	"testing"

	"parley/knowledge/extract"
)

// FuzzAnswers reads what a child may say once it is in a file's hands.
func FuzzAnswers(f *testing.F) {
	frames := func(kinds string, contents ...any) []byte {
		var out bytes.Buffer
		for i, content := range contents {
			if err := writeFrame(&out, kind(kinds[i]), content); err != nil {
				f.Fatal(err)
			}
		}
		return out.Bytes()
	}
	headings, lead := []string{"a", "b"}, "c | d"
	f.Add(frames("bbe", block{Text: "x", Headings: &headings}, block{Text: "y", Lead: &lead, Page: 1}, batch{Next: 1, Note: "n"}), 0, 2)
	f.Add(frames("be", block{}, batch{Next: -1}), 3, 9)
	f.Add(frames("f", failure(extract.ErrBroken)), 0, 1)
	f.Add(append([]byte("b\xff\xff\xff\xff"), '{'), 0, 1)
	f.Fuzz(func(t *testing.T, said []byte, from, pages int) {
		d := &document{process: &process{out: bufio.NewReader(bytes.NewReader(said))}, pages: pages}
		blocks, end, err := d.receiveBatch(from)
		if err == nil && (end.Next <= from || end.Next > pages) {
			t.Errorf("page %d of %d follows page %d", end.Next, pages, from)
		}
		if len(blocks) > len(said) {
			t.Errorf("%d blocks from %d bytes", len(blocks), len(said))
		}
	})
}
