package apart

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley/chat"
	"parley/knowledge/extract"
)

// opening returns an Opener whose children behave as told.
func opening(t *testing.T, as string, timeout time.Duration) *Opener {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	o := New(Options{
		CacheDir: filepath.Join(cache, "parley-test-pdfium"), Timeout: timeout, Memory: childMemory,
		command: []string{os.Args[0], "child", as}, slack: timeout,
	})
	t.Cleanup(func() {
		if err := o.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

// patience is for children that end by themselves.
const patience = time.Minute

type contents struct {
	Title, Note string
	Pages       int
	Blocks      []extract.Block
}

func readAll(t *testing.T, o extract.Opener, mediaType string, data []byte) (contents, error) {
	t.Helper()
	d, err := o.Open(t.Context(), mediaType, data)
	if err != nil {
		return contents{}, err
	}
	defer d.Close()
	c := contents{Title: d.Title(), Pages: d.Pages()}
	for from := 0; from < d.Pages(); {
		blocks, next, err := d.Read(t.Context(), from)
		if err != nil {
			return c, err
		}
		c.Blocks, from = append(c.Blocks, blocks...), next
	}
	c.Note = d.Note()
	return c, nil
}

func TestAnOriginalReadsTheSameApart(t *testing.T) {
	t.Parallel()
	o := opening(t, "well", patience)
	here := extract.New(extract.Options{CacheDir: o.options.CacheDir})
	t.Cleanup(func() { _ = here.Close() })
	for name, c := range map[string]struct{ mediaType, data string }{
		"a page":      {extract.HTML, "<title>T &amp; U</title><h1>A</h1><h2>B</h2><p>One <b>two</b>.</p><h2>C</h2><ul><li>x<li>y</ul><h1>D</h1>e"},
		"a table":     {extract.Markdown, "# Prices\n\n| Size | Price |\n|-|-|\n| S | 1 € |\n| M | 2 € |\n\nText.\n\n| a | b |\n|-|-|\n| c | d |\n\n    code <b>\n    \"more\"\n"},
		"long text":   {extract.Plain, strings.Repeat(strings.Repeat("word ", 2000)+"\n\n", 120)},
		"questions":   {extract.FAQ, `[{"question":"Do you?","answer":"Yes."},{"question":"And you?","answer":"No."}]`},
		"pages":       {extract.PDF, aPDF},
		"no text":     {extract.Plain, " "},
		"short text":  {extract.Plain, "One.\n\nTwo."},
		"half a file": {extract.PDF, aPDF[:60]},
		"no zip":      {extract.DOCX, "PK"},
		"unknown":     {"image/png", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, wantErr := readAll(t, here, c.mediaType, []byte(c.data))
			got, err := readAll(t, o, c.mediaType, []byte(c.data))
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
			var said *chat.Error
			if (err == nil) != (wantErr == nil) || err != nil && (!errors.Is(err, wantErr) || !errors.As(err, &said) || said.Message != chat.AsError(wantErr).Message) {
				t.Errorf("error %v, want %v", err, wantErr)
			}
		})
	}
}

// aPDF has one page that says "Apart."
const aPDF = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [4 0 R] /Count 1 >>\nendobj\n" +
	"3 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n" +
	"4 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>\nendobj\n" +
	"5 0 obj\n<< /Length 38 >>\nstream\nBT /F1 12 Tf 50 700 Td (Apart.) Tj ET  \nendstream\nendobj\ntrailer << /Size 6 /Root 1 0 R >>\n%%EOF\n"

func TestWhatAnOriginalDoesToItsReaderEndsAsAnErrorInWords(t *testing.T) {
	for _, c := range []struct {
		as      string
		timeout time.Duration
		want    error
	}{
		{"allocates at once", patience, extract.ErrTooBig},
		{"allocates", patience, extract.ErrTooBig},
		{"loops at once", 300 * time.Millisecond, extract.ErrTooSlow},
		{"loops", 300 * time.Millisecond, extract.ErrTooSlow},
		{"panics at once", patience, extract.ErrBroken},
		{"panics", patience, extract.ErrBroken},
		{"recurses", patience, extract.ErrBroken},
		{"is killed", patience, extract.ErrTooBig},
		{"leaves at once", patience, extract.ErrBroken},
		{"leaves", patience, extract.ErrBroken},
		{"silent", patience, extract.ErrBroken},
		{"babbling", patience, extract.ErrBroken},
		{"boasting", patience, extract.ErrBroken},
		{"floods", patience, extract.ErrBroken},
		{"goes backwards", patience, extract.ErrBroken},
		{"refuses", patience, extract.ErrEncrypted},
	} {
		t.Run(c.as, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			_, err := readAll(t, opening(t, c.as, c.timeout), extract.HTML, make([]byte, 1<<20))
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			runtime.ReadMemStats(&after)
			// A batch may be as long as it may be, and what is read of it is copied as it grows.
			if grown := int64(after.HeapSys) - int64(before.HeapSys); grown > 4*maxBatch {
				t.Errorf("the process that serves grew by %d MB", grown>>20)
			} else if c.as != "floods" && grown > 32<<20 {
				t.Errorf("the process that serves grew by %d MB", grown>>20)
			}
		})
	}
}

func TestWhatMayPassIsNotTheOriginalsFault(t *testing.T) {
	t.Parallel()
	var said *chat.Error
	if _, err := readAll(t, opening(t, "fails", patience), extract.HTML, nil); err == nil || errors.As(err, &said) || !strings.Contains(err.Error(), "a cause for the log") {
		t.Errorf("a fault of a part: %v", err)
	}
	absent := opening(t, "well", patience)
	absent.options.command = []string{filepath.Join(t.TempDir(), "nothing")}
	for _, mediaType := range []string{extract.HTML, extract.PDF} {
		if _, err := readAll(t, absent, mediaType, nil); err == nil || errors.As(err, &said) {
			t.Errorf("no child for %s: %v", mediaType, err)
		}
	}
}

func TestAnEngineThatCouldNotBePreparedIsTriedAgain(t *testing.T) {
	t.Parallel()
	o := opening(t, "well", patience)
	command := o.options.command
	o.options.command = []string{filepath.Join(t.TempDir(), "nothing")}
	if _, err := readAll(t, o, extract.PDF, []byte(aPDF)); err == nil {
		t.Error("a PDF without an engine")
	}
	o.options.command = command
	if got, err := readAll(t, o, extract.PDF, []byte(aPDF)); err != nil || len(got.Blocks) != 1 || got.Blocks[0].Text != "Apart." {
		t.Errorf("%+v, error %v", got, err)
	}
}

func TestACancelledReadEndsItsChild(t *testing.T) {
	t.Parallel()
	d, err := opening(t, "loops", patience).Open(t.Context(), extract.HTML, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, next, err := d.Read(ctx, 0); !errors.Is(err, context.DeadlineExceeded) || next != 0 {
		t.Errorf("next %d, error %v", next, err)
	}
	if d.(*document).cmd.ProcessState == nil {
		t.Error("the child lives")
	}
}

func TestAChildEndsWhenItsParentIsGone(t *testing.T) {
	t.Parallel()
	child, err := launch(t.Context(), []string{os.Args[0], "child", "loops at once"})
	if err != nil {
		t.Fatal(err)
	}
	defer child.end()
	if err := writeFrame(child.in, kindStart, start{MediaType: extract.HTML, Memory: 1 << 30}); err != nil {
		t.Fatal(err)
	}
	if err := child.in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := child.cmd.Wait(); err != nil {
		t.Errorf("it ended by %v", err)
	}
}

func TestAChildHasLittle(t *testing.T) {
	t.Setenv("PARLEY_KEY", "a secret")
	for as, want := range map[string]string{
		"environment": "",
		"priority":    fmt.Sprintf("%d %d", 10, 1000),
		"writing":     "refused",
	} {
		if as != "environment" && runtime.GOOS != "linux" {
			continue
		}
		got, err := readAll(t, opening(t, as, patience), extract.HTML, nil)
		if err != nil || got.Title != want {
			t.Errorf("%s: %q, want %q (error %v)", as, got.Title, want, err)
		}
	}
}
