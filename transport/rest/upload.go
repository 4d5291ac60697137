package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
)

// Bounds of what adds a source.
const (
	maxSourceJSON = 8 << 20          // a text or questions written into the request itself
	maxSourceName = 300              // characters
	maxField      = 8 << 10          // bytes of a form's field
	formOverhead  = 64 << 10         // bytes that a form has around its file
	uploadStall   = 30 * time.Second // of silence, after which an upload has failed
	uploadTime    = 15 * time.Minute // for the whole of it
)

// newSource is a source that comes as JSON: exactly one of its kinds.
type newSource struct {
	Title string      `json:"title,omitempty"`
	Text  string      `json:"text,omitempty" doc:"A text, with its title."`
	URL   string      `json:"url,omitempty" doc:"A page to read; with a text, what its citations open."`
	Site  string      `json:"site,omitempty" doc:"The address of a whole website."`
	Plan  *plan       `json:"plan,omitempty" doc:"How a url or a site is read."`
	FAQ   []faqAnswer `json:"faq,omitempty" doc:"Questions with their answers."`
}

type faqAnswer struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
}

// upload is a source that comes as a form.
type upload struct {
	URL   string `json:"url,omitempty" doc:"What citations open. Comes before the file."`
	Title string `json:"title,omitempty" doc:"The file's name if left out. Comes before the file."`
	Kind  string `json:"kind,omitempty" enum:"file,faq" doc:"faq: the file holds questions and answers, which can be edited then: CSV with the columns question and answer, or JSON. Comes before the file."`
	File  string `json:"file" format:"binary"`
}

// addingSource is the operation as it is permitted, and told in the audit log.
var addingSource = huma.Operation{OperationID: "addSource", Method: http.MethodPost, Path: "/api/v1/bots/{bot}/sources"}

// routeAddSource registers the one operation that huma does not run: its body is a stream.
func (s *server) routeAddSource() {
	registry := s.api.OpenAPI().Components.Schemas
	schema := func(v any) *huma.Schema { return registry.Schema(reflect.TypeOf(v), true, "") }
	s.api.OpenAPI().AddOperation(&huma.Operation{
		OperationID: addingSource.OperationID, Method: addingSource.Method, Path: addingSource.Path, Tags: []string{knowledgeTag},
		Summary:     "Give a bot something to know",
		Description: "It is read afterwards; ask for the source to see how far it is. In a form, fields come before the file.",
		Security:    memberSecurity,
		Parameters:  []*huma.Param{{Name: "bot", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}}},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{
			"application/json":    {Schema: schema(newSource{})},
			"multipart/form-data": {Schema: schema(upload{})},
		}},
		Responses: map[string]*huma.Response{
			"202":     {Description: "Taken in, to be read", Content: map[string]*huma.MediaType{"application/json": {Schema: schema(source{})}}},
			"default": {Description: "Error", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema(problem{})}}},
		},
	})
	s.mux.HandleFunc("POST /api/v1/bots/{bot}/sources", func(w http.ResponseWriter, r *http.Request) {
		added, err := s.addSource(w, r)
		if err = s.tellUpload(r, added.ID, err); err != nil {
			writeProblem(w, r, err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusAccepted)
		_ = json.NewEncoder(w).Encode(sourceOf(added))
	})
}

var (
	errMediaType = chat.Fail(chat.Unsupported, "media_type", "Please send JSON, or a form (multipart/form-data) with a file.")
	errForm      = chat.Fail(chat.Invalid, "malformed", "This form is broken or was cut off. Please send it again.")
	errNoFile    = chat.Fail(chat.Invalid, "file_missing", "Please choose a file to upload.")
	errOrder     = chat.Fail(chat.Invalid, "field_order", "Please send the fields of the form before its file, and one file at a time.")
	errOneKind   = chat.Fail(chat.Invalid, "source_kind", "Please send one of these: a file, a url, a site, a faq, or a title with its text.")
	errPlanless  = chat.Fail(chat.Invalid, "plan_invalid", "Only a url or a site can have a plan. Please leave it out.")
	errStalled   = chat.Fail(chat.Invalid, "body_timeout", "The upload stalled. Please send it again.")
)

