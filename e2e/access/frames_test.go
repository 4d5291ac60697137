package access

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/account"
)

// peer is one connection of somebody's, whose frames are the test's own.
type peer struct {
	ws   *websocket.Conn
	sent int
}

// frame is as much of a server's frame as is looked at.
type frame struct {
	Ref  string `json:"ref"`
	Type string `json:"type"`
	Data struct {
		Code         string `json:"code"`
		Token        string `json:"token"`
		Conversation string `json:"conversation"`
	} `json:"data"`
	raw string
}

// waiting bounds an answer.
const waiting = 30 * time.Second

// dial opens a connection with these headers.
func (h *house) dial(header http.Header) (*peer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), waiting)
	defer cancel()
	ws, response, err := websocket.Dial(ctx, "ws://"+h.server.Address+base+"socket", &websocket.DialOptions{HTTPHeader: header, Subprotocols: []string{"parley.v1"}})
	if response != nil && response.Body != nil {
		defer response.Body.Close()
	}
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(-1)
	return &peer{ws: ws}, nil
}

// ask sends a frame and returns what answers it. What else comes meanwhile is not looked at. An error is a connection that has ended.
func (p *peer) ask(kind string, data map[string]any) (f frame, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), waiting)
	defer cancel()
	p.sent++
	id := string(rune('a'+p.sent%26)) + kind
	raw, err := json.Marshal(map[string]any{"id": id, "type": kind, "data": data})
	if err != nil {
		return f, err
	}
	if err := p.ws.Write(ctx, websocket.MessageText, raw); err != nil {
		return f, err
	}
	for {
		_, raw, err := p.ws.Read(ctx)
		if err != nil {
			return f, err
		}
		f = frame{raw: string(raw)}
		if err := json.Unmarshal(raw, &f); err != nil {
			return f, err
		}
		if f.Ref == id {
			return f, nil
		}
	}
}

// page is a browser on the page where the bots may be.
var page = http.Header{"Origin": {"https://shop.example"}}

// talk lets a visitor ask a bot of this house, and waits for the answer's end.
func (h *house) talk(bot string) (token, conversation string) {
	h.t.Helper()
	p, err := h.dial(page)
	if err != nil {
		h.t.Fatal(err)
	}
	defer p.ws.CloseNow()
	ready, err := p.ask("session.open", map[string]any{"bot": bot, "page": "https://shop.example/"})
	if err != nil || ready.Data.Token == "" {
		h.t.Fatalf("open a session: %v %s", err, ready.raw)
	}
	if sent, err := p.ask("message.send", map[string]any{"client_id": "1", "text": "What is the secret?"}); err != nil || sent.Type != "ack" {
		h.t.Fatalf("ask: %v %s", err, sent.raw)
	}
	ctx, cancel := context.WithTimeout(context.Background(), waiting)
	defer cancel()
	for {
		_, raw, err := p.ws.Read(ctx)
		if err != nil {
			h.t.Fatalf("wait for the answer: %v", err)
		}
		var f frame
		if json.Unmarshal(raw, &f) == nil && f.Type == "message.completed" {
			return ready.Data.Token, ready.Data.Conversation
		}
	}
}

// frameData has what any frame about a conversation may hold: what a frame does not know, it ignores.
func frameData(things map[string]string) map[string]any {
	return map[string]any{
		"conversation": things["{conversation}"], "agent": things["{member}"], "client_id": "tried", "text": "tried", "message": "", "seq": 1, "available": true,
		"helpful": true, "name": "tried", "email": "tried@access.example",
	}
}

