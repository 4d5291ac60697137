package server

import (
	"fmt"
	"testing"

	"parley/e2e/faultproxy"
)

// relays joins nodes on 127.0.0.1 through a proxy for each thing that a node talks to.
type relays struct {
	t      testing.TB
	places []place
	links  map[link]*faultproxy.Proxy
}

type link struct {
	node int
	side Side
}

func newRelays(t testing.TB, nodes int) *relays {
	t.Helper()
	r := &relays{t: t, links: make(map[link]*faultproxy.Proxy)}
	for i := range nodes {
		at := place{address: freeAddress(t), metrics: freeAddress(t), listens: freeAddress(t)}
		at.entrance = r.to(i, Visitors, at.address)
		at.advertised = r.to(i, Peers, at.listens)
		r.places = append(r.places, at)
	}
	return r
}

func (r *relays) host(Side) string { return "" }

func (r *relays) to(node int, side Side, address string) string {
	r.t.Helper()
	proxy, err := faultproxy.Listen("127.0.0.1:0", address)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = proxy.Close() }) // with all that goes through it
	r.links[link{node, side}] = proxy
	return proxy.Addr()
}

func (r *relays) place(node int) place { return r.places[node] }

func (r *relays) cut(node int, side Side) error {
	return r.with(node, side, (*faultproxy.Proxy).Stall)
}

func (r *relays) heal(node int, side Side) error {
	return r.with(node, side, (*faultproxy.Proxy).Resume)
}

func (r *relays) with(node int, side Side, do func(*faultproxy.Proxy)) error {
	proxy := r.links[link{node, side}]
	if proxy == nil {
		return fmt.Errorf("there is no link to %s", side)
	}
	do(proxy)
	return nil
}
