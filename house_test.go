// Package parley_test keeps the rules of the house: who may import whom, where
// each outside library lives, and that every package says what it promises.
package parley_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rooms says who may import whom. Inside a room everybody may. Only cmd wires:
// what two rooms need of each other is a port that one of them declares.
var rooms = map[string][]string{
	"cmd":         {"transport", "actors", "account", "knowledge", "llm", "persistence", "chat", "widget", "dashboard", "docs"},
	"transport":   {"actors", "account", "knowledge", "chat"},
	"actors":      {"knowledge", "llm", "chat"},
	"knowledge":   {"llm", "chat"},
	"account":     {"chat"},
	"llm":         {},
	"persistence": {"chat", "account", "knowledge"}, // the ports that it implements
	"chat":        {},
	"widget":      {},
	"dashboard":   {},
	"docs":        {},
	"e2e":         {"transport", "llm", "persistence", "chat"}, // drives the product from outside
}

// homes says where an outside library may be imported: it can be exchanged
// there, and nobody else notices. The longest name counts.
var homes = map[string][]string{
	"github.com/asynkron/protoactor-go": {"actors"},
	"github.com/fxamacker/cbor":         {"actors"},
	"google.golang.org/grpc":            {"actors"},
	"google.golang.org/protobuf":        {"actors"},

	"github.com/golang-jwt/jwt":     {"account"},
	"github.com/pquerna/otp":        {"account"},
	"github.com/ccojocar/zxcvbn-go": {"account"}, // for its lists of words alone
	"github.com/coreos/go-oidc":     {"account"},
	"golang.org/x/oauth2":           {"account"},
	"github.com/stripe/stripe-go":   {"account/billing/stripe"},
	"go.yaml.in/yaml":               {"account/billing"}, // the operator's catalogue of plans

	"github.com/jackc/pgx":           {"persistence"},
	"modernc.org/sqlite":             {"persistence"},
	"github.com/riverqueue/river":    {"persistence"},
	"github.com/pressly/goose":       {"persistence"},
	"github.com/redis/go-redis":      {"persistence/redis", "persistence/testbed"},
	"github.com/alicebob/miniredis":  {"persistence/redis"},
	"github.com/tink-crypto/tink-go": {"persistence/seal"},

	"github.com/ulule/limiter":                        {"transport", "persistence/redis"},
	"github.com/ulule/limiter/v3/drivers/store/redis": {"persistence/redis"},
	"github.com/coder/websocket":                      {"transport", "e2e"},
	"github.com/danielgtaylor/huma":                   {"transport/rest"},
	"github.com/wneessen/go-mail":                     {"transport/mail"},
	"github.com/prometheus/client_golang":             {"transport", "actors", "cmd"}, // its registry is the interface between them

	"github.com/blevesearch":              {"knowledge"},
	"github.com/klippa-app/go-pdfium":     {"knowledge"},
	"github.com/tetratelabs/wazero":       {"knowledge"}, // runs pdfium
	"codeberg.org/readeck/go-readability": {"knowledge"},
	"github.com/gogs/chardet":             {"knowledge"},
	"github.com/temoto/robotstxt":         {"knowledge"},
	"github.com/xuri/excelize":            {"knowledge"},
	"github.com/richardlehane/mscfb":      {"knowledge"}, // the containers of the old Office formats
	"github.com/yuin/goldmark":            {"knowledge", "docs", "transport/mail"},
	"github.com/clipperhouse/uax29":       {"knowledge", "llm"},

	"github.com/sashabaranov/go-openai": {"llm"},
	"code.dny.dev/ssrf":                 {"knowledge/fetch"}, // the way out to addresses that others choose
	"github.com/google/go-cmp":          {"persistence/storetest"},
	"github.com/alecthomas/kong":        {"cmd"},
	"go.opentelemetry.io":               {"cmd/parley/tracing"}, // behind chat.Tracer
	"go.uber.org/goleak":                {"transport", "e2e"},   // in tests

	// The standard library's annex: everywhere but in chat.
	"golang.org/x": {"cmd", "transport", "actors", "knowledge", "account", "llm", "persistence", "e2e"},
}

// props are for tests only: what is shipped must not import them.
var props = []string{"persistence/testbed", "persistence/storetest", "llm/llmtest", "account/oidctest", "account/billing/stripe/stripetest"}

