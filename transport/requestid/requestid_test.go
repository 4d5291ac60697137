package requestid

import (
	"net/http/httptest"
	"strings"
	"testing"

	"parley/chat"
)

func TestANameThatIsGivenCountsIfItMayStandInALog(t *testing.T) {
	t.Parallel()
	for given, kept := range map[string]bool{
		"3f1c-77aa_b.c":          true,
		"":                       false,
		"short":                  false,
		"ann@shop.example":       false,
		"two words here":         false,
		"line\nlevel=ERROR":      false,
		"Grüße-an-alle":          false,
		strings.Repeat("a", 128): true,
		strings.Repeat("a", 129): false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header[Header] = []string{given}
		id := Of(r)
		if kept && id != given || !kept && !chat.ValidID("req", id) {
			t.Errorf("%q: the request is called %q", given, id)
		}
		if got := From(With(t.Context(), id)); got != id {
			t.Errorf("its context says %q", got)
		}
	}
	if From(t.Context()) != "" {
		t.Error("a context without a request has a name")
	}
}
