package knowledge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/chat"
	"parley/knowledge/extract"
	"parley/knowledge/fetch"
)

// web serves pages by their address.
type web map[string]fetch.Page

func (w web) Get(_ context.Context, wanted fetch.Request) (fetch.Page, error) {
	page, ok := w[wanted.URL]
	if !ok {
		return fetch.Page{}, fetch.ErrUnreachable
	}
	return page, nil
}

func setup(t *testing.T, options ...ReaderOption) (*Reader, *memory) {
	t.Helper()
	m := newMemory()
	r := NewReader(m, m, append([]ReaderOption{WithSites(m), WithPause(0)}, options...)...)
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r, m
}

func file(name string) Source {
	return Source{Tenant: "tnt_1", Bot: "bot_1", Kind: KindFile, Title: name, MediaType: "claimed/nonsense"}
}

// read does all steps of a source and returns what became of it.
func (m *memory) read(t *testing.T, r *Reader, s Source) (Source, []Passage) {
	t.Helper()
	if err := m.readAll(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return m.sources[s.ID], m.passages[s.ID]
}

func TestAnUploadIsStoredInChunksAndQueued(t *testing.T) {
	t.Parallel()
	r, m := setup(t)
	content := strings.Repeat("A line of text.\n", 40_000) // 2.5 chunks
	s, err := r.Receive(t.Context(), file(`C:\docs\Terms.txt`), io.MultiReader(strings.NewReader(content[:10]), strings.NewReader(content[10:])))
	if err != nil {
		t.Fatal(err)
	}
	if s.State != Queued || s.Title != "Terms.txt" || s.MediaType != extract.Plain || s.Size != int64(len(content)) || !chat.ValidID(chat.SourcePrefix, s.ID) {
		t.Errorf("source %+v", s)
	}
	if diff := cmp.Diff([]Source{s}, m.queue); diff != "" {
		t.Error(diff)
	}
	if len(m.chunks[s.ID]) != 3 || m.largest > 256<<10 {
		t.Errorf("%d chunks, the largest of %d bytes", len(m.chunks[s.ID]), m.largest)
	}
	if got := string(bytes.Join(m.chunks[s.ID], nil)); got != content {
		t.Error("the original is not what was uploaded")
	}
}

func TestABadUploadIsRefusedAndLeavesNothing(t *testing.T) {
	t.Parallel()
	broken := errors.New("connection reset")
	for name, c := range map[string]struct {
		title string
		body  io.Reader
		code  string
	}{
		"empty":                {"a.txt", strings.NewReader(""), "file_empty"},
		"blank":                {"a.txt", strings.NewReader(" \n\t\n"), "file_empty"},
		"an image":             {"a.txt", strings.NewReader("\x89PNG\r\n\x1a\n\x00\x00\x00\x00"), "file_type"},
		"too large":            {"a.txt", strings.NewReader(strings.Repeat("x", 1<<20+1)), "file_too_large"},
		"much too large":       {"a.txt", io.LimitReader(letters{}, 1<<40), "file_too_large"},
		"cut at the beginning": {"a.txt", io.MultiReader(strings.NewReader("x"), failing{broken}), ""},
		"cut in the middle":    {"a.txt", io.MultiReader(strings.NewReader(strings.Repeat("x", 500<<10)), failing{broken}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, m := setup(t, WithMaxSize(1<<20))
			_, err := r.Receive(t.Context(), file(c.title), c.body)
			var words *chat.Error
			switch {
			case c.code == "" && !errors.Is(err, broken):
				t.Errorf("error %v", err)
			case c.code != "" && (!errors.As(err, &words) || words.Code != c.code):
				t.Errorf("error %v, want %s", err, c.code)
			}
			if len(m.sources)+len(m.chunks)+len(m.queue) != 0 {
				t.Errorf("left behind: %v", m.sources)
			}
		})
	}
}

func TestAnUploadThatCannotBeStoredLeavesNothing(t *testing.T) {
	t.Parallel()
	r, m := setup(t)
	m.failNext = chat.ErrUnavailable
	if _, err := r.Receive(t.Context(), file("a.txt"), strings.NewReader("text")); !errors.Is(err, chat.ErrUnavailable) {
		t.Errorf("error %v", err)
	}
	if len(m.chunks)+len(m.queue) != 0 {
		t.Error("something was left behind")
	}
}

type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestASourceIsReadIntoPassages(t *testing.T) {
	t.Parallel()
	r, m := setup(t)
	s, err := r.Receive(t.Context(), file("help.md"), strings.NewReader("---\ntitle: Help\n---\n# Returns\n\n45 days.\n\n# Prices\n\n9 euros.\n"))
	if err != nil {
		t.Fatal(err)
	}
	s, passages := m.read(t, r, s)
	if s.State != Ready || s.Pages != 1 || s.PagesRead != 1 || s.Passages != 2 || s.Title != "help.md" {
		t.Errorf("source %+v", s)
	}
	for i, want := range []Passage{
		{Source: s.ID, Order: 0, Headings: []string{"Help", "Returns"}, Text: "45 days."},
		{Source: s.ID, Order: 1, Headings: []string{"Help", "Prices"}, Text: "9 euros."},
	} {
		if !chat.ValidID(chat.PassagePrefix, passages[i].ID) {
			t.Errorf("id %q", passages[i].ID)
		}
		want.ID = passages[i].ID
		if diff := cmp.Diff(want, passages[i]); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAShortStepGoesOnUntilItsTimeIsOver(t *testing.T) {
	t.Parallel()
	r, m := setup(t, WithStepTime(time.Hour))
	s, err := r.Receive(t.Context(), file("long.txt"), strings.NewReader(strings.Repeat(strings.Repeat("word ", 80)+"\n\n", 2000)))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Read(t.Context(), s.Tenant, s.ID); err != nil {
		t.Fatal(err)
	}
	if got := m.sources[s.ID]; got.State != Ready || got.Pages < 2 || got.PagesRead != got.Pages {
		t.Errorf("after one step %+v", got)
	}
}

func TestAnUploadThatReportsACutOfItsOwnIsNotTakenForWhole(t *testing.T) {
	t.Parallel()
	r, m := setup(t)
	for _, sent := range []string{"Half of", strings.Repeat("Half of it. ", 50_000)} {
		cut := fmt.Errorf("the form was cut off: %w", io.ErrUnexpectedEOF)
		_, err := r.Receive(t.Context(), file("cut.txt"), io.MultiReader(strings.NewReader(sent), iotest.ErrReader(cut)))
		if !errors.Is(err, cut) {
			t.Errorf("%d bytes and a cut: %v", len(sent), err)
		}
	}
	if len(m.queue) != 0 {
		t.Errorf("%d sources are to be read", len(m.queue))
	}
}

func TestALongSourceIsReadInStepsOfWhichEachCountsOnce(t *testing.T) {
	t.Parallel()
	r, m := setup(t, WithStepTime(0))
	var content strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&content, "Paragraph %d. %s\n\n", i, strings.Repeat("word ", 80))
	}
	s, err := r.Receive(t.Context(), file("long.txt"), strings.NewReader(content.String()))
	if err != nil {
		t.Fatal(err)
	}
	steps := 0
	for len(m.queue) > 0 {
		next := m.queue[0]
		m.queue = m.queue[1:]
		m.failNext = chat.ErrUnavailable
		if err := r.Read(t.Context(), next.Tenant, next.ID); !errors.Is(err, chat.ErrUnavailable) {
			t.Fatalf("a step that was not saved returned %v", err)
		}
		for range 2 { // killed after it was saved: the job runs again
			stale := m.sources[s.ID]
			if err := r.Read(t.Context(), next.Tenant, next.ID); err != nil {
				t.Fatal(err)
			}
			if stale.State == Ready {
				break
			}
			m.queue = nil // of a repeated step
			steps++
		}
		if got := m.sources[s.ID]; got.State == Reading {
			m.queue = []Source{got}
		}
	}
	got := m.sources[s.ID]
	if got.State != Ready || got.Pages != 3 || got.PagesRead != 3 || got.Passages != len(m.passages[s.ID]) || steps < 3 {
		t.Errorf("after %d steps %+v", steps, got)
	}
	all := ""
	for i, p := range m.passages[s.ID] {
		if p.Order != i {
			t.Fatalf("passage %d has order %d", i, p.Order)
		}
		all += p.Text + "\n"
	}
	for i := range 2000 {
		if n := strings.Count(all, fmt.Sprintf("Paragraph %d. ", i)); n != 1 {
			t.Fatalf("paragraph %d is there %d times", i, n)
		}
	}
}

func TestASourceThatCannotBeReadSaysWhy(t *testing.T) {
	t.Parallel()
	r, m := setup(t)
	for name, c := range map[string]struct {
		file, content string
		want          *chat.Error
	}{
		"no text":   {"a.html", "<html><body><img src=x></body></html>", extract.ErrNoText},
		"encrypted": {"a.docx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Join(strings.Split("EncryptedPackage", ""), "\x00") + "\x00", extract.ErrEncrypted},
		"broken":    {"a.docx", "PK\x03\x04 and no more", extract.ErrBroken},
	} {
		s, err := r.Receive(t.Context(), file(c.file), strings.NewReader(c.content))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		s, passages := m.read(t, r, s)
		if s.State != Broken || s.Error != c.want.Message || len(passages) != 0 || s.Passages != 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

func TestAJobThatIsLateDoesNothing(t *testing.T) {
	t.Parallel()
	r, m := setup(t)
	if err := r.Read(t.Context(), "tnt_1", "src_gone"); err != nil {
		t.Errorf("of a deleted source: %v", err)
	}
	s, err := r.ReceiveText(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1"}, "Some text.")
	if err != nil {
		t.Fatal(err)
	}
	s, _ = m.read(t, r, s)
	if err := r.Read(t.Context(), "tnt_1", s.ID); err != nil || m.sources[s.ID].UpdatedAt != s.UpdatedAt {
		t.Errorf("of a source that was read: %v", err)
	}
	if err := r.Read(t.Context(), "tnt_2", s.ID); err != nil {
		t.Errorf("of another tenant's source: %v", err)
	}
}

func TestAnOriginalThatIsIncompleteIsTriedAgain(t *testing.T) {
	t.Parallel()
	r, m := setup(t)
	s, err := r.Receive(t.Context(), file("a.txt"), strings.NewReader("some text"))
	if err != nil {
		t.Fatal(err)
	}
	m.chunks[s.ID] = nil
	if err := r.Read(t.Context(), s.Tenant, s.ID); err == nil || m.sources[s.ID].State != Queued {
		t.Errorf("error %v, state %s", err, m.sources[s.ID].State)
	}
}

func TestTypedTextIsRead(t *testing.T) {
	t.Parallel()
	r, m := setup(t)
	s, err := r.ReceiveText(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1"}, "\nOpening hours\n\nFrom <9> to 5.\n")
	if err != nil {
		t.Fatal(err)
	}
	s, passages := m.read(t, r, s)
	if s.Kind != KindText || s.State != Ready || s.Title != "Opening hours…" || passages[0].Text != "Opening hours\n\nFrom <9> to 5." {
		t.Errorf("%+v %+v", s, passages)
	}
	if _, err := r.ReceiveText(t.Context(), Source{}, " \n"); !errors.Is(err, errNoText) {
		t.Errorf("of no text: %v", err)
	}
}

func TestQuestionsAndAnswersAreRead(t *testing.T) {
	t.Parallel()
	r, m := setup(t)
	s, err := r.ReceiveFAQ(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1"}, []Pair{{Question: "Open?", Answer: "Yes."}, {Question: "Why?"}, {Question: "Free?", Answer: "No."}})
	if err != nil {
		t.Fatal(err)
	}
	s, passages := m.read(t, r, s)
	if s.Kind != KindFAQ || s.State != Ready || len(passages) != 2 || passages[1].Headings[0] != "Free?" || passages[1].Text != "No." {
		t.Errorf("%+v %+v", s, passages)
	}
	if _, err := r.ReceiveFAQ(t.Context(), Source{}, []Pair{{Question: "Why?"}}); !errors.Is(err, errNoPairs) {
		t.Errorf("of no answers: %v", err)
	}
}

func TestAWebPageIsFetchedAndRead(t *testing.T) {
	t.Parallel()
	r, m := setup(t, WithWeb(web{
		"https://shop.example/returns": {Name: "returns.html", Body: []byte("<title>Returns</title><h1>Returns</h1><p>45 days.</p>")},
		"https://shop.example/empty":   {Name: "empty.html"},
		"https://shop.example/logo":    {Name: "logo", Body: []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x00")},
	}))
	for url, want := range map[string]string{
		" https://shop.example/returns#top": "",
		"https://shop.example/empty":        extract.ErrNoText.Message,
		"https://shop.example/logo":         "A file of this kind (image/png) cannot be read yet.",
		"https://shop.example/missing":      fetch.ErrUnreachable.Message,
	} {
		s, err := r.ReceiveURL(t.Context(), Source{Tenant: "tnt_1", Bot: "bot_1", URL: url})
		if err != nil {
			t.Fatalf("%s: %v", url, err)
		}
		s, passages := m.read(t, r, s)
		if want != "" {
			if s.State != Broken || !strings.HasPrefix(s.Error, want) {
				t.Errorf("%s: %+v", url, s)
			}
			continue
		}
		if s.State != Ready || s.Title != "Returns" || s.URL != "https://shop.example/returns" || s.MediaType != extract.HTML || len(passages) != 1 {
			t.Errorf("%s: %+v %+v", url, s, passages)
		}
	}
}

func TestWhatIsNoWebAddressIsRefused(t *testing.T) {
	t.Parallel()
	r, m := setup(t)
	for _, url := range []string{"", "shop.example", "ftp://shop.example", "javascript:alert(1)", "https://", "https://user:secret@shop.example", "https://shop.example/" + strings.Repeat("a", 2000), "http://[::1"} {
		if _, err := r.ReceiveURL(t.Context(), Source{URL: url}); !errors.Is(err, errURL) {
			t.Errorf("%.40q: %v", url, err)
		}
	}
	if len(m.sources) != 0 {
		t.Error("something was stored")
	}
}
