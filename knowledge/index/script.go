package index

import "unicode"

// script is a way of writing, as far as it tells languages apart.
type script int

const (
	unknown script = iota
	latin
	cyrillic
	greek
	hebrew
	armenian
	arabic
	devanagari
	han
	kana
	hangul
	thai
	lao
	khmer
	myanmar
	scripts
)

var tables = [scripts]*unicode.RangeTable{
	latin: unicode.Latin, cyrillic: unicode.Cyrillic, greek: unicode.Greek, hebrew: unicode.Hebrew, armenian: unicode.Armenian, arabic: unicode.Arabic,
	devanagari: unicode.Devanagari, han: unicode.Han, hangul: unicode.Hangul,
	thai: unicode.Thai, lao: unicode.Lao, khmer: unicode.Khmer, myanmar: unicode.Myanmar,
}

func scriptOf(r rune) script {
	if r < 0x250 {
		return latin
	}
	if unicode.In(r, unicode.Hiragana, unicode.Katakana) || r == 'ー' {
		return kana
	}
	for s, table := range tables {
		if table != nil && unicode.Is(table, r) {
			return script(s)
		}
	}
	return unknown
}

// unspaced tells whether words are not separated: they are found by pairs of characters. So are Korean ones, which bear
// their particles.
func (s script) unspaced() bool { return s >= han && s <= myanmar }
