package rest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/chat"
	"parley/knowledge"
)

func TestSourcesOverHTTP(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.playSources()
}

func (w *world) playSources() {
	mia := w.mia.tokens.AccessToken
	const at = "/api/v1/bots/{bot}/sources"
	w.play([]scenario{
		{name: "list", method: "GET", path: at, token: mia, status: 200, has: []string{`"items":[{"id":"{source}"`, `"kind":"text"`, `"title":"Secrets of Acme"`, `"next":""`}, hasNot: []string{"Rival"}},
		{name: "get", method: "GET", path: at + "/{source}", token: mia, status: 200, has: []string{`"id":"{source}"`, `"state":"`, `"pages_read":`}},
		{name: "text", method: "POST", path: at, token: mia, body: `{"title":"Opening hours","text":"We open at nine."}`, status: 202, has: []string{`"id":"src_`, `"state":"queued"`, `"kind":"text"`}},
		{name: "questions", method: "POST", path: at, token: mia, body: `{"faq":[{"question":"When?","answer":"At nine."}]}`, status: 202, has: []string{`"kind":"faq"`}},
		{name: "questions without an answer", method: "POST", path: at, token: mia, body: `{"faq":[{"question":"When?","answer":"At nine."},{"question":"Where?","answer":" "}]}`, status: 422, has: []string{"entry 2"}},
		{name: "no questions", method: "POST", path: at, token: mia, body: `{"faq":[]}`, status: 422, has: []string{"faq"}},
		{name: "page", method: "POST", path: at, token: mia, body: `{"url":"https://acme.example/prices"}`, status: 202, has: []string{`"kind":"url"`, `"url":"https://acme.example/prices"`}},
		{name: "no page", method: "POST", path: at, token: mia, body: `{"url":"file:///etc/passwd"}`, status: 422, has: []string{"url"}},
		{name: "website", method: "POST", path: at, token: mia, body: `{"site":"https://acme.example/help/","plan":{"pages":50,"within":"/help/","exclude":["/help/old"],"every_hours":48}}`, status: 202, has: []string{`"kind":"site"`, `"plan":{"pages":50,"within":"/help/","exclude":["/help/old"],"every_hours":48}`, `"crawl":{"round":1,"found":0`}},
		{name: "website without a plan", method: "POST", path: at, token: mia, body: `{"site":"https://acme.example/"}`, status: 202, has: []string{`"plan":{"pages":1000,"every_hours":0}`}},
		{name: "website with a wrong plan", method: "POST", path: at, token: mia, body: `{"site":"https://acme.example","plan":{"every_hours":1}}`, status: 422, has: []string{`"code":"plan_invalid"`, "24 hours"}},
		{name: "no website", method: "POST", path: at, token: mia, body: `{"site":"ftp://acme.example"}`, status: 422, has: []string{"site"}},
		{name: "website with a text", method: "POST", path: at, token: mia, body: `{"site":"https://acme.example","text":"x"}`, status: 422, has: []string{`"code":"source_kind"`}},
		{name: "text with a plan", method: "POST", path: at, token: mia, body: `{"text":"x","plan":{"every_hours":24}}`, status: 422, has: []string{`"code":"plan_invalid"`}},
		{name: "page with a plan", method: "POST", path: at, token: mia, body: `{"url":"https://acme.example/now","plan":{"every_hours":1}}`, status: 202, has: []string{`"plan":{"every_hours":1}`}},
		{name: "rename", method: "PATCH", path: at + "/{source}", token: mia, body: `{"title":"Recipes"}`, status: 200, has: []string{`"title":"Recipes"`}},
		{name: "rename to nothing", method: "PATCH", path: at + "/{source}", token: mia, body: `{"title":" "}`, status: 422, has: []string{"title"}},
		{name: "a plan for a text", method: "PATCH", path: at + "/{source}", token: mia, body: `{"plan":{"every_hours":24}}`, status: 422, has: []string{`"code":"plan_invalid"`}},
		{name: "addresses in a state that is none", method: "GET", path: at + "/{source}/addresses?state=lost", token: mia, status: 422, has: []string{"state"}},
		{name: "passages behind what is no place", method: "GET", path: at + "/{source}/passages?cursor=x", token: mia, status: 422, has: []string{`"code":"cursor"`}},
		{name: "nothing", method: "POST", path: at, token: mia, body: `{}`, status: 422, has: []string{`"code":"source_kind"`}},
		{name: "two kinds", method: "POST", path: at, token: mia, body: `{"text":"x","faq":[{"question":"When?","answer":"At nine."}]}`, status: 422, has: []string{`"code":"source_kind"`}},
		{name: "not UTF-8", method: "POST", path: at, token: mia, body: "{\"text\":\"caf\xe9\"}", status: 400, has: []string{`"code":"malformed"`, "UTF-8"}},
		{name: "not JSON", method: "POST", path: at, token: mia, body: `{"text":`, status: 400, has: []string{`"code":"malformed"`}},
		{name: "plain text", method: "POST", path: at, token: mia, body: `hello`, header: map[string]string{"Content-Type": "text/plain"}, status: 415, has: []string{`"code":"media_type"`}},
		{name: "first page of the list", method: "GET", path: at + "?limit=1", token: mia, status: 200, hasNot: []string{`"next":""`, "Secrets of Acme"}},
		{name: "too many at once", method: "GET", path: at + "?limit=201", token: mia, status: 422, has: []string{"query.limit"}},
		{name: "search", method: "POST", path: "/api/v1/bots/{bot}/search", token: mia, body: `{"query":"recipe"}`, status: 200, has: []string{`{"passages":[`}, hasNot: []string{"Rival"}},
		{name: "search for nothing", method: "POST", path: "/api/v1/bots/{bot}/search", token: mia, body: `{"query":""}`, status: 422, has: []string{"query"}},
		{name: "search with a high limit", method: "POST", path: "/api/v1/bots/{bot}/search", token: mia, body: `{"query":"x","limit":201}`, status: 422, has: []string{"body.limit"}},
		{name: "delete", method: "DELETE", path: at + "/{source}", token: mia, status: 204},
		{name: "delete again", method: "DELETE", path: at + "/{source}", token: mia, status: 404},
		{name: "get what is deleted", method: "GET", path: at + "/{source}", token: mia, status: 404},
	})
}

