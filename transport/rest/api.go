package rest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"parley/account"
	"parley/chat"
)

//go:generate go test -run TestTheSpecificationIsTheOneInTheRepository -update .

// apiVersion is the contract's, not the program's: it changes when a client would notice.
const apiVersion = "1.0.0"

// requestTimeout is how long most requests may take to be answered.
const requestTimeout = 30 * time.Second

func newAPI(mux *http.ServeMux) huma.API {
	config := huma.DefaultConfig("Parley", apiVersion)
	config.Info.Description = "Failures are application/problem+json. Unknown fields are ignored. " +
		"Lists come in pages: repeat the request with `cursor` set to the page's `next` until that is empty."
	config.DocsPath = ""     // its page loads scripts from elsewhere
	config.OpenAPIPath = ""  // its handler makes the document at the first request, without a lock
	config.CreateHooks = nil // which add links to schemas to every answer
	config.SchemasPath = ""
	config.Formats = map[string]huma.Format{}
	for name, format := range huma.DefaultFormats {
		format.Unmarshal = unmarshal
		config.Formats[name] = format
	}
	config.AllowAdditionalPropertiesByDefault = true // "unknown fields are ignored"
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "The access_token of auth/login, or an API key."},
		"cookie": {Type: "apiKey", In: "cookie", Name: account.AccessCookie, Description: "The dashboard's, on the platform's own origin only."},
	}
	return humago.New(mux, config)
}

var errNotUTF8 = errors.New("invalid UTF-8")

// unmarshal reads JSON as RFC 8259 wants it, in UTF-8: encoding/json would put
// other characters where bytes are none, and what was sent would not be what is kept.
func unmarshal(data []byte, v any) error {
	if !utf8.Valid(data) {
		return errNotUTF8
	}
	return json.Unmarshal(data, v)
}

// describeOpen takes "additionalProperties: true" out of the specification,
// where it is the default: generators of types would give every object an index.
func describeOpen(api huma.API) {
	for _, schema := range api.OpenAPI().Components.Schemas.Map() {
		if schema.AdditionalProperties == true {
			schema.AdditionalProperties = nil
		}
	}
}

// specification serves the API's own description.
func specification(api huma.API) http.Handler {
	document, err := json.Marshal(api.OpenAPI())
	if err != nil {
		panic("rest: the specification cannot be written: " + err.Error())
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(document)
	})
}

// handler is one operation of the API. Its errors are shown to people as problemOf says.
type handler[I, O any] func(ctx context.Context, who account.Identity, in *I) (*O, error)

// route adds an operation that members with the permission of account.Operations may use. Who
// is asking, and whether they may, is decided before the body is read.
func route[I, O any](s *server, op huma.Operation, handle handler[I, O]) {
	need := needOf(op, false)
	op.Security = memberSecurity
	op.Middlewares = huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		who, err := s.identify(r)
		if err == nil {
			err = s.known(who)
		}
		if err == nil && need.Operator {
			who.Operator, err = s.Accounts.Operating(r.Context(), who)
		}
		if err == nil {
			err = s.permit(r, op, need, who)
		}
		if err != nil {
			s.tellRefusal(r, op, err)
			writeProblem(w, r, err)
			return
		}
		if !waits(op) {
			leave, err := s.turn(r.Context(), who)
			if err != nil {
				writeProblem(w, r, err)
				return
			}
			defer leave()
		}
		next(ctx)
	}}
	add(s, op, func(ctx context.Context, in *I) (*O, error) { return handle(ctx, aboutOf(ctx).who, in) })
}

// needOf returns what an operation takes. One that nobody has decided about is a fault of this program, which is told at its start.
func needOf(op huma.Operation, open bool) account.Need {
	need, decided := account.Operations[op.OperationID]
	if !decided || need.Open != open {
		panic("rest: account.Operations does not say who may " + op.OperationID)
	}
	return need
}

// memberSecurity says in the specification how members sign their requests.
var memberSecurity = []map[string][]string{{"bearer": {}}, {"cookie": {}}}

// open adds an operation that needs no sign-in.
func open[I, O any](s *server, op huma.Operation, handle func(ctx context.Context, in *I) (*O, error)) {
	needOf(op, true)
	op.Middlewares = append(huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		if err := s.stranger(r); err != nil {
			writeProblem(w, r, err)
			return
		}
		next(ctx)
	}}, op.Middlewares...)
	add(s, op, handle)
}

func add[I, O any](s *server, op huma.Operation, handle func(ctx context.Context, in *I) (*O, error)) {
	if op.BodyReadTimeout = s.Limits.BodyTime; op.BodyReadTimeout == 0 {
		op.BodyReadTimeout = DefaultLimits.BodyTime
	}
	op.Middlewares = append(op.Middlewares, remember)
	limit := requestTimeout
	if d, ok := op.Metadata[timeoutKey].(time.Duration); ok {
		limit = d
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		within, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		out, err := handle(within, in)
		if err = s.tell(within, op, in, out, err); err != nil {
			return nil, problemOf(ctx, err)
		}
		return out, nil
	})
}

// timeoutKey is where an operation's Metadata has a time-out of its own.
const timeoutKey = "timeout"

// identify tells who signed the request, and remembers it for the log.
func (s *server) identify(r *http.Request) (account.Identity, error) {
	token, err := s.accessToken(r)
	var who account.Identity
	if err == nil {
		who, err = s.authenticate(r, token)
	}
	if err != nil {
		if limited := s.stranger(r); limited != nil {
			return account.Identity{}, limited
		}
		return account.Identity{}, err
	}
	aboutOf(r.Context()).who = who
	return who, nil
}

// known returns ErrNotFound for an id that cannot be one, so that it never
// reaches storage and looks like any other that does not exist.
func known(prefix, id string) error {
	if !chat.ValidID(prefix, id) {
		return chat.ErrNotFound
	}
	return nil
}

// page is one page of a list.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next" doc:"The cursor of the next page; empty at the end."`
}

// strict answers addresses under /api/ that are not written in their one form,
// with ".." or "//" in them: the mux would redirect, to who knows what.
func (s *server) strict(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") && path.Clean(r.URL.Path) != r.URL.Path {
			writeProblem(w, r, chat.ErrNotFound)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// noRoute answers what the API does not have: a method that a path does not
// know with the ones that it does, everything else like any other missing thing.
func (s *server) noRoute(w http.ResponseWriter, r *http.Request) {
	if err := s.stranger(r); err != nil {
		writeProblem(w, r, err)
		return
	}
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := s.mux.Handler(probe); pattern != "/api/" && pattern != "" {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		writeProblem(w, r, chat.ErrNotFound)
		return
	}
	for _, method := range allowed {
		w.Header().Add("Allow", method)
	}
	writeProblem(w, r, errMethod)
}

var errMethod = chat.Fail(chat.Invalid, "method_not_allowed", "This address does not know that method.")
