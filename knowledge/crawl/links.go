package crawl

import (
	"bytes"
	"compress/flate"
	"io"
	"strings"
)

// Bounds of the links that are remembered of a page.
const (
	maxPackedLinks = 200 << 10 // bytes
	maxLinksText   = 4 << 20   // bytes, unpacked
)

// PackLinks packs canonical addresses. Those that have no place, of a list of some ten thousand, are left out.
func PackLinks(links []string) []byte {
	if len(links) == 0 {
		return nil
	}
	for {
		var packed bytes.Buffer
		w, err := flate.NewWriter(&packed, flate.DefaultCompression)
		if err != nil {
			return nil // the level is a constant
		}
		_, _ = io.WriteString(w, strings.Join(links, "\n"))
		_ = w.Close()
		if packed.Len() <= maxPackedLinks {
			return packed.Bytes()
		}
		links = links[:len(links)/2]
	}
}

// ReadLinks unpacks what PackLinks packed; nil if it is broken.
func ReadLinks(packed []byte) []string {
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), maxLinksText))
	if err != nil || len(text) == 0 {
		return nil
	}
	return strings.Split(string(text), "\n")
}
