package address

import (
	"net/http"
	"net/netip"
	"testing"
)

// Whoever is no proxy of ours is who they are, whatever they say; and a client behind one is somebody the header names.
func FuzzForwarded(f *testing.F) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	for _, forwarded := range []string{"", "198.51.100.1", "198.51.100.1, 10.0.0.2", ",,,", "::ffff:10.0.0.1", "fe80::1%eth0", "198.51.100.1:80", "unknown", "10.0.0.1\x00"} {
		f.Add("192.0.2.7:1234", forwarded, "")
		f.Add("10.0.0.1:1234", forwarded, "203.0.113.9")
	}
	f.Fuzz(func(t *testing.T, peer, first, second string) {
		r := &http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {first, second}}}
		got := Of(r, proxies)
		at, err := netip.ParseAddrPort(peer)
		if err != nil {
			if got != peer {
				t.Errorf("%q has no address, and counts as %q", peer, got)
			}
			return
		}
		bare := &http.Request{RemoteAddr: peer}
		if !proxies[0].Contains(at.Addr().Unmap().WithZone("")) && got != Of(bare, nil) {
			t.Errorf("%q is no proxy, and with %q, %q counts as %q", peer, first, second, got)
		}
		if _, err := netip.ParseAddr(got); err != nil {
			if _, err := netip.ParsePrefix(got); err != nil {
				t.Errorf("%q counts as %q", peer, got)
			}
		}
	})
}
