package proxy

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/e2e/client"
	"parley/e2e/owner"
	"parley/e2e/server"
	"parley/llm/llmtest"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

const (
	crowd    = 30
	patience = 30 * time.Second
	origin   = "https://shop.example"
	// draining is PARLEY_DRAIN of the nodes; for a fifth of it newcomers are still served, as the proxy may not have noticed.
	draining = 8 * time.Second
)

// A node is reloaded around, ended and killed, and visitors who only know the proxy lose nothing.
func TestVisitorsBehindTheProxyLoseNothingWithANode(t *testing.T) {
	nodes, proxy := begin(t)
	bot := open(t, nodes[0])
	visitors := come(t, proxy, bot, "v", crowd)
	ask(t, visitors)
	for _, n := range nodes {
		// Not exactly a third: what is being asked for counts, too.
		if sockets := metric(t, n, "parley_socket_connections"); sockets < crowd/3-3 || sockets > crowd/3+3 {
			t.Errorf("%s has %v of %d sockets", n.Name, sockets, crowd)
		}
	}

	proxy.Reload()
	ask(t, visitors)
	for _, v := range visitors {
		if n := len(v.Opened()); n != 1 {
			t.Errorf("%s connected %d times over a reload of the proxy", v.Name(), n)
		}
	}

	ended, rest := nodes[0], nodes[1:]
	stop := proxy.Visit()
	begun := time.Now()
	ended.End()
	var sockets []float64
	for ended.Alive() {
		if now, err := ended.Metrics("parley_socket_connections"); err == nil {
			sockets = append(sockets, now["parley_socket_connections"])
		}
		time.Sleep(50 * time.Millisecond)
	}
	if code := ended.Exit(); code != 0 {
		t.Errorf("the node ended with code %d", code)
	}
	t.Logf("it ended in %v; its sockets, each 50 ms: %v", time.Since(begun).Round(time.Millisecond), sockets)
	ask(t, visitors)
	if times, failures := stop(); len(failures) > 0 {
		t.Errorf("%d of %d pages did not come while a node ended, the first: %v", len(failures), times, failures[0])
	}
	for _, v := range visitors {
		for _, opened := range v.Opened()[1:] {
			if opened.Before(begun) {
				t.Errorf("%s left before the node did", v.Name())
			}
		}
		if n := len(v.Opened()); n > 2 {
			t.Errorf("%s connected %d times until it had a node that stays", v.Name(), n)
		}
	}

	ended.Run()
	stop = proxy.Visit()
	rest[0].Kill()
	ask(t, visitors)
	if times, failures := stop(); len(failures) > 0 {
		t.Errorf("%d of %d pages did not come while a node died, the first: %v", len(failures), times, failures[0])
	}
	visitors = append(visitors, come(t, proxy, bot, "w", crowd/3)...)
	ask(t, visitors)
	if metric(t, ended, "parley_socket_connections") == 0 {
		t.Error("nobody came to the node that is back")
	}
	for _, v := range visitors {
		for _, breach := range v.Violations() {
			t.Errorf("%s: %s", v.Name(), breach)
		}
	}
}

// Limits of an address hold behind the proxy: each visitor has an address, and none can choose it.
func TestTheProxySaysWhoAVisitorIs(t *testing.T) {
	_, proxy := begin(t, "PARLEY_LIMITS=on", "PARLEY_LIMIT_SIGNIN=2")
	signIn := func(from, claimed string) int {
		dialer := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		visitor := http.Client{Timeout: patience, Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+proxy.Address+"/api/v1/auth/login",
			strings.NewReader(`{"email":"nobody@shop.example","password":"wrong horse battery"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("X-Forwarded-For", claimed)
		response, err := visitor.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		return response.StatusCode
	}
	for i, want := range []int{http.StatusUnauthorized, http.StatusUnauthorized, http.StatusTooManyRequests} {
		if got := signIn("127.0.0.1", fmt.Sprintf("203.0.113.%d", i+1)); got != want {
			t.Errorf("attempt %d to sign in, each under another address: %d, want %d", i+1, got, want)
		}
	}
	if got := signIn("127.0.0.2", "127.0.0.1"); got != http.StatusUnauthorized {
		t.Errorf("somebody else's first attempt: %d", got)
	}
}

// begin starts three nodes and the proxy before them. The nodes believe the proxy.
func begin(t *testing.T, env ...string) ([]*server.Node, *caddy) {
	t.Helper()
	if _, err := os.Stat(binary); err != nil {
		t.Skip(`there is no proxy to try: "make test-proxy" builds it`)
	}
	cluster := server.NewCluster(t, 3, llmtest.NewModel(llmtest.Script{Words: 20, PaceMS: 10}), append(env, "PARLEY_DRAIN="+draining.String())...)
	for _, n := range cluster.Nodes {
		n.Set("PARLEY_TRUSTED_PROXIES=" + towards(t, n.Address))
	}
	cluster.Run()
	return cluster.Nodes, startCaddy(t, cluster.Addresses())
}

// towards is this machine's address from which connections to another come.
func towards(t *testing.T, address string) string {
	t.Helper()
	connection, err := net.Dial("udp", address) // which sends nothing
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	host, _, err := net.SplitHostPort(connection.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	return host
}

// open makes a bot that visitors may talk to.
func open(t *testing.T, at *server.Node) (bot string) {
	t.Helper()
	business := owner.Register(t, at.URL(), owner.Registration{
		Email: "owner@shop.example", Password: "correct horse battery", Company: "Shop", Name: "Owner",
	})
	bot = business.MakeBot("Bot")
	business.Call(http.MethodPut, "bots/"+bot+"/domains", map[string]any{"domains": []string{"shop.example"}}, nil)
	return bot
}

// come lets a crowd visit a bot through the proxy for the rest of the test.
func come(t *testing.T, proxy *caddy, bot, name string, crowd int) (visitors []*client.Visitor) {
	t.Helper()
	ctx, leave := context.WithCancel(context.Background())
	var here sync.WaitGroup
	t.Cleanup(func() {
		leave()
		here.Wait()
	})
	for i := range crowd {
		v := client.New(client.Options{
			URL: "ws://" + proxy.Address + "/api/v1/socket", Bot: bot, Origin: origin, Name: fmt.Sprint(name, i),
		})
		visitors = append(visitors, v)
		here.Go(func() {
			if err := v.Run(ctx); err != nil {
				t.Errorf("%s was sent away: %v", v.Name(), err)
			}
		})
	}
	return visitors
}

// ask lets everybody ask something, and waits for the answers.
func ask(t *testing.T, visitors []*client.Visitor) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for _, v := range visitors {
		v.Send(ctx, v.Name()+" asks")
	}
	for _, v := range visitors {
		if err := v.Settled(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

func metric(t *testing.T, n *server.Node, name string) float64 {
	t.Helper()
	values, err := n.Metrics(name)
	if err != nil {
		t.Fatal(err)
	}
	return values[name]
}
