package extractive

import (
	"strings"
	"unicode/utf8"
)

// candidate is a part of a block that may go into the answer.
type candidate struct {
	document, block, part int
	own                   float64 // share of the question that it covers by itself
	score                 float64 // with what its headings say
}

const (
	// fromContext is what a word of the question counts for that stands in a
	// heading or an introduction, and not in the sentence.
	fromContext = 0.5
	// perRank is how much less a passage counts for each that retrieval put before it.
	perRank = 0.06
	// least is the score from which a sentence fits. With leastTogether, 96 in 100
	// questions of the development data's help centre are answered, and 87 in 100 of
	// another domain's (CLINC150) are not, out of the best six passages.
	least = 0.5
	// leastTogether is what a whole passage must cover where its sentence alone does not fit: long
	// questions say more than any one sentence.
	leastTogether, leastOwn, leastWords = 0.55, 0.25, 2
	// tooLong is text that no reader takes for a sentence or an item, in characters.
	tooLong = 500
	// fragment is what text counts for that may not be a sentence.
	fragment = 0.7
)

// reading is all passages with their words.
type reading struct {
	documents []document
	headings  []terms     // of each document: title and headings
	parts     [][][]terms // document, block, part
	question  question
}

func read(text string, documents []document) reading {
	r := reading{documents: documents}
	var all []terms
	for _, d := range documents {
		heading := termsOf(append([]string{d.title}, d.headings...)...)
		r.headings = append(r.headings, heading)
		all = append(all, heading)
		var blocks [][]terms
		for _, b := range d.blocks {
			var parts []terms
			for _, part := range b.parts {
				parts = append(parts, termsOf(part))
			}
			blocks = append(blocks, parts)
			all = append(all, parts...)
		}
		r.parts = append(r.parts, blocks)
	}
	r.question = ask(text, all)
	return r
}

// candidates scores every part of every passage.
func (r reading) candidates() []candidate {
	var found []candidate
	for d, document := range r.documents {
		prior := 1 / (1 + perRank*float64(d))
		for b, block := range document.blocks {
			context := []terms{r.headings[d]}
			if b > 0 && block.kind != prose && document.blocks[b-1].introduces() {
				context = append(context, r.parts[d][b-1]...)
			}
			for p, part := range block.parts {
				if utf8.RuneCountInString(part) > tooLong && block.kind != code {
					continue
				}
				own := r.question.covered(r.parts[d][b][p])
				all := r.question.covered(append(context, r.parts[d][b][p])...)
				score := (own + fromContext*(all-own)) * prior
				if block.kind == prose && !ends(part) && !announces(part) || utf8.RuneCountInString(part) < 12 {
					score *= fragment
				}
				if isQuestion(part) || block.kind == prose && pointer.MatchString(part) {
					score *= fragment * fragment // asks itself, or leads elsewhere
				}
				if block.kind == prose && p == len(block.parts)-1 && block.introduces() && b+1 == len(document.blocks) {
					continue // announces what another passage has
				}
				if block.kind == table && p == 0 && len(block.parts) > 1 {
					continue // a header says nothing without a row
				}
				found = append(found, candidate{d, b, p, own, score})
			}
		}
	}
	return found
}

// fits tells whether an answer may begin with the candidate.
func (r reading) fits(c candidate) bool {
	if c.own == 0 {
		return false
	}
	if c.score >= least {
		return true
	}
	if c.own < leastOwn || r.question.matched(r.parts[c.document][c.block][c.part]) < leastWords {
		return false
	}
	together := []terms{r.headings[c.document]}
	for _, parts := range r.parts[c.document] {
		together = append(together, parts...)
	}
	return r.question.covered(together...) >= leastTogether
}

// asked tells how much a document's own heading is the question: the share of the
// question that it covers, if it is not about much more besides, and how much of the heading
// the question is. Of a heading that asks twice the better half counts.
func (r reading) asked(d int) (covered, precise float64) {
	document := r.documents[d]
	heading := document.title
	if n := len(document.headings); n > 0 {
		heading = document.headings[n-1]
	}
	for _, half := range sentences(heading) {
		c, p := r.askedBy(half, r.headings[d])
		if c*p > covered*precise {
			covered, precise = c, p
		}
	}
	return covered, precise
}

func (r reading) askedBy(heading string, path terms) (covered, precise float64) {
	about, shared := 0, 0
	for _, word := range words(heading) {
		if idle[word] {
			continue
		}
		about++
		for _, want := range r.question.wants {
			if want.in(termsOf(word)) {
				shared++
				break
			}
		}
	}
	if shared*2 < about || shared == 0 {
		return 0, 0
	}
	covered = r.question.covered(termsOf(heading))
	withPath := r.question.covered(termsOf(heading), path)
	return covered + 0.8*(withPath-covered), float64(shared) / float64(about)
}

// isQuestion tells a heading that asks, as in lists of questions and answers.
func isQuestion(heading string) bool {
	heading = strings.TrimSpace(heading)
	return strings.HasSuffix(heading, "?") || strings.HasSuffix(heading, "？") || strings.HasSuffix(heading, "؟")
}
