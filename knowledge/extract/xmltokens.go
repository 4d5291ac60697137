package extract

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"

	"golang.org/x/net/html/charset"
)

// Bounds of XML: what is nested is kept on stacks, and a token is held whole.
const (
	maxXMLDepth = 1000
	maxToken    = 8 << 20 // bytes
)

// parseXML calls token for each start, end and text. Entities of the document's own are
// not known, so that none can be blown up or fetched: using one is an error.
func parseXML(ctx context.Context, name string, r io.Reader, token func(xml.Token) error) error {
	single := &tokenReader{r: r}
	decoder := xml.NewDecoder(single)
	decoder.CharsetReader = charset.NewReaderLabel
	decoder.Entity = xml.HTMLEntity
	return tokens(ctx, name, single, decoder, token)
}

func tokens(ctx context.Context, name string, single *tokenReader, decoder *xml.Decoder, token func(xml.Token) error) error {
	depth := 0
	for {
		single.left = maxToken
		t, err := decoder.RawToken()
		switch {
		case errors.Is(err, io.EOF):
			if depth != 0 {
				return ErrBroken.Because(fmt.Errorf("%s ends in the middle", name))
			}
			return nil
		case errors.Is(err, errLongToken):
			return ErrTooBig.Because(fmt.Errorf("%s: %w", name, err))
		case err != nil:
			return ErrBroken.Because(fmt.Errorf("%s: %w", name, err))
		}
		switch t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
		if depth > maxXMLDepth {
			return ErrTooSlow.Because(fmt.Errorf("%s is nested deeper than %d", name, maxXMLDepth))
		}
		if err := token(t); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

var errLongToken = fmt.Errorf("a token of more than %d bytes", maxToken)

// tokenReader ends where one token goes on for too long.
type tokenReader struct {
	r    io.Reader
	left int
}

func (t *tokenReader) Read(p []byte) (int, error) {
	if t.left <= 0 {
		return 0, errLongToken
	}
	n, err := t.r.Read(p[:min(len(p), t.left)])
	t.left -= n
	return n, err
}

// attribute is the value of the attribute with this name, in whatever namespace.
func attribute(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// spaced is the value of the attribute with this name in a namespace: "r:id" beside "id".
func spaced(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}
