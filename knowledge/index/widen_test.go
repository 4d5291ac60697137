package index

import (
	"slices"
	"testing"
)

func TestWordsAreFoundInAnotherSpelling(t *testing.T) {
	t.Parallel()
	x := of(
		source("en/lamp", "The AX-4411 is waterproof and recharged by USB."),
		source("en/login", "Open the login page to cancel your subscription."),
		source("en/error", "The code E2001 is for the workshop."),
		source("de/costs", "Die Versandkosten und der Bestellwert stehen in der Rechnung."),
		source("de/back", "Die Rückgabefrist ist für alle Waren gleich und gilt auch im Laden."),
		source("ru/shop", "Гарантия на столы и стулья действует два года, и чек не нужен."),
	)
	for query, want := range map[string]string{
		"AX4411": "en/lamp/0", "AX 4411": "en/lamp/0", "E-2001": "en/error/0", "log in": "en/login/0",
		"subscripton": "en/login/0", "cancle": "en/login/0", "watreproof": "en/lamp/0",
		"Versand": "de/costs/0", "Mindestbestellwert": "de/costs/0", "Frist": "de/back/0", "Rückgabfrist": "de/back/0",
		"гаранитя": "ru/shop/0",
	} {
		if got := found(x, query); len(got) == 0 || got[0] != want {
			t.Errorf("%q found %v, want %s", query, got, want)
		}
	}
}

func TestNumbersAndShortWordsAreNotGuessed(t *testing.T) {
	t.Parallel()
	x := of(source("a", "E-1042 means no view of the sky. The cart is full."), source("b", "A plan of the planet."))
	for _, query := range []string{"1043", "E-1043", "card", "spy"} {
		if got := found(x, query); slices.Contains(got, "b/0") || query != "E-1043" && len(got) > 0 {
			t.Errorf("%q found %v", query, got)
		}
	}
}

func TestAWordThatIsThereStandsForItself(t *testing.T) {
	t.Parallel()
	x := of(source("a", "The parcels are here."), source("b", "The parsels are there, and so is a parcelshop."))
	if got := found(x, "parcel"); !slices.Equal(got, []string{"a/0"}) {
		t.Errorf("found %v", got)
	}
}

func TestSlipsAreCounted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"cancel", "cancel", 0}, {"cancle", "cancel", 1}, {"subscripton", "subscription", 1}, {"vaucher", "voucher", 1}, {"hte", "the", 1}, {"abcdef", "uvwxyz", 3}} {
		if got := distance([]rune(c.a), []rune(c.b), 2); got != c.want {
			t.Errorf("%s, %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// What a question is asked with, in scripts without spaces, is no sign that a passage answers it.
func TestTheFormOfAQuestionIsNoAnswer(t *testing.T) {
	t.Parallel()
	for text, c := range map[string]struct{ own, other string }{
		"羊羹の賞味期限は60日です。保存してください。":                     {"賞味期限を教えてください", "面白い話をしてください"},
		"商店星期天不营业，请问店员有什么优惠。":                         {"商店星期天营业吗？", "法国的总统是什么人？"},
		"ร้านเปิดทุกวันยกเว้นวันสงกรานต์ ให้โทรมาได้": {"ร้านเปิดวันไหน", "ใครเป็นนายกได้"},
		"배송비는 3,000원입니다. 반품할 수 있습니다.":                 {"배송비가 얼마인가요?", "대통령은 누구입니까?"},
	} {
		x := of(source("a", text))
		confidence := func(query string) float64 {
			matches := x.Search(query, 1, nil)
			if len(matches) == 0 {
				return 0
			}
			return matches[0].Confidence
		}
		if own, other := confidence(c.own), confidence(c.other); own < 0.6 || other > 0.55 {
			t.Errorf("%s: %.2f of its own, %.2f of another", text, own, other)
		}
	}
}

func BenchmarkSearchForUnknownWords(b *testing.B) {
	x := of(Analyze("s", "title", corpus(10_000)))
	b.ReportAllocs()
	for b.Loop() {
		x.Search("w512x xyzzyplugh frobnicated quuxification", 10, nil)
	}
	b.ReportMetric(float64(x.Vocabulary()), "terms")
}
