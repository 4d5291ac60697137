package index

import (
	"encoding/binary"
	"slices"
	"sort"
	"strings"
)

// dictionary is the terms of a segment in order, each with its postings. It is a few arrays without pointers: a map of slices took
// four times the memory, and the garbage collector's time.
type dictionary struct {
	names    string   // of all terms, one after the other
	ends     []uint32 // of names
	lists    []uint32 // where the postings of each end
	counts   []uint32 // of postings of each
	postings []byte
}

// find returns the place of a term.
func (d *dictionary) find(term string) (int, bool) {
	at := d.from(term)
	return at, at < len(d.ends) && d.name(at) == term
}

// from returns the place of the first term that is not before the given one.
func (d *dictionary) from(term string) int {
	return sort.Search(len(d.ends), func(i int) bool { return d.name(i) >= term })
}

func (d *dictionary) name(at int) string {
	start := uint32(0)
	if at > 0 {
		start = d.ends[at-1]
	}
	return d.names[start:d.ends[at]]
}

// list returns the postings of a term.
func (d *dictionary) list(at int) list {
	start := uint32(0)
	if at > 0 {
		start = d.lists[at-1]
	}
	return list{d.postings[start:d.lists[at]]}
}

// count returns how many passages have the term.
func (d *dictionary) count(term string) int {
	if at, known := d.find(term); known {
		return int(d.counts[at])
	}
	return 0
}

// bytes is what it takes in memory.
func (d *dictionary) bytes() int {
	return len(d.names) + len(d.postings) + 4*(len(d.ends)+len(d.lists)+len(d.counts))
}

// posting tells how often a term occurs in each field of a passage.
type posting struct {
	entry uint32 // index into segment.entries
	tf    [fields]uint8
}

// A posting is written as the distance from the entry before and one of these, in one number, and what these say follows.
const (
	once  = iota // in the text
	often        // in the text: a byte
	every        // a byte for each field
	forms
)

func appendPosting(to []byte, distance uint32, p posting) []byte {
	form := every
	if p.tf[inHeadings] == 0 && p.tf[inTitle] == 0 {
		form = often
		if p.tf[inText] == 1 {
			form = once
		}
	}
	to = binary.AppendUvarint(to, uint64(distance)*forms+uint64(form))
	switch form {
	case often:
		to = append(to, p.tf[inText])
	case every:
		to = append(to, p.tf[:]...)
	}
	return to
}

// list is postings, in order of their entries.
type list struct{ rest []byte }

// next moves p, which is zero at first, to the next posting; false: there is none.
func (l *list) next(p *posting) bool {
	if len(l.rest) == 0 {
		return false
	}
	n, size := uint64(l.rest[0]), 1
	if n >= 0x80 {
		n, size = binary.Uvarint(l.rest)
	}
	p.entry += uint32(n / forms)
	switch n % forms {
	case once:
		p.tf = [fields]uint8{inText: 1}
	case often:
		p.tf = [fields]uint8{inText: l.rest[size]}
		size++
	default:
		p.tf = [fields]uint8(l.rest[size : size+int(fields)])
		size += int(fields)
	}
	l.rest = l.rest[size:]
	return true
}

// dictionaryOf writes terms and their postings down, in order of the terms; postings of a term in order of their entries.
func dictionaryOf(terms map[string]*written) dictionary {
	names := make([]string, 0, len(terms))
	size, letters := 0, 0
	for name, w := range terms {
		if w.count > 0 {
			names = append(names, name)
			size += len(w.postings)
			letters += len(name)
		}
	}
	slices.Sort(names)
	d := dictionary{
		ends: make([]uint32, len(names)), lists: make([]uint32, len(names)), counts: make([]uint32, len(names)),
		postings: make([]byte, 0, size),
	}
	var all strings.Builder
	all.Grow(letters)
	for i, name := range names {
		w := terms[name]
		all.WriteString(name)
		d.postings = append(d.postings, w.postings...)
		d.ends[i], d.lists[i], d.counts[i] = uint32(all.Len()), uint32(len(d.postings)), w.count
	}
	d.names = all.String()
	return d
}

// written is the postings of a term while they are collected.
type written struct {
	postings []byte
	count    uint32
	last     posting // not written yet if open
	before   uint32  // the entry before last
	open     bool
}

// occur counts an occurrence in a field of an entry, which is not before the last.
func (w *written) occur(entry uint32, f field) {
	if !w.open || w.last.entry != entry {
		w.close()
		w.last, w.open = posting{entry: entry}, true
	}
	if w.last.tf[f] < 1<<8-1 {
		w.last.tf[f]++
	}
}

// add appends a posting of a later entry.
func (w *written) add(p posting) {
	w.postings = appendPosting(w.postings, p.entry-w.before, p)
	w.before = p.entry
	w.count++
}

func (w *written) close() {
	if w.open {
		w.add(w.last)
		w.open = false
	}
}
