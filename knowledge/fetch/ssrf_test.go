package fetch

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"parley/chat"
)

// forbidden are the ways in which an address of this machine, of its networks, or of its cloud can be written. "{port}" is one on which somebody listens.
var forbidden = map[string][]string{
	"names of this machine":       {"http://localhost{port}/", "http://LOCALHOST{port}/", "http://localhost.{port}/", "http://ip6-localhost{port}/", "http://ip6-loopback{port}/"},
	"loopback":                    {"http://127.0.0.1{port}/", "http://127.0.0.1:22/", "https://127.0.0.1:443/", "http://127.127.127.127{port}/", "http://127.0.1.3{port}/", "http://127.0.0.0{port}/"},
	"no address at all":           {"http://0.0.0.0{port}/", "http://[::]{port}/", "http://[0:0:0:0:0:0:0:0]{port}/"},
	"loopback of IPv6":            {"http://[::1]{port}/", "http://[0000::1]{port}/", "http://[0:0:0:0:0:0:0:1]{port}/"},
	"IPv4 inside IPv6":            {"http://[::ffff:127.0.0.1]{port}/", "http://[0:0:0:0:0:ffff:127.0.0.1]{port}/", "http://[::ffff:7f00:1]{port}/", "http://[::127.0.0.1]{port}/", "http://[64:ff9b::7f00:1]{port}/", "http://[2002:7f00:1::]{port}/"},
	"short forms":                 {"http://0{port}/", "http://127.1{port}/", "http://127.0.1{port}/"},
	"as one number":               {"http://2130706433{port}/", "http://3232235521/", "http://3232235777/", "http://2852039166/", "http://017700000001{port}/"},
	"octal":                       {"http://0177.0.0.1{port}/", "http://o177.0.0.1{port}/", "http://0o177.0.0.1{port}/", "http://q177.0.0.1{port}/", "http://0177.0.0.01{port}/"},
	"hexadecimal":                 {"http://0x7f000001{port}/", "http://0x7f.0.0.1{port}/", "http://0xc0a80101/", "http://0xa9fea9fe/", "http://0x7f.1{port}/"},
	"escaped":                     {"http://127.0.0.1{port}/%61dmin", "http://127.0.0.1{port}/%2561dmin", "http://%31%32%37.0.0.1{port}/", "http://127%2e0%2e0%2e1{port}/"},
	"in circles and other digits": {"http://①②⑦.⓪.⓪.①{port}/", "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ{port}/", "http://１２７.０.０.１{port}/", "http://127。0。0。1{port}/", "http://١٢٧.٠.٠.١{port}/"},
	"private networks":            {"http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.0.1/", "http://100.64.0.1/", "http://[fd00::1]/", "http://[fe80::1]/", "http://[fe80::1%25lo]/", "http://198.18.0.1/"},
	"clouds":                      {"http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://[::ffff:169.254.169.254]/", "http://100.100.100.200/", "http://192.0.0.192/"},
	"many and none":               {"http://224.0.0.1/", "http://255.255.255.255/", "http://[ff02::1]/", "http://240.0.0.1/", "http://192.0.2.1/"},
	"what parsers read in two ways": {
		`http://127.1.1.1{port}\@127.2.2.2{port}/`, `http://127.1.1.1{port}\@@127.2.2.2{port}/`, `http://127.1.1.1:80:\@@127.2.2.2:80/`, `http://127.1.1.1{port}#\@127.2.2.2{port}/`,
		"http:127.0.0.1{port}/", "http:/127.0.0.1{port}/", "http:///127.0.0.1{port}/", "http://1.1.1.1 &@127.0.0.1# @127.0.0.1/", "http://a@127.0.0.1{port}/", "http://acme.example:80@127.0.0.1{port}/",
		"http://test???127.0.0.1", "0://127.0.0.1:80;http://127.0.0.1:80/", "http://127.0.0.1{port}?@acme.example/", "http://[::1%25lo]{port}/", "\thttp://127.0.0.1{port}/", "http://127.0.0.1\t{port}/",
	},
	"other schemes": {
		"file:///etc/passwd", `file://\/\/etc/passwd`, "dict://127.0.0.1:11111/d:w:d:1", "sftp://127.0.0.1:11111/", "tftp://127.0.0.1:12346/x", "ldap://127.0.0.1:11211/%0astats%0aquit", "netdoc:///etc/passwd",
		"gopher://127.0.0.1:25/_MAIL%20FROM:<a@b>%0D%0A", "jar:http://127.0.0.1!/", "jar:https://127.0.0.1!/x", "ftp://127.0.0.1/", "javascript:alert(1)", "data:text/html,x", "unix:///var/run/docker.sock", "//127.0.0.1{port}/", "",
	},
	"other ports": {"http://93.184.215.14:22/", "http://93.184.215.14:6379/", "https://93.184.215.14:8443/"},
}

// inside is a server on this machine that must not be reached, and its port.
func inside(t *testing.T) (port string, reached *atomic.Int32) {
	t.Helper()
	reached = &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(server.Close)
	return server.URL[strings.LastIndex(server.URL, ":"):], reached
}

func refused(err error) bool {
	var words *chat.Error
	return errors.Is(err, ErrForbidden) || errors.Is(err, ErrUnreachable) || errors.As(err, &words) && words.Code == ErrTooSlow.Code
}

