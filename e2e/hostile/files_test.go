package hostile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"parley/e2e/owner"
)

// upload sends a file to the good bot.
func (h *house) upload(name string, content []byte) owner.Answer {
	h.t.Helper()
	media, form := owner.Form(name, content)
	got, err := h.owner.Try(http.MethodPost, "bots/"+h.bot+"/sources", media, bytes.NewReader(form))
	if err != nil {
		h.t.Fatalf("upload: %v", err)
	}
	return got
}

// read returns what became of an upload that was taken in.
func (h *house) read(t *testing.T, taken owner.Answer) owner.Source {
	t.Helper()
	var s owner.Source
	if err := json.Unmarshal(taken.Body, &s); err != nil || taken.Status != http.StatusAccepted {
		t.Fatalf("it was not taken in: %d %s, %v", taken.Status, taken.Body, err)
	}
	return h.owner.AwaitRead(h.bot, s.ID)
}

// sources is how many sources the good bot has.
func (h *house) sources() int {
	h.t.Helper()
	var page struct{ Items []owner.Source }
	h.owner.Call(http.MethodGet, "bots/"+h.bot+"/sources?limit=200", nil, &page)
	return len(page.Items)
}

func TestFilesThatCannotBeTakenInAreRefusedInWords(t *testing.T) {
	t.Parallel()
	h := open(t)
	word := fixture(t, "delivery.docx")
	for name, c := range map[string]struct {
		file       string
		content    []byte
		status     int
		code, says string
	}{
		"empty":                        {"empty.txt", nil, 422, "file_empty", "Upload one that has content"},
		"nothing but space":            {"blank.md", []byte(" \r\n\t "), 422, "file_empty", "Upload one that has content"},
		"claims to be a PDF":           {"invoice.pdf", []byte(marker + " is no PDF"), 415, "file_type", "Save or export it again"},
		"claims to be Word":            {"letter.docx", []byte(marker + " is no Word"), 415, "file_type", "Save or export it again"},
		"garbage named .txt":           {"notes.txt", garbage(4096), 415, "file_type", "Upload a PDF"},
		"a NUL in a CSV":               {"faq.csv", []byte("question,answer\n" + marker + "\x00?,yes\n"), 415, "file_type", "Upload a PDF"},
		"a picture":                    {"photo.png", append([]byte("\x89PNG\r\n\x1a\n"), garbage(64)...), 415, "file_type", "Upload a PDF"},
		"a program":                    {"setup.exe", append([]byte("MZ\x90\x00"), garbage(64)...), 415, "file_type", "Upload a PDF"},
		"a picture named .pdf":         {"photo.pdf", append([]byte("\x89PNG\r\n\x1a\n"), garbage(64)...), 415, "file_type", "Upload a PDF"},
		"program text":                 {"data.py", []byte(marker), 415, "file_type", "Upload a PDF"},
		"a ZIP":                        {"all.zip", zipped(t, marker+".txt"), 415, "file_type", "Upload a PDF"},
		"claims to be a workbook":      {"prices.xlsx", []byte(marker + " is no workbook"), 415, "file_type", "Save or export it again"},
		"an Outlook message":           {"old.msg", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), garbage(600)...), 415, "file_type", "Outlook"},
		"Word locked, named otherwise": {"letter.bin", lockedWordFile(), 422, "source_encrypted", "Remove the protection"},
		"an unknown type":              {"x.qqq", []byte(marker), 415, "file_type", "Upload a PDF"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, h.upload(c.file, c.content), c.status, c.code, c.says)
			if n := h.sources(); n != 1 {
				t.Errorf("%d sources are there, the good one was alone", n)
			}
			h.unharmed(t)
		})
	}
	if s := h.read(t, h.upload("delivery.docx", word)); s.State != "ready" {
		t.Errorf("a good file afterwards is %s: %s", s.State, s.Error)
	}
}

