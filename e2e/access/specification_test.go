package access

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"parley/account"
)

// base is where the API begins; paths are written without it.
const base = "/api/v1/"

// operation is one route as the served specification tells it, and what it takes.
type operation struct {
	id, method, path string
	need             account.Need
	query            []string // names of its parameters
	media            string   // of its body; "": it has none
	schema           schema
}

func (o operation) String() string { return o.method + " " + o.path }

var placeholder = regexp.MustCompile(`\{\w+\}`)

// names are the placeholders of its path.
func (o operation) names() []string { return placeholder.FindAllString(o.path, -1) }

// document is as much of an OpenAPI document as is looked at.
type document struct {
	Paths map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Security    []any  `json:"security"`
		Parameters  []struct {
			Name string `json:"name"`
			In   string `json:"in"`
		} `json:"parameters"`
		RequestBody struct {
			Content map[string]struct {
				Schema schema `json:"schema"`
			} `json:"content"`
		} `json:"requestBody"`
	} `json:"paths"`
	Components struct {
		Schemas map[string]schema `json:"schemas"`
	} `json:"components"`
}

// specification reads what the server says that it has.
func (h *house) specification() (operations []operation) {
	h.t.Helper()
	response, err := http.Get(h.server.URL() + "/openapi.json")
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	var d document
	if err := json.NewDecoder(response.Body).Decode(&d); err != nil {
		h.t.Fatalf("read the specification: %v", err)
	}
	h.schemas = d.Components.Schemas
	for path, methods := range d.Paths {
		for method, described := range methods {
			o := operation{id: described.OperationID, method: strings.ToUpper(method), path: strings.TrimPrefix(path, base)}
			need, decided := account.Operations[o.id]
			if !decided {
				h.t.Errorf("account.Operations does not say who may %s (%s)", o.id, o)
				continue
			}
			if signed := len(described.Security) > 0; signed == need.Open {
				h.t.Errorf("%s: the specification says that it takes a sign-in: %v, account.Operations that it is open: %v", o.id, signed, need.Open)
			}
			o.need = need
			for _, parameter := range described.Parameters {
				if parameter.In == "query" {
					o.query = append(o.query, parameter.Name)
				}
			}
			// JSON before a form: it says the same.
			for _, media := range slices.Backward(slices.Sorted(maps.Keys(described.RequestBody.Content))) {
				o.media, o.schema = media, described.RequestBody.Content[media].Schema
			}
			operations = append(operations, o)
		}
	}
	slices.SortFunc(operations, func(a, b operation) int { return strings.Compare(a.path+a.method, b.path+b.method) })
	return operations
}

// everythingIsDecided holds the specification against the table, which must not decide about what is not there either.
func (h *house) everythingIsDecided(t *testing.T) {
	served := map[string]bool{}
	for _, o := range h.operations {
		served[o.id] = true
	}
	for id := range account.Operations {
		if !served[id] {
			t.Errorf("account.Operations decides about %s, which is not served", id)
		}
	}
	if len(served) < 80 {
		t.Errorf("only %d operations are served", len(served))
	}
}
