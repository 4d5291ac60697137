package knowledge

import (
	"hash/maphash"
	"math/bits"
	"strings"
	"unicode"
)

const (
	// shingle is how many words in a row are compared.
	shingle = 3
	// alike is the share of the runs of words that two passages have in common from which they say the same (Broder: "On the
	// resemblance and containment of documents", 1997).
	alike = 0.85
	// leastWords is how many words a text must have to say something by itself; of shorter ones ("Yes.") the headings count, too.
	leastWords = 12
	// bins are those of a sketch, and suspicious is how many of two are the same where passages may say the same: with 0.85 in common, 12 or more
	// in 9 of 10 cases.
	bins       = 16
	suspicious = 11
)

// sketch is what tells, in a few bytes, that a passage may say what another says: the same text under two addresses, with
// another menu or another date of printing around it.
type sketch struct {
	whole   uint64 // hash of all words
	numbers uint64 // of those with digits, in any order: "4 euros" is not "5 euros", however alike the rest is
	bins    [bins]uint8
}

var sketchSeed = maphash.MakeSeed()

// sketchOf makes a sketch by hashing runs of words, of which each bin keeps the least (Li, Owen, Zhang: "One permutation hashing", 2012).
func sketchOf(p Passage) (s sketch) {
	words := wordsOf(p)
	var least [bins]uint64
	var run [shingle]uint64
	for i, word := range words {
		hash := maphash.String(sketchSeed, word)
		s.whole = bits.RotateLeft64(s.whole, 5)*0x9e3779b97f4a7c15 + hash
		if strings.ContainsFunc(word, unicode.IsDigit) {
			s.numbers += hash
		}
		copy(run[:], run[1:])
		run[shingle-1] = hash
		if i < shingle-1 {
			continue
		}
		mixed := ((run[0]*0x9e3779b97f4a7c15+run[1])*0x9e3779b97f4a7c15 + run[2]) * 0x9e3779b97f4a7c15
		bin := mixed >> 60
		if mixed = mixed<<4 | 0xf; least[bin] == 0 || mixed < least[bin] {
			least[bin] = mixed
		}
	}
	for i, hash := range least {
		s.bins[i] = uint8(hash >> 8)
	}
	return s
}

// wordsOf are those that a passage is compared by.
func wordsOf(p Passage) []string {
	words := plainWords(p.Text)
	if n := len(p.Headings); len(words) < leastWords && n > 0 {
		words = append(words, plainWords(p.Headings[n-1])...)
	}
	return words
}

func plainWords(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
}

// echoes are the passages that were named before others.
type echoes struct {
	sketches []sketch
	passages []Passage
}

// said tells whether a passage says what one before it has said; otherwise it is remembered.
func (e *echoes) said(p Passage, s sketch) bool {
	for i, other := range e.sketches {
		if s.whole == other.whole || s.numbers == other.numbers && s.likely(other) && sayTheSame(p, e.passages[i]) {
			return true
		}
	}
	e.sketches, e.passages = append(e.sketches, s), append(e.passages, p)
	return false
}

func (s sketch) likely(other sketch) bool {
	same := 0
	for i := range s.bins {
		if s.bins[i] == other.bins[i] {
			same++
		}
	}
	return same >= suspicious
}

// sayTheSame compares two passages word for word.
func sayTheSame(a, b Passage) bool {
	x, y := shingles(wordsOf(a)), shingles(wordsOf(b))
	if min(len(x), len(y)) < leastWords-shingle+1 {
		return false
	}
	common := 0
	for run := range x {
		if y[run] {
			common++
		}
	}
	return float64(common) >= alike*float64(len(x)+len(y)-common)
}

func shingles(words []string) map[string]bool {
	all := make(map[string]bool, len(words))
	for i := range max(len(words)-shingle+1, 0) {
		all[strings.Join(words[i:i+shingle], " ")] = true
	}
	return all
}
