package client

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// dialing bounds an attempt to connect.
const dialing = 5 * time.Second

// connection is one websocket of a visitor, who may have several: the one that was
// opened last counts, and what the others show is not looked at.
type connection struct {
	*websocket.Conn
	ready  bool                  // its session is open and what was not acknowledged was sent on it; mu of the visitor
	again  int                   // how many of the visitor's messages need not be sent on it any more; the same
	asks   map[string]chan error // what Ask waits for, by frame; mu of the visitor
	silent *time.Timer           // nil: silence is not minded
	asked  atomic.Bool           // a ping is out
}

// connect opens one connection and reads it to its end.
func (v *Visitor) connect(ctx context.Context) (opened bool, err error) {
	c, err := v.dial(ctx)
	if err != nil {
		return false, err
	}
	defer v.lost(c)
	if err := c.write(ctx, v.opening(c)); err != nil {
		return false, err
	}
	for {
		c.heard(v.options.Silence / 2)
		_, raw, err := c.Read(ctx)
		if err != nil {
			return opened, err
		}
		var f frame
		if err := json.Unmarshal(raw, &f); err != nil {
			return opened, fmt.Errorf("read a frame: %w", err)
		}
		f.Raw, f.Came = raw, time.Now()
		replies := v.receive(c, f)
		if f.Type == "session.ready" {
			opened = true
			if err := v.sendAgain(ctx, c); err != nil {
				return opened, err
			}
		}
		if f.Type == "error" && f.Ref == openFrame {
			return opened, v.turnedAway(f.Data)
		}
		for _, reply := range replies {
			if err := c.write(ctx, reply); err != nil {
				return opened, err
			}
		}
	}
}

func (v *Visitor) dial(ctx context.Context) (*connection, error) {
	header := http.Header{}
	if v.options.Origin != "" {
		header.Set("Origin", v.options.Origin)
	}
	if v.options.Bearer != nil {
		header.Set("Authorization", "Bearer "+v.options.Bearer())
	}
	patience := dialing
	if v.options.Silence > 0 {
		patience = min(patience, 2*v.options.Silence)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, v.address(), &websocket.DialOptions{HTTPHeader: header, Subprotocols: []string{"parley.v1"}})
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(-1)
	c := &connection{Conn: ws}
	if half := v.options.Silence / 2; half > 0 {
		// It is started only once it is where mind finds it.
		c.silent = time.AfterFunc(time.Hour, func() { v.mind(c, half) })
	}
	return c, nil
}

// anyOf is one of several URLs.
func anyOf(url string, others []string) string {
	if n := rand.IntN(len(others) + 1); n > 0 {
		return others[n-1]
	}
	return url
}

// address is where the next connection goes.
func (v *Visitor) address() string {
	if v.options.Route != nil {
		return v.options.Route()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.connects == 0 {
		return v.options.URL
	}
	return anyOf(v.options.URL, v.options.Others)
}

// heard begins to wait for the next frame: when half of the time is over, a ping
// asks for one, and a connection that stays silent is given up.
func (c *connection) heard(half time.Duration) {
	if c.silent != nil {
		c.asked.Store(false)
		c.silent.Reset(half)
	}
}

func (v *Visitor) mind(c *connection, half time.Duration) {
	if !c.asked.Swap(true) {
		c.silent.Reset(half)
		ctx, cancel := context.WithTimeout(context.Background(), half)
		defer cancel()
		_ = c.write(ctx, request{Type: "ping"}) // whether it arrives is the question
		return
	}
	v.mu.Lock()
	v.silences++
	v.mu.Unlock()
	_ = c.CloseNow()
}

// lost takes note of a connection's end. If it was the one that counted, the others go as
// well: the visitor comes back on a new one.
func (v *Visitor) lost(c *connection) {
	if c.silent != nil {
		c.silent.Stop()
	}
	_ = c.CloseNow()
	v.mu.Lock()
	delete(v.open, c)
	c.unanswered()
	var others []*connection
	if v.current == c {
		v.current = nil
		for other := range v.open {
			others = append(others, other)
		}
	}
	v.announce()
	v.mu.Unlock()
	for _, other := range others {
		_ = other.CloseNow()
	}
}

// sendAgain sends what was not acknowledged, in the order in which it was sent first, and makes the
// connection ready: what is sent from then on comes behind it.
func (v *Visitor) sendAgain(ctx context.Context, c *connection) error {
	for {
		r, more := v.unsent(c)
		if !more {
			return nil
		}
		if err := c.write(ctx, r); err != nil {
			return err
		}
	}
}

// unsent is the next message to send again. If there is none, the connection is ready.
func (v *Visitor) unsent(c *connection) (r request, more bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for c.again < len(v.sent) {
		s := v.sent[c.again]
		c.again++
		if s.Receipt == nil {
			return v.sending(s), true
		}
	}
	c.ready = true
	v.announce()
	return request{}, false
}

// opening makes a connection the one that counts, and says what is sent on it first.
func (v *Visitor) opening(c *connection) request {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.connects++
	v.current = c
	v.open[c] = true
	if v.answer != nil {
		v.held = *v.answer
		v.answer = nil // a snapshot tells how far it is
	}
	data := map[string]any{"bot": v.options.Bot}
	if v.options.Known != nil {
		data["identity"] = v.options.Known
	}
	if v.token != "" {
		data["token"], data["after"] = v.token, len(v.events)
	}
	return request{ID: openFrame, Type: "session.open", Data: data}
}

// openFrame is the id of the frame that opens a session.
const openFrame = "open"

// turnedAway takes note of a session that was refused: the visitor comes back on another connection.
func (v *Visitor) turnedAway(d Data) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.refusals[d.Code]++
	return &Refused{d.Code, d.RetryAfter}
}

// Double opens one more connection with the same token, as a page does that takes its first one for
// dead, and returns when that connection has ended. While both live, messages go out on
// both. A visitor who never had a session has no token, and nothing happens.
func (v *Visitor) Double(ctx context.Context) {
	if v.Conversation() != "" {
		_, _ = v.connect(ctx) // it ends as all connections do
	}
}

type request struct {
	ID   string         `json:"id,omitempty"`
	Type string         `json:"type"`
	Data map[string]any `json:"data,omitempty"`
}

func (c *connection) write(ctx context.Context, r request) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return c.Write(ctx, websocket.MessageText, raw)
}