func TestAnOwnerSeesWhatBecameOfASite(t *testing.T) {
	t.Parallel()
	w, m := setup(t)
	mia := w.mia.tokens.AccessToken
	var site struct{ ID string }
	at := "/api/v1/bots/" + w.mia.bot + "/sources"
	w.json("POST", at, mia, `{"site":"https://acme.example"}`, 202, &site)
	at += "/" + site.ID
	w.play([]scenario{
		{name: "addresses", method: "GET", path: at + "/addresses", token: mia, status: 200, has: []string{`"url":"https://acme.example"`, `"page":"` + site.ID, `"why":"An image is not read."`, `"next":""`}},
		{name: "of a state", method: "GET", path: at + "/addresses?state=left", token: mia, status: 200, has: []string{`logo.png`}, hasNot: []string{`"state":"read"`}},
		{name: "passages", method: "GET", path: at + "/passages", token: mia, status: 200, has: []string{`"text":"The end."`, `"url":"https://acme.example"`}},
		{name: "change the plan", method: "PATCH", path: at, token: mia, body: `{"plan":{"pages":7,"every_hours":24}}`, status: 200, has: []string{`"plan":{"pages":7,"every_hours":24}`}},
		{name: "read again", method: "POST", path: at + "/refresh", token: mia, status: 202, has: []string{`"state":"queued"`}},
	})
	m.sources[len(m.sources)-1].Kind = knowledge.KindPage
	w.play([]scenario{
		{name: "a page is not deleted", method: "DELETE", path: at, token: mia, status: 422, has: []string{`"code":"source_part"`}},
		{name: "nor renamed", method: "PATCH", path: at, token: mia, body: `{"title":"x"}`, status: 422, has: []string{`"code":"source_part"`}},
	})
}

