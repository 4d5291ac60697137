package fetch

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"code.dny.dev/ssrf"
)

type settings struct {
	dialer  *net.Dialer
	contact string
}

// An Option changes a Client.
type Option func(*settings)

// WithGuard replaces the check of addresses, for tests.
func WithGuard(guard func(network, address string, c syscall.RawConn) error) Option {
	return func(s *settings) { s.dialer.Control = guard }
}

// WithContact names the page by which sites' operators reach whoever runs this.
func WithContact(url string) Option { return func(s *settings) { s.contact = url } }

// WithPrivate lets a client reach the machine itself and its networks too, on any port, for businesses whose pages are there. Link-local addresses,
// where clouds hand out their keys, stay forbidden. Whoever may add a source can then read what this machine can reach.
func WithPrivate() Option { return WithGuard(private) }

// resolvedBy replaces the way in which names are resolved.
func resolvedBy(resolver *net.Resolver) Option {
	return func(s *settings) { s.dialer.Resolver = resolver }
}

// metadata are addresses outside of the link-local ranges at which clouds hand out keys.
var metadata = []netip.Addr{netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("100.100.100.200"), netip.MustParseAddr("192.0.0.192")}

func private(network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%w: %s", ssrf.ErrProhibitedNetwork, network)
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ssrf.ErrProhibitedIP, err)
	}
	ip := to.Addr().Unmap().WithZone("")
	if embedded := inner(ip); embedded.IsValid() {
		ip = embedded
	}
	refused := ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified()
	for _, m := range metadata {
		refused = refused || ip == m
	}
	if refused {
		return fmt.Errorf("%w: %s", ssrf.ErrProhibitedIP, ip)
	}
	return nil
}

// inner is the IPv4 address that an IPv6 one leads to through a translator.
func inner(ip netip.Addr) netip.Addr {
	b := ip.As16()
	switch {
	case !ip.Is6():
	case netip.MustParsePrefix("64:ff9b::/96").Contains(ip):
		return netip.AddrFrom4([4]byte(b[12:16]))
	case netip.MustParsePrefix("2002::/16").Contains(ip):
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return netip.Addr{}
}