// frames tries each type of frame as everybody.
func (h *house) frames(t *testing.T) {
	kinds := slices.Sorted(maps.Keys(account.Frames))
	none := h.acme.nobodys()

	t.Run("before anything is open", func(t *testing.T) {
		for _, kind := range kinds {
			p, err := h.dial(page)
			if err != nil {
				t.Fatal(err)
			}
			got, err := p.ask(kind, frameData(h.acme.things))
			var closed websocket.CloseError
			switch {
			case kind == "pong": // answers nothing, asks nothing
			case kind == "ping":
				if err != nil || got.Type != "pong" {
					t.Errorf("%s: %v %s", kind, err, got.raw)
				}
			case kind == "desk.open":
				if err != nil || got.Data.Code != "unauthorized" {
					t.Errorf("%s as nobody: %v %s", kind, err, got.raw)
				}
			default: // session.open names no bot here
				if !errors.As(err, &closed) || closed.Code < 4500 {
					t.Errorf("%s as nobody: %v %s", kind, err, got.raw)
				}
			}
			_ = p.ws.CloseNow()
		}
	})

	t.Run("by a visitor", func(t *testing.T) {
		for _, kind := range kinds {
			if account.Frames[kind].Open {
				continue
			}
			p := h.visit(t, h.acme)
			got, err := p.ask(kind, frameData(none))
			if err != nil {
				t.Errorf("%s: %v", kind, err)
			} else if refused := got.Data.Code == "wrong_role"; refused == account.Frames[kind].Visitor && kind != "desk.open" {
				t.Errorf("%s: the table lets visitors: %v, and they get %s", kind, account.Frames[kind].Visitor, got.raw)
			} else if kind == "desk.open" && got.Data.Code != "unauthorized" {
				t.Errorf("a visitor opens the desk: %s", got.raw)
			}
			_ = p.ws.CloseNow()
		}
	})

	for role, token := range h.acme.staff {
		t.Run("by a member who is "+role, func(t *testing.T) {
			p := h.sit(t, token)
			defer p.ws.CloseNow()
			for _, kind := range kinds {
				need := account.Frames[kind]
				if need.Open || kind == "desk.open" {
					continue
				}
				got, err := p.ask(kind, frameData(none))
				if err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
				want := ""
				switch {
				case need.Action == "":
					want = "wrong_role"
				case !account.Role(role).May(need.Action):
					want = "forbidden"
				}
				if code := got.Data.Code; want != "" && code != want || want == "" && (code == "forbidden" || code == "wrong_role") {
					t.Errorf("%s takes %q: %s, want %q", kind, need.Action, got.raw, want)
				}
			}
		})
	}

	t.Run("about another's conversation", func(t *testing.T) {
		p := h.sit(t, h.rival.Token)
		defer p.ws.CloseNow()
		for _, kind := range kinds {
			if account.Frames[kind].Action == "" || kind == "desk.open" || kind == "presence.set" || kind == "typing" {
				continue // typing is not answered while the last is fresh
			}
			var answers [2]frame
			for i, things := range []map[string]string{h.acme.things, none} {
				got, err := p.ask(kind, frameData(things))
				if err != nil {
					t.Fatalf("%s: %v", kind, err)
				}
				got.raw, got.Ref = anyID.ReplaceAllString(got.raw[len(got.Ref):], "id"), ""
				answers[i] = got
			}
			if kind != "conversation.unwatch" && answers[0].Data.Code != "not_found" || answers[0].Data != answers[1].Data {
				t.Errorf("%s: %s, for nobody's %s", kind, answers[0].raw, answers[1].raw)
			}
		}
	})

	t.Run("by those who are nobody any more", func(t *testing.T) {
		for _, c := range h.callers {
			if c.status != http.StatusUnauthorized {
				continue
			}
			p, err := h.dial(c.header)
			if err != nil {
				continue // refused before it was a connection
			}
			for _, open := range []string{"desk.open", "session.open"} {
				got, err := p.ask(open, map[string]any{"bot": h.acme.things["{bot}"]})
				if err == nil && got.Data.Code == "" {
					t.Errorf("%s by %s: %s", open, c.name, got.raw)
				}
			}
			_ = p.ws.CloseNow()
		}
	})

	t.Run("by a visitor who names another's", func(t *testing.T) { h.othersVisits(t, none) })
}

// othersVisits opens sessions with what is another visitor's.
func (h *house) othersVisits(t *testing.T, none map[string]string) {
	own, _ := h.talk(h.rival.things["{bot}"])
	for name, c := range map[string][2]map[string]any{
		"a token of another's bot": {
			{"bot": h.rival.things["{bot}"], "token": h.acme.visitor}, {"bot": h.rival.things["{bot}"], "token": "none"},
		},
		"another's conversation": {
			{"bot": h.rival.things["{bot}"], "token": own, "conversation": h.acme.things["{conversation}"]},
			{"bot": h.rival.things["{bot}"], "token": own, "conversation": none["{conversation}"]},
		},
		"a conversation of another visitor of the same bot": {
			{"bot": h.rival.things["{bot}"], "token": own, "conversation": h.rival.things["{conversation}"]},
			{"bot": h.rival.things["{bot}"], "token": own, "conversation": none["{conversation}"]},
		},
		"a conversation without a token": {
			{"bot": h.acme.things["{bot}"], "conversation": h.acme.things["{conversation}"]},
			{"bot": h.acme.things["{bot}"], "conversation": none["{conversation}"]},
		},
	} {
		var answers [2]string
		for i, data := range c {
			p, err := h.dial(page)
			if err != nil {
				t.Fatal(err)
			}
			data["page"] = "https://shop.example/"
			got, err := p.ask("session.open", data)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got.Data.Conversation == h.acme.things["{conversation}"] || got.Data.Conversation == h.rival.things["{conversation}"] {
				t.Errorf("%s opens it: %s", name, got.raw)
			}
			answers[i] = got.Type + " " + got.Data.Code
			_ = p.ws.CloseNow()
		}
		if answers[0] != answers[1] {
			t.Errorf("%s: %s, for nobody's %s", name, answers[0], answers[1])
		}
	}
}

// visit opens a session as the visitor of a business's conversation.
func (h *house) visit(t *testing.T, b *business) *peer {
	t.Helper()
	p, err := h.dial(page)
	if err != nil {
		t.Fatal(err)
	}
	if ready, err := p.ask("session.open", map[string]any{"bot": b.things["{bot}"], "token": b.visitor, "page": "https://shop.example/"}); err != nil || ready.Data.Token == "" {
		t.Fatalf("come back: %v %s", err, ready.raw)
	}
	return p
}

// sit opens the desk.
func (h *house) sit(t *testing.T, token string) *peer {
	t.Helper()
	p, err := h.dial(bearer(token))
	if err != nil {
		t.Fatal(err)
	}
	if ready, err := p.ask("desk.open", nil); err != nil || ready.Type == "error" {
		t.Fatalf("open the desk: %v %s", err, ready.raw)
	}
	return p
}
