package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/coder/websocket"
)

// patience bounds every conversation with a server.
const patience = 60 * time.Second

// visitor is a lean client: package client checks all that it receives, which
// would cost more than what is measured here. It reads when it waits for
// something and belongs to one goroutine.
type visitor struct {
	ws           *websocket.Conn
	name         string
	token        string
	conversation string
	seq          int64 // the last that it knows of
	sent         int
}

// open opens a session with a bot: a new one, or that of a visitor who was here before.
func (s *site) open(ctx context.Context, bot, name string, before *visitor) (*visitor, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ws, err := s.dial(ctx)
	if err != nil {
		return nil, err
	}
	v := &visitor{ws: ws, name: name}
	data := map[string]any{"bot": bot}
	if before != nil {
		data["token"], data["after"] = before.token, before.seq
	}
	if err := v.write(ctx, "session.open", data); err != nil {
		v.leave()
		return nil, err
	}
	raw, err := v.await(ctx, "session.ready")
	if err != nil {
		v.leave()
		return nil, err
	}
	var ready struct {
		Data struct {
			Token        string `json:"token"`
			Conversation string `json:"conversation"`
			Seq          int64  `json:"seq"`
			Recovered    bool   `json:"recovered"`
		} `json:"data"`
	}
	if err := json.Unmarshal(raw, &ready); err != nil {
		return nil, fmt.Errorf("read %s: %w", raw, err)
	}
	if before != nil && !ready.Data.Recovered {
		return nil, fmt.Errorf("a session was not recovered: %s", raw)
	}
	v.token, v.conversation, v.seq = ready.Data.Token, ready.Data.Conversation, ready.Data.Seq
	return v, nil
}

func (s *site) dial(ctx context.Context) (*websocket.Conn, error) {
	ws, _, err := websocket.Dial(ctx, s.socket, &websocket.DialOptions{HTTPHeader: s.header(), Subprotocols: []string{subprotocol}})
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	ws.SetReadLimit(1 << 20) // an answer of some thousand words comes in one frame at its end
	return ws, nil
}

func (v *visitor) leave() { _ = v.ws.CloseNow() }

func (v *visitor) write(ctx context.Context, kind string, data map[string]any) error {
	raw, err := json.Marshal(map[string]any{"id": "1", "type": kind, "data": data})
	if err != nil {
		return err
	}
	if err := v.ws.Write(ctx, websocket.MessageText, raw); err != nil {
		return fmt.Errorf("send %s: %w", kind, err)
	}
	return nil
}

// await reads until a frame of that type comes. Types are searched for rather than decoded, so
// that the client leaves the processors to the server.
func (v *visitor) await(ctx context.Context, kind string) ([]byte, error) {
	wanted := []byte(`"type":"` + kind + `"`)
	for {
		_, raw, err := v.ws.Read(ctx)
		if err != nil {
			return nil, fmt.Errorf("await %s: %w", kind, err)
		}
		if bytes.Contains(raw, wanted) {
			return raw, nil
		}
		if bytes.Contains(raw, []byte(`"type":"error"`)) || bytes.Contains(raw, []byte(`"type":"message.interrupted"`)) {
			return nil, fmt.Errorf("await %s: %w: %s", kind, errRefused, raw)
		}
	}
}

// errRefused says that the server answered, but not with what was wanted. The connection is good.
var errRefused = errors.New("refused")

// send sends a message without waiting for anything.
func (v *visitor) send(ctx context.Context, text string) error { return v.sendAs(ctx, v.next(), text) }

// next is the client id of the next message.
func (v *visitor) next() string {
	v.sent++
	return fmt.Sprintf("%s-%d", v.name, v.sent)
}

func (v *visitor) sendAs(ctx context.Context, clientID, text string) error {
	return v.write(ctx, "message.send", map[string]any{"client_id": clientID, "text": text})
}

// request sends a frame without data and waits for its answer, of that type.
func (v *visitor) request(ctx context.Context, kind, answer string) error {
	if err := v.write(ctx, kind, nil); err != nil {
		return err
	}
	_, err := v.await(ctx, answer)
	return err
}

// say sends a message and waits until it is acknowledged.
func (v *visitor) say(ctx context.Context, text string) error { return v.sayAs(ctx, v.next(), text) }

// sayAs does that under a client id, which may have been sent before.
func (v *visitor) sayAs(ctx context.Context, clientID, text string) error {
	if err := v.sendAs(ctx, clientID, text); err != nil {
		return err
	}
	raw, err := v.await(ctx, "ack")
	if err != nil {
		return err
	}
	var ack struct {
		Data struct {
			Seq int64 `json:"seq"`
		} `json:"data"`
	}
	if err := json.Unmarshal(raw, &ack); err != nil {
		return fmt.Errorf("read %s: %w", raw, err)
	}
	v.seq = ack.Data.Seq
	return nil
}

// askForPerson keeps the bot from answering: messages are then only kept and acknowledged.
func (v *visitor) askForPerson(ctx context.Context) error {
	return v.request(ctx, "handoff.request", "ack")
}
