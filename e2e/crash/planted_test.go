package crash

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// marker is a text that is planted in one place of the product and can be
// found nowhere else. It is one word to every tokenizer.
func marker(place string) string { return "zqxplanted" + place + "wvk" }

// places is where markers are planted.
var places = []string{
	"email", "company", "owner", "bot", "greeting", "instructions", "title", "passage", "filename", "original", "message", "contact", "comment",
}

// noPlantedText fails for each marker that can be read in data, however its letters are cased.
func noPlantedText(t *testing.T, where string, data []byte) {
	t.Helper()
	lower := bytes.ToLower(data)
	for _, place := range places {
		if bytes.Contains(lower, []byte(marker(place))) {
			t.Errorf("%s holds the %s in plain text", where, place)
		}
	}
}

// noPlantedFiles looks through a folder, names of files included.
func noPlantedFiles(t *testing.T, folder string) {
	t.Helper()
	files, size := 0, 0
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		noPlantedText(t, "the name of "+path, []byte(filepath.Base(path)))
		if !entry.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files, size = files+1, size+len(data)
		noPlantedText(t, strings.TrimPrefix(path, folder), data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if size < 1<<16 {
		t.Errorf("only %d bytes in %d files were there to look through", size, files)
	}
	t.Logf("looked for %d planted texts through %d files, %d bytes", len(places), files, size)
}
