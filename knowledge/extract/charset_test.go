package extract

import (
	"strings"
	"testing"

	"golang.org/x/net/html/charset"
)

func TestWhatAPageDeclaresWronglyIsFoundInItsBytes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, written, declared string }{
		{"Привет! Это простой текст на русском языке, чтобы показать, как работает определение кодировки.", "windows-1251", "iso-8859-1"},
		{"Привет! Это простой текст на русском языке, чтобы показать, как работает определение кодировки.", "koi8-r", "windows-1252"},
		{"Die Größe der Tür, das schöne Wetter in München und die Straße über den Fluß.", "windows-1252", "iso-8859-1"},
		{"Die Größe der Tür, das schöne Wetter in München und die Straße über den Fluß.", "windows-1252", "utf-8"},
		{"Η γρήγορη αλεπού πηδάει πάνω από τον τεμπέλη σκύλο και τρέχει στο δάσος.", "windows-1253", "utf-8"},
		{"これは日本語の文章です。文字コードを正しく判別できるかどうかを確かめます。", "shift_jis", "utf-8"},
		{"これは日本語の文章です。文字コードを正しく判別できるかどうかを確かめます。", "euc-jp", "shift_jis"},
		{"这是一个中文句子，用来检查字符编码是否能够被正确识别。", "gb18030", "utf-8"},
		{"Łódź leży w środku Polski, a źrebię śpi przy ścianie.", "iso-8859-2", "iso-8859-2"},
		{"Größe, " + strings.Repeat("a much longer text in plain letters ", 20), "utf-8", "iso-8859-1"},
		{"no letters but plain ones", "windows-1252", "no-such-charset"},
	} {
		encoding, _ := charset.Lookup(c.written)
		data, err := encoding.NewEncoder().String(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := decode([]byte(data), c.declared); got != c.text {
			t.Errorf("%s, declared as %s: %q", c.written, c.declared, got)
		}
	}
}

func TestAStrayByteDoesNotMakeTextAnotherEncoding(t *testing.T) {
	t.Parallel()
	const text = "Grüße aus Köln, wo es schöne Türme gibt; "
	got := decode([]byte(strings.Repeat(text, 10)+"\xfc"+strings.Repeat(text, 10)), "utf-8")
	if strings.Count(got, "Grüße") != 20 {
		t.Errorf("%q", got)
	}
}
