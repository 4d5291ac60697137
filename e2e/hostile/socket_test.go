package hostile

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// shop is the page on which the good bot may be used.
const shop = "https://shop.example"

// socket is a client that says what it likes.
type socket struct {
	t            *testing.T
	ws           *websocket.Conn
	conversation string // that was opened last
}

// frame is what a server sent.
type frame struct {
	Ref  string
	Seq  int64
	Type string
	Data struct {
		Code, Message, Text, Token, Conversation string
		ClientID                                 string `json:"client_id"`
		Seq                                      int64
		Recovered                                bool
	}
}

// dial opens a websocket as a page of that origin does; protocols are those it asks for.
func (h *house) dial(t *testing.T, origin string, protocols ...string) *socket {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, h.socketURL(), &websocket.DialOptions{
		HTTPHeader: http.Header{"Origin": {origin}}, Subprotocols: protocols,
	})
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	ws.SetReadLimit(-1)
	t.Cleanup(func() { _ = ws.CloseNow() })
	return &socket{t: t, ws: ws}
}

// visit opens a websocket as the shop's widget does.
func (h *house) visit(t *testing.T) *socket {
	t.Helper()
	return h.dial(t, shop, "parley.v1")
}

// arrive visits and opens a session.
func (h *house) arrive(t *testing.T) *socket {
	t.Helper()
	s := h.visit(t)
	s.open(h.bot)
	return s
}

func (s *socket) open(bot string) frame {
	s.t.Helper()
	s.say(`{"id":"open","type":"session.open","data":{"bot":"` + bot + `"}}`)
	ready := s.await("session.ready")
	s.conversation = ready.Data.Conversation
	return ready
}

func (s *socket) say(text string) {
	s.t.Helper()
	s.send(websocket.MessageText, []byte(text))
}

func (s *socket) send(kind websocket.MessageType, data []byte) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.ws.Write(ctx, kind, data); err != nil {
		s.t.Fatalf("send: %v", err)
	}
}

func (s *socket) read() (frame, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, raw, err := s.ws.Read(ctx)
	if err != nil {
		return frame{}, err
	}
	var f frame
	return f, json.Unmarshal(raw, &f)
}

// await reads up to the next frame of a type.
func (s *socket) await(kind string) frame {
	s.t.Helper()
	for {
		f, err := s.read()
		if err != nil {
			s.t.Fatalf("waiting for %s: %v", kind, err)
		}
		if f.Type == kind {
			return f
		}
		if f.Type == "error" {
			s.t.Fatalf("waiting for %s: %+v", kind, f)
		}
	}
}

// refused reads up to the next error, which must answer a frame, have the code and say so much.
func (s *socket) refused(ref, code, says string) {
	s.t.Helper()
	f := s.await("error")
	if f.Ref != ref || f.Data.Code != code {
		s.t.Errorf("got %+v, want %s for %q", f, code, ref)
	}
	inWords(s.t, f.Data.Message, says)
	if strings.Contains(f.Data.Message, marker) {
		s.t.Errorf("it repeats what was sent: %q", f.Data.Message)
	}
}

// closed reads to the end, which must have the code and say so much.
func (s *socket) closed(code int, says string) {
	s.t.Helper()
	for {
		_, err := s.read()
		if err == nil {
			continue
		}
		var end websocket.CloseError
		if !errors.As(err, &end) || int(end.Code) != code || !strings.Contains(end.Reason, says) {
			s.t.Errorf("ended with %v, want %d %q", err, code, says)
		}
		return
	}
}

// stays checks that the connection still serves, and how quickly it ends is the client's.
func (s *socket) stays() {
	s.t.Helper()
	begun := time.Now()
	s.say(`{"id":"alive","type":"ping"}`)
	if f := s.await("pong"); f.Ref != "alive" || time.Since(begun) > patience {
		s.t.Errorf("got %+v after %v", f, time.Since(begun))
	}
}

// chats sends a message and waits for the end of its answer. One that was sent before may have been kept,
// and answered, when nobody heard of it: then the end comes before the acknowledgement.
func (s *socket) chats(clientID, text string) {
	s.t.Helper()
	s.say(message("chat", clientID, text))
	kept, ended := int64(0), int64(0)
	for kept == 0 || ended < kept {
		f, err := s.read()
		switch {
		case err != nil || f.Type == "error":
			s.t.Fatalf("waiting for an answer: %+v, %v", f, err)
		case f.Type == "ack" && f.Ref == "chat":
			if kept = f.Data.Seq; kept == 0 {
				s.t.Fatalf("got %+v", f)
			}
		case f.Type == "message.completed":
			ended = f.Seq
		}
	}
}

// message is the frame of a message.
func message(id, clientID, text string) string {
	raw, err := json.Marshal(map[string]any{
		"id": id, "type": "message.send", "data": map[string]any{"client_id": clientID, "text": text},
	})
	if err != nil {
		panic("hostile: " + err.Error())
	}
	return string(raw)
}