func TestPassagesAreListedPieceByPiece(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	mia, at := w.mia.tokens.AccessToken, "/api/v1/bots/{bot}/sources/{source}/passages"
	w.play([]scenario{
		{name: "first", method: "GET", path: at + "?limit=1", token: mia, status: 200, has: []string{"The secret of Acme", `"next":"1"`, `"title":"Secrets of Acme"`}, hasNot: []string{"The end."}},
		{name: "second", method: "GET", path: at + "?limit=1&cursor=1", token: mia, status: 200, has: []string{"The end.", `"next":""`}},
		{name: "none", method: "GET", path: at + "?cursor=2", token: mia, status: 200, has: []string{`"items":[]`}},
	})
}

func TestQuestionsAndAnswersAreEditedInPlace(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	mia := w.mia.tokens.AccessToken
	var faq struct{ ID string }
	at := "/api/v1/bots/" + w.mia.bot + "/sources"
	w.json("POST", at, mia, `{"faq":[{"question":"When?","answer":"At nine."}]}`, 202, &faq)
	at += "/" + faq.ID + "/pairs"
	w.play([]scenario{
		{name: "get", method: "GET", path: at, token: mia, status: 200, has: []string{`{"pairs":[{"question":"When?","answer":"At nine."}]}`}},
		{name: "put", method: "PUT", path: at, token: mia, body: `{"pairs":[{"question":"When?","answer":"At ten."}]}`, status: 200, has: []string{`"kind":"faq"`}},
		{name: "get what was put", method: "GET", path: at, token: mia, status: 200, has: []string{"At ten."}},
		{name: "put a half", method: "PUT", path: at, token: mia, body: `{"pairs":[{"question":"When?","answer":""}]}`, status: 422, has: []string{"entry 1"}},
		{name: "put nothing", method: "PUT", path: at, token: mia, body: `{"pairs":[]}`, status: 422, has: []string{"pairs"}},
	})
	body, kind := form("kind", "faq", "file", `@faq.json:[{"question":"Who?","answer":"We."}]`)
	got := w.do(request{"POST", "/api/v1/bots/" + w.mia.bot + "/sources", mia, string(body), map[string]string{"Content-Type": kind}})
	if got.status != 202 || !strings.Contains(got.body, `"kind":"faq"`) {
		t.Errorf("a file of questions: %d %s", got.status, got.body)
	}
	body, kind = form("kind", "url", "file", "@faq.json:[]")
	if got := w.do(request{"POST", "/api/v1/bots/" + w.mia.bot + "/sources", mia, string(body), map[string]string{"Content-Type": kind}}); got.status != 422 {
		t.Errorf("a file of another kind: %d %s", got.status, got.body)
	}
}

func TestASearchShowsWhatWasFound(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.play([]scenario{{name: "search", method: "POST", path: "/api/v1/bots/{bot}/search", token: w.mia.tokens.AccessToken, body: `{"query":"recipe"}`, status: 200,
		has: []string{`"source":"{source}"`, `"title":"Secrets of Acme"`, `"text":"The secret of Acme is a recipe."`, `"score":2.5`, `"page":3`, `"confidence":0.8`, `"headings":[]`}}})
}

// form writes a form: fields, and files, which begin with "@name:".
func form(parts ...string) (body []byte, kind string) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(parts); i += 2 {
		name, value := parts[i], parts[i+1]
		if rest, ok := strings.CutPrefix(value, "@"); ok {
			file, content, _ := strings.Cut(rest, ":")
			part, err := m.CreateFormFile(name, file)
			if err != nil {
				panic(err)
			}
			_, _ = io.WriteString(part, content)
			continue
		}
		_ = m.WriteField(name, value)
	}
	_ = m.Close()
	return b.Bytes(), m.FormDataContentType()
}

