package main

import "testing"

func TestANodeFindsItsOwnAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ address, database, want string }{
		{"", "", ""},
		{"node-1:7946", "postgres://127.0.0.1/parley", "node-1:7946"},
		{":7946", "postgres://parley:secret@127.0.0.1:6543/parley", "127.0.0.1:7946"},
		{":7946", "postgres://[::1]/parley", "[::1]:7946"},
		{":7946", "postgres:///parley?host=/run/postgresql", "an error"},
	} {
		config := Config{ClusterAddr: c.address, DatabaseURL: c.database}
		err := config.settle(t.Context())
		if got := config.ClusterAddr; (err != nil) != (c.want == "an error") || err == nil && got != c.want {
			t.Errorf("%q beside %s: %q, %v; want %s", c.address, c.database, got, err, c.want)
		}
	}
}
