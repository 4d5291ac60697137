package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// Options say who the visitor is and where they go.
type Options struct {
	URL    string // ws://host:port/api/v1/socket
	Bot    string
	Origin string        // as a browser sends it; empty: none, then a Bearer is needed
	Bearer func() string // a member's access token; nil: none
	Name   string        // begins the client ids that the visitor makes; must be unique in a conversation
}

// Visitor is one visitor in one conversation. Run it, and use it from any goroutine.
type Visitor struct {
	options Options

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced whenever something below changes
	token    string
	id       string // of the conversation
	head     int64  // of the log when the present connection was opened
	events   []Event
	answer   *answer // that is being written
	sent     []*Sent
	acked    int64           // the highest seq that was acknowledged
	ws       *websocket.Conn // nil: not connected, or not open yet
	connects int
	resumes  int // snapshots that were received
	frames   int // counts the ids of our frames
	broken   []string
	stopped  error // why it will not come back
}

// Sent is a message that the visitor sent.
type Sent struct {
	ClientID string
	Text     string
	Receipt  *Receipt // nil: not acknowledged yet
	Refusal  string   // the code of the last refusal
	Behind   int64    // the highest seq that was acknowledged when it was first sent
	frame    string   // id of the frame that carried it last
}

// answer is the text of an open answer as shown so far.
type answer struct {
	message string
	text    string
}

// New returns a visitor that has never been here.
func New(options Options) *Visitor {
	return &Visitor{options: options, changed: make(chan struct{})}
}

// Pauses between attempts to connect.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = time.Second
)

// Run keeps the visitor connected until ctx ends. A server that says not to come
// back (a close code from 4500) is the only other way out, and an error.
func (v *Visitor) Run(ctx context.Context) error {
	pause := firstPause
	for ctx.Err() == nil {
		opened, err := v.connect(ctx)
		if code := websocket.CloseStatus(err); code >= 4500 {
			v.mu.Lock()
			v.stopped = err
			v.announce()
			v.mu.Unlock()
			return err
		}
		if opened {
			pause = firstPause
		}
		select {
		case <-ctx.Done():
		case <-time.After(pause/2 + rand.N(pause)):
		}
		pause = min(pause*2, lastPause)
	}
	return nil
}

// connect opens one connection and reads it to its end.
func (v *Visitor) connect(ctx context.Context) (opened bool, err error) {
	header := http.Header{}
	if v.options.Origin != "" {
		header.Set("Origin", v.options.Origin)
	}
	if v.options.Bearer != nil {
		header.Set("Authorization", "Bearer "+v.options.Bearer())
	}
	dialing, cancel := context.WithTimeout(ctx, 5*time.Second)
	ws, _, err := websocket.Dial(dialing, v.options.URL, &websocket.DialOptions{HTTPHeader: header, Subprotocols: []string{"parley.v1"}})
	cancel()
	if err != nil {
		return false, err
	}
	defer ws.CloseNow()
	ws.SetReadLimit(-1)
	if err := write(ctx, ws, v.opening()); err != nil {
		return false, err
	}
	defer func() {
		v.mu.Lock()
		v.ws = nil
		v.announce()
		v.mu.Unlock()
	}()
	for {
		_, raw, err := ws.Read(ctx)
		if err != nil {
			return opened, err
		}
		var f frame
		if err := json.Unmarshal(raw, &f); err != nil {
			return opened, fmt.Errorf("read a frame: %w", err)
		}
		f.Raw = raw
		replies := v.receive(ws, f)
		opened = opened || f.Type == "session.ready"
		for _, reply := range replies {
			if err := write(ctx, ws, reply); err != nil {
				return opened, err
			}
		}
	}
}

type request struct {
	ID   string         `json:"id,omitempty"`
	Type string         `json:"type"`
	Data map[string]any `json:"data,omitempty"`
}

func write(ctx context.Context, ws *websocket.Conn, r request) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return ws.Write(ctx, websocket.MessageText, raw)
}

func (v *Visitor) opening() request {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.connects++
	v.answer = nil // whatever was shown of it, a snapshot comes
	data := map[string]any{"bot": v.options.Bot}
	if v.token != "" {
		data["token"], data["after"] = v.token, len(v.events)
	}
	return request{ID: "open", Type: "session.open", Data: data}
}

