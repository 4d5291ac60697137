package hostile

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"parley/e2e/server"
)

// Nothing tells the server that browsers reach it as localhost.
func TestPagesOfLocalhostAreOurOwn(t *testing.T) {
	t.Parallel()
	h := open(t)
	_, port, _ := strings.Cut(h.server.Address, ":")
	page := "http://localhost:" + port
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	request, err := http.NewRequest(http.MethodPost, page+"/api/v1/auth/login",
		strings.NewReader(`{"email":"`+marker+`good@shop.example","password":"`+marker+` battery staple"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header = http.Header{"Content-Type": {"application/json"}, "Origin": {page}, "Sec-Fetch-Site": {"same-origin"}}
	response, err := browser.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("signing in is answered with %d", response.StatusCode)
	}
	for origin, ours := range map[string]bool{page: true, "http://localhost:1": false, "http://localhost.evil.example:" + port: false} {
		s := &socket{t: t, ws: dialAs(t, browser, "ws://localhost:"+port+"/api/v1/socket", http.Header{"Origin": {origin}})}
		s.say(`{"id":"1","type":"desk.open"}`)
		if !ours {
			s.refused("1", "unauthorized", "Please sign in.")
			s.say(`{"id":"2","type":"session.open","data":{"bot":"` + h.bot + `"}}`)
			s.closed(4501, origin)
			continue
		}
		s.await("desk.ready")
		s.open(h.bot)
		s.chats("c", question)
	}
	h.unharmed(t)
}

func TestBehindAProxyEachVisitorIsCountedAlone(t *testing.T) {
	t.Parallel()
	limits := []string{"PARLEY_LIMITS=on", "PARLEY_LIMIT_CONNECTIONS=1", "PARLEY_LIMIT_SIGNIN=1"}
	from := func(s *server.Server, visitor string) (signIn, connect int) {
		t.Helper()
		header := http.Header{"X-Forwarded-For": {visitor}, "Content-Type": {"application/json"}, "Origin": {shop}}
		request, err := http.NewRequest(http.MethodPost, s.URL()+"/api/v1/auth/login", strings.NewReader(`{"email":"a@b.example","password":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header = header.Clone()
		request.Header.Del("Origin")
		answered, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answered.Body.Close()
		ws, upgrade, err := websocket.Dial(t.Context(), "ws://"+s.Address+"/api/v1/socket", &websocket.DialOptions{HTTPHeader: header, Subprotocols: v1})
		if err == nil {
			t.Cleanup(func() { _ = ws.CloseNow() })
		} else if upgrade == nil {
			t.Fatal(err)
		}
		return answered.StatusCode, upgrade.StatusCode
	}
	const refused, signIn, connected = http.StatusTooManyRequests, http.StatusUnauthorized, http.StatusSwitchingProtocols

	trusting := server.Start(t, append(limits, "PARLEY_TRUSTED_PROXIES=127.0.0.1")...)
	for _, c := range []struct {
		visitor       string
		login, socket int
	}{{"203.0.113.1", signIn, connected}, {"203.0.113.2", signIn, connected}, {"203.0.113.1", refused, refused}, {"203.0.113.9, 203.0.113.2", refused, refused}} {
		if login, socket := from(trusting, c.visitor); login != c.login || socket != c.socket {
			t.Errorf("behind our proxy, %s gets %d and %d, want %d and %d", c.visitor, login, socket, c.login, c.socket)
		}
	}
	alone := server.Start(t, limits...)
	from(alone, "203.0.113.1")
	if login, socket := from(alone, "203.0.113.2"); login != refused || socket != refused {
		t.Errorf("without a proxy, whoever names another address gets %d and %d", login, socket)
	}
}

// dialAs opens a websocket with a browser's cookies.
func dialAs(t *testing.T, browser *http.Client, address string, header http.Header) *websocket.Conn {
	t.Helper()
	at, err := url.Parse(strings.Replace(address, "ws://", "http://", 1))
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range browser.Jar.Cookies(at) {
		header.Add("Cookie", cookie.String())
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPHeader: header, Subprotocols: v1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.CloseNow() })
	return ws
}
