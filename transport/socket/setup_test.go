package socket_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.uber.org/goleak"

	"parley/account"
	"parley/chat"
	"parley/transport/socket"
	"parley/transport/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const shop = "https://shop.example"

// house is a handler with everything around it.
type house struct {
	t        testing.TB
	engine   *engine
	office   *office
	visitors *account.Visitors
	inbox    *announcer
	handler  *socket.Handler
	server   *httptest.Server
	bot      chat.Bot
}

// members are the people whose tokens are good.
var members = map[string]account.Identity{
	"ada":      {User: chat.NewID(chat.UserPrefix), Role: account.Agent, Name: "Ada"},
	"bo":       {User: chat.NewID(chat.UserPrefix), Role: account.Admin, Name: "Bo"},
	"viewer":   {User: chat.NewID(chat.UserPrefix), Role: account.Viewer, Name: "Vic"},
	"gone":     {User: chat.NewID(chat.UserPrefix), Role: account.Agent, Name: "Gone"}, // a member no more
	"stranger": {User: chat.NewID(chat.UserPrefix), Role: account.Owner, Name: "Eve", Tenant: chat.NewID(chat.TenantPrefix)},
}

func setup(t testing.TB, change ...func(*socket.Config)) *house {
	t.Helper()
	h := &house{t: t, engine: newEngine(), office: newOffice(), inbox: &announcer{}, visitors: account.NewVisitors([]byte("key of the test"))}
	h.bot = chat.Bot{
		ID: chat.NewID(chat.BotPrefix), Tenant: chat.NewID(chat.TenantPrefix), Name: "Shop",
		Settings: chat.Settings{Greeting: "Hello!"}, Appearance: chat.Appearance{Starters: []string{"Returns?"}},
		Domains: []string{"shop.example"},
	}
	h.engine.bots = directory{h.bot.ID: h.bot}
	config := socket.Config{
		Engine: h.engine, Log: h.engine, Conversations: h.engine, Announcer: h.inbox,
		Summaries: h.office, Members: h.office, Notes: h.office, Mails: h.office,
		Bots: h.engine.bots, Visitors: h.visitors,
		Authenticate: func(ctx context.Context, token string, _ netip.Addr) (account.Identity, error) {
			return h.authenticate(ctx, token)
		},
		Cookie: func(r *http.Request) (account.Identity, error) {
			cookie, err := r.Cookie("parley")
			if err != nil {
				return account.Identity{}, err
			}
			return h.authenticate(r.Context(), cookie.Value)
		},
		Ticket:    h.authenticate,
		PublicURL: "https://parley.example",
		Logger:    slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
	for _, f := range change {
		f(&config)
	}
	h.handler = socket.New(config)
	h.server = httptest.NewServer(h.handler)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		h.handler.Drain(ctx)
		h.server.Close()
		eventually(t, "every watcher is detached", func() bool { return h.engine.watching() == 0 })
		eventually(t, "every seat is left", func() bool { return h.engine.seated() == 0 })
	})
	return h
}

func (h *house) authenticate(_ context.Context, token string) (account.Identity, error) {
	identity, ok := members[token]
	if !ok {
		return identity, chat.Fail(chat.Unauthorized, "unauthorized", "Please sign in.")
	}
	if identity.Tenant == "" {
		identity.Tenant = h.bot.Tenant
	}
	return identity, nil
}

// browser is a raw client.
type browser struct {
	t  testing.TB
	ws *websocket.Conn
}

type dial struct {
	origin, bearer, cookie string
	host                   string // empty: the server's own
	protocols              []string
}

func (h *house) dial(d dial) *browser {
	h.t.Helper()
	header := http.Header{}
	for name, value := range map[string]string{"Origin": d.origin, "Authorization": d.bearer, "Cookie": d.cookie} {
		if value != "" {
			header.Set(name, value)
		}
	}
	if d.protocols == nil {
		d.protocols = []string{wire.Subprotocol}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, h.server.URL, &websocket.DialOptions{HTTPHeader: header, Host: d.host, Subprotocols: d.protocols})
	if err != nil {
		h.t.Fatal(err)
	}
	ws.SetReadLimit(-1)
	h.t.Cleanup(func() { _ = ws.CloseNow() })
	return &browser{h.t, ws}
}