// pkg is what `go list` tells of a package. Imports are those of shipped code:
// tests may import more.
type pkg struct {
	ImportPath string
	Doc        string
	GoFiles    []string
	Imports    []string
}

// path is the package's folder: "transport/rest".
func (p pkg) path() string { return strings.TrimPrefix(p.ImportPath, "parley/") }

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Doc,GoFiles,Imports", "./...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("list the packages: %v", err)
	}
	var all []pkg
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("read the list of packages: %v", err)
		}
		if len(p.GoFiles) > 0 { // otherwise it has nothing but tests
			all = append(all, p)
		}
	}
	if len(all) < 10 {
		t.Fatalf("only %d packages found: the test looks in the wrong place", len(all))
	}
	return all
}

// within tells whether a path is one of the folders or below one.
func within(path string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		return path == folder || strings.HasPrefix(path, folder+"/")
	})
}

// forbidden says why a package may not import another, or "".
func forbidden(from, to string) string {
	room, _, _ := strings.Cut(from, "/")
	allowed, known := rooms[room]
	if !known {
		return room + " is no room of the house: add it to the table in house_test.go"
	}
	if to == "C" {
		return "the binary is built without cgo"
	}
	if inner, ours := strings.CutPrefix(to, "parley/"); ours {
		target, _, _ := strings.Cut(inner, "/")
		if within(inner, props) && !within(from, append(props, "e2e")) {
			return "it is for tests only"
		}
		if target != room && !slices.Contains(allowed, target) {
			return room + " may import " + orNothing(allowed) + "; what it needs of " + target + " is a port that cmd fills"
		}
		return ""
	}
	if first, _, _ := strings.Cut(to, "/"); !strings.Contains(first, ".") {
		return "" // the standard library
	}
	home, best := []string(nil), ""
	for library := range homes {
		if within(to, []string{library}) && len(library) > len(best) {
			home, best = homes[library], library
		}
	}
	switch {
	case best == "":
		return "this library has no home yet: give it one in house_test.go"
	case !within(from, home):
		return best + " lives in " + strings.Join(home, ", ") + " only"
	default:
		return ""
	}
}

func orNothing(rooms []string) string {
	if len(rooms) == 0 {
		return "nothing of ours"
	}
	return strings.Join(rooms, ", ")
}

func TestNobodyImportsWhatTheyMayNot(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		for _, imported := range p.Imports {
			if why := forbidden(p.path(), imported); why != "" {
				t.Errorf("%s imports %s: %s", p.path(), imported, why)
			}
		}
	}
}

func TestEveryPackageSaysWhatItPromises(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if len(strings.Fields(p.Doc)) < 5 {
			t.Errorf("%s has no package comment of at least a sentence: say what it promises about order, failure and concurrency", p.path())
		}
	}
}

func TestTheTableForbidsWhatItShould(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, to string
		allowed  bool
	}{
		{"chat", "time", true},
		{"chat", "golang.org/x/text/cases", false},
		{"chat", "parley/llm", false},
		{"actors", "parley/persistence/postgres", false},
		{"persistence/postgres", "parley/actors", false},
		{"persistence/jobs", "parley/persistence/postgres", true},
		{"persistence/postgres", "parley/persistence/testbed", false},
		{"persistence/storetest", "parley/persistence/testbed", true},
		{"transport/rest", "parley/account/billing", true},
		{"transport/rest", "parley/llm", false},
		{"cmd/parley", "parley/llm/llmtest", false},
		{"transport/socket", "parley/cmd/parley", false},
		{"transport/socket", "github.com/asynkron/protoactor-go/actor", false},
		{"actors/cluster", "github.com/asynkron/protoactor-go/remote", true},
		{"account/billing", "github.com/stripe/stripe-go/v76", false},
		{"account/billing/stripe", "github.com/stripe/stripe-go/v76/client", true},
		{"transport/rest", "github.com/ulule/limiter/v3", true},
		{"transport/rest", "github.com/ulule/limiter/v3/drivers/store/redis", false},
		{"llm/openai", "github.com/nobody/knows", false},
		{"llm/openai", "C", false},
		{"utils", "time", false},
	} {
		if why := forbidden(c.from, c.to); (why == "") != c.allowed {
			t.Errorf("%s imports %s: allowed should be %t, says %q", c.from, c.to, c.allowed, why)
		}
	}
}
