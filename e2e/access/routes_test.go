package access

import (
	"net/http"
	"testing"

	"parley/account"
)

// torn is a body that no operation can read: whoever may do it is told so, and nothing happens.
const torn = `{"torn`

// routes tries each operation as everybody. Who may not is refused before their body is read and before anything is
// looked up; who may gets past that, with ids of nothing and a body that cannot be read, so that nothing happens.
func (h *house) routes(t *testing.T) {
	none := h.acme.nobodys()
	tried := 0
	for _, c := range h.callers {
		for _, o := range h.operations {
			tried++
			path := fill(o.path, none)
			got := h.send(t, c.header, o.method, path, o.media, torn)
			if got.status >= http.StatusInternalServerError {
				t.Errorf("%s as %s: %d %s", o, c.name, got.status, got.body)
			}
			if o.need.Open {
				if got.status == http.StatusForbidden && got.code() == "forbidden" {
					t.Errorf("%s is open to anybody, and refused to %s: %s", o.id, c.name, got.body)
				}
				continue
			}
			if c.may(o.need) {
				if got.status == http.StatusUnauthorized || got.status == http.StatusForbidden {
					t.Errorf("%s takes %s, which %s may, and gets %d %s", o.id, o.need.Action, c.name, got.status, got.body)
				}
				continue
			}
			h.mustRefuse(t, c, o, got)
			// The same for what is there, and with a body that could be read.
			there := h.send(t, c.header, o.method, fill(o.path, h.acme.things), o.media, h.body(o))
			h.mustRefuse(t, c, o, there)
			if got.bare() != there.bare() {
				t.Errorf("%s as %s: %s, for what is not there %s", o, c.name, there.body, got.body)
			}
		}
	}
	t.Logf("%d operations as %d callers: %d tries", len(h.operations), len(h.callers), tried)
	for _, c := range h.callers {
		if got := h.send(t, c.header, http.MethodGet, "bots", "", ""); (got.status == http.StatusOK) != c.may(account.Operations["listBots"]) {
			t.Errorf("after all that %s gets %d %s", c.name, got.status, got.body)
		}
	}
}

func (h *house) mustRefuse(t *testing.T, c caller, o operation, got answer) {
	t.Helper()
	if got.status != c.status || c.code != "" && got.code() != c.code {
		t.Errorf("%s takes %s; as %s: %d %s, want %d %s", o.id, o.need.Action, c.name, got.status, got.body, c.status, c.code)
	}
	if kind := got.header.Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("%s as %s is refused in %q", o.id, c.name, kind)
	}
}
