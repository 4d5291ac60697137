package index

import (
	"strings"
	"sync"
	"unicode"

	"github.com/blevesearch/bleve/v2/registry"

	// Each registers its language's analyzer, stop words, or both.
	_ "github.com/blevesearch/bleve/v2/analysis/lang/ar"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/bg"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/ca"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/ckb"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/cs"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/da"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/de"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/el"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/en"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/es"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/eu"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/fa"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/fi"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/fr"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/ga"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/gl"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/hi"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/hr"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/hu"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/hy"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/id"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/it"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/nl"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/no"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/pt"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/ro"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/ru"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/sv"
	_ "github.com/blevesearch/bleve/v2/analysis/lang/tr"
)

// Language names an analysis by its BCP 47 primary tag.
type Language string

// fallback analyses text whose language shows no trace: short, or without function words.
const fallback Language = "en"

// tongue is what is known of a language.
type tongue struct {
	language Language
	script   script
	analyzer string // bleve's; empty: lower case, ours are the endings
	stops    string // bleve's list of function words; empty: ours are below
	letters  string // that few others of the script have
}

// tongues are the languages that are told apart by their function words and letters. Those that are written without
// spaces, and those that are alone in their script, are told by it.
var tongues = []tongue{
	{"en", latin, "en", "stop_en", ""},
	{"es", latin, "es", "stop_es", "áéíóúüñ"},
	{"de", latin, "de", "stop_de", "äöüß"},
	{"fr", latin, "fr", "stop_fr", "àâçéèêëîïôùûüœ"},
	{"it", latin, "it", "stop_it", "àèéìòù"},
	{"pt", latin, "pt", "stop_pt", "áâãàçéêíóôõú"},
	{"nl", latin, "nl", "stop_nl", "ëïé"},
	{"sv", latin, "sv", "stop_sv", "åäöé"},
	{"da", latin, "da", "stop_da", "åøæé"},
	{"no", latin, "no", "stop_no", "åøæ"},
	{"fi", latin, "fi", "stop_fi", "äöå"},
	{"ro", latin, "ro", "stop_ro", "ăâîșțşţ"},
	{"hu", latin, "hu", "stop_hu", "áéíóöőúüű"},
	{"tr", latin, "tr", "stop_tr", "çğıöşüâ"},
	{"pl", latin, "", "", "ąćęłńóśźż"},
	{"cs", latin, "", "stop_cs", "áčďéěíňóřšťúůýž"},
	{"hr", latin, "hr", "stop_hr", "čćđšž"},
	{"ca", latin, "", "stop_ca", "àçéèíïóòúü·"},
	{"gl", latin, "", "stop_gl", "áéíóúñ"},
	{"eu", latin, "", "stop_eu", "ñ"},
	{"ga", latin, "", "stop_ga", "áéíóú"},
	{"id", latin, "", "stop_id", ""},
	{"vi", latin, "", "", "ăâđêôơưạảãàáấầẩẫậắằẳẵặẹẻẽèéếềểễệỉịĩìíọỏõòóốồổỗộớờởỡợụủũùúứừửữựỳýỵỷỹ"},
	{"ru", cyrillic, "ru", "stop_ru", "ыэё"},
	{"uk", cyrillic, "", "", "іїєґ"},
	{"bg", cyrillic, "", "stop_bg", ""},
	{"ar", arabic, "ar", "stop_ar", "ةىأإؤ"},
	{"fa", arabic, "fa", "stop_fa", "پچژگکی"},
	{"ckb", arabic, "ckb", "stop_ckb", "ێۆڕڵەڤ"},
	{"el", greek, "", "stop_el", ""},
	{"he", hebrew, "", "", ""},
	{"hy", armenian, "", "stop_hy", ""},
	{"hi", devanagari, "hi", "stop_hi", ""},
}

// alone are the languages of the scripts that decide by themselves.
var alone = [scripts]Language{
	greek: "el", hebrew: "he", armenian: "hy", devanagari: "hi", han: "zh", kana: "ja", hangul: "ko", thai: "th", lao: "lo", khmer: "km", myanmar: "my",
}