func TestAFileIsUploaded(t *testing.T) {
	t.Parallel()
	w, m := setup(t)
	for _, c := range []struct {
		name   string
		parts  []string
		cut    int // bytes that are missing at the end
		status int
		has    string
	}{
		{name: "alone", parts: []string{"file", "@prices.md:# Prices\nTen euros."}, status: 202, has: `"title":"prices.md"`},
		{name: "with its address", parts: []string{"url", "https://acme.example/prices", "title", "Our prices", "file", "@prices.md:# Prices"}, status: 202, has: `"title":"Our prices","url":"https://acme.example/prices"`},
		{name: "with folders in its name", parts: []string{"file", `@..\..\etc/passwd:# Prices`}, status: 202, has: `"title":"passwd"`},
		{name: "with a field behind it", parts: []string{"file", "@prices.md:# Prices", "url", "https://acme.example/prices"}, status: 422, has: `"code":"field_order"`},
		{name: "with another behind it", parts: []string{"file", "@a.md:# A", "file", "@b.md:# B"}, status: 422, has: `"code":"field_order"`},
		{name: "without a file", parts: []string{"url", "https://acme.example/prices"}, status: 422, has: `"code":"file_missing"`},
		{name: "with an address that is none", parts: []string{"url", "javascript:alert(1)", "file", "@prices.md:# Prices"}, status: 422, has: "url must be"},
		{name: "empty", parts: []string{"file", "@prices.md:"}, status: 422, has: `"code":"file_empty"`},
		{name: "with a field that is too long", parts: []string{"title", strings.Repeat("x", maxField+1), "file", "@prices.md:# Prices"}, status: 413, has: `"code":"field_too_large"`},
		{name: "cut off in the end of the form", parts: []string{"file", "@prices.md:# Prices"}, cut: 4, status: 400, has: `"code":"malformed"`},
		{name: "cut off in the file", parts: []string{"file", "@prices.md:# Prices"}, cut: 70, status: 400, has: `"code":"malformed"`},
		{name: "as large as may be", parts: []string{"file", "@big.txt:" + strings.Repeat("x", 1<<20)}, status: 202, has: `"size":1048576`},
		{name: "a byte larger", parts: []string{"file", "@big.txt:" + strings.Repeat("x", 1<<20+1)}, status: 413, has: "1 MB at most"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := len(m.sources)
			body, kind := form(c.parts...)
			got := w.do(request{"POST", "/api/v1/bots/" + w.mia.bot + "/sources", w.mia.tokens.AccessToken, string(body[:len(body)-c.cut]), map[string]string{"Content-Type": kind}})
			if got.status != c.status || !strings.Contains(got.body, c.has) {
				t.Errorf("%d %s, want %d with %s", got.status, got.body, c.status, c.has)
			}
			if got.status != 202 {
				checkProblem(t, got)
				if len(m.sources) != before {
					t.Error("a source was left behind")
				}
			}
		})
	}
}

// Readers of streams take io.ErrUnexpectedEOF for the end of a short one.
func TestAFileThatWasCutOffDoesNotReadLikeAShortOne(t *testing.T) {
	t.Parallel()
	const form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nhalf of what was meant"
	reader := multipart.NewReader(strings.NewReader(form), "b")
	part, err := reader.NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.ReadFull(&lastPart{part: part, form: reader, left: 1 << 20}, make([]byte, 1<<10))
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || !errors.Is(err, errForm) {
		t.Errorf("reading it ends with %v", err)
	}
}

func TestAFileIsCalledWhatPeopleCanTrust(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		"prices.md":                        "prices.md",
		"../../etc/passwd":                 "passwd",
		`C:\Users\me\prices.md`:            "prices.md",
		"مرحبا\u200f.txt":                  "مرحبا\u200f.txt",
		"invoice\u202etxt.exe":             "invoicetxt.exe",
		"a\u2066b\u2069\u0085\x7f\x00.txt": "ab.txt",
		"a\xffb.txt":                       "ab.txt",
		"..":                               "Untitled",
		".":                                "Untitled",
		"a/":                               "a",
		"/":                                "Untitled",
		" \t ":                             "Untitled",
		"":                                 "Untitled",
		strings.Repeat("é", 300) + ".csv":  strings.Repeat("é", 195) + "….csv",
		strings.Repeat("é", 300):           strings.Repeat("é", 199) + "…",
		"a." + strings.Repeat("é", 300):    "a." + strings.Repeat("é", 197) + "…",
		strings.Repeat("é", 196) + ".csv":  strings.Repeat("é", 196) + ".csv",
		"<img src=x onerror=alert(1)>.txt": "<img src=x onerror=alert(1)>.txt",
	} {
		if got := fileName(sent); got != want {
			t.Errorf("%q is called %q, want %q", sent, got, want)
		}
	}
}

