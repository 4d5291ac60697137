package hooks

import (
	"net/netip"
	"net/url"
	"strings"
	"syscall"

	"parley/chat"
	"parley/knowledge/fetch"
)

// Networks are where webhooks may be reached although they are not on the public
// web, and without encryption. The operator says which.
type Networks []netip.Prefix

// Loopback is this machine: what a platform allows that nobody else can reach.
var Loopback = Networks{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

// longestAddress bounds an address, in bytes.
const longestAddress = 2000

// Errors that owners see when they set an address.
var (
	errAddress = chat.Fail(chat.Invalid, "webhook_url_invalid", "The field url must be an address that begins with https://.")
	errPlain   = chat.Fail(chat.Invalid, "webhook_url_plain", "Webhooks carry what people wrote, so their address must begin with https://.")
	errPrivate = chat.Fail(chat.Invalid, "webhook_url_private", "This address is not on the public web. Ask the operator of the platform to allow its network.")
)

// check refuses an address to which nothing will ever be sent. What a name
// stands for is found out, and checked, at each delivery.
func (n Networks) check(address string) error {
	u, err := url.Parse(address)
	if err != nil || len(address) > longestAddress || u.Hostname() == "" || u.User != nil || u.Fragment != "" || strings.TrimSpace(address) != address {
		return errAddress
	}
	switch {
	case u.Scheme == "http" && len(n) == 0:
		return errPlain
	case u.Scheme != "http" && u.Scheme != "https":
		return errAddress
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil || n.contain(ip) {
		return nil
	}
	if u.Scheme == "http" {
		return errPlain
	}
	network := "tcp6"
	if ip.Is4() {
		network = "tcp4"
	}
	if fetch.Public(network, netip.AddrPortFrom(ip, 443).String(), nil) != nil {
		return errPrivate
	}
	return nil
}

func (n Networks) contain(ip netip.Addr) bool {
	for _, network := range n {
		if network.Contains(ip.Unmap()) {
			return true
		}
	}
	return false
}

// control checks the address that is dialled for https: whatever a name
// resolved to just now.
func (n Networks) control(network, address string, c syscall.RawConn) error {
	if at, err := netip.ParseAddrPort(address); err == nil && n.contain(at.Addr()) {
		return nil
	}
	return fetch.Public(network, address, c)
}

// controlPlain checks the address that is dialled for http.
func (n Networks) controlPlain(_, address string, _ syscall.RawConn) error {
	if at, err := netip.ParseAddrPort(address); err != nil || !n.contain(at.Addr()) {
		return fetch.ErrNotPublic
	}
	return nil
}
