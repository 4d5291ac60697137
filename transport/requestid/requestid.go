// Package requestid names requests, so that a line of log, an answer and whoever asks for help speak of the same one.
// It is safe for concurrent use.
package requestid

import (
	"context"
	"net/http"

	"parley/chat"
)

// Header carries the name, both ways.
const Header = "X-Request-Id"

// Bounds of a name that somebody else gave.
const (
	shortest = 8
	longest  = 128
)

// Of is the name that a proxy or a client has given a request, if it may stand in a log, or a new one.
func Of(r *http.Request) string {
	if given := r.Header.Get(Header); sane(given) {
		return given
	}
	return chat.NewID("req")
}

func sane(id string) bool {
	if len(id) < shortest || len(id) > longest {
		return false
	}
	for _, c := range []byte(id) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.':
		default:
			return false
		}
	}
	return true
}

type key struct{}

// With returns a context that is of the request of that name.
func With(ctx context.Context, id string) context.Context { return context.WithValue(ctx, key{}, id) }

// From is the name of the request that ctx is of; "": of none.
func From(ctx context.Context) string {
	id, _ := ctx.Value(key{}).(string)
	return id
}