type knowledge struct {
	analyzers map[Language]*analyzer
	stops     map[string][]int // which tongues a function word belongs to
	letters   map[rune][]int   // and a letter
}

var loaded = sync.OnceValue(func() knowledge {
	cache := registry.NewCache()
	k := knowledge{analyzers: map[Language]*analyzer{}, stops: map[string][]int{}, letters: map[rune][]int{}}
	for i, t := range tongues {
		stops := map[string]bool{}
		for word := range strings.FieldsSeq(functionWords[t.language]) {
			stops[word] = true
		}
		if t.stops != "" {
			words, err := cache.TokenMapNamed(t.stops)
			if err != nil {
				panic("index: no stop words " + t.stops + ": " + err.Error())
			}
			for word := range words {
				stops[word] = true
			}
		}
		for word := range stops {
			k.stops[word] = append(k.stops[word], i)
		}
		for _, letter := range t.letters {
			k.letters[letter] = append(k.letters[letter], i)
		}
		a := &analyzer{language: t.language, stops: stops, endings: endingsOf(t.language)}
		if t.analyzer != "" {
			chain, err := cache.AnalyzerNamed(t.analyzer)
			if err != nil {
				panic("index: no analyzer " + t.analyzer + ": " + err.Error())
			}
			a.chain = chain
		}
		k.analyzers[t.language] = a
	}
	return k
})

// analyzerOf returns that of a language; those that are written without spaces have English words among them.
func analyzerOf(language Language) *analyzer {
	if a := loaded().analyzers[language]; a != nil {
		return a
	}
	return loaded().analyzers[fallback]
}

// sample is how much of a text decides its language, in bytes.
const sample = 16 << 10

// Detect tells the language of a text by its script, function words and letters.
func Detect(text string) Language {
	language, _ := detect(text, fallback)
	return language
}

// leastVotes is the share of a text's words that tell its language, if it is prose and not code or a list of names: some 0.2
// to 0.4 of what people write are function words, shared ones counted by half.
const (
	leastVotes = 0.06
	shortText  = 20 // words, of which one is enough
)

// detect returns the language of a text, or the one expected if the text says little; and how many words told it.
func detect(text string, expected Language) (Language, float64) {
	if len(text) > sample {
		text = text[:sample]
	}
	var letters [scripts]int
	votes := make([]float64, len(tongues))
	k, said := loaded(), 0
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' && !unicode.IsMark(r) }) {
		odd := false
		said++
		for _, r := range word {
			if !unicode.IsLetter(r) {
				continue
			}
			letters[scriptOf(r)]++
			if r >= 0x80 && !odd {
				of := k.letters[r]
				for _, i := range of {
					votes[i] += 0.5 / float64(len(of))
				}
				odd = len(of) > 0
			}
		}
		if len(word) < 2 {
			continue // letters of lists and of code
		}
		of := k.stops[word]
		for _, i := range of {
			votes[i] += 1 / float64(len(of)) // shared words say less
		}
	}
	// One character of the scripts without spaces says about as much as four letters.
	most, best := 0, unknown
	for s := range scripts {
		n := letters[s]
		if s.unspaced() {
			n *= 4
		}
		if n > most {
			most, best = n, s
		}
	}
	switch {
	case best == unknown:
		return expected, 0
	case best == han && letters[kana]*10 > letters[han]:
		return "ja", float64(most)
	case alone[best] != "":
		return alone[best], float64(most)
	}
	winner := -1
	for i, t := range tongues {
		if t.script != best {
			continue
		}
		if winner < 0 || votes[i] > votes[winner] || votes[i] == votes[winner] && t.language == expected {
			winner = i
		}
	}
	if votes[winner] < max(float64(said-shortText)*leastVotes, 0.01) {
		for i, t := range tongues {
			if t.language == expected && t.script == best {
				winner = i
			}
		}
	}
	return tongues[winner].language, votes[winner]
}
