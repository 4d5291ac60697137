package socket

import (
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"parley/account"
	"parley/chat"
	"parley/transport/address"
	"parley/transport/requestid"
	"parley/transport/wire"
)

// Handler serves GET /api/v1/socket.
type Handler struct {
	config    Config
	log       *slog.Logger
	metrics   metrics
	inbox     *inbox
	sleepers  *sleepers
	directory *directory
	gates     gates

	writers *writers

	healing *healing
	lookout *lookout
	pauses  *pauses

	mu       sync.Mutex
	conns    map[*conn]struct{}
	late     []*conn       // those that came while the handler drains
	gone     chan struct{} // closed when draining and no connection is left
	allGone  func()        // closes gone, once
	leaving  atomic.Int32  // a stage; changes with mu held
	draining bool          // for good; guarded by mu
}

// New returns a handler. Drain it before the process ends.
func New(config Config) *Handler {
	config.Limits = config.Limits.withDefaults()
	config.Timing = config.Timing.withDefaults()
	if config.Address == nil {
		config.Address = func(r *http.Request) string { return address.Of(r, nil) }
	}
	if config.IP == nil {
		config.IP = func(r *http.Request) netip.Addr { return address.IP(r, nil) }
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	metrics := newMetrics(config.Metrics)
	gone, sleepers := make(chan struct{}), newSleepers()
	h := &Handler{
		config:    config,
		log:       config.Logger,
		metrics:   metrics,
		sleepers:  sleepers,
		directory: newDirectory(config.Bots, config.Engine),
		gates:     newGates(config.Limits),
		writers:   newWriters(),
		healing:   newHealing(config.Logger, metrics.apart),
		conns:     make(map[*conn]struct{}),
		gone:      gone,
		allGone:   sync.OnceFunc(func() { close(gone) }),
	}
	h.lookout = newLookout(config.Positions, config.Timing.Look, metrics.found, h.watching)
	h.pauses = newPauses(config.Allowances, config.Timing.Pause, h.visiting)
	h.inbox = newInbox(config.Announcer, config.Summaries, func(ref chat.Ref) { sleepers.wake(ref, nil) }, h.lookout.wake, config.Logger)
	return h
}

// ServeHTTP upgrades a request and returns; the connection lives on without its request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	from := h.config.Address(r)
	if refusal := h.admit(r, from); refusal != nil {
		h.metrics.refused.WithLabelValues(refusal.code).Inc()
		refusal.write(w)
		return
	}
	offered := subprotocols(r)
	id := requestid.Of(r)
	w.Header().Set(requestid.Header, id)
	shake := &handshake{ResponseWriter: w, patience: h.config.Timing.Write}
	ws, err := websocket.Accept(shake, r, &websocket.AcceptOptions{
		// A browser only shows why it was closed if one of its own subprotocols was agreed to.
		Subprotocols:       append([]string{wire.Subprotocol}, offered...),
		InsecureSkipVerify: true, // session.open and desk.open check the origin, and can say why
	})
	if err != nil { // Accept has answered
		h.leave(from)
		return
	}
	c := newConn(h, ws, shake.peer, r, from)
	c.id = id
	if !h.enter(c) {
		h.leave(from)
		_ = ws.CloseNow()
		return
	}
	if ws.Subprotocol() != wire.Subprotocol {
		c.shut(wire.CloseProtocol, "ask for the subprotocol "+wire.Subprotocol)
	}
	if stage(h.leaving.Load()) == closing {
		c.sendAway(turnedAway)
	}
	go c.read(1)
}

// admit decides before a connection costs anything. Whoever is admitted must leave.
func (h *Handler) admit(r *http.Request, address string) *refusal {
	if r.Method != http.MethodGet {
		return refuseMethod
	}
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return refusePlain
	}
	if stage(h.leaving.Load()) == left {
		return refuseDraining
	}
	if h.config.Limits.Off {
		return nil
	}
	if wait := h.gates.admit(address, time.Now()); wait > 0 {
		return refuseCrowd(wait)
	}
	return nil
}

func (h *Handler) enter(c *conn) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := stage(h.leaving.Load())
	if now == left {
		return false
	}
	if now == moving {
		h.late = append(h.late, c)
	}
	h.conns[c] = struct{}{}
	h.metrics.count(nil, 1)
	return true
}

func (h *Handler) exit(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.conns, c)
	h.metrics.count(nil, -1) // it became nothing before
	if stage(h.leaving.Load()) == left && len(h.conns) == 0 {
		h.allGone()
	}
	h.leave(c.address)
}

func (h *Handler) leave(address string) {
	if !h.config.Limits.Off {
		h.gates.here.Leave(address)
	}
}

func subprotocols(r *http.Request) []string {
	var all []string
	for _, line := range r.Header.Values("Sec-WebSocket-Protocol") {
		for name := range strings.SplitSeq(line, ",") {
			if name = strings.TrimSpace(name); name != "" {
				all = append(all, name)
			}
		}
	}
	return all
}

// bearer returns the token of an Authorization header, or "".
func bearer(r *http.Request) string {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// ourOwn tells whether a page of ours asks.
func (h *Handler) ourOwn(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	return account.SameOrigin(h.config.PublicURL, origin) || h.config.SameHost && account.SameHost(origin, r.Host)
}

// signedIn returns who a cookie stands for. It counts only on our own origin:
// another page could open a socket with the cookie as well.
func (h *Handler) signedIn(r *http.Request) *account.Identity {
	if h.config.Cookie == nil || !h.ourOwn(r) {
		return nil
	}
	identity, err := h.config.Cookie(r)
	if err != nil {
		return nil
	}
	return &identity
}
