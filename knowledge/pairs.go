package knowledge

import (
	"maps"
	"slices"
)

// Pairs returns the passages of the owner's own questions and answers whose question fits, by source and in order: a long
// answer is several. fits is called with each question that the bot knows.
func (b *books) Pairs(fits func(question string) bool) []Hit {
	var hits []Hit
	for _, id := range slices.Sorted(maps.Keys(b.sources)) {
		book := b.sources[id]
		if book.source.Kind != KindFAQ {
			continue
		}
		for _, passage := range book.passages {
			if n := len(passage.Headings); n > 0 && fits(passage.Headings[n-1]) {
				hits = append(hits, Hit{
					Passage: passage, Added: book.source.ID, Kind: KindFAQ, Title: book.source.Title, URL: book.source.URL, Confidence: 1,
				})
			}
		}
	}
	return hits
}