func (s *server) addSource(w http.ResponseWriter, r *http.Request) (knowledge.Source, error) {
	who, err := s.identify(r)
	if err != nil {
		return knowledge.Source{}, err
	}
	if err := s.known(who); err != nil {
		return knowledge.Source{}, err
	}
	if err := s.permit(r, addingSource, account.Operations[addingSource.OperationID], who); err != nil {
		return knowledge.Source{}, err
	}
	b, err := s.bot(r.Context(), who, r.PathValue("bot"))
	if err != nil {
		return knowledge.Source{}, err
	}
	if err := s.limits.uploads.count(r.Context(), who); err != nil {
		return knowledge.Source{}, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), uploadTime)
	defer cancel()
	incoming := &patient{Reader: r.Body, control: http.NewResponseController(w), until: time.Now().Add(uploadTime)}
	if err := s.roomToKnow(r.Context(), who, 1, false); err != nil {
		return knowledge.Source{}, err
	}
	added := knowledge.Source{Tenant: who.Tenant, Bot: b.ID}

	kind, parameters, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "multipart/form-data":
		if r.ContentLength > s.uploadLimit()+formOverhead {
			return added, s.errFileSize() // before a byte of it is read
		}
		return s.addFile(ctx, added, multipart.NewReader(incoming, parameters["boundary"]))
	case "application/json", "":
		return s.addJSON(ctx, who, added, incoming)
	default:
		return added, errMediaType
	}
}

// addFile streams a form's file to where it is kept.
func (s *server) addFile(ctx context.Context, added knowledge.Source, form *multipart.Reader) (knowledge.Source, error) {
	added.Kind = knowledge.KindFile
	for {
		part, err := form.NextRawPart()
		if err == io.EOF { //nolint:errorlint // a form that was cut off gives an error that wraps it
			return added, errNoFile
		}
		if err != nil {
			return added, formError(err)
		}
		if part.FormName() == "file" {
			if added.Title == "" {
				added.Title = fileName(part.FileName())
			}
			file := &lastPart{part: part, form: form, left: s.uploadLimit(), tooLarge: s.errFileSize()}
			if added.Kind == knowledge.KindFAQ {
				return s.Reader.ReceivePairs(ctx, added, file)
			}
			return s.Reader.Receive(ctx, added, file)
		}
		value, err := io.ReadAll(io.LimitReader(part, maxField+1))
		if err != nil {
			return added, formError(err)
		}
		if len(value) > maxField {
			return added, chat.Fail(chat.TooLarge, "field_too_large", "A field of this form is too long.")
		}
		switch part.FormName() {
		case "kind":
			switch knowledge.Kind(value) {
			case knowledge.KindFile, knowledge.KindFAQ:
				added.Kind = knowledge.Kind(value)
			default:
				err = invalid("kind", "must be file or faq")
			}
		case "title":
			added.Title, err = cleanLine(string(value), 0, maxSourceName, "title")
		case "url":
			if strings.TrimSpace(string(value)) != "" {
				added.URL, err = cleanAddress(string(value), "url", "https", "http")
			}
		}
		if err != nil {
			return added, err
		}
	}
}

func (s *server) errFileSize() error {
	return chat.Fail(chat.TooLarge, "file_too_large", fmt.Sprintf("This file is too large. Files may have %d MB at most.", s.uploadLimit()>>20))
}

// addJSON takes in what is written into the request itself.
func (s *server) addJSON(ctx context.Context, who account.Identity, added knowledge.Source, incoming io.Reader) (knowledge.Source, error) {
	document, err := io.ReadAll(io.LimitReader(incoming, maxSourceJSON+1))
	if err != nil {
		return added, formError(err)
	}
	if len(document) > maxSourceJSON {
		return added, chat.Fail(chat.TooLarge, "body_too_large", fmt.Sprintf("This is too long. Texts may have %d MB at most; please upload longer ones as files.", maxSourceJSON>>20))
	}
	var in newSource
	if err := unmarshal(document, &in); err != nil {
		return added, refusals[http.StatusBadRequest].Because(err)
	}
	if added.Title, err = cleanLine(in.Title, 0, maxSourceName, "title"); err != nil {
		return added, err
	}
	if in.URL != "" {
		if added.URL, err = cleanAddress(in.URL, "url", "https", "http"); err != nil {
			return added, err
		}
	}
	if in.Plan != nil {
		if in.Text != "" || in.FAQ != nil {
			return added, errPlanless
		}
		added.Plan = in.Plan.plan()
	}
	switch {
	case in.Text != "" && in.FAQ != nil, in.Site != "" && (in.Text != "" || in.FAQ != nil || in.URL != ""):
		return added, errOneKind
	case in.Site != "":
		if added.URL, err = cleanAddress(in.Site, "site", "https", "http"); err != nil {
			return added, err
		}
		if err := s.roomToKnow(ctx, who, 1, true); err != nil {
			return added, err
		}
		return s.Reader.ReceiveSite(ctx, added)
	case in.FAQ != nil:
		return s.addFAQ(ctx, who, added, in.FAQ)
	case in.Text != "":
		return s.Reader.ReceiveText(ctx, added, in.Text)
	case in.URL != "":
		if err := s.roomToKnow(ctx, who, 1, true); err != nil {
			return added, err
		}
		received, err := s.Reader.ReceiveURL(ctx, added)
		if err != nil { // another may have taken the last place meanwhile
			return added, s.refused(ctx, who, err)
		}
		return received, nil
	default:
		return added, errOneKind
	}
}

