package index

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/words"
)

// What a visitor writes and what the texts say are often the same word in another spelling. A search looks for these, too:
//
//   - two words that the texts write as one, and the other way round: "log in", "AX-4411" and "AX4411";
//   - for a word that no text has: the words whose part it is, or that are its parts, in languages that join words ("Versand" and
//     "Versandkosten"), what it begins with, for endings that the analysis does not know, and words that are a slip away.
//
// Terms that are found this way are worth less than the word itself. A word that some text has stands for itself alone.

const (
	// nearly is what a term counts that is not the word, but looks like it.
	nearly = 0.7
	// maxWidened bounds the words of a question that are looked for among all terms, and maxNear what is found for each.
	maxWidened = 6
	maxNear    = 4

	leastPart  = 4   // characters of a part of a word that is part of others
	leastBegin = 5   // of a term that a word begins or ends with
	beginShare = 0.6 // of the word, and
	endShare   = 0.4 // of one that it ends with
	leastSlip  = 5   // characters of a word with one slip; with two it has 9
	leastSlips = 9
)

// joining are languages that write several words as one.
var joining = map[Language]bool{"de": true, "nl": true, "sv": true, "da": true, "no": true, "fi": true, "hu": true}

// widen adds to words what else they may be found by. It may replace one by its parts.
func (x *Index) widen(query string, all []word) []word {
	x.join(query, all)
	out := make([]word, 0, len(all))
	widened := 0
	for _, w := range all {
		if w.common || w.written == "" || widened == maxWidened || x.known(w.terms) {
			out = append(out, w)
			continue
		}
		widened++
		if parts := x.halves(w); len(parts) > 0 {
			out = append(out, parts...)
			continue
		}
		w.near = x.near(w)
		out = append(out, w)
	}
	return out
}

func (x *Index) known(terms []string) bool {
	return slices.ContainsFunc(terms, func(term string) bool { return x.count(term) > 0 })
}

// count is how many passages have a term, dead ones included.
func (x *Index) count(term string) (n int) {
	for _, p := range x.parts {
		n += p.count(term)
	}
	return n
}

// join adds to words that stand side by side the term that they are together, if there is one. A function word may be one of them: "sign up".
func (x *Index) join(query string, all []word) {
	type raw struct{ start, end int }
	var before raw
	at := 0
	for each := words.FromString(query); each.Next(); {
		this := raw{at, at + len(each.Value())}
		at = this.end
		if !hasLetter(each.Value()) {
			if strings.Trim(each.Value(), " -‐‑/") != "" {
				before = raw{}
			}
			continue
		}
		if first, _ := utf8.DecodeRuneInString(each.Value()); scriptOf(first).unspaced() {
			before = raw{}
			continue
		}
		if before.end > 0 {
			together := query[before.start:before.end] + query[this.start:this.end]
			for _, language := range x.spoken {
				term := analyzerOf(language).stem(together)
				if term == "" || x.count(term) == 0 {
					continue
				}
				for i := range all {
					if (all[i].start == before.start || all[i].start == this.start) && !slices.Contains(all[i].terms, term) {
						all[i].terms = append(all[i].terms, term)
					}
				}
			}
		}
		before = this
	}
}

// halves returns the words that an unknown one is made of: the letters and digits of a number such as AX4411, or two known words
// in languages that join them. Each counts half.
func (x *Index) halves(w word) []word {
	cut := func(at int, glue string) []word {
		left, right := x.stems(strings.TrimSuffix(w.written[:at], glue)), x.stems(w.written[at:])
		if !x.known(left) || !x.known(right) {
			return nil
		}
		return []word{{written: w.written, terms: left, part: 0.5}, {written: w.written, terms: right, part: 0.5}}
	}
	digit := false
	for i, r := range w.written {
		if is := unicode.IsDigit(r); i > 0 && is != digit {
			return cut(i, "")
		} else if i == 0 {
			digit = is
		}
	}
	if !x.joins() {
		return nil
	}
	for i := range w.written { // the longest end is what the word is about
		if utf8.RuneCountInString(w.written[:i]) < leastPart || utf8.RuneCountInString(w.written[i:]) < leastPart {
			continue
		}
		for _, glue := range []string{"", "s", "n"} {
			if parts := cut(i, glue); parts != nil {
				return parts
			}
		}
	}
	return nil
}

