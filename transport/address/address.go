// Package address tells whom limits count: the client that connected, or whom a
// proxy of ours saw. Both ways in, sockets and HTTP, count by it, so that one
// client is one client on either.
package address

import (
	"net/http"
	"net/netip"
	"strings"
)

// Of is what limits count a client by: its IPv4 address, or the /64 that an IPv6
// client can choose from freely. The given proxies may name the client in
// X-Forwarded-For; from anybody else the header is ignored. A peer without an
// address, as on a Unix socket, is what the server calls it.
func Of(r *http.Request, proxies []netip.Prefix) string {
	ip := IP(r, proxies)
	if !ip.IsValid() {
		return r.RemoteAddr
	}
	if ip.Is4() {
		return ip.String()
	}
	return netip.PrefixFrom(ip, 64).Masked().String()
}

// IP is the client's whole address, of which Of tells what is counted; the zero Addr for a peer that has none.
func IP(r *http.Request, proxies []netip.Prefix) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return client(peer.Addr().Unmap().WithZone(""), r.Header.Values("X-Forwarded-For"), proxies)
}

// client is who connected, or whom the nearest of our proxies saw: the last
// address in the header that is not a proxy's. What stands before it was written
// by whoever wanted to.
func client(ip netip.Addr, forwarded []string, proxies []netip.Prefix) netip.Addr {
	hops := strings.Split(strings.Join(forwarded, ","), ",")
	for i := len(hops) - 1; i >= 0 && isOne(ip, proxies); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		ip = hop.Unmap().WithZone("")
	}
	return ip
}

func isOne(ip netip.Addr, proxies []netip.Prefix) bool {
	for _, prefix := range proxies {
		if prefix.Contains(ip) {
			return true
		}
	}
	return false
}
