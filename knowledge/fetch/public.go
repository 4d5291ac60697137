package fetch

import (
	"errors"
	"fmt"
	"syscall"

	"code.dny.dev/ssrf"
)

// ErrNotPublic is what Public returns, wrapped.
var ErrNotPublic = errors.New("not an address of the public web")

var anyPort = ssrf.New(ssrf.WithAnyPort())

// Public is a net.Dialer's Control for clients of their own that send to
// addresses that others choose: it lets them dial the public web, on any port.
func Public(network, address string, c syscall.RawConn) error {
	if err := anyPort.Safe(network, address, c); err != nil {
		return fmt.Errorf("%w: %w", ErrNotPublic, err)
	}
	return nil
}
