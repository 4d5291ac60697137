package socket

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"

	"parley/transport/wire"
)

// refusal answers a request that does not become a websocket, in the form of
// REST's errors (RFC 9457).
type refusal struct {
	status int
	code   string
	detail string
	header [2]string
	after  int64 // seconds after which to come back; 0: that does not help
}

var (
	refuseMethod = &refusal{http.StatusMethodNotAllowed, "method_not_allowed",
		"Open this address with GET, as a websocket.", [2]string{"Allow", "GET"}, 0}
	refusePlain = &refusal{http.StatusUpgradeRequired, "upgrade_required",
		"This address speaks websocket, with the subprotocol " + wire.Subprotocol + ".", [2]string{"Upgrade", "websocket"}, 0}
	refuseDraining = &refusal{http.StatusServiceUnavailable, "draining",
		"This server is going away. Please connect again in a moment.", [2]string{"Retry-After", "1"}, 1}
)

// refuseCrowd says when there may be room for one more from an address.
func refuseCrowd(wait time.Duration) *refusal {
	after := int64(math.Ceil(wait.Seconds()))
	return &refusal{http.StatusTooManyRequests, "rate_limited",
		"There are too many connections from your address. Please try again in a moment.", [2]string{"Retry-After", strconv.FormatInt(after, 10)}, after}
}

func (f *refusal) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set(f.header[0], f.header[1])
	w.WriteHeader(f.status)
	problem := map[string]any{"title": http.StatusText(f.status), "status": f.status, "code": f.code, "detail": f.detail}
	if f.after > 0 {
		problem["retry_after"] = f.after
	}
	_ = json.NewEncoder(w).Encode(problem) // a peer that is gone needs no answer
}