func (x *Index) joins() bool {
	return slices.ContainsFunc(x.spoken, func(l Language) bool { return joining[l] })
}

// stems returns the terms of a word in all languages of the index.
func (x *Index) stems(word string) (terms []string) {
	for _, language := range x.spoken {
		if term := analyzerOf(language).stem(word); term != "" && !slices.Contains(terms, term) {
			terms = append(terms, term)
		}
	}
	return terms
}

// alike is a term that may be meant, and how far it is from the word.
type alike struct {
	term  string
	far   float64
	count int
}

// near returns the terms that an unknown word may stand for, those nearest first.
func (x *Index) near(w word) []string {
	var found []alike
	offer := func(term string, far float64, count int) {
		if !slices.ContainsFunc(found, func(a alike) bool { return a.term == term }) {
			found = append(found, alike{term, far, count})
		}
	}
	joins := x.joins()
	for _, own := range w.terms {
		runes := []rune(own)
		if strings.ContainsFunc(own, unicode.IsDigit) || len(runes) < leastPart {
			continue // of a number every digit counts
		}
		x.beginnings(own, len(runes), offer)
		first, second := own[0], string(runes[1])[0] // or the two are swapped
		for _, p := range x.parts {
			for at := range p.ends {
				term := p.name(at)
				if term[0] != first && term[0] != second && !joins {
					continue
				}
				length := utf8.RuneCountInString(term)
				if length > len(runes) && length <= 4*len(runes) && joins && (strings.HasPrefix(term, own) || strings.HasSuffix(term, own)) {
					offer(term, 1, int(p.counts[at]))
					continue
				}
				most := slips(len(runes))
				if most == 0 || length < leastPart || length < len(runes)-most || length > len(runes)+most {
					continue
				}
				if other := []rune(term); other[0] == runes[0] || len(other) == len(runes) && len(runes) > 1 && other[0] == runes[1] && other[1] == runes[0] {
					if n := distance(runes, other, most); n <= most {
						offer(term, float64(n), int(p.counts[at]))
					}
				}
			}
		}
	}
	if joins {
		x.ends(w, offer)
	}
	slices.SortFunc(found, func(a, b alike) int {
		return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(b.count, a.count), cmp.Compare(a.term, b.term))
	})
	var terms []string
	for _, a := range found {
		if len(terms) == maxNear || a.far > found[0].far {
			break
		}
		terms = append(terms, a.term)
	}
	return terms
}

// beginnings offers the longest term that a word begins with.
func (x *Index) beginnings(own string, length int, offer func(term string, far float64, count int)) {
	characters := length
	for at := len(own); at > 0; characters-- {
		_, size := utf8.DecodeLastRuneInString(own[:at])
		at -= size
		if characters-1 < leastBegin || float64(characters-1) < beginShare*float64(length) {
			return
		}
		if n := x.count(own[:at]); n > 0 {
			offer(own[:at], 1, n)
			return
		}
	}
}

// ends offers the longest term that a word ends with.
func (x *Index) ends(w word, offer func(term string, far float64, count int)) {
	length := utf8.RuneCountInString(w.written)
	passed := 0
	for i := range w.written {
		if left := length - passed; passed > 0 && left >= leastBegin && float64(left) >= endShare*float64(length) {
			for _, term := range x.stems(w.written[i:]) {
				if n := x.count(term); n > 0 {
					offer(term, 1, n)
					return
				}
			}
		}
		passed++
	}
}

// slips is how many a word of so many characters may have.
func slips(length int) int {
	switch {
	case length >= leastSlips:
		return 2
	case length >= leastSlip:
		return 1
	}
	return 0
}

// distance is how many letters must be put in, left out, changed, or swapped with the next to make one word of another; more than most
// where it is more (Damerau; "A technique for computer detection and correction of spelling errors", 1964).
func distance(a, b []rune, most int) int {
	var rows [3][]int
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
	}
	for j := range rows[1] {
		rows[1][j] = j
	}
	for i := 1; i <= len(a); i++ {
		two, one, this := rows[0], rows[1], rows[2]
		this[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			n := min(one[j]+1, this[j-1]+1, one[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				n = min(n, two[j-2]+1)
			}
			this[j] = n
			least = min(least, n)
		}
		if least > most {
			return most + 1
		}
		rows[0], rows[1], rows[2] = one, this, two
	}
	return rows[1][len(b)]
}
