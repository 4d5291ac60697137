package canary

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Lengths of what is planted, in letters.
const (
	common = "zqxj" // how all begin
	ofMark = 6      // what follows: the same in all words of a business
	ofWord = 8      // the rest
)

var anyWord = regexp.MustCompile(`zqxj[a-z]{14}`)

// words are those that were planted in one business.
type words struct {
	mark string // how all of them begin

	mu    sync.Mutex
	rand  *rand.Rand
	kinds map[string]string // what a word is
}

func newWords(chance *rand.Rand) *words {
	return &words{mark: common + letters(chance, ofMark), rand: chance, kinds: map[string]string{}}
}

func letters(chance *rand.Rand, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = byte('a' + chance.IntN(26))
	}
	return string(text)
}

// plant makes a word of a kind.
func (w *words) plant(kind string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	word := w.mark + letters(w.rand, ofWord)
	w.kinds[word] = kind
	return word
}

// kind is what a word was planted as.
func (w *words) kind(word string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.kinds[word]
}

// planted are the kinds there are.
func (w *words) planted() map[string]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := map[string]bool{}
	for _, kind := range w.kinds {
		all[kind] = true
	}
	return all
}

// found are places of the business's words in a text, in any form in which they could stand there. Case does not matter.
func (w *words) found(content []byte) (places []string) {
	lower := bytes.ToLower(content)
	for _, form := range forms(w.mark) {
		for from := 0; ; {
			at := bytes.Index(lower[from:], form)
			if at < 0 {
				break
			}
			at += from
			from = at + len(form)
			kind := "something"
			if whole := at + ofWord + len(w.mark); whole <= len(lower) && w.kind(string(lower[at:whole])) != "" {
				kind = w.kind(string(lower[at:whole]))
			}
			places = append(places, kind+": "+string(content[max(0, at-80):min(len(content), at+80)]))
		}
	}
	return places
}

// in are the kinds of the business's words that stand in a text.
func (w *words) in(content []byte) map[string]bool {
	all := map[string]bool{}
	for _, word := range anyWord.FindAll(bytes.ToLower(content), -1) {
		if kind := w.kind(string(word)); kind != "" {
			all[kind] = true
		}
	}
	return all
}

// forms are the ways in which a mark could stand in a text, in lower case.
func forms(mark string) [][]byte {
	all := [][]byte{[]byte(mark), []byte(hex.EncodeToString([]byte(mark)))}
	// Three bytes become four characters: of each place in them, those that depend on the mark alone.
	for shift, skip := range []int{0, 2, 3} {
		text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + mark))
		all = append(all, []byte(strings.ToLower(text[skip:len(text)-1])))
	}
	return all
}

func TestAWordIsFoundInEachForm(t *testing.T) {
	t.Parallel()
	w := newWords(rand.New(rand.NewPCG(1, 2)))
	word := w.plant("a note")
	for name, content := range map[string]string{
		"plain": "A note of " + word + ".", "upper case": strings.ToUpper(word), "hex": hex.EncodeToString([]byte("-" + word)),
		"base64":             base64.StdEncoding.EncodeToString([]byte("abc" + word)),
		"base64 one further": base64.URLEncoding.EncodeToString([]byte("a" + word)),
		"base64 two further": base64.StdEncoding.EncodeToString([]byte("ab" + word)),
		"cut off":            word[:len(word)-3],
	} {
		if len(w.found([]byte(content))) == 0 {
			t.Errorf("%s is not found in %s", word, content)
		}
		if other := newWords(rand.New(rand.NewPCG(3, 4))); len(other.found([]byte(content))) > 0 {
			t.Errorf("%s: somebody else's word is found", name)
		}
	}
	if places := w.found([]byte("A note of " + word)); len(places) != 1 || !strings.HasPrefix(places[0], "a note: ") {
		t.Errorf("it is told as %q", places)
	}
}

var anyID = regexp.MustCompile(`\b[a-z]{2,4}_[0-9a-z]{20,}\b`)

// idsIn are the ids of things in what was received.
func idsIn(all []received) map[string]string {
	ids := map[string]string{}
	for _, r := range all {
		for _, id := range anyID.FindAll(r.content, -1) {
			ids[string(id)] = r.where
		}
	}
	return ids
}

// shared are ids in both.
func shared(a, b map[string]string) (both []string) {
	for id := range a {
		if _, has := b[id]; has {
			both = append(both, id)
		}
	}
	slices.Sort(both)
	return both
}