func TestFilesThatCannotBeReadFailInWords(t *testing.T) {
	t.Parallel()
	h := open(t)
	word := fixture(t, "delivery.docx")
	for name, c := range map[string]struct {
		file    string
		content []byte
		says    string // empty: it can be read
	}{
		"a PDF that is garbage":         {"invoice.pdf", append([]byte("%PDF-1.7\n"), garbage(4096)...), "damaged"},
		"a PDF that was cut off":        {"cut.pdf", pdfFile(text, "")[:300], "damaged"},
		"a PDF with a password":         {"locked.pdf", pdfFile(text, locked()), "protected by a password"},
		"a PDF of pictures":             {"scan.pdf", pdfFile(scan, ""), "text recognition"},
		"a good PDF":                    {"good.pdf", pdfFile(text, ""), ""},
		"a Word file that was cut off":  {"cut.docx", word[:len(word)/2], "damaged"},
		"a Word file with a password":   {"locked.docx", lockedWordFile(), "protected by a password"},
		"a Word file that is a bomb":    {"bomb.docx", wordFile(t, blanks(64<<20)), "unpacks to more"},
		"a Word file without text":      {"blank.docx", zipped(t, "word/document.xml"), "No text was found"},
		"a good Word file":              {"good.docx", wordFile(t, strings.NewReader("is read.")), ""},
		"a page without words":          {"page.html", []byte("<!doctype html><script>alert('" + marker + "')</script>"), "No text was found"},
		"a page nested beyond reason":   {"deep.html", []byte("<html>" + strings.Repeat("<div>", 100_000) + marker), "damaged"},
		"text of a language of nobody":  {"mojibake.txt", []byte("Gr\xfc\xdfe " + marker + " aus K\xf6ln."), ""},
		"questions with a broken quote": {"faq.csv", []byte("question,answer\n\"" + marker + "?,yes\n"), "No text was found"},
	} {
		t.Run(name, func(t *testing.T) {
			s := h.read(t, h.upload(c.file, c.content))
			switch {
			case c.says == "" && (s.State != "ready" || s.Passages == 0 || s.Error != ""):
				t.Errorf("it is %s with %d passages: %s", s.State, s.Passages, s.Error)
			case c.says != "" && (s.State != "failed" || s.Passages != 0):
				t.Errorf("it is %s with %d passages", s.State, s.Passages)
			case c.says != "":
				inWords(t, s.Error, c.says)
			}
			h.unharmed(t)
		})
	}
}

func TestFileNamesAreTakenForNamesOnly(t *testing.T) {
	t.Parallel()
	h := open(t)
	for name, c := range map[string]struct{ sent, title string }{
		"a way out":              {`../../../../etc/passwd.txt`, "passwd.txt"},
		"a way out of Windows":   {`..\..\Windows\win.txt`, "win.txt"},
		"a whole path":           {`/etc/` + marker + `.md`, marker + ".md"},
		"an encoded way out":     {`..%2f..%2fetc%2fpasswd.txt`, "..%2f..%2fetc%2fpasswd.txt"},
		"the other controls":     {"a\u0085b\u009bc.txt", "abc.txt"},
		"writing turned around":  {"invoice\u202Etxt.exe.md", "invoicetxt.exe.md"},
		"isolated writing":       {"a\u2066b\u2069.txt", "ab.txt"},
		"right to left":          {"مرحبا.txt", "مرحبا.txt"},
		"lines":                  {"a\u2028b\u2029c.txt", "a b c.txt"},
		"bytes that are no text": {"a\xff\xfeb.txt", "ab.txt"},
		"300 characters":         {strings.Repeat("é", 300) + ".csv", strings.Repeat("é", 195) + "….csv"},
		"markup":                 {`<img src=x onerror=alert(1)>.md`, `<img src=x onerror=alert(1)>.md`},
		"a script":               {`<script>alert(1)</script>.txt`, `script>.txt`},
		"a formula":              {`=HYPERLINK("x").txt`, `=HYPERLINK("x").txt`},
		"SQL":                    {`'; DROP TABLE sources; --.txt`, `'; DROP TABLE sources; --.txt`},
		"no name":                {"", "Untitled"},
		"space":                  {"   ", "Untitled"},
		"a dot":                  {".", "Untitled"},
		"two dots":               {"..", "Untitled"},
	} {
		t.Run(name, func(t *testing.T) {
			content := "question,answer\n" + marker + " who?,me\n"
			escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(c.sent)
			form := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + escaped + "\"\r\n\r\n" + content + "\r\n--x--\r\n"
			got, err := h.owner.Try(http.MethodPost, "bots/"+h.bot+"/sources", "multipart/form-data; boundary=x", strings.NewReader(form))
			if err != nil {
				t.Fatal(err)
			}
			s := h.read(t, got)
			if s.State != "ready" || s.Title != c.title {
				t.Errorf("it is %s, and called %q, want %q", s.State, s.Title, c.title)
			}
			if !utf8.ValidString(s.Title) || strings.ContainsFunc(s.Title, unicode.IsControl) || utf8.RuneCountInString(s.Title) > 200 {
				t.Errorf("it is called %q", s.Title)
			}
			h.unharmed(t)
		})
	}
}

