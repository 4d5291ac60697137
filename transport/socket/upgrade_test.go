package socket_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/chat"
	"parley/transport/socket"
	"parley/transport/wire"
)

func TestAnyOtherRequestIsToldWhatThisAddressIs(t *testing.T) {
	t.Parallel()
	h := setup(t)
	for method, want := range map[string]struct {
		status int
		code   string
	}{
		http.MethodGet:  {http.StatusUpgradeRequired, "upgrade_required"},
		http.MethodPost: {http.StatusMethodNotAllowed, "method_not_allowed"},
	} {
		request, err := http.NewRequest(method, h.server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := h.server.Client().Do(request)
		if err != nil {
			t.Fatal(err)
		}
		var problem struct {
			Code, Detail string
			Status       int
		}
		err = json.NewDecoder(response.Body).Decode(&problem)
		response.Body.Close()
		if err != nil || response.StatusCode != want.status || problem.Status != want.status || problem.Code != want.code || problem.Detail == "" ||
			response.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: got %d, %+v, %v", method, response.StatusCode, problem, err)
		}
	}
}

func TestAWrongSubprotocolIsSaidSoThatABrowserSeesIt(t *testing.T) {
	t.Parallel()
	h := setup(t)
	for _, offered := range [][]string{{}, {"parley.v9"}, {"graphql-ws", "parley.v2"}} {
		b := h.dial(dial{origin: shop, protocols: offered})
		if reason := b.expectClose(wire.CloseProtocol); !strings.Contains(reason, wire.Subprotocol) {
			t.Errorf("%v: got %q", offered, reason)
		}
	}
	b := h.dial(dial{origin: shop, protocols: []string{"graphql-ws", wire.Subprotocol}})
	b.send(`{"id":"1","type":"session.open","data":{"bot":"` + h.bot.ID + `"}}`)
	b.expect("session.ready")
}

func TestWhereAVisitorMayComeFrom(t *testing.T) {
	t.Parallel()
	h := setup(t)
	for name, test := range map[string]struct {
		from dial
		code wire.CloseCode // 0: welcome
		says string
	}{
		"the bot's domain":                   {dial{origin: "https://shop.example"}, 0, ""},
		"the bot's domain, plain":            {dial{origin: "http://shop.example"}, 0, ""},
		"our own pages":                      {dial{origin: "https://parley.example"}, 0, ""},
		"another site":                       {dial{origin: "https://evil.example"}, wire.CloseOrigin, "https://evil.example"},
		"a site that looks alike":            {dial{origin: "https://shop.example.evil.example"}, wire.CloseOrigin, "evil.example"},
		"a subdomain":                        {dial{origin: "https://www.shop.example"}, wire.CloseOrigin, "www.shop.example"},
		"another port":                       {dial{origin: "https://shop.example:8443"}, wire.CloseOrigin, "8443"},
		"a sandboxed page":                   {dial{origin: "null"}, wire.CloseOrigin, "null"},
		"another site with a member's token": {dial{origin: "https://evil.example", bearer: "Bearer ada"}, wire.CloseOrigin, "evil.example"},
		"a very long origin":                 {dial{origin: "https://" + strings.Repeat("é", 200)}, wire.CloseOrigin, "https://"},
		"a program with a member's token":    {dial{bearer: "Bearer ada"}, 0, ""},
		"a program without a token":          {dial{}, wire.CloseOrigin, "token"},
		"a program with a bad token":         {dial{bearer: "Bearer nobody"}, wire.CloseOrigin, "token"},
		"a program of another business":      {dial{bearer: "Bearer stranger"}, wire.CloseOrigin, "token"},
		"a program of a mere viewer":         {dial{bearer: "Bearer viewer"}, wire.CloseOrigin, "token"},
		"a program with a basic password":    {dial{bearer: "Basic ada"}, wire.CloseOrigin, "token"},
	} {
		t.Run(name, func(t *testing.T) {
			b := h.dial(test.from)
			b.send(`{"id":"1","type":"session.open","data":{"bot":"` + h.bot.ID + `"}}`)
			if test.code == 0 {
				b.expect("session.ready")
				return
			}
			if reason := b.expectClose(test.code); !strings.Contains(reason, test.says) {
				t.Errorf("got %q", reason)
			}
		})
	}
}

