package account

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"parley/chat"
)

// maxAddresses bounds a list of addresses: it is looked through at each request.
const maxAddresses = 50

// ErrAddress refuses a request from where nobody may come.
var ErrAddress = chat.Fail(chat.Forbidden, "address_not_allowed", "This may not be used from your network. Whoever manages your account can say from which addresses it may.")

// ParseAddresses checks a list of addresses and networks, such as 203.0.113.7 or 2001:db8::/32, and returns them
// in canonical form, without repetitions. Errors are chat.Errors with code "address_invalid" that name the entry.
func ParseAddresses(list []string) ([]netip.Prefix, error) {
	parsed := make([]netip.Prefix, 0, len(list))
	for _, entry := range list {
		prefix, err := parseAddress(strings.TrimSpace(entry))
		if err != nil {
			return nil, chat.Fail(chat.Invalid, "address_invalid",
				fmt.Sprintf("%q is no address and no network. Write one as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32.", shorten(entry)))
		}
		if !slices.Contains(parsed, prefix) {
			parsed = append(parsed, prefix)
		}
	}
	if len(parsed) > maxAddresses {
		return nil, chat.Fail(chat.Invalid, "too_many_addresses", fmt.Sprintf("A list may have %d addresses at most.", maxAddresses))
	}
	return parsed, nil
}

func parseAddress(entry string) (netip.Prefix, error) {
	if !strings.Contains(entry, "/") {
		one, err := netip.ParseAddr(entry)
		if err != nil || one.Zone() != "" {
			return netip.Prefix{}, fmt.Errorf("parse an address: %w", errAddressForm)
		}
		one = one.Unmap()
		return netip.PrefixFrom(one, one.BitLen()), nil
	}
	network, err := netip.ParsePrefix(entry)
	// A network of mapped addresses would hold nobody: clients' addresses are unmapped.
	if err != nil || network.Addr().Is4In6() {
		return netip.Prefix{}, fmt.Errorf("parse a network: %w", errAddressForm)
	}
	return network.Masked(), nil
}

var errAddressForm = plain("it is neither an address nor a network")

// admits tells whether an address is on a list. An empty list has everybody on it; one that
// has somebody has nobody whose address is not known, as on a Unix socket.
func admits(list []netip.Prefix, from netip.Addr) bool {
	if len(list) == 0 {
		return true
	}
	from = from.Unmap().WithZone("")
	return slices.ContainsFunc(list, func(network netip.Prefix) bool { return network.Contains(from) })
}