func TestFormsThatAreBrokenLeaveNothing(t *testing.T) {
	t.Parallel()
	h := open(t)
	const multipart = "multipart/form-data; boundary=x"
	file := func(content string) string {
		return "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n" + content + "\r\n"
	}
	field := func(name, value string) string {
		return "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
	}
	for name, c := range map[string]struct {
		media, body string
		status      int
		code, says  string
	}{
		"nothing":                {multipart, "", 400, "malformed", "send it again"},
		"no boundary":            {"multipart/form-data", file(marker) + "--x--\r\n", 400, "malformed", "send it again"},
		"another boundary":       {"multipart/form-data; boundary=y", file(marker) + "--x--\r\n", 400, "malformed", "send it again"},
		"cut in the file":        {multipart, file(strings.Repeat(marker, 50_000)), 400, "malformed", "send it again"},
		"cut in a header":        {multipart, "--x\r\nContent-Dispo", 400, "malformed", "send it again"},
		"a NUL in a name":        {multipart, strings.Replace(file(marker), "a.txt", "a\x00.txt", 1) + "--x--\r\n", 400, "malformed", "send it again"},
		"an escape in a name":    {multipart, strings.Replace(file(marker), "a.txt", "a\x1b[31m.txt", 1) + "--x--\r\n", 400, "malformed", "send it again"},
		"no file":                {multipart, field("title", marker) + "--x--\r\n", 422, "file_missing", "choose a file"},
		"a file of another name": {multipart, strings.Replace(file(marker), `"file"`, `"upload"`, 1) + "--x--\r\n", 422, "file_missing", "choose a file"},
		"two files":              {multipart, file(marker) + file(marker) + "--x--\r\n", 422, "field_order", "one file at a time"},
		"a field behind":         {multipart, file(marker) + field("title", marker) + "--x--\r\n", 422, "field_order", "before its file"},
		"a long field":           {multipart, field("title", strings.Repeat(marker, 1000)) + file(marker) + "--x--\r\n", 413, "field_too_large", "too long"},
		"an address of a script": {multipart, field("url", "javascript:alert(1)") + file(marker) + "--x--\r\n", 422, "invalid", "https://"},
		"another type":           {"text/plain", marker, 415, "media_type", "multipart/form-data"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := h.owner.Try(http.MethodPost, "bots/"+h.bot+"/sources", c.media, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			refused(t, got, c.status, c.code, c.says)
			if n := h.sources(); n != 1 {
				t.Errorf("%d sources are there, the good one was alone", n)
			}
			h.unharmed(t)
		})
	}
}

func TestA200MBFileIsRefusedInBoundedMemory(t *testing.T) {
	t.Parallel()
	h := open(t)
	before := h.memory(t)
	const size = 200 << 20
	head := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"huge.txt\"\r\n\r\n" + marker + "\n"
	for name, length := range map[string]int64{"with its length": size + int64(len(head)), "in pieces": -1} {
		t.Run(name, func(t *testing.T) {
			body := io.MultiReader(strings.NewReader(head), io.LimitReader(same('a'), size))
			request, err := http.NewRequest(http.MethodPost, h.server.URL()+"/api/v1/bots/"+h.bot+"/sources", body)
			if err != nil {
				t.Fatal(err)
			}
			request.ContentLength = length
			request.Header.Set("Content-Type", "multipart/form-data; boundary=x")
			got, err := h.owner.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			refused(t, got, 413, "file_too_large", "50 MB")
			if n := h.sources(); n != 1 {
				t.Errorf("%d sources are there, the good one was alone", n)
			}
			h.unharmed(t)
		})
	}
	h.grewLess(t, before, 64<<20)
}

// memory is how much of it the process had at most so far, in bytes.
func (h *house) memory(t *testing.T) int64 {
	t.Helper()
	peak, err := h.server.PeakMemory()
	if err != nil {
		t.Skipf("this system does not tell a process's memory: %v", err)
	}
	return peak
}

// grewLess checks that the process never had more than so many bytes above what it had before.
func (h *house) grewLess(t *testing.T, before, most int64) {
	t.Helper()
	now := h.memory(t)
	t.Logf("%s at most before, %s now", mb(before), mb(now))
	if now-before > most {
		t.Errorf("the process grew by %s, more than %s", mb(now-before), mb(most))
	}
}

func mb(bytes int64) string { return fmt.Sprintf("%d MB", bytes>>20) }