// A platform that was not told where browsers reach it listens on 127.0.0.1, and is asked as localhost.
func TestAPageOfTheHostThatIsAskedIsOneOfOurOwnWhereNothingElseIsSaid(t *testing.T) {
	t.Parallel()
	configured := setup(t)
	derived := setup(t, func(c *socket.Config) { c.PublicURL, c.SameHost = "http://127.0.0.1:8080", true })
	const cookie = "parley=ada"
	for name, test := range map[string]struct {
		house *house
		from  dial
		ours  bool
	}{
		"the derived address":               {derived, dial{origin: "http://127.0.0.1:8080", host: "127.0.0.1:8080"}, true},
		"the derived address by a proxy":    {derived, dial{origin: "http://127.0.0.1:8080", host: "backend:80"}, true},
		"another name of it":                {derived, dial{origin: "http://localhost:8080", host: "localhost:8080"}, true},
		"another name with TLS before it":   {derived, dial{origin: "https://chat.example", host: "chat.example"}, true},
		"another port of the same host":     {derived, dial{origin: "http://localhost:5173", host: "localhost:8080"}, false},
		"another website":                   {derived, dial{origin: "https://evil.example", host: "localhost:8080"}, false},
		"a sandboxed page":                  {derived, dial{origin: "null", host: "localhost:8080"}, false},
		"a name when an address is set":     {configured, dial{origin: "http://localhost:8080", host: "localhost:8080"}, false},
		"the address that is set":           {configured, dial{origin: "https://parley.example", host: "localhost:8080"}, true},
		"the address that is set, unmasked": {configured, dial{origin: "http://parley.example", host: "parley.example"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			test.from.cookie = cookie
			visitor := test.house.dial(test.from)
			visitor.send(`{"id":"1","type":"session.open","data":{"bot":"` + test.house.bot.ID + `"}}`)
			desk := test.house.dial(test.from)
			desk.send(`{"id":"1","type":"desk.open"}`)
			if test.ours {
				visitor.expect("session.ready")
				desk.expect("desk.ready")
				return
			}
			visitor.expectClose(wire.CloseOrigin)
			desk.expectError("1", "unauthorized")
		})
	}
}

func TestAnUnknownBotEndsTheAttempt(t *testing.T) {
	t.Parallel()
	h := setup(t)
	for _, bot := range []string{"", "bot_1", chat.NewID(chat.BotPrefix), chat.NewID(chat.ConversationPrefix), "bot_' OR 1=1"} {
		b := h.visit()
		b.send(`{"id":"1","type":"session.open","data":{"bot":"` + bot + `"}}`)
		b.expectClose(wire.CloseBot)
	}
}

func TestTheFirstFrameMustOpen(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b := h.visit()
	b.send(`{"type":"ping"}`) // allowed at any time
	b.expect("pong")
	b.send(`{"id":"1",`)
	b.expectError("1", "bad_frame")
	b.send(send("2", "c-1", "Hi"))
	if reason := b.expectClose(wire.CloseProtocol); !strings.Contains(reason, "session.open") {
		t.Errorf("got %q", reason)
	}
}

func TestAFrameThatCameWithTheUpgradeIsNotLost(t *testing.T) {
	t.Parallel()
	h := setup(t)
	conn, err := net.Dial("tcp", h.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	payload := `{"id":"1","type":"session.open","data":{"bot":"` + h.bot.ID + `"}}`
	upgrade := "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
		"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: parley.v1\r\nOrigin: " + shop + "\r\n\r\n"
	masked := append([]byte{0x81, 0x80 | byte(len(payload)), 0, 0, 0, 0}, payload...)
	if _, err := conn.Write(append([]byte(upgrade), masked...)); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	r := bufio.NewReader(conn)
	if _, err := http.ReadResponse(r, nil); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 40)
	if _, err := io.ReadFull(r, got); err != nil || !strings.Contains(string(got), `{"ref":"1","type":"session.ready"`) {
		t.Fatalf("got %q, %v", got, err)
	}
}

func TestOneAddressHasItsShareOfConnections(t *testing.T) {
	t.Parallel()
	h := setup(t, func(c *socket.Config) { c.Limits.ConnectionsPerAddress = 2 })
	first := h.visit()
	h.visit()
	dialed := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		ws, response, err := websocket.Dial(ctx, h.server.URL, &websocket.DialOptions{Subprotocols: []string{wire.Subprotocol}})
		if err == nil {
			_ = ws.CloseNow()
		} else if response == nil || response.StatusCode != http.StatusTooManyRequests || response.Header.Get("Retry-After") == "" {
			t.Fatalf("got %v, %v", response, err)
		}
		return err
	}
	if dialed() == nil {
		t.Fatal("a third one was let in")
	}
	_ = first.ws.CloseNow()
	eventually(t, "there is room again", func() bool { return dialed() == nil })
}

func TestOneAddressMayNotOpenEndlessly(t *testing.T) {
	t.Parallel()
	h := setup(t, func(c *socket.Config) { c.Limits.OpensPerMinute = 2 })
	h.visit()
	h.visit()
	_, response, err := websocket.Dial(context.Background(), h.server.URL, nil)
	if err == nil || response.StatusCode != http.StatusTooManyRequests {
		t.Fatalf("got %v, %v", response, err)
	}
}

func TestASocketKeepsTheNameOfItsRequest(t *testing.T) {
	t.Parallel()
	h := setup(t)
	for given, kept := range map[string]bool{"proxy-4711.a_b": true, "two words": false} {
		ws, response, err := websocket.Dial(t.Context(), h.server.URL, &websocket.DialOptions{
			HTTPHeader: http.Header{"X-Request-Id": {given}}, Subprotocols: []string{wire.Subprotocol},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer ws.CloseNow()
		if id := response.Header.Get("X-Request-Id"); (id == given) != kept || id == "" {
			t.Errorf("%q: it is called %q", given, id)
		}
	}
}
