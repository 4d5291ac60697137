package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net"
	"slices"
	"time"

	"parley/e2e/server"
	"parley/persistence/testbed"
)

// cluster is several nodes of Parley with one Postgres and one Redis.
type cluster struct {
	l     *lab
	env   []string
	redis string // URL
	nodes []*site
}

// clusterTTL is how long a node that died is taken for alive.
const clusterTTL = 3 * time.Second

// startCluster starts so many nodes, with a business whose bots know a little.
func startCluster(l *lab, nodes, bots int, env ...string) *cluster {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	c := &cluster{l: l, redis: testbed.Redis(l)}
	c.env = append([]string{
		"DATABASE_URL=" + testbed.Postgres(l), "REDIS_URL=" + c.redis, "PARLEY_KEY=" + base64.StdEncoding.EncodeToString(key),
		"PARLEY_CLUSTER_TTL=" + clusterTTL.String(),
	}, env...)
	c.nodes = []*site{startParley(l, bots, c.node()...)}
	for len(c.nodes) < nodes {
		c.grow()
	}
	return c
}

// node is the environment of one more.
func (c *cluster) node() []string {
	return append(slices.Clone(c.env), "PARLEY_CLUSTER_ADDR="+freeAddress(c.l))
}

// grow starts one more node.
func (c *cluster) grow() {
	c.l.step("start node %d", len(c.nodes)+1)
	first := c.nodes[0]
	profiles, more := profiling.of(c.l)
	s := server.Start(c.l, slices.Concat(quiet, c.node(), more)...)
	c.nodes = append(c.nodes, &site{
		l: c.l, socket: "ws://" + s.Address + "/api/v1/socket", pid: s.PID, bots: first.bots, bearer: first.bearer,
		parley: s, owner: first.owner, model: first.model, profiles: profiles,
	})
}

// costOf is the CPU time that all nodes together spend while something is done.
func (c *cluster) costOf(do func()) (cost time.Duration) {
	for _, node := range c.nodes {
		cost -= c.l.cpu(node.pid())
	}
	do()
	for _, node := range c.nodes {
		cost += c.l.cpu(node.pid())
	}
	return cost
}

// freeAddress finds a port that nobody listens on.
func freeAddress(l *lab) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	l.must("find a free port", err)
	defer listener.Close()
	return fmt.Sprint(listener.Addr())
}
