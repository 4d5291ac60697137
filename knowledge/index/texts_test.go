package index

import (
	"slices"
	"testing"
)

// finds tells whether a text has all words of a query.
func finds(text, query string) bool {
	terms := Texts{}.Terms(text)
	asked := Texts{}.Asked(query, 8)
	for _, word := range asked {
		if !slices.ContainsFunc(word, func(term string) bool { return slices.Contains(terms, term) }) {
			return false
		}
	}
	return len(asked) > 0
}

func TestTextsAreFoundByFormsOfTheirWordsInAnyLanguage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, query string
		found       bool
	}{
		{"My orders were not delivered to the office.", "order", true},
		{"My orders were not delivered to the office.", "delivering offices", true},
		{"My orders were not delivered to the office.", "DELIVERED", true},
		{"My orders were not delivered to the office.", "refund", false},
		{"My orders were not delivered to the office.", "order refund", false},
		{"My orders were not delivered to the office.", "the", false},
		{"Wo sind meine Bestellungen geblieben?", "Bestellung", true},
		{"Ich möchte die Rechnung für den März.", "marz rechnungen", true},
		{"¿Dónde están mis pedidos?", "pedido donde", true},
		{"Où est ma commande ? Je l'ai passée hier.", "commandes", true},
		{"Где мои заказы?", "заказ", true},
		{"返品したいのですが、送料はかかりますか。", "返品", true},
		{"返品したいのですが、送料はかかりますか。", "交換", false},
		{"The parcel A-10492 is lost", "10492", true},
		{"See plausible.io about it", "plausible", true},
	} {
		if got := finds(c.text, c.query); got != c.found {
			t.Errorf("%q in %q: %v (%q, %q)", c.query, c.text, got, Texts{}.Asked(c.query, 8), Texts{}.Terms(c.text))
		}
	}
}

func TestWhatIsAskedForIsBounded(t *testing.T) {
	t.Parallel()
	if words := (Texts{}).Asked("alpha beta gamma delta epsilon", 3); len(words) != 3 {
		t.Errorf("got %q", words)
	}
	if words := (Texts{}).Asked(" ?! ", 3); len(words) != 0 {
		t.Errorf("got %q", words)
	}
}
