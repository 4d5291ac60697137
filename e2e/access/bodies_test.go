package access

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// schema is as much of a JSON schema as a body is made from.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"` // a name, or several
	Format     string            `json:"format"`
	Pattern    string            `json:"pattern"`
	Enum       []any             `json:"enum"`
	Default    any               `json:"default"`
	Examples   []any             `json:"examples"`
	Required   []string          `json:"required"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	MinItems   int               `json:"minItems"`
	MinLength  int               `json:"minLength"`
	Minimum    *float64          `json:"minimum"`
}

// bodies are for operations of which the schema does not tell what goes together.
var bodies = map[string]string{
	"addSource":     `{"title":"x","text":"x"}`,
	"createTest":    `{"text":"stolen","nothing":true}`,
	"putTest":       `{"text":"stolen","nothing":true}`,
	"importTests":   "question,phrase\nstolen,stolen",
	"updateSource":  `{"title":"Stolen"}`,
	"createAPIKey":  `{"name":"Tried","scopes":["read"]}`,
	"createLabel":   `{"name":"Tried","color":"#3455db"}`,
	"createWebhook": `{"url":"https://hooks.example/"}`,
	"putDomains":    `{"domains":["shop.example"]}`,
	"updateMember":  `{"role":"viewer"}`,
	"putPairs":      `{"pairs":[{"question":"Stolen?","answer":"Yes."}]}`,
	"putLabel":      `{"name":"Stolen","color":"#000000"}`,
	"suspendTenant": `{"reason":"Tried.","shut_out":false}`,
}

// resolve follows a reference.
func (h *house) resolve(s schema) schema {
	if name, is := strings.CutPrefix(s.Ref, "#/components/schemas/"); is {
		return h.schemas[name]
	}
	return s
}

// body is one that the operation takes, as far as its schema tells.
func (h *house) body(o operation) string {
	if o.media == "" {
		return ""
	}
	if body, told := bodies[o.id]; told {
		return body
	}
	raw, _ := json.Marshal(h.value(o.schema)) // of maps, lists, texts and numbers
	return string(raw)
}

// value is one that a schema allows, with nothing in it that may be left out.
func (h *house) value(s schema) any {
	s = h.resolve(s)
	for _, given := range [][]any{s.Examples, s.Enum} {
		if len(given) > 0 {
			return given[0]
		}
	}
	if s.Default != nil {
		return s.Default
	}
	switch s.kind() {
	case "object":
		object := map[string]any{}
		for _, name := range s.Required {
			object[name] = h.value(s.Properties[name])
		}
		return object
	case "array":
		list := []any{}
		for range s.MinItems {
			list = append(list, h.value(*s.Items))
		}
		return list
	case "integer", "number":
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	case "boolean":
		return false
	}
	switch s.Format {
	case "email":
		return "tried@access.example"
	case "uri":
		return "https://access.example/"
	case "date-time":
		return time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	}
	return strings.Repeat("x", max(1, s.MinLength))
}

// kind is the type that is not null.
func (s schema) kind() string {
	switch kind := s.Type.(type) {
	case string:
		return kind
	case []any:
		for _, one := range kind {
			if name, is := one.(string); is && name != "null" {
				return name
			}
		}
	}
	return ""
}

// fields are the names of what a body may have, those inside of others too.
func (h *house) fields(s schema) []string {
	found := map[string]bool{}
	h.collect(s, found, 0)
	return slices.Sorted(maps.Keys(found))
}

// deepest bounds schemas that name themselves.
const deepest = 4

func (h *house) collect(s schema, found map[string]bool, depth int) {
	if s = h.resolve(s); depth > deepest {
		return
	}
	if s.Items != nil {
		h.collect(*s.Items, found, depth+1)
	}
	for name, property := range s.Properties {
		found[name] = true
		h.collect(property, found, depth+1)
	}
}

// bodyWith is a body with an id in one of its own fields. Fields inside of others are reached through those that hold them.
func (h *house) bodyWith(o operation, field, id string) string {
	var body map[string]any
	if json.Unmarshal([]byte(h.body(o)), &body) != nil {
		body = map[string]any{}
	}
	h.plant(body, h.resolve(o.schema), field, id, 0)
	raw, _ := json.Marshal(body) // as in body
	return string(raw)
}

func (h *house) plant(object map[string]any, s schema, field, id string, depth int) {
	for name, property := range s.Properties {
		property = h.resolve(property)
		switch {
		case name == field && (lists[field] || property.kind() == "array"):
			object[name] = []string{id}
		case name == field:
			object[name] = id
		case property.kind() == "object" && depth < deepest && slices.Contains(h.fields(property), field):
			inner, is := h.value(property).(map[string]any)
			if is {
				h.plant(inner, property, field, id, depth+1)
				object[name] = inner
			}
		}
	}
}
