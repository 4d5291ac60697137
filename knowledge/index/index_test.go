package index

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func of(sources ...Source) *Index { return (*Index)(nil).Update(nil, sources) }

func source(id string, texts ...string) Source {
	passages := make([]Passage, len(texts))
	for i, text := range texts {
		passages[i] = Passage{Order: i, Text: text}
	}
	return Analyze(id, "", passages)
}

func found(x *Index, query string) (ids []string) {
	for _, m := range x.Search(query, 10, nil) {
		ids = append(ids, fmt.Sprintf("%s/%d", m.Source, m.Order))
	}
	return ids
}

func TestTheLanguageIsToldByItsFunctionWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Language{
		"The parcel is on its way to you":               "en",
		"Das Paket ist auf dem Weg zu dir":              "de",
		"El paquete está de camino a su casa":           "es",
		"Le colis est en route pour votre maison":       "fr",
		"Il pacco è in viaggio verso la tua casa":       "it",
		"De pakketten zijn onderweg naar uw huis":       "nl",
		"Посылка уже в пути, и вы её скоро получите":    "ru",
		"الطرد في الطريق إليك الآن من المتجر":           "ar",
		"包裹正在路上，请耐心等待":                                  "zh",
		"荷物は配送中です":                                      "ja",
		"プラン A は API を含みます":                             "ja",
		"SKU-4711 XXL":                                  "en",
		"":                                              "en",
		"The word 超市 means supermarket in the language": "en",
	} {
		if got := Detect(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestEachLanguageFindsTheFormsOfItsWords(t *testing.T) {
	t.Parallel()
	x := of(
		source("en", "The parcels are delivered within three days of your order."),
		source("de", "Die Pakete werden innerhalb von drei Tagen nach der Bestellung geliefert und sind versichert."),
		source("es", "Los paquetes se entregan en los tres días que siguen a su pedido."),
		source("fr", "Les colis sont livrés dans les trois jours qui suivent l'achat de l'article."),
		source("zh", "包裹将在三天内送达。"),
	)
	for query, want := range map[string]string{
		"parcel delivery": "en/0", "Wird mein Paket versichert?": "de/0", "¿Cuándo se entrega el paquete?": "es/0",
		"achats": "fr/0", "三天": "zh/0", "包裹什么时候送达？": "zh/0",
	} {
		if got := found(x, query); len(got) == 0 || got[0] != want {
			t.Errorf("%q: %v, want %s", query, got, want)
		}
	}
}

func TestFunctionWordsOfTheQuestionsLanguageCountInNone(t *testing.T) {
	t.Parallel()
	x := of(source("es", "El hotel is how the what, dice la gente en la ciudad que no es de aquí."), source("en", "The parcel is here."))
	if got := found(x, "how is the weather and what is it"); len(got) != 0 {
		t.Errorf("found %v", got)
	}
}

func TestNamesAreFoundByTheirParts(t *testing.T) {
	t.Parallel()
	x := of(source("a", "Set utm_source on shop.example and call getUserName or HTTPServer."))
	for _, query := range []string{"utm", "source", "utm_source", "shop", "user name", "getUserName", "http", "server"} {
		if got := found(x, query); len(got) != 1 {
			t.Errorf("%q: %v", query, got)
		}
	}
	var parts []string
	for at, part := range compound("getHTTPServer_v2.x") {
		parts = append(parts, fmt.Sprint(at, part))
	}
	if diff := cmp.Diff([]string{"0get", "3HTTP", "7Server", "13v2", "16x"}, parts); diff != "" {
		t.Error(diff)
	}
}

func TestTitlesAndHeadingsAreWorthMoreThanText(t *testing.T) {
	t.Parallel()
	x := of(
		source("text", "We talk about refunds here and about other things."),
		Analyze("heading", "", []Passage{{Headings: []string{"Refunds"}, Text: "We talk about other things here."}}),
		Analyze("title", "Refunds", []Passage{{Text: "We talk about other things here."}}),
	)
	if diff := cmp.Diff([]string{"title/0", "heading/0", "text/0"}, found(x, "refunds")); diff != "" {
		t.Error(diff)
	}
}

func TestConfidenceIsTheShareOfTheQuestionThatIsCovered(t *testing.T) {
	t.Parallel()
	var texts []string
	for i := range 600 {
		texts = append(texts, fmt.Sprintf("word%d alpha", i))
	}
	x := of(source("s", texts...))
	for query, want := range map[string]float64{
		"word7":                    1,
		"word7 zebra":              0.58, // of two words half; an index of so few words has nothing by chance
		"word7 alpha":              1,
		"zebra alpha":              0,   // every passage has alpha
		"please help: word7":       0.7, // small talk weighs little
		"word7 one two zebra lion": 0.42,
	} {
		matches := x.Search(query, 1, nil)
		if len(matches) != 1 {
			t.Fatalf("%q: %v", query, matches)
		}
		if got := matches[0].Confidence; got < want-0.06 || got > want+0.06 || got > 1 {
			t.Errorf("%q: %.3f, want %.2f", query, got, want)
		}
	}
}

func TestNothingIsFoundInNothing(t *testing.T) {
	t.Parallel()
	var x *Index
	for _, x := range []*Index{x, of(), of(source("a")), of(source("a", "")), x.Update([]string{"never there"}, nil)} {
		if got := x.Search("word", 10, nil); len(got) != 0 {
			t.Errorf("%v", got)
		}
	}
	if got := of(source("a", "word")).Search("word", 0, nil); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

// Whatever was added, replaced and removed in whichever order: the matches are
// those of an index that was made of what is left.
func TestAnUpdatedIndexFindsWhatAFreshOneFinds(t *testing.T) {
	t.Parallel()
	vocabulary := []string{"apple", "pear", "plum", "cherry", "the", "price", "tree"}
	rapid.Check(t, func(t *rapid.T) {
		var x *Index
		now := map[string]Source{}
		for range rapid.IntRange(1, 25).Draw(t, "updates") {
			var add []Source
			var remove []string
			for range rapid.IntRange(0, 4).Draw(t, "adds") {
				id := fmt.Sprint(rapid.IntRange(0, 12).Draw(t, "id"))
				if slices.ContainsFunc(add, func(s Source) bool { return s.id == id }) {
					continue
				}
				texts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
					return strings.Join(rapid.SliceOfN(rapid.SampledFrom(vocabulary), 0, 6).Draw(t, "words"), " ")
				}), 0, 4).Draw(t, "texts")
				s := source(id, texts...)
				add, now[id] = append(add, s), s
			}
			if rapid.Bool().Draw(t, "removes") {
				id := fmt.Sprint(rapid.IntRange(0, 12).Draw(t, "removed"))
				if !slices.ContainsFunc(add, func(s Source) bool { return s.id == id }) {
					remove = append(remove, id)
					delete(now, id)
				}
			}
			x = x.Update(remove, add)
		}
		var all []Source
		for _, s := range now {
			all = append(all, s)
		}
		for _, query := range []string{"apple", "pear price", "cherry tree plum"} {
			got, want := ids(x.Search(query, 200, nil)), ids(of(all...).Search(query, 200, nil))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("%s: %s", query, diff)
			}
		}
		if len(x.parts) > 6 {
			t.Fatalf("%d segments for at most 13 sources", len(x.parts))
		}
	})
}

