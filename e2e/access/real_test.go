package access

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// real asks as Acme's own owner for all that was refused to others. Were it not found either, the refusals
// would prove nothing. What destroys comes last, and from within.
func (h *house) real(t *testing.T) {
	order := slices.Clone(h.operations)
	slices.SortStableFunc(order, func(a, b operation) int { return a.weight() - b.weight() })
	for _, o := range order {
		names := o.names()
		if len(names) == 0 || o.need.Open || unmade[names[len(names)-1]] != "" || apt[o.id] != "" {
			continue
		}
		asks := h.acme
		if o.need.Operator {
			asks = h.operator
		}
		got := h.send(t, bearer(asks.signIn("owner")), o.method, fill(o.path, h.acme.things), o.media, h.body(o))
		if got.status == http.StatusNotFound || got.status >= http.StatusInternalServerError {
			t.Errorf("%s finds nothing for its own owner: %d %s", o, got.status, got.body)
		}
	}
}

// apt are operations that find nothing for what furnish makes, and why.
var apt = map[string]string{
	"getPairs":      "the source is a text",
	"putPairs":      "the source is a text",
	"listAddresses": "the source is a text",
}

// weight says when something may be tried: reading, changing, removing what is within, removing what is around.
func (o operation) weight() int {
	switch {
	case o.method == http.MethodGet:
		return 0
	case o.method != http.MethodDelete:
		return 1
	}
	return 20 - strings.Count(o.path, "/")
}
