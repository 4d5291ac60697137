package extract

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strings"
)

// Bounds of what is unpacked. Office's own files compress 20–50 fold.
const (
	maxUnpacked = 128 << 20 // bytes of all parts read
	maxRatio    = 500
	maxParts    = 50_000 // of an archive; a table of them is kept
)

// ole is how the old Office formats begin, and the new ones when a password protects them.
const ole = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// archive is a ZIP of parts, of which all together maxUnpacked bytes at most are read.
type archive struct {
	parts map[string]*zip.File
	left  int64
}

func openZip(data []byte) (*archive, error) {
	if bytes.HasPrefix(data, []byte(ole)) {
		return nil, ErrEncrypted
	}
	if bytes.Count(data, []byte("PK\x01\x02")) > maxParts {
		return nil, ErrTooBig.Because(fmt.Errorf("more than %d parts", maxParts))
	}
	opened, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, ErrBroken.Because(err)
	}
	a := &archive{parts: map[string]*zip.File{}, left: min(maxUnpacked, max(int64(len(data))*maxRatio, 1<<20))}
	for _, f := range opened.File {
		if f.Flags&1 != 0 {
			return nil, ErrEncrypted
		}
		a.parts[strings.TrimPrefix(strings.ReplaceAll(f.Name, "\\", "/"), "/")] = f
	}
	return a, nil
}

func (a *archive) has(name string) bool { return a.parts[name] != nil }

// open lets use read a part, and counts what it reads.
func (a *archive) open(name string, use func(io.Reader) error) error {
	f := a.parts[name]
	if f == nil {
		return ErrBroken.Because(errors.New("no " + name))
	}
	part, err := f.Open()
	if err != nil {
		return ErrBroken.Because(err)
	}
	defer part.Close()
	limited := &io.LimitedReader{R: part, N: a.left}
	err = use(limited)
	if limited.N <= 0 {
		return ErrTooBig.Because(fmt.Errorf("%s unpacks to more than %d bytes", name, a.left))
	}
	a.left = limited.N
	return err
}

// parse calls token for each start, end and text of an XML part; a missing part has none.
func (a *archive) parse(ctx context.Context, name string, token func(xml.Token) error) error {
	if !a.has(name) {
		return nil
	}
	return a.open(name, func(r io.Reader) error { return parseXML(ctx, name, r, token) })
}

// bytes reads a part whole; a missing part is empty.
func (a *archive) bytes(name string) (data []byte, err error) {
	if !a.has(name) {
		return nil, nil
	}
	err = a.open(name, func(r io.Reader) error {
		if data, err = io.ReadAll(r); err != nil {
			return ErrBroken.Because(fmt.Errorf("%s: %w", name, err))
		}
		return nil
	})
	return data, err
}

// relation is what a part of an Office document says of another one.
type relation struct {
	kind string // the last word of its type: "slide", "styles"
	part string
}

// relations returns what a part ("" for the archive itself) refers to within the archive, by
// id. What is outside of it is nothing to us.
func (a *archive) relations(ctx context.Context, part string) (map[string]relation, error) {
	folder, name := path.Split(part)
	found := map[string]relation{}
	err := a.parse(ctx, folder+"_rels/"+name+".rels", func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "Relationship" || attribute(e, "TargetMode") == "External" {
			return nil
		}
		target := attribute(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = path.Join("/"+folder, target)
		}
		if len(found) >= maxParts {
			return ErrTooBig.Because(fmt.Errorf("%s refers to more than %d parts", name, maxParts))
		}
		found[attribute(e, "Id")] = relation{kind: path.Base(attribute(e, "Type")), part: strings.TrimPrefix(path.Clean(target), "/")}
		return nil
	})
	return found, err
}

// office opens an Office document: its main part, and what that refers to.
func (a *archive) office(ctx context.Context, usual string) (main string, related map[string]relation, err error) {
	top, err := a.relations(ctx, "")
	if err != nil {
		return "", nil, err
	}
	main = usual
	for _, r := range top {
		if r.kind == "officeDocument" && a.has(r.part) {
			main = r.part
		}
	}
	if !a.has(main) {
		return "", nil, ErrBroken.Because(errors.New("no " + main))
	}
	related, err = a.relations(ctx, main)
	return main, related, err
}

// only returns the part of a kind of which there is one, or the one it is usually.
func only(related map[string]relation, kind, usual string) string {
	for _, r := range related {
		if r.kind == kind {
			return r.part
		}
	}
	return usual
}

// givenName matches what programs call what was not named.
var givenName = regexp.MustCompile(`(?i)^(slide|folie|book|mappe|workbook|presentation|präsentation|powerpoint[ -].*|word document|pptx?|excel)[ -]?\d*$`)

// ownTitle is the title among the properties of an Office document, unless it is the name
// that a program gave it.
func (a *archive) ownTitle(ctx context.Context, part string) (string, error) {
	var title strings.Builder
	within := false
	err := a.parse(ctx, part, func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			within = t.Name.Local == "title"
		case xml.EndElement:
			within = false
		case xml.CharData:
			if within {
				title.Write(t)
			}
		}
		return nil
	})
	if name := squeeze(title.String()); err == nil && !noTitle.MatchString(name) && !givenName.MatchString(name) && len(name) <= maxHeading {
		return name, nil
	}
	return "", err
}
