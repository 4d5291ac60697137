package llmtest

import (
	"hash/fnv"
	"math"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// DefaultDimensions is the length of the vectors that the model makes.
const DefaultDimensions = 512

// Embedding is the vector of a text, of length 1: what shares words, parts of words or synonyms is near each other. It is a
// function of the text alone. It stands in for a real model as far as tests need one: it understands the few synonyms
// of its table, and otherwise only how words are written.
func Embedding(text string, dimensions int) []float32 {
	if dimensions <= 0 {
		dimensions = DefaultDimensions
	}
	features := map[string]float64{}
	for _, word := range words(text) {
		if functional[word] {
			features[word] += 0.02
			continue
		}
		stem := stemOf(word)
		if concept := concepts[stem]; concept != "" {
			features["="+concept] += 1
		} else {
			features["="+stem] += 1
		}
		padded := []rune("^" + stem + "$")
		const gram = 4
		for i := 0; i+gram <= len(padded); i++ {
			features["~"+string(padded[i:i+gram])] += 0.3
		}
	}
	vector := make([]float64, dimensions)
	for feature, n := range features {
		scatter(vector, feature, math.Sqrt(n))
	}
	return unit(vector)
}

// scatter adds a feature to a few places of the vector, which depend on its name: in so few dimensions features meet
// each other, but seldom in all places.
func scatter(vector []float64, feature string, weight float64) {
	const places = 4
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(feature))
	state := hash.Sum64()
	for range places {
		state = (state ^ state>>29) * 0xbf58476d1ce4e5b9
		state ^= state >> 32
		sign := 1.0
		if state&1 == 1 {
			sign = -1
		}
		vector[state>>1%uint64(len(vector))] += sign * weight
	}
}

func unit(vector []float64) []float32 {
	square := 0.0
	for _, x := range vector {
		square += x * x
	}
	out := make([]float32, len(vector))
	if square == 0 {
		out[0] = 1 // of nothing: still a direction
		return out
	}
	for i, x := range vector {
		out[i] = float32(x / math.Sqrt(square))
	}
	return out
}

// words are lower-case, without accents. Scripts without spaces are taken by pairs of characters.
func words(text string) (all []string) {
	var word, run []rune
	end := func() {
		if len(word) > 0 {
			all = append(all, string(word))
		}
		for i := range run {
			all = append(all, string(run[i:min(i+2, len(run))]))
		}
		word, run = word[:0], run[:0]
	}
	for _, r := range norm.NFD.String(strings.ToLower(text)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai):
			if len(word) > 0 {
				end()
			}
			run = append(run, r)
		case unicode.IsLetter(r), unicode.IsDigit(r):
			if len(run) > 0 {
				end()
			}
			word = append(word, r)
		default:
			end()
		}
	}
	end()
	return all
}

// stemOf drops the endings that English and its neighbours put on words.
func stemOf(word string) string {
	for _, ending := range []string{"ations", "ation", "ingly", "ments", "ment", "ings", "ing", "edly", "ies", "ied", "ers", "ed", "er", "es", "ly", "s", "e", "y"} {
		if stem, cut := strings.CutSuffix(word, ending); cut && len(stem) >= 3 {
			return stem
		}
	}
	return word
}

// functional words say nothing of what a text is about.
var functional = set(`a an the this that these those it its he she they them his her their we you i me my your our us
	is are was were be been being am do does did done have has had will would can could should shall may might must
	and or but if then else so as at by for from in into of off on onto out over to up with without within about after before
	how what when where which who whom whose why there here not no yes please hello hi thanks any some all each more most other than too very also just only
	el la los las un una unos unas de del al en y o que es son por para con sin se su sus lo como cuando donde cual quien fue ha han mas
	der die das ein eine einen einem einer und oder ist sind war von zu im am mit auf bei nach wie was wann wo wer nicht ich sie er es wir ihr
	le les une des du et ou est sont dans pour par sur avec qui que quoi ne pas ce cette il elle nous vous`)

// concepts are words that mean the same, by their stems.
var concepts = func() map[string]string {
	all := map[string]string{}
	for line := range strings.SplitSeq(synonyms, "\n") {
		line := strings.Fields(line)
		for _, word := range line {
			all[stemOf(word)] = line[0]
		}
	}
	return all
}()

const synonyms = `refund refunded reimburse reimbursement moneyback repay reembolso devolución erstattung
	shipping delivery dispatch parcel courier envío paquete versand lieferung livraison
	cancel cancellation terminate quit unsubscribe cancelar kündigen
	price cost fee charge pricing precio preis kosten
	password passphrase login signin credentials contraseña passwort
	delete remove erase wipe eliminar löschen
	buy purchase order acquire comprar kaufen
	broken defective faulty damaged roto kaputt
	begin start commence launch
	change alter modify edit update
	send transmit mail
	find locate discover search
	car automobile vehicle
	doctor physician
	big large huge
	guarantee warranty garantía gewährleistung
	open opening hours horario öffnungszeiten
	person human agent staff`

func set(text string) map[string]bool {
	all := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		all[word] = true
	}
	return all
}
