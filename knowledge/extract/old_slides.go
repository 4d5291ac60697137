package extract

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"unicode/utf16"
)

// Records of an old presentation ([MS-PPT]).
const (
	recordSlide      = 0x03ee
	recordSlideAt    = 0x03f3
	recordNotesOf    = 0x03f1
	recordShow       = 0x03f9
	recordOutlineRef = 0x0f9e
	recordTextKind   = 0x0f9f
	recordTextChars  = 0x0fa0
	recordTextBytes  = 0x0fa8
	recordSlideList  = 0x0ff0
	recordEdit       = 0x0ff5
	recordDirectory  = 0x1772
)

// maxEdits is how often a presentation may have been saved by adding to it.
const maxEdits = 1000

// oldSlides reads a PPT of PowerPoint 97 to 2003 as slides does a PPTX: in its order, with notes, without hidden slides.
func oldSlides(ctx context.Context, stream, user []byte) (text, error) {
	p := &oldPresentation{stream: stream, places: map[uint32]uint32{}, notes: map[uint32][]oldText{}}
	document, err := p.edits(user)
	if err != nil {
		return text{}, err
	}
	for _, list := range p.children(document) {
		if list.kind == recordSlideList && list.instance == 2 {
			if err := p.readNotes(ctx, list); err != nil {
				return text{}, err
			}
		}
	}
	var o outline
	n := 0
	for _, list := range p.children(document) {
		if list.kind != recordSlideList || list.instance != 0 {
			continue
		}
		for _, s := range p.listed(list) {
			if n++; n > maxPages {
				return text{}, ErrTooBig.Because(fmt.Errorf("more than %d slides", maxPages))
			}
			o.page = n
			p.write(&o, s)
			if err := o.check(ctx); err != nil {
				return text{}, err
			}
		}
	}
	return text{blocks: o.finish()}, nil
}

type oldPresentation struct {
	stream []byte
	places map[uint32]uint32    // where the parts with these numbers stand
	notes  map[uint32][]oldText // of the slides with these ids
}

// oldAtom is a record: of others, or of data.
type oldAtom struct {
	kind, instance int
	holds          bool // other records
	data           []byte
}

// oldAtomAt reads the record that stands at a place; its kind is 0 if there is none.
func oldAtomAt(data []byte, at uint64) oldAtom {
	if at+8 > uint64(len(data)) {
		return oldAtom{}
	}
	head := binary.LittleEndian.Uint16(data[at:])
	length := uint64(binary.LittleEndian.Uint32(data[at+4:]))
	end := min(at+8+length, uint64(len(data)))
	return oldAtom{kind: int(binary.LittleEndian.Uint16(data[at+2:])), instance: int(head >> 4), holds: head&0xf == 0xf, data: data[at+8 : end]}
}

func (p *oldPresentation) children(a oldAtom) []oldAtom {
	var found []oldAtom
	for at := uint64(0); at+8 <= uint64(len(a.data)); {
		child := oldAtomAt(a.data, at)
		found = append(found, child)
		at += 8 + uint64(len(child.data))
	}
	return found
}

// part is the record with a number.
func (p *oldPresentation) part(number uint32) oldAtom {
	at, is := p.places[number]
	if !is {
		return oldAtom{}
	}
	return oldAtomAt(p.stream, uint64(at))
}

// edits follows the presentation's history back from its last state, in which parts were added or replaced, and returns the document.
func (p *oldPresentation) edits(user []byte) (oldAtom, error) {
	if len(user) < 20 {
		return oldAtom{}, ErrBroken.Because(errors.New("no last state"))
	}
	if binary.LittleEndian.Uint32(user[12:]) == 0xf3d1c4df {
		return oldAtom{}, ErrEncrypted
	}
	document := uint32(0)
	at := binary.LittleEndian.Uint32(user[16:])
	for n := 0; n == 0 || at != 0; n++ {
		edit := oldAtomAt(p.stream, uint64(at))
		if edit.kind != recordEdit || len(edit.data) < 20 || n > maxEdits {
			return oldAtom{}, ErrBroken.Because(errors.New("its history is damaged"))
		}
		if n == 0 {
			document = binary.LittleEndian.Uint32(edit.data[16:])
			if len(edit.data) >= 32 && binary.LittleEndian.Uint32(edit.data[28:]) != 0 {
				return oldAtom{}, ErrEncrypted
			}
		}
		p.directory(oldAtomAt(p.stream, uint64(binary.LittleEndian.Uint32(edit.data[12:]))).data)
		at = binary.LittleEndian.Uint32(edit.data[8:])
	}
	found := p.part(document)
	if !found.holds {
		return oldAtom{}, ErrBroken.Because(errors.New("no document"))
	}
	return found, nil
}

// directory remembers where parts stand, unless a later edit said so.
func (p *oldPresentation) directory(data []byte) {
	for len(data) >= 4 && len(p.places) < maxParts {
		head := binary.LittleEndian.Uint32(data)
		data = data[4:]
		for i := range head >> 20 {
			if len(data) < 4 {
				return
			}
			if _, later := p.places[head&0xfffff+i]; !later {
				p.places[head&0xfffff+i] = binary.LittleEndian.Uint32(data)
			}
			data = data[4:]
		}
	}
}

