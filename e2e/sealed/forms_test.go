package sealed

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// forms are the ways in which a word could stand in a file, all in lower case.
func forms(word string) map[string][]byte {
	all := map[string][]byte{"plain": []byte(word), "hex": []byte(hex.EncodeToString([]byte(word)))}
	var little, big []byte
	for _, unit := range utf16.Encode([]rune(word)) {
		little = append(little, byte(unit), byte(unit>>8))
		big = append(big, byte(unit>>8), byte(unit))
	}
	all["UTF-16LE"], all["UTF-16BE"] = little, big
	// Three bytes become four characters: of each place in them, those that depend on the word alone.
	for _, shift := range []string{"", "x", "xx"} {
		text := base64.RawStdEncoding.EncodeToString([]byte(shift + word))
		skip := []int{0, 2, 3}[len(shift)]
		all["base64 behind "+shift+"|"] = []byte(strings.ToLower(text[skip : len(text)-1]))
	}
	return all
}

// search looks for words in whatever form, and without regard to case.
func search(t *testing.T, where string, content []byte, planted map[string]string) {
	t.Helper()
	lower := bytes.ToLower(content)
	for what, word := range planted {
		for form, bytesOf := range forms(word) {
			if at := bytes.Index(lower, bytesOf); at >= 0 {
				t.Errorf("%s has %s (%s) at %d: %q", where, what, form, at, content[max(0, at-40):min(len(content), at+60)])
			}
		}
	}
}

func TestTheSearchFindsEachForm(t *testing.T) {
	t.Parallel()
	const word = "qvxzugzwang"
	text := "before " + word + " behind"
	var wide []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		wide = append(wide, byte(unit), byte(unit>>8))
	}
	for name, content := range map[string]string{
		"plain": strings.ToUpper(text), "hex": hex.EncodeToString([]byte(text)), "UTF-16": string(wide),
		"base64": base64.StdEncoding.EncodeToString([]byte(text)), "base64 one further": base64.URLEncoding.EncodeToString([]byte("x" + text)),
		"base64 two further": base64.StdEncoding.EncodeToString([]byte("xx" + text)),
	} {
		lower, found := bytes.ToLower([]byte(content)), false
		for _, form := range forms(word) {
			found = found || bytes.Contains(lower, form)
		}
		if !found {
			t.Errorf("%s is not found", name)
		}
	}
}

// files reads all that lies in a folder, but for what is left out.
func files(t *testing.T, folder string, without ...string) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(folder, path) // it is below it
		for _, left := range without {
			if name == left && entry.IsDir() {
				return filepath.SkipDir
			}
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		all[name], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// unpacked reads a backup as it is under its compression.
func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	packed, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(packed)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
