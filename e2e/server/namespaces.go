package server

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
)

// namespaces gives each node a machine of its own, as far as the network goes: they hang at a bridge, where what they
// need has an address for each, and visitors come from another. To cut a node off an address, it is told a wrong
// station for it: what it sends arrives nowhere, not even an acknowledgement.
type namespaces struct {
	prefix string // of all addresses, up to the last byte
	names  []string
}

// The last bytes of addresses. The first is that which connections from outside come from.
var lastByte = map[Side]int{Visitors: 1, Database: 2, Cache: 3, Model: 4}

const firstNode = 11

// nobody is a station that is not there.
const nobody = "02:00:00:00:00:01"

// Ports are the same in all namespaces.
const (
	servingPort = "8080"
	metricsPort = "9090"
	clusterPort = "7946"
)

// clusters counts those of this process.
var clusters atomic.Int64

func newNamespaces(t testing.TB, nodes int) (*namespaces, error) {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil, errors.New("they take root")
	}
	sweep()
	number := clusters.Add(1)
	bridge := fmt.Sprintf("pe%d-%d", os.Getpid(), number) // 15 characters at most
	n := &namespaces{prefix: freeNetwork()}
	t.Cleanup(func() {
		for _, name := range n.names {
			_ = ip("netns", "del", name) // some may never have been made
		}
		_ = ip("link", "del", bridge)
	})
	steps := [][]string{{"link", "add", bridge, "type", "bridge"}}
	for _, side := range []Side{Visitors, Database, Cache, Model} {
		steps = append(steps, []string{"addr", "add", n.host(side) + "/24", "dev", bridge})
	}
	steps = append(steps, []string{"link", "set", bridge, "up"})
	for i := range nodes {
		name, link := fmt.Sprintf("parley-e2e-%d-%d-%d", os.Getpid(), number, i), fmt.Sprintf("pv%d-%d-%d", os.Getpid(), number, i)
		n.names = append(n.names, name)
		steps = append(steps,
			[]string{"netns", "add", name},
			[]string{"link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", name},
			[]string{"link", "set", link, "master", bridge, "up"},
			[]string{"-n", name, "addr", "add", n.node(i) + "/24", "dev", "eth0"},
			[]string{"-n", name, "link", "set", "eth0", "up"},
			[]string{"-n", name, "link", "set", "lo", "up"},
		)
	}
	for _, step := range steps {
		if err := ip(step...); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func (n *namespaces) host(side Side) string { return n.prefix + fmt.Sprint(lastByte[side]) }
func (n *namespaces) node(i int) string     { return n.prefix + fmt.Sprint(firstNode+i) }

func (n *namespaces) to(_ int, side Side, address string) string {
	_, port, _ := net.SplitHostPort(address) // of a listener
	return net.JoinHostPort(n.host(side), port)
}

func (n *namespaces) place(node int) place {
	at := func(port string) string { return net.JoinHostPort(n.node(node), port) }
	return place{
		under:   []string{"ip", "netns", "exec", n.names[node]},
		address: at(servingPort), entrance: at(servingPort), metrics: at(metricsPort), advertised: at(clusterPort),
	}
}

func (n *namespaces) cut(node int, side Side) error {
	return n.each(node, side, func(address string) error {
		return ip("-n", n.names[node], "neigh", "replace", address, "lladdr", nobody, "nud", "permanent", "dev", "eth0")
	})
}

func (n *namespaces) heal(node int, side Side) error {
	return n.each(node, side, func(address string) error {
		return ip("-n", n.names[node], "neigh", "del", address, "dev", "eth0")
	})
}

// each does something to all addresses of a side.
func (n *namespaces) each(node int, side Side, do func(address string) error) error {
	if side != Peers {
		return do(n.host(side))
	}
	var errs []error
	for peer := range n.names {
		if peer != node {
			errs = append(errs, do(n.node(peer)))
		}
	}
	return errors.Join(errs...)
}

// freeNetwork is one of the /24 networks that are set aside for tests (RFC 2544) of which this machine has no address.
func freeNetwork() (prefix string) {
	addresses, _ := net.InterfaceAddrs() // without them, chance has to do
	for range 100 {
		prefix = fmt.Sprintf("198.%d.%d.", 18+rand.IntN(2), rand.IntN(256))
		taken := false
		for _, address := range addresses {
			taken = taken || strings.HasPrefix(address.String(), prefix)
		}
		if !taken {
			break
		}
	}
	return prefix
}

// sweep removes what a test process left that was killed.
func sweep() {
	dead := func(name, format string) bool {
		var pid int
		_, err := fmt.Sscanf(name, format, &pid)
		return err == nil && errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
	}
	spaces, _ := exec.Command("ip", "netns", "list").Output() // without it, nothing is swept
	for line := range strings.Lines(string(spaces)) {
		if name, _, _ := strings.Cut(strings.TrimSpace(line), " "); dead(name, "parley-e2e-%d-") {
			_ = ip("netns", "del", name) // another may have been quicker
		}
	}
	bridges, _ := exec.Command("ip", "-o", "link", "show", "type", "bridge").Output()
	for line := range strings.Lines(string(bridges)) {
		if fields := strings.Fields(line); len(fields) > 1 && dead(fields[1], "pe%d-") {
			_ = ip("link", "del", strings.TrimSuffix(fields[1], ":"))
		}
	}
}

// ip is the command of that name.
func ip(args ...string) error {
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}