// addFAQ takes in pairs.
func (s *server) addFAQ(ctx context.Context, who account.Identity, added knowledge.Source, faq []faqAnswer) (knowledge.Source, error) {
	pairs, err := wholePairs(faq, "faq")
	if err != nil {
		return added, err
	}
	if err := s.roomToKnow(ctx, who, int64(len(pairs)), false); err != nil {
		return added, err
	}
	return s.Reader.ReceiveFAQ(ctx, added, pairs)
}

// lastPart reads a form's file. It ends only when the form does: a form that
// was cut off behind the file, or goes on with more, fails the upload instead
// of leaving half of what was meant.
type lastPart struct {
	part     *multipart.Part
	form     *multipart.Reader
	left     int64
	tooLarge error
	end      error // once it has ended, it says so each time
}

func (l *lastPart) Read(p []byte) (int, error) {
	if l.end != nil {
		return 0, l.end
	}
	n, err := l.read(p)
	l.end = err
	return n, err
}

func (l *lastPart) read(p []byte) (int, error) {
	n, err := l.part.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, l.tooLarge
	}
	if err == nil {
		return n, nil
	}
	if !errors.Is(err, io.EOF) {
		return n, formError(err)
	}
	switch _, err := l.form.NextRawPart(); err {
	case nil:
		return n, errOrder
	case io.EOF: // as above
		return n, io.EOF
	default:
		return n, formError(err)
	}
}

// formError tells a client that dawdles from a form that is broken. The cause is
// kept in words only: whoever reads the file must not take io.ErrUnexpectedEOF in it
// for the end of a short one, and half a file for the whole.
func formError(err error) error {
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return errStalled.Because(errors.New(err.Error()))
	}
	return errForm.Because(errors.New(err.Error()))
}

// patient reads a body that may take long in all, but not fall silent.
type patient struct {
	io.Reader
	control *http.ResponseController
	until   time.Time
}

func (p *patient) Read(b []byte) (int, error) {
	deadline := time.Now().Add(uploadStall)
	if deadline.After(p.until) {
		deadline = p.until
	}
	if err := p.control.SetReadDeadline(deadline); err != nil {
		return 0, fmt.Errorf("bound the upload's time: %w", err)
	}
	return p.Reader.Read(b)
}

// maxFileName is the length of the longest file name, in characters.
const maxFileName = 200

// fileName is what a file was called, without the folders of whoever sent it, and
// without characters that make it look like another one.
func fileName(sent string) string {
	name := path.Base(strings.ReplaceAll(strings.ToValidUTF8(sent, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		// Bidi_Control but for the marks, which Arabic and Hebrew need: the others can turn "exe.txt" around.
		if unicode.IsControl(r) || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, name)
	name = strings.TrimSpace(name)
	if strings.Trim(name, "./") == "" {
		return "Untitled"
	}
	if r := []rune(name); len(r) > maxFileName {
		// What it is can only be told by its end.
		end := []rune(path.Ext(name))
		if len(end) > maxExtension {
			end = nil
		}
		name = string(r[:maxFileName-1-len(end)]) + "…" + string(end)
	}
	return name
}

// maxExtension is how long the end of a file's name may be to tell what it is, in characters.
const maxExtension = 10
