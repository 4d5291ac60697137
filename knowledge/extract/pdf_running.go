package extract

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	pageNumber = regexp.MustCompile(`(?i)^\W*((page|seite|página|pagina)\s+)?\d{1,4}(\s*(of|/|von|de|sur|di)\s*\d{1,4})?\W*$`)
	digits     = regexp.MustCompile(`\d+`)
	outerDigit = regexp.MustCompile(`^\d{1,4}\b|\b\d{1,4}$`)
)

// edge is how many lines at either end of a page may be a running header or footer.
const edge = 2

// place is where on its page a line stands that may run through all pages.
type place int

// placeOf gives lines at the same height, up to some points, the same place or the one beside it. Lines whose height is
// unknown have that of their order.
func placeOf(l pdfLine, order int) place {
	if l.placed() {
		return place(math.Round(l.middle()/4)) + 100
	}
	return place(order * 10)
}

// running finds the headers and footers of pages: lines at the edge, at a place where half of at least three pages have one,
// that return on half of them, or return there on another page, or have the page's number in them.
type running struct {
	pages  int
	texts  map[string]int           // pages that have a line at the edge that says this
	places map[place]int            // pages that have one there
	there  map[place]map[string]int // pages that have one there that says this
	offset map[int]int              // pages that have a number at the edge which is this much more than their index
}

func newRunning() *running {
	return &running{texts: map[string]int{}, places: map[place]int{}, there: map[place]map[string]int{}, offset: map[int]int{}}
}

// edges returns the indices of a page's first and last lines, by height where it is known, and their order from
// the top (0, 1) or the bottom (-1, -2).
func edges(lines []pdfLine) (indices, orders []int) {
	byHeight := make([]int, len(lines))
	for i := range byHeight {
		byHeight[i] = i
	}
	if !slices.ContainsFunc(lines, func(l pdfLine) bool { return !l.placed() }) {
		slices.SortStableFunc(byHeight, func(a, b int) int { return cmp.Compare(lines[b].middle(), lines[a].middle()) })
	}
	for at, i := range byHeight {
		if at < edge {
			indices, orders = append(indices, i), append(orders, at)
		} else if at >= len(lines)-edge {
			indices, orders = append(indices, i), append(orders, at-len(lines))
		}
	}
	return indices, orders
}

// said is what of a line returns on other pages: numbers change.
func said(l pdfLine) string { return digits.ReplaceAllString(strings.ToLower(l.text), "#") }

// look takes a page into account.
func (r *running) look(index int, lines []pdfLine) {
	r.pages++
	texts, places, offsets := map[string]bool{}, map[place]bool{}, map[int]bool{}
	indices, orders := edges(lines)
	for n, i := range indices {
		text := said(lines[i])
		at := placeOf(lines[i], orders[n])
		if !texts[text] {
			texts[text] = true
			r.texts[text]++
		}
		for near := at - 1; near <= at+1; near++ {
			if !places[near] {
				places[near] = true
				r.places[near]++
			}
		}
		if r.there[at] == nil {
			r.there[at] = map[string]int{}
		}
		r.there[at][text]++
		for _, number := range outerDigit.FindAllString(lines[i].text, 2) {
			value, _ := strconv.Atoi(number)
			if offset := value - index; !offsets[offset] {
				offsets[offset] = true
				r.offset[offset]++
			}
		}
	}
}

// many is half of the pages, three at least.
func (r *running) many(pages int) bool { return pages >= 3 && pages*2 >= r.pages }

// strip returns the lines of a page without those that run.
func (r *running) strip(index int, lines []pdfLine) []pdfLine {
	indices, orders := edges(lines)
	runs := map[int]bool{}
	for n, i := range indices {
		at := placeOf(lines[i], orders[n])
		outermost := orders[n] == 0 || orders[n] == -1
		if r.many(r.texts[said(lines[i])]) || outermost && pageNumber.MatchString(lines[i].text) {
			runs[i] = true
			continue
		}
		if !lines[i].placed() || !r.many(r.places[at]) {
			continue
		}
		runs[i] = r.there[at][said(lines[i])] > 1
		for _, number := range outerDigit.FindAllString(lines[i].text, 2) {
			value, _ := strconv.Atoi(number)
			runs[i] = runs[i] || r.many(r.offset[value-index])
		}
	}
	var kept []pdfLine
	for i, l := range lines {
		if !runs[i] {
			kept = append(kept, l)
		}
	}
	return kept
}