// oldText is a text with what it is for: 0 and 6 are titles, 1, 5, 7 and 8 the body, 2 notes.
type oldText struct {
	kind int
	text string
}

func (t oldText) isTitle() bool { return t.kind == 0 || t.kind == 6 }
func (t oldText) isBody() bool  { return t.kind == 1 || t.kind == 5 || t.kind == 7 || t.kind == 8 }

// oldSlidePlace is a slide in a list: its number, its id, and its texts that make the outline.
type oldSlidePlace struct {
	number, id uint32
	outline    []oldText
}

func (p *oldPresentation) listed(list oldAtom) []oldSlidePlace {
	var found []oldSlidePlace
	kind := 0
	for _, a := range p.children(list) {
		if a.kind == recordSlideAt && len(a.data) >= 16 {
			found = append(found, oldSlidePlace{number: binary.LittleEndian.Uint32(a.data), id: binary.LittleEndian.Uint32(a.data[12:])})
			continue
		}
		if n := len(found); n > 0 {
			found[n-1].outline = a.texts(found[n-1].outline, &kind)
		}
	}
	return found
}

// texts adds the text of a record that is one, or remembers what the next one is for.
func (a oldAtom) texts(found []oldText, kind *int) []oldText {
	switch a.kind {
	case recordTextKind:
		if len(a.data) >= 4 {
			*kind = int(binary.LittleEndian.Uint32(a.data))
		}
	case recordTextChars:
		units := make([]uint16, 0, len(a.data)/2)
		for data := a.data; len(data) >= 2; data = data[2:] {
			units = append(units, binary.LittleEndian.Uint16(data))
		}
		return append(found, oldText{*kind, string(utf16.Decode(units))})
	case recordTextBytes:
		runes := make([]rune, len(a.data))
		for i, b := range a.data {
			runes[i] = rune(b)
		}
		return append(found, oldText{*kind, string(runes)})
	}
	return found
}

// maxAtomDepth is how deep records are looked for in records.
const maxAtomDepth = 30

// drawn collects the texts within a record; those that only refer to the outline are taken from there.
func (p *oldPresentation) drawn(a oldAtom, outline []oldText, used []bool, depth int) []oldText {
	var found []oldText
	kind := 4
	for _, child := range p.children(a) {
		switch {
		case child.kind == recordOutlineRef && len(child.data) >= 4:
			if i := binary.LittleEndian.Uint32(child.data); uint64(i) < uint64(len(outline)) && !used[i] {
				used[i] = true
				found = append(found, outline[i])
			}
		case child.holds && depth < maxAtomDepth:
			found = append(found, p.drawn(child, outline, used, depth+1)...)
		default:
			found = child.texts(found, &kind)
		}
	}
	return found
}

func (p *oldPresentation) readNotes(ctx context.Context, list oldAtom) error {
	for n, place := range p.listed(list) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if n > maxPages {
			return ErrTooBig.Because(fmt.Errorf("notes for more than %d slides", maxPages))
		}
		notes := p.part(place.number)
		for _, a := range p.children(notes) {
			if a.kind != recordNotesOf || len(a.data) < 4 {
				continue
			}
			for _, t := range p.drawn(notes, place.outline, make([]bool, len(place.outline)), 0) {
				if slide := binary.LittleEndian.Uint32(a.data); t.kind == 2 && len(p.notes) < maxPages {
					p.notes[slide] = append(p.notes[slide], t)
				}
			}
			break
		}
	}
	return nil
}

// write adds a slide under its title.
func (p *oldPresentation) write(o *outline, place oldSlidePlace) {
	slide := p.part(place.number)
	used := make([]bool, len(place.outline))
	var texts []oldText
	if slide.kind == recordSlide {
		for _, a := range p.children(slide) {
			if a.kind == recordShow && len(a.data) >= 12 && a.data[10]&4 != 0 {
				return // it is hidden
			}
		}
		texts = p.drawn(slide, place.outline, used, 0)
	}
	for i, t := range place.outline {
		if !used[i] {
			texts = append(texts, t)
		}
	}
	o.close(0)
	for _, t := range texts {
		if t.isTitle() {
			o.heading(1, strings.Join(t.lines(), " "))
		}
	}
	for _, t := range append(texts, p.notes[place.id]...) {
		lines := t.lines()
		for _, line := range lines {
			switch {
			case t.isTitle() || line == "*": // what stands for a number or a date
			case t.isBody() && len(lines) > 1:
				o.add(Item, "- "+line)
			default:
				o.add(Paragraph, line)
			}
		}
	}
}

// lines are the paragraphs of a text that say something.
func (t oldText) lines() []string {
	var lines []string
	for line := range strings.SplitSeq(t.text, "\r") {
		if line = squeeze(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
