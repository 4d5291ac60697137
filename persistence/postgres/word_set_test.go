package postgres

import (
	"fmt"
	"testing"
)

// terms are some that nobody chose.
func terms(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("word%d", i)
	}
	return all
}

func setOf(key wordKey, conversation string, from []string) wordSet {
	var kept [][wordLength]byte
	for _, term := range from {
		kept = append(kept, key.trapdoor(term).in(conversation))
	}
	return wordSet{}.with(kept)
}

func TestAWordSetHasWhatWasPutIntoItAndGrows(t *testing.T) {
	t.Parallel()
	key := wordKey("key")
	set := setOf(key, "cnv", terms(200))
	grown := set.with([][wordLength]byte{key.trapdoor("later").in("cnv"), key.trapdoor("word7").in("cnv")})
	if len(grown) > len(set)+wordLength {
		t.Errorf("%d bytes grew to %d by one word and one that was there", len(set), len(grown))
	}
	for _, term := range append(terms(200), "later") {
		if !grown.hasAll("cnv", [][]trapdoor{{key.trapdoor("other"), key.trapdoor(term)}}) {
			t.Errorf("%s is not in it", term)
		}
	}
	wrong := 0
	for i := range 1000 {
		if grown.has(key.trapdoor(fmt.Sprintf("other%d", i)).in("cnv")) {
			wrong++
		}
	}
	if wrong > 3 { // 0.012 are to be expected
		t.Errorf("%d words of 1000 are found by mistake", wrong)
	}
	if full := set.with(make([][wordLength]byte, 2*wordsKept)); len(full) > wordsKept*wordLength {
		t.Errorf("it grew to %d bytes", len(full))
	}
}

// Who has the table and no key learns nothing from comparing its rows.
func TestWordSetsOfTheSameWordsHaveNothingInCommon(t *testing.T) {
	t.Parallel()
	one, other := setOf(wordKey("key"), "cnv1", terms(500)), setOf(wordKey("key"), "cnv2", terms(500))
	strangers := setOf(wordKey("another"), "cnv1", terms(500))
	for name, set := range map[string]wordSet{"another conversation": other, "another tenant": strangers} {
		shared := 0
		for at := 0; at < len(set); at += wordLength {
			if one.has([wordLength]byte(set[at:])) {
				shared++
			}
		}
		if shared > 3 { // 0.015 are to be expected
			t.Errorf("%d entries are those of %s", shared, name)
		}
	}
}

func BenchmarkLookThroughAConversation(b *testing.B) {
	key := wordKey("key")
	set := setOf(key, "cnv", terms(100))
	asked := [][]trapdoor{{key.trapdoor("a"), key.trapdoor("b"), key.trapdoor("c")}}
	for b.Loop() {
		set.hasAll("cnv", asked)
	}
}
