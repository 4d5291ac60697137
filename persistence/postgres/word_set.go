package postgres

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"slices"

	"parley/persistence/seal"
)

const (
	// wordLength is how many bytes of an HMAC are kept of a word. Of conversations with two hundred words that do not have a
	// word, one in 80,000 is found by mistake (200 in 2^24).
	wordLength = 3
	// wordsKept bounds a conversation's words, at 48 KB.
	wordsKept = 16_384
	// wordKeySize is the length of a tenant's key of words.
	wordKeySize = 32
)

// newWordKey makes a tenant's key of words, and seals it for its row.
func newWordKey(key *seal.Key, tenant string) ([]byte, error) {
	plain := make([]byte, wordKeySize)
	rand.Read(plain) // crypto/rand never fails: it ends the process instead
	return key.Seal(plain, tenant, tableWordKeys, tenant)
}

func openWordKey(key *seal.Key, tenant string, body []byte) (wordKey, error) {
	plain, err := key.Open(body, tenant, tableWordKeys, tenant)
	if err != nil {
		return nil, fmt.Errorf("open the key of words of %s: %w", tenant, err)
	}
	return plain, nil
}

// wordKey is a tenant's.
type wordKey []byte

// trapdoor is what a word is looked for by in all of a tenant's conversations. In what is kept of a conversation, a
// word looks different than in all others: who has the table, and not the key, learns how many words each
// conversation has, and neither which, nor which of them share one. (E.-J. Goh: "Secure Indexes", 2003.)
func (k wordKey) trapdoor(term string) trapdoor {
	mac := hmac.New(sha256.New, k)
	mac.Write([]byte(term))
	return mac.Sum(nil)
}

type trapdoor []byte

// in returns how the word is kept of a conversation.
func (t trapdoor) in(conversation string) [wordLength]byte {
	mac := hmac.New(sha256.New, t)
	mac.Write([]byte(conversation))
	var sum [sha256.Size]byte
	return [wordLength]byte(mac.Sum(sum[:0]))
}

// wordSet is what is kept of a conversation: sorted, each once.
type wordSet []byte

// with returns the set with more words in it, as many as it takes.
func (w wordSet) with(more [][wordLength]byte) wordSet {
	all := make([][wordLength]byte, 0, len(w)/wordLength+len(more))
	for at := 0; at+wordLength <= len(w); at += wordLength {
		all = append(all, [wordLength]byte(w[at:]))
	}
	all = append(all, more[:min(len(more), max(0, wordsKept-len(all)))]...)
	slices.SortFunc(all, func(a, b [wordLength]byte) int { return bytes.Compare(a[:], b[:]) })
	all = slices.Compact(all)
	set := make(wordSet, 0, len(all)*wordLength)
	for _, word := range all {
		set = append(set, word[:]...)
	}
	return set
}

// has tells whether a word is in the set.
func (w wordSet) has(word [wordLength]byte) bool {
	low, high := 0, len(w)/wordLength
	for low < high {
		middle := (low + high) / 2
		switch c := bytes.Compare(w[middle*wordLength:(middle+1)*wordLength], word[:]); {
		case c == 0:
			return true
		case c < 0:
			low = middle + 1
		default:
			high = middle
		}
	}
	return false
}

// hasAll tells whether a conversation has one of the terms of each word.
func (w wordSet) hasAll(conversation string, words [][]trapdoor) bool {
	for _, terms := range words {
		if !slices.ContainsFunc(terms, func(t trapdoor) bool { return w.has(t.in(conversation)) }) {
			return false
		}
	}
	return true
}