// The client goes on sending for a while; it must still be able to read why not.
func TestAFileOf200MBIsRefusedInWordsThatArrive(t *testing.T) {
	t.Parallel()
	w, m := setup(t)
	const size = 200 << 20
	for _, announced := range []bool{true, false} {
		t.Run(fmt.Sprintf("length announced %v", announced), func(t *testing.T) {
			before := len(m.sources)
			head := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"big.bin\"\r\n\r\n"
			counted := &counter{Reader: io.MultiReader(strings.NewReader(head), io.LimitReader(letters{}, size), strings.NewReader("\r\n--b--\r\n"))}
			req, err := http.NewRequestWithContext(t.Context(), "POST", w.url+"/api/v1/bots/"+w.mia.bot+"/sources", counted)
			if err != nil {
				t.Fatal(err)
			}
			if announced {
				req.ContentLength = int64(len(head)) + size + 9
			}
			req.Header.Set("Content-Type", "multipart/form-data; boundary=b")
			req.Header.Set("Authorization", "Bearer "+w.mia.tokens.AccessToken)
			res, err := http.DefaultTransport.RoundTrip(req)
			if err != nil {
				t.Fatalf("no answer: %v after %d bytes", err, counted.n)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatalf("half an answer: %v", err)
			}
			if res.StatusCode != 413 || !strings.Contains(string(body), `"code":"file_too_large"`) || !strings.Contains(string(body), "1 MB at most") {
				t.Errorf("%d %s", res.StatusCode, body)
			}
			if len(m.sources) != before {
				t.Error("a source was left behind")
			}
		})
	}
}

// letters is a file without end.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// A client that writes all before it reads, as simple ones do, gets its answer too.
func TestAClientThatSendsAllFirstReadsWhyItIsRefused(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	const size = 20 << 20
	for name, c := range map[string]struct{ path, kind, want string }{
		"a file":              {"/api/v1/bots/" + w.mia.bot + "/sources", "multipart/form-data; boundary=b", "file_too_large"},
		"JSON":                {"/api/v1/bots", "application/json", "body_too_large"},
		"without any sign-in": {"/api/v1/bots/" + w.mia.bot + "/sources", "application/json", "unauthorized"},
	} {
		t.Run(name, func(t *testing.T) {
			connection, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer connection.Close()
			_ = connection.SetDeadline(time.Now().Add(time.Minute))
			token := w.mia.tokens.AccessToken
			if c.want == "unauthorized" {
				token = "none"
			}
			fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: parley.example\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", c.path, token, c.kind, size)
			if _, err := io.CopyN(connection, letters{}, size); err != nil {
				t.Fatalf("the server stopped listening: %v", err)
			}
			answer := make([]byte, 4096)
			n, err := io.ReadAtLeast(connection, answer, 100)
			if err != nil {
				t.Fatalf("no answer: %v", err)
			}
			if !strings.Contains(string(answer[:n]), c.want) {
				t.Errorf("no %s in %s", c.want, answer[:n])
			}
		})
	}
}

func TestADeletedSourceIsAnnounced(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.json("DELETE", "/api/v1/bots/"+w.mia.bot+"/sources/"+w.mia.source, w.mia.tokens.AccessToken, "", 204, nil)
	if !w.heard.has(chat.TopicBot + " " + w.mia.tokens.Tenant + "/" + w.mia.bot) {
		t.Errorf("announced %q", w.heard.keys)
	}
}
