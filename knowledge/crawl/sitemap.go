package crawl

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"io"
	"strings"

	"golang.org/x/net/html/charset"
)

// Bounds of one sitemap. Its protocol allows 50,000 addresses in 50 MB; as many of usual length have place in 16, which is what a plain one may have.
const (
	maxSitemap     = 16 << 20 // bytes, unpacked
	maxSitemapURLs = 50_000
)

// Sitemap is a list of a site's pages, or of more such lists.
type Sitemap struct {
	Pages, Maps []string
}

// ReadSitemap reads a sitemap, packed or not, as XML or as lines. It is false for what is none. One that breaks off counts
// as far as it goes.
func ReadSitemap(body []byte) (Sitemap, bool) {
	var content io.Reader = bytes.NewReader(body)
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(content)
		if err != nil {
			return Sitemap{}, false
		}
		content = unpacked
	}
	reader := bufio.NewReader(io.LimitReader(content, maxSitemap))
	head, _ := reader.Peek(512) // a short one is all there is
	if strings.HasPrefix(strings.TrimLeft(string(head), "\ufeff \t\r\n"), "http") {
		return readLines(reader)
	}
	return readXML(reader)
}

func readXML(reader io.Reader) (found Sitemap, ok bool) {
	decoder := xml.NewDecoder(reader)
	decoder.Strict, decoder.CharsetReader = false, charset.NewReaderLabel
	var text *strings.Builder // of the <loc> that is open
	depth, entry := 0, ""
	for len(found.Pages)+len(found.Maps) < maxSitemapURLs {
		token, err := decoder.RawToken()
		if err != nil {
			break
		}
		switch t := token.(type) {
		case xml.StartElement:
			switch name := strings.ToLower(t.Name.Local); {
			case depth == 0 && name != "urlset" && name != "sitemapindex":
				return Sitemap{}, false
			case depth == 1:
				entry = name
			case depth == 2 && name == "loc":
				text = &strings.Builder{}
			}
			ok = true
			depth++
		case xml.CharData:
			if text != nil && text.Len() <= MaxAddress {
				text.Write(t)
			}
		case xml.EndElement:
			if depth--; depth < 0 {
				return found, ok
			}
			if text == nil {
				continue
			}
			if address := strings.TrimSpace(text.String()); address != "" && len(address) <= MaxAddress {
				if entry == "sitemap" {
					found.Maps = append(found.Maps, address)
				} else {
					found.Pages = append(found.Pages, address)
				}
			}
			text = nil
		}
	}
	return found, ok
}

// readLines reads the plain form: an address a line.
func readLines(reader io.Reader) (found Sitemap, ok bool) {
	lines := bufio.NewScanner(reader)
	for lines.Scan() && len(found.Pages) < maxSitemapURLs {
		line := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if line == "" {
			continue
		}
		if _, is := Canonical(line); !is {
			return Sitemap{}, false
		}
		found.Pages = append(found.Pages, line)
	}
	return found, len(found.Pages) > 0
}
