package server

import "testing"

// network is what nodes and what they need are joined by. Whoever is cut off sees silence, not an error.
type network interface {
	// host is where something that nodes need listens beside 127.0.0.1; "": there alone.
	host(side Side) string
	// to returns the address at which a node reaches what listens at this one.
	to(node int, side Side, address string) string
	place(node int) place
	cut(node int, side Side) error
	heal(node int, side Side) error
}

// place is where a node is.
type place struct {
	under      []string // the command that puts it there
	address    string   // that it listens on
	entrance   string   // where visitors come in
	metrics    string
	advertised string // to the other nodes
	listens    string // for them; "": at the same address
}

// newNetwork joins nodes: in namespaces, where each address can be cut off by itself, or, where there are none to
// be had, through proxies. There the cut from peers goes one way: a node reaches those who do not reach it. It returns
// what the network is made of, too.
func newNetwork(t testing.TB, nodes int) (links network, called string) {
	t.Helper()
	spaces, err := newNamespaces(t, nodes)
	if err == nil {
		return spaces, "network namespaces"
	}
	t.Logf("nodes are joined by proxies, since network namespaces are not to be had: %v", err)
	return newRelays(t, nodes), "proxies"
}
