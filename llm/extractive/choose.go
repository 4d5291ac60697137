package extractive

import (
	"cmp"
	"slices"
)

const (
	// headingAsks is how much of the question a heading must cover for its section to be the answer.
	headingAsks = 0.7
	// alsoGood is the share of the best score from which another piece is worth adding.
	alsoGood = 0.75
	// brief is an answer to which another document's piece may be added, in characters.
	brief = 220
	// newInOther is the share of the question that another document must add.
	newInOther = 0.1
	// restates is the share of a piece's words from which it says what was said.
	restates = 0.7
)

// choose picks the pieces of an answer, nothing where nothing fits.
func choose(text string, documents []document, room room) *selection {
	r := read(text, documents)
	s := newSelection(documents, room)
	candidates := r.candidates()
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	if section := r.section(candidates); section >= 0 {
		s.addSection(section)
		s.settle()
		return s
	}
	first := slices.IndexFunc(candidates, r.fits)
	if first < 0 {
		return s
	}
	candidates = candidates[first:]
	best := candidates[0]
	// What was written as the answer to a question is repeated as it was written.
	if headings := documents[best.document].headings; len(headings) > 0 && isQuestion(headings[len(headings)-1]) {
		s.addSection(best.document)
		s.dropVerdict(best.document)
	}
	for _, c := range candidates {
		if s.length > 0 && !r.adds(s, c, best) {
			continue
		}
		r.addAround(s, c)
		if s.sentences >= s.room.sentences {
			break
		}
	}
	s.settle()
	return s
}

// section finds the document whose own heading is the question; -1: none is.
func (r reading) section(candidates []candidate) int {
	best, at := 0.0, -1
	for d, document := range r.documents {
		asked, precise := r.asked(d)
		if asked < headingAsks || len(document.blocks) == 0 {
			continue
		}
		if n := len(document.headings); n > 0 && isQuestion(document.headings[n-1]) {
			asked += 0.1
		}
		asked *= 0.7 + 0.3*precise
		if asked /= 1 + perRank*float64(d); asked > best {
			best, at = asked, d
		}
	}
	// A sentence elsewhere that covers clearly more of the question is the better answer.
	if at >= 0 && len(candidates) > 0 && candidates[0].document != at && candidates[0].own > best+0.15 {
		return -1
	}
	return at
}

// adds tells whether a piece is worth saying behind what was chosen.
func (r reading) adds(s *selection, c, best candidate) bool {
	if s.has(c.document, c.block, c.part) || c.score < alsoGood*best.score || c.own == 0 {
		return false
	}
	// Another document must say something of the question that is not said yet.
	if c.document != best.document && (s.length > brief || c.own < least || r.coverage(s, c) < r.coverage(s)+newInOther) {
		return false
	}
	// Lists and code are whole answers; only what begins an answer brings them.
	if r.documents[c.document].blocks[c.block].kind != prose {
		return false
	}
	words, known := 0, 0
	for term := range r.parts[c.document][c.block][c.part].single {
		words++
		if s.says(r, term) {
			known++
		}
	}
	return float64(known) < restates*float64(words)
}

// coverage is how much of the question is covered by what was chosen and the given parts.
func (r reading) coverage(s *selection, more ...candidate) float64 {
	var texts []terms
	for at := range s.chosen {
		texts = append(texts, r.parts[at.document][at.block][at.part])
	}
	for _, c := range more {
		texts = append(texts, r.parts[c.document][c.block][c.part])
	}
	return r.question.covered(texts...)
}

// addAround adds a part with what it needs beside it to be read.
func (r reading) addAround(s *selection, c candidate) {
	b := r.documents[c.document].blocks[c.block]
	switch b.kind {
	case prose:
		r.addProse(s, c)
	case code:
		s.addBlock(c.document, c.block)
		s.addIntroduction(c.document, c.block)
	case table:
		r.addRows(s, c)
	case list:
		r.addItems(s, c)
	}
}

// addProse adds a short paragraph whole, of a long one the sentence with the
// neighbours that it leans on.
func (r reading) addProse(s *selection, c candidate) {
	d, blocks := c.document, r.documents[c.document].blocks
	b := blocks[c.block]
	from, to := c.part, c.part+1
	if len(b.parts) <= 3 && b.length() <= 320 {
		from, to = 0, len(b.parts)
	} else {
		for from > 0 && leans(b.parts[from]) {
			from--
		}
		// One more where the answer would be a single short sentence.
		if to < len(b.parts) && len(b.parts[c.part]) < 160 && (leans(b.parts[to]) || r.question.covered(r.parts[d][c.block][to]) > 0) {
			to++
		}
	}
	for to < len(b.parts) && announces(b.parts[to-1]) {
		to++
	}
	for part := from; part < to; part++ {
		if part != c.part && isVerdict(b.parts[part]) {
			continue
		}
		s.add(d, c.block, part)
	}
	if to == len(b.parts) && c.block+1 < len(blocks) {
		next := blocks[c.block+1]
		if b.introduces() || next.kind == code {
			s.addBlock(d, c.block+1)
		}
	}
}

// addItems adds a list whole where it answers as a whole: steps, or what its
// introduction or heading announces. Otherwise it adds the items that fit.
func (r reading) addItems(s *selection, c candidate) {
	d, b := c.document, r.documents[c.document].blocks[c.block]
	ordered := len(itemText(b.parts[0])) > 0 && b.parts[0][0] != '-'
	announced := s.introduced(d, c.block) && c.own < 0.99*c.score
	if ordered || b.length() <= 450 || announced {
		s.addBlock(d, c.block)
		s.addIntroduction(d, c.block)
		return
	}
	s.add(d, c.block, c.part)
	for part := range b.parts {
		if part != c.part && r.question.covered(r.parts[d][c.block][part]) >= alsoGood*c.own {
			s.add(d, c.block, part)
		}
	}
	if s.count(d, c.block) > 1 {
		s.addIntroduction(d, c.block)
	}
}

// addRows adds the row and those that fit as well, with the header.
func (r reading) addRows(s *selection, c candidate) {
	const most = 5
	d, b := c.document, r.documents[c.document].blocks[c.block]
	s.add(d, c.block, c.part)
	for part := range b.parts {
		if s.count(d, c.block) < most && r.question.covered(r.parts[d][c.block][part]) >= alsoGood*c.own {
			s.add(d, c.block, part)
		}
	}
}
