package account

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestPasswordsThatAreGuessedFirstAreRefused(t *testing.T) {
	t.Parallel()
	for _, password := range []string{
		"password123", "Password12345!", "P@ssw0rd2024!", "passwordpassword", "password password", "iloveyou2023", "liverpool1", "qwertyuiop123", "letmein2024",
		"Summer2024!", "michael1987", "Michael.1987", "abcdefghij1", "baseball99", "princess123", "sunshine12", "dragonmaster", "trustno1trustno1", "1qaz2wsx3edc",
		"qazwsxedcrfv", "zaq12wsxcde3", "asdfghjkl;", "football2020", "monkey123456", "jessica1990", "chocolate1", "0123456789a", "a1b2c3d4e5", "qwerty12345",
		"passw0rd!1", "aaaaaaaaaaaa", "1234567890", "0987654321", "abababababab", "12121212121212", "qwertzuiop", "azertyuiop", "ichliebedich", "Passwort2025",
		"welkom01welkom01", "motdepasse1", "201020112012", "!@#$%^&*()", "ππππππππππ", "aaaaaaaaaab", "september2026",
	} {
		if err := checkPassword(password, "mia@acme.example", "Acme Widgets"); code(err) != "password_too_simple" {
			t.Errorf("%q has %.1f bits: %v", password, guessBits(password, nil), err)
		}
	}
}

func TestWhatIsKnownOfAPersonIsNoPassword(t *testing.T) {
	t.Parallel()
	for _, password := range []string{
		"acme widgets", "AcmeWidgets1", "Acme-Widgets-26", "mia.weber.2026", "mia@acme.example", "acme.example1", "MiaWeberAcme!", "4cmeW1dgets", "webermiaweber", "widgets.acme",
	} {
		if err := checkPassword(password, "mia.weber@acme.example", "Acme Widgets", "Mia Weber"); code(err) != "password_too_simple" {
			t.Errorf("%q: %v", password, err)
		}
		if strings.Contains(password, "@") {
			continue
		}
	}
	for _, password := range []string{"Acme-Widgets-26", "webermiaweber"} { // of others it is not tried first
		if with, without := guessBits(password, contextOf([]string{"Acme Widgets", "Mia Weber"})), guessBits(password, nil); with > without-8 {
			t.Errorf("%q: %.1f bits with the context, %.1f without", password, with, without)
		}
	}
}

func TestPasswordsThatPeopleShouldChooseAreTaken(t *testing.T) {
	t.Parallel()
	for _, password := range []string{
		"correct horse battery staple", "seven owls under a table", "four words that fit", "correct horse battery", "hd7Kp2mQx9", "wrong-secret-4711",
		"café am morgen", "Tq!8vRz#2mLw", "k3w9x0vbzq", "zebra lantern 88", "дом кошка река", "雨が降る夜に歩いて帰る", "ß7-ülk?owq", "unter dem alten birnbaum",
	} {
		if err := checkPassword(password, "mia@acme.example", "Acme Widgets"); err != nil {
			t.Errorf("%q has %.1f bits: %v", password, guessBits(password, nil), err)
		}
	}
}

func FuzzGuessingIsBoundedWhateverIsTyped(f *testing.F) {
	for _, password := range []string{"", "a", "İİİİİİİİİİ", "\xff\xfe", strings.Repeat("ab1!", 300), "ﬁﬁﬁﬁ", "pass\x00word", "\xb2\xb4A\xe5", "\u0301abcde"} {
		f.Add(password, "acme")
	}
	f.Fuzz(func(t *testing.T, password, name string) {
		bits := guessBits(password, contextOf([]string{name}))
		if !(bits >= 0 && bits < 2000) {
			t.Errorf("%q: %v bits", password, bits)
		}
		// Characters twice, not bytes: the last and the first ones may be another character together.
		text := []rune(strings.ToLower(norm.NFKC.String(password)))
		text = text[:min(len(text), 30)]
		once, twice := textBits(text, contextOf([]string{name})), textBits(slices.Concat(text, text), contextOf([]string{name}))
		if len(text) > 0 && twice > once+12 {
			t.Errorf("%q: %v bits, %v twice", text, once, twice)
		}
	})
}

func BenchmarkGuessing(b *testing.B) {
	words()
	for b.Loop() {
		guessBits(strings.Repeat("1a!Z", 25), nil)
	}
}
