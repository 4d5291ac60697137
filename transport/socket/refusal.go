package socket

import (
	"encoding/json"
	"net/http"

	"parley/transport/wire"
)

// refusal answers a request that does not become a websocket, in the form of
// REST's errors (RFC 9457).
type refusal struct {
	status int
	code   string
	detail string
	header [2]string
}

var (
	refuseMethod = &refusal{http.StatusMethodNotAllowed, "method_not_allowed",
		"Open this address with GET, as a websocket.", [2]string{"Allow", "GET"}}
	refusePlain = &refusal{http.StatusUpgradeRequired, "upgrade_required",
		"This address speaks websocket, with the subprotocol " + wire.Subprotocol + ".", [2]string{"Upgrade", "websocket"}}
	refuseDraining = &refusal{http.StatusServiceUnavailable, "draining",
		"This server is going away. Please connect again in a moment.", [2]string{"Retry-After", "1"}}
	refuseCrowd = &refusal{http.StatusTooManyRequests, "rate_limited",
		"There are too many connections from your address. Please try again in a moment.", [2]string{"Retry-After", "10"}}
)

func (f *refusal) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set(f.header[0], f.header[1])
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(map[string]any{ // a peer that is gone needs no answer
		"title": http.StatusText(f.status), "status": f.status, "code": f.code, "detail": f.detail,
	})
}