func TestNoFormOfAnInnerAddressIsReached(t *testing.T) {
	t.Parallel()
	port, reached := inside(t)
	client := New()
	for form, addresses := range forbidden {
		for _, address := range addresses {
			address = strings.ReplaceAll(address, "{port}", port)
			for _, stays := range []bool{false, true} {
				if _, err := client.Get(t.Context(), Request{URL: address, Stay: stays, Patience: 2 * time.Second}); !refused(err) {
					t.Errorf("%s: %s: %v", form, address, err)
				}
			}
		}
	}
	if reached.Load() > 0 {
		t.Errorf("somebody inside was reached %d times", reached.Load())
	}
}

func TestARedirectLeadsToNoInnerAddress(t *testing.T) {
	t.Parallel()
	port, reached := inside(t)
	var target string
	var code int
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", target)
		w.WriteHeader(code)
	}))
	t.Cleanup(outside.Close)
	allowed := outside.Listener.Addr().String()
	guarded := New()
	client := New(WithGuard(only(allowed)))
	for form, addresses := range forbidden {
		for _, address := range addresses {
			target = strings.ReplaceAll(address, "{port}", port)
			for _, code = range []int{301, 302, 303, 307, 308} {
				page, err := client.Get(t.Context(), Request{URL: outside.URL, Patience: 2 * time.Second})
				if err == nil {
					t.Errorf("%s: a redirect (%d) to %s: %+v", form, code, target, page)
				}
				// A crawler is told, and asks by itself.
				if page, err := client.Get(t.Context(), Request{URL: outside.URL, Stay: true}); err == nil && page.Location != "" && code == 301 {
					if _, err := guarded.Get(t.Context(), Request{URL: page.Location, Patience: 2 * time.Second}); !refused(err) {
						t.Errorf("%s: %s led on to %s: %v", form, target, page.Location, err)
					}
				}
			}
		}
	}
	if reached.Load() > 0 {
		t.Errorf("somebody inside was reached %d times", reached.Load())
	}
}

// TestANameThatChangesItsAddressReachesNobody has a name server that says something else each time.
func TestANameThatChangesItsAddressReachesNobody(t *testing.T) {
	t.Parallel()
	port, reached := inside(t)
	turn := atomic.Int32{}
	resolver := names(t, func() []netip.Addr {
		public, private := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("127.0.0.1")
		return [][]netip.Addr{{public}, {private}, {public, private}, {private, public}}[turn.Add(1)%4]
	})
	client := New(resolvedBy(resolver))
	for range 8 {
		if _, err := client.Get(t.Context(), Request{URL: "http://rebind.example" + port + "/", Patience: 2 * time.Second}); !refused(err) {
			t.Errorf("%v", err)
		}
	}
	if turn.Load() < 8 {
		t.Errorf("the name server was asked %d times", turn.Load())
	}
	if reached.Load() > 0 {
		t.Errorf("somebody inside was reached %d times", reached.Load())
	}
}

// names is a resolver that asks a name server which gives these addresses to each name.
func names(t *testing.T, addresses func() []netip.Addr) *net.Resolver {
	t.Helper()
	listener, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		buffer := make([]byte, 512)
		for {
			n, from, err := listener.ReadFrom(buffer)
			if err != nil {
				return
			}
			var query dnsmessage.Message
			if query.Unpack(buffer[:n]) != nil || len(query.Questions) == 0 {
				continue
			}
			query.Response, query.Additionals = true, nil
			if q := query.Questions[0]; q.Type == dnsmessage.TypeA {
				for _, a := range addresses() {
					query.Answers = append(query.Answers, dnsmessage.Resource{
						Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 0}, Body: &dnsmessage.AResource{A: a.As4()},
					})
				}
			}
			if answer, err := query.Pack(); err == nil {
				_, _ = listener.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", listener.LocalAddr().String())
	}}
}

func TestPrivateNetworksAreReachedOnlyWhereTheyAreAllowed(t *testing.T) {
	t.Parallel()
	for address, allowed := range map[string]bool{
		"127.0.0.1:8080": true, "10.1.2.3:80": true, "192.168.0.1:3000": true, "[fd00::1]:80": true, "[::1]:80": true, "93.184.215.14:443": true,
		"169.254.169.254:80": false, "[fe80::1]:80": false, "[fe80::1%lo]:80": false, "[::ffff:169.254.169.254]:80": false, "[64:ff9b::a9fe:a9fe]:80": false, "[2002:a9fe:a9fe::]:80": false,
		"[fd00:ec2::254]:80": false, "100.100.100.200:80": false, "192.0.0.192:80": false, "0.0.0.0:80": false, "[::]:80": false, "224.0.0.1:80": false, "x": false,
	} {
		network := "tcp4"
		if address[0] == '[' {
			network = "tcp6"
		}
		if err := private(network, address, nil); (err == nil) != allowed {
			t.Errorf("%s: %v", address, err)
		}
	}
	if private("udp4", "127.0.0.1:53", nil) == nil {
		t.Error("another network is reached")
	}
	port, reached := inside(t)
	if _, err := New(WithPrivate()).Get(t.Context(), Request{URL: "http://localhost" + port}); err != nil || reached.Load() != 1 {
		t.Errorf("%v", err)
	}
}
