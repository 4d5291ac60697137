package cluster

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
)

// Greet tells whether a member can be reached at its address and is of the same cluster: it says hello, as nodes do to each
// other, and leaves. It is for checks of a deployment.
func Greet(ctx context.Context, secret []byte, address string) error {
	config, err := mutualTLS(secret)
	if err != nil {
		return err
	}
	config.NextProtos = []string{"h2"} // what nodes speak
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", address, err)
	}
	defer raw.Close()
	if err := tls.Client(raw, config).HandshakeContext(ctx); err != nil {
		return fmt.Errorf("greet %s: %w", address, err)
	}
	return nil
}