// visit opens a socket as the shop's page does.
func (h *house) visit() *browser { return h.dial(dial{origin: shop}) }

// arrived returns a visitor on a first visit, who did nothing yet: nobody watches the conversation.
func (h *house) arrived() (*browser, frame) {
	h.t.Helper()
	b := h.visit()
	b.send(`{"id":"1","type":"session.open","data":{"bot":"` + h.bot.ID + `"}}`)
	return b, b.expect("session.ready")
}

// opened returns a visitor on a first visit who did something that left no trace, so
// that whatever is said in the conversation is shown at once.
func (h *house) opened() (*browser, frame) {
	h.t.Helper()
	b, ready := h.arrived()
	b.send(`{"id":"awake","type":"typing"}`)
	b.expect("ack")
	return b, ready
}

// resume opens with a token, and other members of data as written.
func (h *house) resume(token, more string) *browser {
	h.t.Helper()
	b := h.visit()
	b.send(`{"id":"1","type":"session.open","data":{"bot":"` + h.bot.ID + `","token":"` + token + `"` + more + `}}`)
	return b
}

// desk opens a desk for ada.
func (h *house) desk() *browser {
	h.t.Helper()
	b, _ := h.deskOf("ada")
	return b
}

func (h *house) deskOf(member string) (*browser, frame) {
	h.t.Helper()
	b := h.dial(dial{bearer: "Bearer " + member})
	b.send(`{"id":"1","type":"desk.open"}`)
	return b, b.expect("desk.ready")
}

// watch has an agent watch a conversation of which they have the events up to after.
func (b *browser) watch(conversation string, after int) frame {
	b.t.Helper()
	b.send(fmt.Sprintf(`{"id":"w","type":"conversation.watch","data":{"after":%d,"conversation":%q}}`, after, conversation))
	return b.expect("ack")
}

func (h *house) ref(ready frame) chat.Ref {
	return chat.Ref{Tenant: h.bot.Tenant, Conversation: ready.text("conversation")}
}

// frame is what a server sent.
type frame struct {
	Ref          string
	Seq          int64
	At           string
	Type         string
	Conversation string
	Data         map[string]any
}

func (f frame) text(key string) string { s, _ := f.Data[key].(string); return s }
func (f frame) number(key string) int  { n, _ := f.Data[key].(float64); return int(n) }

func (b *browser) send(text string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := b.ws.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		b.t.Fatalf("send: %v", err)
	}
}

func (b *browser) read() (frame, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	_, raw, err := b.ws.Read(ctx)
	if err != nil {
		return frame{}, err
	}
	var f frame
	return f, json.Unmarshal(raw, &f)
}

func (b *browser) next() frame {
	b.t.Helper()
	f, err := b.read()
	if err != nil {
		b.t.Fatalf("read: %v", err)
	}
	return f
}

func (b *browser) expect(kind string) frame {
	b.t.Helper()
	f := b.next()
	if f.Type != kind {
		b.t.Fatalf("got %+v, want %s", f, kind)
	}
	return f
}

func (b *browser) expectError(ref, code string) {
	b.t.Helper()
	f := b.expect("error")
	if f.Ref != ref || f.text("code") != code || f.text("message") == "" {
		b.t.Fatalf("got %+v, want %s for %q", f, code, ref)
	}
}

// expectClose reads until the end, which must have the code.
func (b *browser) expectClose(code wire.CloseCode) string {
	b.t.Helper()
	for {
		if _, err := b.read(); err != nil {
			var closed websocket.CloseError
			if !errors.As(err, &closed) || closed.Code != websocket.StatusCode(code) {
				b.t.Fatalf("got %v, want %d", err, code)
			}
			return closed.Reason
		}
	}
}

// eventually waits for something that another goroutine does.
func eventually(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

func quoted(s string) string {
	raw, _ := json.Marshal(s)
	return string(raw)
}

// quiet tells that nothing but what was expected has come.
func (b *browser) quiet() {
	b.t.Helper()
	b.send(`{"id":"quiet","type":"ping"}`)
	b.expect("pong")
}

func send(id, clientID, text string) string {
	return strings.NewReplacer("$id", id, "$client", clientID, "$text", quoted(text)).
		Replace(`{"id":"$id","type":"message.send","data":{"client_id":"$client","text":$text}}`)
}
