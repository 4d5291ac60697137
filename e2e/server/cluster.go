package server

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"parley/llm/llmtest"
	"parley/persistence/testbed"
)

// Cluster is nodes that share a Postgres, a Redis, a model and a key, with a network between all of them that
// can be cut.
type Cluster struct {
	Nodes    []*Node
	Postgres *testbed.Server
	Redis    *testbed.Server
	Model    *llmtest.Model
	Network  string // what cuts are made of
}

// Node is a parley process of a cluster.
type Node struct {
	*Server
	Name string // node1, …: what Postgres knows its connections by

	network network
	at      int // in the network

	mu  sync.Mutex
	cut []Side
}

// Side is what a node can be cut from.
type Side string

// The sides.
const (
	Database Side = "postgres"
	Cache    Side = "redis"
	Model    Side = "model"
	Peers    Side = "peers"    // the other nodes
	Visitors Side = "visitors" // and agents, and operators who look at metrics
)

// Everything is all that a node talks to.
var Everything = []Side{Database, Cache, Model, Peers, Visitors}

// NewCluster prepares nodes that are not started yet, with an own Postgres, Redis and model, as env ("NAME=value")
// says beside that.
func NewCluster(t testing.TB, nodes int, model *llmtest.Model, env ...string) *Cluster {
	t.Helper()
	links, called := newNetwork(t, nodes)
	c := &Cluster{
		Postgres: testbed.PostgresServer(t, beside(links, Database)...),
		Redis:    testbed.RedisServer(t, beside(links, Cache)...),
		Model:    model, Network: called,
	}
	t.Cleanup(func() { c.keepLogs(t) })
	listening := serveModel(t, links.host(Model), model)
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	for i := range nodes {
		at, name := links.place(i), fmt.Sprintf("node%d", i+1)
		s := newAt(t, at.address, at.under, "PARLEY_METRICS_ADDR="+at.metrics,
			"PARLEY_KEY="+base64.StdEncoding.EncodeToString(key),
			"DATABASE_URL="+through(t, links, i, Database, c.Postgres.URL())+"&application_name="+name,
			"REDIS_URL="+through(t, links, i, Cache, c.Redis.URL()),
			"OPENAI_BASE_URL=http://"+links.to(i, Model, listening)+"/v1", "OPENAI_API_KEY=sk-test",
			"PARLEY_CLUSTER_ADDR="+at.advertised, "PARLEY_CLUSTER_LISTEN="+at.listens)
		s.Set(env...)
		s.Address, s.metrics = at.entrance, at.metrics
		c.Nodes = append(c.Nodes, &Node{Server: s, Name: name, network: links, at: i})
	}
	return c
}

// Run starts all nodes and returns once they are ready.
func (c *Cluster) Run() {
	for _, n := range c.Nodes {
		n.Launch()
	}
	for _, n := range c.Nodes {
		n.AwaitReady()
	}
}

// keepLogs leaves the nodes' whole logs behind for whoever looks into a test that failed.
func (c *Cluster) keepLogs(t testing.TB) {
	t.Helper()
	if !t.Failed() {
		return
	}
	folder, err := os.MkdirTemp("", "parley-cluster-logs-")
	for _, n := range c.Nodes {
		err = errors.Join(err, os.WriteFile(filepath.Join(folder, n.Name+".log"), n.Log(), 0o600))
	}
	if err != nil {
		t.Logf("keep the nodes' logs: %v", err)
		return
	}
	t.Logf("the nodes' logs are in %s", folder)
}

// Addresses is where visitors come in.
func (c *Cluster) Addresses() (all []string) {
	for _, n := range c.Nodes {
		all = append(all, n.Address)
	}
	return all
}

// Cut cuts a node from others, until Heal: nothing arrives any more, and nobody is told.
func (n *Node) Cut(from ...Side) {
	n.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, side := range from {
		if slices.Contains(n.cut, side) {
			continue
		}
		if err := n.network.cut(n.at, side); err != nil {
			n.t.Errorf("cut %s from %s: %v", n.Name, side, err)
		}
		n.cut = append(n.cut, side)
	}
}

// Heal ends all cuts.
func (n *Node) Heal() {
	n.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, side := range n.cut {
		if err := n.network.heal(n.at, side); err != nil {
			n.t.Errorf("join %s and %s again: %v", n.Name, side, err)
		}
	}
	n.cut = nil
}

func beside(links network, side Side) (options []testbed.Option) {
	if host := links.host(side); host != "" {
		options = append(options, testbed.Beside(host))
	}
	return options
}

// through is the URL by which a node reaches what is at an URL on this machine.
func through(t testing.TB, links network, node int, side Side, address string) string {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	at.Host = links.to(node, side, at.Host)
	return at.String()
}

// serveModel lets nodes reach the model, and returns at which address.
func serveModel(t testing.TB, host string, model *llmtest.Model) string {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(cmp.Or(host, "127.0.0.1"), "0"))
	if err != nil {
		t.Fatalf("listen for the model: %v", err)
	}
	t.Cleanup(func() {
		model.Reset()
		_ = listener.Close() // whoever is connected has ended before
	})
	go func() { _ = llmtest.Serve(listener, model) }() // until the listener is closed
	return listener.Addr().String()
}
