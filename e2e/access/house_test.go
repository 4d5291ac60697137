package access

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/account"
	"parley/e2e/owner"
	"parley/e2e/server"
	"parley/persistence/testbed"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

// house is a running server with two businesses that have nothing to do with each other.
type house struct {
	t          *testing.T
	server     *server.Server
	http       *http.Client
	secrets    secrets
	schemas    map[string]schema
	operations []operation

	acme, rival *business
	operator    *business // whose owner runs the installation
	callers     []caller
}

// business is one tenant with one of each thing that a path can name.
type business struct {
	*owner.Owner
	name    string
	visitor string            // the token of a visitor of its conversation
	staff   map[string]string // access tokens by role
	things  map[string]string // ids by placeholder
}

// TestNobodyGetsInWhereTheyDoNotBelong tries everything on both databases. Its parts share one server, and the last destroys what it tries.
func TestNobodyGetsInWhereTheyDoNotBelong(t *testing.T) {
	t.Parallel()
	for name, env := range map[string]func(t *testing.T) []string{
		"sqlite":   func(*testing.T) []string { return nil },
		"postgres": func(t *testing.T) []string { return []string{"DATABASE_URL=" + testbed.Postgres(t, testbed.NoSync)} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t, env(t)...)
			t.Run("the table decides about what is served, and nothing else", h.everythingIsDecided)
			t.Run("routes", h.routes)
			t.Run("frames", h.frames)
			t.Run("another's ids are those of nobody", h.parity)
			t.Run("ids in what is sent", h.planted)
			t.Run("in the same time", h.timing)
			t.Run("the ids are those of something", h.real)
			t.Run("the log has no secret", h.discreet)
		})
	}
}

// open starts a server and founds both businesses.
func open(t *testing.T, env ...string) *house {
	t.Helper()
	h := &house{t: t, server: server.Start(t, append(env, "PARLEY_LOG_LEVEL=debug")...), http: &http.Client{
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	h.secrets.all = map[string]string{}
	h.operations = h.specification()
	h.operator = h.operates()
	h.acme, h.rival = h.found("acme"), h.found("rival")
	h.callers = h.everybody()
	return h
}

// operates has somebody run the installation, as its command line says: it needs SQLite's folder for itself.
func (h *house) operates() *business {
	h.t.Helper()
	const email = "owner@platform.example"
	b := &business{name: "platform"}
	b.Owner = owner.Register(h.t, h.server.URL(), owner.Registration{Email: email, Password: password, Company: "platform", Name: "Oz"})
	h.server.Stop()
	if said, err := h.server.Command("operator", "grant", email).CombinedOutput(); err != nil {
		h.t.Fatalf("parley operator grant: %v\n%s", err, said)
	}
	h.server.Run()
	return b
}

// look has the operator look at the rival, whose owner allows it, and returns the token.
func (h *house) look() string {
	h.t.Helper()
	var me struct{ Tenant struct{ ID string } }
	h.rival.Call(http.MethodGet, "me", nil, &me)
	h.rival.Call(http.MethodPut, "tenant/support-access", map[string]any{"until": time.Now().Add(time.Hour)}, nil)
	var begun struct {
		Token string `json:"access_token"`
	}
	h.operator.Call(http.MethodPost, "operator/tenants/"+me.Tenant.ID+"/visits", map[string]any{"reason": "To see whether a visit only looks."}, &begun)
	return begun.Token
}

const password = "correct horse battery staple"

// found makes a business with all that it needs to be tried.
func (h *house) found(name string) *business {
	h.t.Helper()
	b := &business{name: name, staff: map[string]string{}, things: map[string]string{}}
	b.Owner = owner.Register(h.t, h.server.URL(), owner.Registration{Email: "owner@" + name + ".example", Password: password, Company: name, Name: "Olga"})
	b.staff[string(account.Owner)] = b.Token
	for _, role := range []account.Role{account.Admin, account.Agent, account.Viewer} {
		b.staff[string(role)] = b.hire(string(role))
	}
	h.furnish(b)
	return b
}

// hire has somebody join and returns their access token.
func (b *business) hire(role string) (token string) {
	token = b.Hire(owner.Registration{Email: role + "@" + b.name + ".example", Password: password, Name: role})
	if role == string(account.Agent) || !account.Role(role).May(account.Read) {
		return token // a name for one more agent
	}
	var me struct{ User struct{ ID string } }
	b.as(token).Call(http.MethodGet, "me", nil, &me)
	b.Call(http.MethodPatch, "members/"+me.User.ID, map[string]any{"role": role}, nil)
	return b.signIn(role)
}

// as is the business's owner in somebody else's name.
func (b *business) as(token string) *owner.Owner {
	other := *b.Owner
	other.Token = token
	return &other
}

// signIn signs somebody of the business in again.
func (b *business) signIn(role string) string {
	var signed struct {
		Token string `json:"access_token"`
	}
	b.as("").Call(http.MethodPost, "auth/login", map[string]any{"email": role + "@" + b.name + ".example", "password": password}, &signed)
	return signed.Token
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// code is the refusal's.
func (a answer) code() string {
	var p owner.Problem
	_ = json.Unmarshal([]byte(a.body), &p) // whatever is no problem has no code
	return p.Code
}

// bare is the body without what no two answers share.
func (a answer) bare() string {
	var p owner.Problem
	if json.Unmarshal([]byte(a.body), &p) == nil && p.RequestID != "" {
		return strings.Replace(a.body, p.RequestID, "", 1)
	}
	return a.body
}

var (
	anyID   = regexp.MustCompile(`[a-z]{3,4}_[0-9a-z]{20,}`)
	anyTime = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`)
)

// form is the body without ids and times.
func (a answer) form() string {
	return anyTime.ReplaceAllString(anyID.ReplaceAllString(a.bare(), "id"), "time")
}

// send makes a request as somebody.
func (h *house) send(t *testing.T, header http.Header, method, path, media, body string) answer {
	t.Helper()
	var content io.Reader
	if media != "" {
		content = bytes.NewReader([]byte(body))
	}
	request, err := http.NewRequestWithContext(t.Context(), method, h.server.URL()+base+path, content)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	response, err := h.http.Do(request)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	h.secrets.note(method+" "+path, string(raw))
	for _, cookie := range response.Cookies() {
		h.secrets.note(method+" "+path, `{"token":"`+cookie.Value+`"}`)
	}
	return answer{response.StatusCode, response.Header, string(raw)}
}

// bearer signs requests.
func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }
