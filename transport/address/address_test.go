package address

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestAClientIsTheOneThatOurProxySaw(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, c := range []struct {
		peer, want string
		forwarded  []string
	}{
		{peer: "192.0.2.7:1234", want: "192.0.2.7"},
		{peer: "192.0.2.7:1234", forwarded: []string{"198.51.100.1"}, want: "192.0.2.7"},
		{peer: "10.0.0.1:1234", want: "10.0.0.1"},
		{peer: "10.0.0.1:1234", forwarded: []string{"198.51.100.1"}, want: "198.51.100.1"},
		{peer: "10.0.0.1:1234", forwarded: []string{"203.0.113.9, 198.51.100.1"}, want: "198.51.100.1"},
		{peer: "10.0.0.1:1234", forwarded: []string{"203.0.113.9", "198.51.100.1"}, want: "198.51.100.1"},
		{peer: "10.0.0.1:1234", forwarded: []string{"203.0.113.9, 198.51.100.1, 10.0.0.2"}, want: "198.51.100.1"},
		{peer: "10.0.0.1:1234", forwarded: []string{"10.0.0.3, 10.0.0.2"}, want: "10.0.0.3"},
		{peer: "10.0.0.1:1234", forwarded: []string{"198.51.100.1, nonsense"}, want: "10.0.0.1"},
		{peer: "[::1]:1234", forwarded: []string{"2001:db8:1:2:3:4:5:6"}, want: "2001:db8:1:2::/64"},
		{peer: "[::1]:1234", forwarded: []string{"::ffff:198.51.100.1"}, want: "198.51.100.1"},
	} {
		r := &http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.forwarded}}
		if got := Of(r, proxies); got != c.want {
			t.Errorf("peer %s, forwarded %q: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}

func TestAnIPv6CustomerIsOneAddress(t *testing.T) {
	t.Parallel()
	for peer, want := range map[string]string{
		"192.0.2.7:4711":             "192.0.2.7",
		"[2001:db8:1:2:3::4]:80":     "2001:db8:1:2::/64",
		"[2001:db8:1:2::9]:80":       "2001:db8:1:2::/64",
		"[2001:db8:1:2:ffff::1]:123": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:80":          "fe80::/64",
		"[::ffff:192.0.2.7]:4711":    "192.0.2.7",
		"@":                          "@",
	} {
		if got := Of(&http.Request{RemoteAddr: peer}, nil); got != want {
			t.Errorf("%s is %s, want %s", peer, got, want)
		}
	}
}
