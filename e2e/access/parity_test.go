package access

import (
	"maps"
	"net/http"
	"strings"
	"testing"
)

// malformed are what is no id.
func (b *business) malformed() []string {
	bot := b.things["{bot}"]
	return []string{"1", "..", "bot_", "%00", "%27%20or%201=1", "%F0%9F%92%A9", strings.Repeat("x", 2000), strings.ToUpper(bot), bot + "%20", "null", "-1", "%2e%2e%2f" + bot}
}

// parity asks as the other business for what is Acme's, for what is nobody's and for what is no id: one answer for
// all, byte for byte.
func (h *house) parity(t *testing.T) {
	none := h.acme.nobodys()
	same, tried := "", 0
	check := func(o operation, ids map[string]string) {
		t.Helper()
		tried++
		got := h.send(t, bearer(h.rival.Token), o.method, fill(o.path, ids), o.media, h.body(o))
		if same == "" {
			same = got.bare()
		}
		if got.status != http.StatusNotFound || got.bare() != same {
			t.Errorf("%s with %s: %d %s, elsewhere %s (if its body is what is wrong, give it one in bodies_test.go)", o, fill(o.path, ids), got.status, got.body, same)
		}
	}
	for _, o := range h.operations {
		names := o.names()
		if len(names) == 0 || o.need.Open || o.need.Operator { // what is for operators is refused before anything is looked for: routes
			continue
		}
		check(o, h.acme.things)
		check(o, none)
		for _, id := range h.acme.malformed() {
			ids := maps.Clone(h.acme.things)
			for _, name := range names {
				ids[name] = id
			}
			check(o, ids)
		}
		// Another's thing below one's own, and one's own below another's.
		for _, name := range names {
			if len(names) > 1 && name != "{seq}" {
				ids := maps.Clone(h.rival.things)
				ids[name] = h.acme.things[name]
				check(o, ids)
			}
		}
	}
	t.Logf("%d requests were answered alike: %s", tried, same)
}

// named are fields and parameters that hold ids, by what they are ids of.
var named = map[string]string{
	"bot": "{bot}", "bots": "{bot}", "source": "{source}", "sources": "{source}", "conversation": "{conversation}", "conversations": "{conversation}",
	"visitor": "{visitor}", "agent": "{member}", "assignee": "{member}", "member": "{member}", "user": "{member}", "actor": "{member}", "mentions": "{member}",
	"label": "{label}", "labels": "{label}", "key": "{key}", "reply": "{reply}", "test": "{test}", "tests": "{test}", "run": "{run}", "webhook": "{webhook}",
	"invitation": "{invitation}", "q": "{visitor}", "text": "{conversation}", "target": "{conversation}", "session": "{session}",
}

// lists are those fields that hold several.
var lists = map[string]bool{"bots": true, "sources": true, "conversations": true, "mentions": true, "labels": true, "tests": true}

// planted names Acme's things in parameters and in bodies of requests for what is the rival's own: nobody learns from
// the answer that they are there.
func (h *house) planted(t *testing.T) {
	tried := 0
	for _, o := range h.operations {
		if o.need.Open || o.need.Operator || o.method == http.MethodDelete {
			continue
		}
		path := fill(o.path, h.rival.things)
		ask := func(field, kind string, request func(id string) (path, body string)) {
			theirs, known := h.acme.things[kind]
			if !known {
				return // not there yet
			}
			tried++
			var forms [2]string
			for i, id := range []string{theirs, stranger(theirs)} {
				where, body := request(id)
				got := h.send(t, bearer(h.rival.Token), o.method, where, o.media, body)
				if strings.Contains(strings.ReplaceAll(got.body, id, ""), "acme") {
					t.Errorf("%s, %s as %s, tells of another business: %s", o, id, field, got.body)
				}
				forms[i] = got.form()
			}
			if forms[0] != forms[1] {
				t.Errorf("%s tells by %s what another business has:\n%s\nand for nobody's\n%s", o, field, forms[0], forms[1])
			}
		}
		for _, parameter := range o.query {
			if kind := named[parameter]; kind != "" {
				ask(parameter, kind, func(id string) (string, string) { return path + "?" + parameter + "=" + id, h.body(o) })
			}
		}
		for _, field := range h.fields(o.schema) {
			if kind := named[field]; kind != "" && o.media == "application/json" && field != "text" && field != "key" {
				ask(field, kind, func(id string) (string, string) { return path, h.bodyWith(o, field, id) })
			}
		}
	}
	if tried < 10 {
		t.Errorf("only %d fields were tried", tried)
	}
	t.Logf("%d fields were tried", tried)
}
