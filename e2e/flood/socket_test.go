package flood

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// from is a client of an address.
func from(address string) *http.Client {
	dialer := &net.Dialer{Timeout: dialing, LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	return &http.Client{Timeout: patience, Transport: &http.Transport{DialContext: dialer.DialContext, MaxIdleConnsPerHost: 256}}
}

const (
	dialing  = 5 * time.Second
	patience = 30 * time.Second
)

// said is a frame of the server.
type said struct {
	Ref, Type string
	Data      struct {
		Token, Code string
		RetryAfter  int `json:"retry_after"`
	}
}

// refused is what somebody was told who is over a limit.
type refused struct {
	code  string
	after int
}

func (r *refused) Error() string { return fmt.Sprintf("%s, come back in %d s", r.code, r.after) }

// visitor is one websocket of a visitor. Its methods are for one goroutine, but for write.
type visitor struct {
	ws    *websocket.Conn
	token string
	sent  int
}

// visit opens a chat; token is empty for a newcomer.
func (h *house) visit(ctx context.Context, client *http.Client, bot, token string) (*visitor, error) {
	dial, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ws, response, err := websocket.Dial(dial, "ws://"+h.server.Address+"/api/v1/socket", &websocket.DialOptions{
		HTTPClient: client, HTTPHeader: http.Header{"Origin": {page}}, Subprotocols: []string{"parley.v1"},
	})
	if err != nil {
		if response != nil && response.StatusCode == http.StatusTooManyRequests {
			after := 0
			_, _ = fmt.Sscan(response.Header.Get("Retry-After"), &after)
			return nil, &refused{"rate_limited", after}
		}
		return nil, err
	}
	ws.SetReadLimit(-1)
	v := &visitor{ws: ws, token: token}
	open := map[string]any{"bot": bot}
	if token != "" {
		open["token"] = token
	}
	ready, err := v.ask(ctx, "open", "session.open", open)
	if err != nil {
		_ = ws.CloseNow()
		return nil, err
	}
	v.token = ready.Data.Token
	return v, nil
}

// ask sends a frame and reads until its answer.
func (v *visitor) ask(ctx context.Context, id, kind string, data map[string]any) (said, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := v.write(ctx, id, kind, data); err != nil {
		return said{}, err
	}
	for {
		answer, err := v.read(ctx)
		if err != nil {
			return said{}, err
		}
		if answer.Ref == id {
			if answer.Type == "error" {
				return said{}, &refused{answer.Data.Code, answer.Data.RetryAfter}
			}
			return answer, nil
		}
	}
}

func (v *visitor) read(ctx context.Context) (f said, err error) {
	_, raw, err := v.ws.Read(ctx)
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(raw, &f)
}

func (v *visitor) write(ctx context.Context, id, kind string, data map[string]any) error {
	raw, err := json.Marshal(map[string]any{"id": id, "type": kind, "data": data})
	if err != nil {
		return err
	}
	return v.ws.Write(ctx, websocket.MessageText, raw)
}

// say sends a message and waits for its acknowledgement.
func (v *visitor) say(ctx context.Context) error {
	v.sent++
	_, err := v.ask(ctx, fmt.Sprint("m", v.sent), "message.send", map[string]any{"client_id": fmt.Sprint(time.Now().UnixNano(), "-", v.sent), "text": "Where is my parcel?"})
	return err
}

// together does something so many times at once and waits for all of it.
func together(times int, do func(n int)) {
	var all sync.WaitGroup
	for n := range times {
		all.Go(func() { do(n) })
	}
	all.Wait()
}