// ids are sorted: scores differ a little while removed passages still count in the lengths and frequencies.
func ids(matches []Match) []string {
	out := []string{}
	for _, m := range matches {
		out = append(out, fmt.Sprintf("%s/%d", m.Source, m.Order))
	}
	slices.Sort(out)
	return out
}

func TestAnIndexThatWasUpdatedStillAnswersAsBefore(t *testing.T) {
	t.Parallel()
	before := of(source("a", "apple"), source("b", "apple"))
	after := before.Update([]string{"a"}, []Source{source("c", "apple")})
	if diff := cmp.Diff([]string{"a/0", "b/0"}, ids(before.Search("apple", 10, nil))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"b/0", "c/0"}, ids(after.Search("apple", 10, nil))); diff != "" {
		t.Error(diff)
	}
}

func FuzzSearchTakesAnyText(f *testing.F) {
	for _, seed := range []string{"how do I reset my password?", "包裹", "a_b.cD", "\x00\xff", "ﬁ İ ß"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, text, query string) {
		for _, m := range of(source("a", text), source("b", "El paquete es de la casa"), source("c", "包裹")).Search(query, 3, nil) {
			if m.Score <= 0 || m.Confidence < 0 || m.Confidence > 1 {
				t.Errorf("%+v", m)
			}
		}
	})
}

// passages of some 180 words whose frequencies fall as those of language do.
func corpus(n int) []Passage {
	random := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(random, 1.1, 3, 30_000)
	passages := make([]Passage, n)
	for i := range passages {
		var text strings.Builder
		for range 180 {
			fmt.Fprintf(&text, "w%dx ", zipf.Uint64())
		}
		passages[i] = Passage{Order: i, Text: text.String()}
	}
	return passages
}

func BenchmarkSearch10kPassages(b *testing.B) {
	x := of(Analyze("s", "title", corpus(10_000)))
	for name, query := range map[string]string{
		"rare words": "w512x w4000x w20000x", "a question of 8 words": "w3x w20x w77x w300x w512x w1000x w4000x w9000x",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Search(query, 10, nil)
			}
		})
	}
}

func BenchmarkAnalyze(b *testing.B) {
	passages := corpus(100)
	for b.Loop() {
		Analyze("s", "title", passages)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/100, "µs/passage")
}

func BenchmarkAddOneSourceTo10k(b *testing.B) {
	x := of(Analyze("s", "title", corpus(10_000)))
	one := Analyze("new", "title", corpus(10))
	for b.Loop() {
		x.Update(nil, []Source{one})
	}
}

func TestAShortListNamesSeveralSources(t *testing.T) {
	t.Parallel()
	x := of(source("long", "apple pie", "apple pie", "apple pie", "apple pie"), source("other", "apple pie"))
	matches := x.Search("apple pie", 10, nil)
	Vary(matches, func(string) int { return 0 })
	var got []string
	for _, m := range matches[:3] {
		got = append(got, m.Source)
	}
	if diff := cmp.Diff([]string{"long", "other", "long"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestAPassageOfABookIsFoundByWhatStandsAroundIt(t *testing.T) {
	t.Parallel()
	book := make([]string, 60)
	for i := range book {
		book[i] = "weather and winds"
	}
	book[10], book[40] = "it costs nine euros", "it costs nine euros"
	book[39] = "the ferry to Sylt"
	x := of(source("book", book...), source("other", "it costs nine euros"))
	matches := x.Search("what costs the Sylt ferry", 3, nil)
	var got []string
	for _, m := range matches {
		got = append(got, fmt.Sprintf("%s/%d", m.Source, m.Order))
	}
	if diff := cmp.Diff([]string{"book/39", "book/40"}, got[:2]); diff != "" {
		t.Error(diff)
	}
}
