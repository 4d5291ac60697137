package extract

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shared has the PDF engine started once for all tests, and compiled once for all runs.
var shared = sync.OnceValue(func() *Extractor {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return New(Options{CacheDir: filepath.Join(cache, "parley-test-pdfium")})
})

// extracted shows an original as lines: "Heading > Heading: text", with the page if there is one.
func extracted(t *testing.T, mediaType string, data []byte) (title string, lines []string) {
	t.Helper()
	d, err := shared().Open(t.Context(), mediaType, data)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	defer d.Close()
	for page := 0; page < d.Pages(); {
		blocks, next, err := d.Read(t.Context(), page)
		if err != nil {
			t.Fatalf("read page %d: %v", page, err)
		}
		if next <= page {
			t.Fatalf("after page %d comes %d", page, next)
		}
		page = next
		for _, b := range blocks {
			lines = append(lines, shown(b))
		}
	}
	return d.Title(), lines
}

func shown(b Block) string {
	line := strings.Join(b.Headings, " > ") + ": " + b.Text
	if b.Page > 0 {
		line = fmt.Sprintf("%d %s", b.Page, line)
	}
	return line
}

func equal(t *testing.T, got []string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func refused(t *testing.T, mediaType string, data []byte, want error) {
	t.Helper()
	d, err := shared().Open(t.Context(), mediaType, data)
	if err == nil {
		d.Close()
	}
	if !errors.Is(err, want) {
		t.Errorf("error %v, want %v", err, want)
	}
}

func TestTextIsReadByParagraphs(t *testing.T) {
	t.Parallel()
	_, got := extracted(t, Plain, []byte("One  line\r\nand another.\r\n\r\n \r\nSecond\x00\u200b paragraph.\n"))
	equal(t, got, ": One line\nand another.", ": Second paragraph.")
}

func TestTextIsReadInItsEncoding(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ data, want string }{
		"UTF-8 with a mark":          {"\xef\xbb\xbfGrüße", "Grüße"},
		"UTF-16 with a mark":         {"\xff\xfeG\x00r\x00\xfc\x00\xdf\x00e\x00", "Grüße"},
		"UTF-16 without a mark":      {"\x00H\x00e\x00l\x00l\x00o\x00 \x00y\x00o\x00u", "Hello you"},
		"Windows-1252":               {"Die Gr\xf6\xdfe der T\xfcr und das sch\xf6ne Wetter in M\xfcnchen", "Die Größe der Tür und das schöne Wetter in München"},
		"Windows-1251":               {"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0? \xdd\xf2\xee \xef\xf0\xee\xf1\xf2\xee\xe9 \xf2\xe5\xea\xf1\xf2 \xed\xe0 \xf0\xf3\xf1\xf1\xea\xee\xec \xff\xe7\xfb\xea\xe5.", "Привет, как дела? Это простой текст на русском языке."},
		"UTF-8 with a stray byte":    {"Gr\xc3\xbc\xc3\x9fe aus K\xc3\xb6ln \xc3", "Grüße aus Köln"},
		"a character cut at the end": {"caf\xc3\xa9 \xe2\x82", "café"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, got := extracted(t, Plain, []byte(c.data))
			equal(t, got, ": "+c.want)
		})
	}
}

func TestLongTextIsReadInSeveralSteps(t *testing.T) {
	t.Parallel()
	paragraph := strings.Repeat("word ", 2000)
	d, err := shared().Open(t.Context(), Plain, []byte(strings.Repeat(paragraph+"\n\n", 100)))
	if err != nil {
		t.Fatal(err)
	}
	if d.Pages() != 4 {
		t.Errorf("%d pages of 300,000 characters, want 4", d.Pages())
	}
	blocks := 0
	for page := range d.Pages() {
		some, next, err := d.Read(t.Context(), page)
		if err != nil || next != page+1 {
			t.Errorf("next %d, error %v", next, err)
		}
		blocks += len(some)
	}
	if blocks != 100 {
		t.Errorf("%d blocks of 100", blocks)
	}
}

func TestTooMuchTextIsRefused(t *testing.T) {
	t.Parallel()
	full := outline{size: maxText}
	full.add(Paragraph, "one word more")
	if err := full.check(t.Context()); !errors.Is(err, ErrTooMuchText) {
		t.Errorf("error %v", err)
	}
	refused(t, CSV, []byte(strings.Repeat("a,b\n", maxRows+2)), ErrTooMuchText)
}

func TestAParserThatPanicsBecomesAnErrorInWords(t *testing.T) {
	t.Parallel()
	_, err := guarded(t.Context(), shared().timeout, func(context.Context) (text, error) { panic("index out of range") })
	if !errors.Is(err, ErrBroken) {
		t.Errorf("error %v", err)
	}
}

func TestAParserThatTakesTooLongBecomesAnErrorInWords(t *testing.T) {
	t.Parallel()
	_, err := guarded(t.Context(), 1, func(ctx context.Context) (text, error) { <-ctx.Done(); return text{}, ctx.Err() })
	if !errors.Is(err, ErrTooSlow) {
		t.Errorf("error %v", err)
	}
}

func TestACancelledReadIsNotTheFilesFault(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := guarded(ctx, shared().timeout, func(ctx context.Context) (text, error) { <-ctx.Done(); return text{}, ctx.Err() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestQuestionsAndAnswersAreReadFromJSON(t *testing.T) {
	t.Parallel()
	data, err := FormatFAQ([]Pair{{"Do you ship abroad?", "Yes,\r\nto all  of Europe.\n\n \nBy post."}, {"Unanswered?", " "}, {"Who are you?", "A shop."}})
	if err != nil {
		t.Fatal(err)
	}
	_, got := extracted(t, FAQ, data)
	equal(t, got, "Do you ship abroad?: Yes,\nto all of Europe.\n\nBy post.", "Who are you?: A shop.")
	refused(t, FAQ, []byte(strings.Repeat("[", 100_000)), ErrBroken)
}
