package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
)

// settle completes PARLEY_CLUSTER_ADDR where it is a port alone, as it must be where machines get their addresses when they start: other
// nodes then reach this one at the address by which it reaches the database.
func (c *Config) settle(ctx context.Context) error {
	host, port, err := net.SplitHostPort(c.ClusterAddr)
	if c.ClusterAddr == "" || err != nil || host != "" {
		return nil // nothing to complete, or Validate said what is wrong
	}
	database, err := url.Parse(c.DatabaseURL)
	if err != nil || database.Hostname() == "" {
		return fmt.Errorf("PARLEY_CLUSTER_ADDR %q has no host, and DATABASE_URL none from which to find it", c.ClusterAddr)
	}
	// UDP sends nothing here: the system only chooses the way. So any port will do.
	way, err := (&net.Dialer{}).DialContext(ctx, "udp", net.JoinHostPort(database.Hostname(), "5432"))
	if err != nil {
		return fmt.Errorf("find this machine's address for PARLEY_CLUSTER_ADDR %q: %w", c.ClusterAddr, err)
	}
	defer way.Close()
	own, _, err := net.SplitHostPort(way.LocalAddr().String())
	if err != nil {
		return fmt.Errorf("find this machine's address for PARLEY_CLUSTER_ADDR %q: %w", c.ClusterAddr, err)
	}
	c.ClusterAddr = net.JoinHostPort(own, port)
	return nil
}
