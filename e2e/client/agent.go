package client

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// Agent is one connection of an agent's to the desk. It does not come back by itself. Use it from any goroutine.
type Agent struct {
	Name string
	User string // id

	ws   *websocket.Conn
	gone chan struct{} // closed when the connection has ended

	heard atomic.Int64 // when something came last, in Unix nanoseconds

	mu      sync.Mutex
	changed chan struct{} // closed and replaced whenever something below changes
	asked   int
	asks    map[string]chan frame
	seen    map[string][]Shown // by conversation
	tidings []Tiding
	within  time.Duration // over which to come back, as a node that ends said
	ended   error
}

// Shown is a frame about a conversation that is watched: an event, or a delta or snapshot without a seq.
type Shown struct{ Event }

// Tiding is an inbox.changed: up to which seq of which conversation the inbox is told, and when.
type Tiding struct {
	Conversation string
	Seq          int64 // 0: there was no summary
	Came         time.Time
}

// RefusedTo is a refusal with the words for people.
type RefusedTo struct {
	Refused
	Message string
}

func (r *RefusedTo) Error() string { return r.Refused.Error() + ": " + r.Message }

// Sit opens the desk at ws://host:port/api/v1/socket with a member's access token.
func Sit(ctx context.Context, url, token string) (*Agent, error) {
	ws, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}, Subprotocols: []string{"parley.v1"},
	})
	if err != nil {
		return nil, fmt.Errorf("dial the desk: %w", err)
	}
	ws.SetReadLimit(-1)
	a := &Agent{ws: ws, gone: make(chan struct{}), changed: make(chan struct{}), asks: make(map[string]chan frame), seen: make(map[string][]Shown)}
	go a.read()
	ready, err := a.request(ctx, "desk.open", nil)
	if err != nil {
		_ = ws.CloseNow()
		return nil, err
	}
	var named struct {
		Data struct{ Name, User string }
	}
	err = json.Unmarshal(ready.Raw, &named)
	a.Name, a.User = named.Data.Name, named.Data.User
	return a, err
}

// Leave ends the connection.
func (a *Agent) Leave() { _ = a.ws.CloseNow() }

// Do asks for something and waits until it is done: a *RefusedTo says that it was not.
func (a *Agent) Do(ctx context.Context, kind string, data map[string]any) error {
	_, err := a.request(ctx, kind, data)
	return err
}

// Shown is all that was shown of a conversation, in order.
func (a *Agent) Shown(conversation string) []Shown {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.seen[conversation])
}

// Tidings is all that the inbox was told, in order.
func (a *Agent) Tidings() []Tiding {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.tidings)
}

// Await waits until what was shown of a conversation is as wanted.
func (a *Agent) Await(ctx context.Context, conversation string, wanted func([]Shown) bool) error {
	for {
		a.mu.Lock()
		fine, changed, ended := wanted(a.seen[conversation]), a.changed, a.ended
		a.mu.Unlock()
		if fine || ended != nil {
			return ended
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("agent %s waited in vain in %s", a.Name, conversation)
		}
	}
}

func (a *Agent) request(ctx context.Context, kind string, data map[string]any) (frame, error) {
	answer := make(chan frame, 1)
	a.mu.Lock()
	if a.ended != nil {
		a.mu.Unlock()
		return frame{}, errCut
	}
	a.asked++
	id := strconv.Itoa(a.asked)
	a.asks[id] = answer
	a.mu.Unlock()
	raw, err := json.Marshal(request{ID: id, Type: kind, Data: data})
	if err != nil {
		return frame{}, err
	}
	if err := a.ws.Write(ctx, websocket.MessageText, raw); err != nil {
		return frame{}, fmt.Errorf("%s: %w: %w", kind, errCut, err)
	}
	select {
	case f, alive := <-answer:
		if !alive {
			return f, errCut
		}
		if f.Type == "error" {
			refused := &RefusedTo{Refused: Refused{f.Data.Code, f.Data.RetryAfter}}
			var words struct {
				Data struct{ Message string }
			}
			if err := json.Unmarshal(f.Raw, &words); err != nil {
				return f, err
			}
			refused.Message = words.Data.Message
			return f, refused
		}
		return f, nil
	case <-ctx.Done():
		return frame{}, fmt.Errorf("%s: %w", kind, ctx.Err())
	}
}

// read writes down what comes until the connection ends.
func (a *Agent) read() {
	for {
		_, raw, err := a.ws.Read(context.Background())
		var f frame
		if err == nil {
			a.heard.Store(time.Now().UnixNano())
			f.Raw, f.Came = raw, time.Now()
			err = json.Unmarshal(raw, &f)
		}
		if err != nil {
			a.mu.Lock()
			a.ended = fmt.Errorf("the desk's connection ended: %w", err)
			for _, answer := range a.asks {
				close(answer)
			}
			a.asks = nil
			a.announce()
			a.mu.Unlock()
			_ = a.ws.CloseNow()
			close(a.gone)
			return
		}
		if f.Type == "ping" {
			_ = a.ws.Write(context.Background(), websocket.MessageText, []byte(`{"type":"pong"}`))
			continue
		}
		a.mu.Lock()
		a.note(f)
		a.announce()
		a.mu.Unlock()
	}
}

// mind gives the connection up once it was silent for so long; half of that before, a ping asks for a sign of life.
func (a *Agent) mind(silence time.Duration) {
	a.heard.CompareAndSwap(0, time.Now().UnixNano())
	looks := time.NewTicker(silence / 4)
	defer looks.Stop()
	for {
		select {
		case <-a.gone:
			return
		case now := <-looks.C:
			switch quiet := now.Sub(time.Unix(0, a.heard.Load())); {
			case quiet > silence:
				a.Leave()
			case quiet > silence/2:
				ctx, cancel := context.WithTimeout(context.Background(), silence/4)
				_ = a.ws.Write(ctx, websocket.MessageText, []byte(`{"type":"ping"}`)) // whether it arrives is the question
				cancel()
			}
		}
	}
}

// note writes one frame down; the caller holds mu.
func (a *Agent) note(f frame) {
	switch {
	case f.Ref != "":
		if answer := a.asks[f.Ref]; answer != nil {
			delete(a.asks, f.Ref)
			answer <- f
		}
	case f.Type == "draining":
		a.within = f.Data.spread()
	case f.Type == "inbox.changed":
		a.tidings = append(a.tidings, Tiding{f.Data.Conversation, f.Data.Summary.Seq, f.Came})
	case f.Seq != 0 || f.Type == "message.delta" || f.Type == "message.snapshot":
		a.seen[f.Conversation] = append(a.seen[f.Conversation], Shown{f.Event})
	}
}

func (a *Agent) announce() {
	close(a.changed)
	a.changed = make(chan struct{})
}