// Send sends a message now or when the visitor is connected, and again until it
// is acknowledged. It returns the client id.
func (v *Visitor) Send(ctx context.Context, text string) string {
	v.mu.Lock()
	s := &Sent{ClientID: fmt.Sprintf("%s-%d", v.options.Name, len(v.sent)+1), Text: text, Behind: v.acked}
	v.sent = append(v.sent, s)
	ws, r := v.ws, v.sending(s)
	v.mu.Unlock()
	if ws != nil {
		_ = write(ctx, ws, r) // if it is lost, the next connection sends it again
	}
	return s.ClientID
}

// Tell sends another request, such as contact.set, once, if the visitor is
// connected. Its answer is not waited for.
func (v *Visitor) Tell(ctx context.Context, kind string, data map[string]any) {
	v.mu.Lock()
	ws := v.ws
	v.mu.Unlock()
	if ws != nil {
		_ = write(ctx, ws, request{Type: kind, Data: data}) // what is lost with its connection is lost
	}
}

// sending is the frame that carries a message. The caller holds mu.
func (v *Visitor) sending(s *Sent) request {
	v.frames++
	s.frame = strconv.Itoa(v.frames)
	return request{ID: s.frame, Type: "message.send", Data: map[string]any{"client_id": s.ClientID, "text": s.Text}}
}

// Settled waits until every message is acknowledged and every question of the
// visitor has an answer that ended.
func (v *Visitor) Settled(ctx context.Context) error {
	return v.await(ctx, v.settled)
}

// await waits until done, which is called with mu held.
func (v *Visitor) await(ctx context.Context, done func() bool) error {
	for {
		v.mu.Lock()
		ok, changed, stopped := done(), v.changed, v.stopped
		v.mu.Unlock()
		switch {
		case ok:
			return nil
		case stopped != nil:
			return stopped
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return errors.New(v.state())
		}
	}
}

func (v *Visitor) settled() bool {
	for _, s := range v.sent {
		// The ack comes before its event.
		if s.Receipt == nil || s.Receipt.Seq > int64(len(v.events)) {
			return false
		}
	}
	open := make(map[string]bool) // questions, by message
	asked := make(map[string]string)
	for _, e := range v.events {
		switch e.Type {
		case "message.created":
			if e.Data.Author.Kind == "visitor" {
				open[e.Data.Message] = true
			}
		case "message.started":
			asked[e.Data.Message] = e.Data.Question
		case "message.completed":
			delete(open, asked[e.Data.Message])
		case "message.interrupted":
			if e.Data.Reason != "node_lost" {
				delete(open, asked[e.Data.Message])
			}
		}
	}
	return len(open) == 0
}

// state says in a line where the visitor is, for a test that waited in vain.
func (v *Visitor) state() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	waiting := 0
	for _, s := range v.sent {
		if s.Receipt == nil {
			waiting++
		}
	}
	last := "none"
	if n := len(v.events); n > 0 {
		last = fmt.Sprintf("%d %s", v.events[n-1].Seq, v.events[n-1].Type)
	}
	return fmt.Sprintf("visitor %s in %s: connected %v, %d of %d messages without an ack, last event %s",
		v.options.Name, v.id, v.ws != nil, waiting, len(v.sent), last)
}

// Name is what the visitor's client ids begin with.
func (v *Visitor) Name() string { return v.options.Name }

// Conversation is the id of the visitor's conversation, "" before the first session.ready.
func (v *Visitor) Conversation() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.id
}

// Events is what the visitor holds of the log.
func (v *Visitor) Events() []Event {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.events)
}

// Sent is all that the visitor sent, in order.
func (v *Visitor) Sent() []Sent {
	v.mu.Lock()
	defer v.mu.Unlock()
	all := make([]Sent, len(v.sent))
	for i, s := range v.sent {
		all[i] = *s
	}
	return all
}

// Violations is every way in which the server broke the contract towards this visitor.
func (v *Visitor) Violations() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.broken)
}

// Counts tells what the visitor went through: connections, and snapshots of answers resumed.
func (v *Visitor) Counts() map[string]int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return map[string]int{"connections": v.connects, "snapshots": v.resumes}
}

// announce tells whoever waits that something changed. The caller holds mu.
func (v *Visitor) announce() {
	close(v.changed)
	v.changed = make(chan struct{})
}
