// Package server runs the real binary for tests that drive the product from
// outside: it is built once for all tests of a package, started with an empty
// data folder at an address of its own, and killed, ended and started again on
// the same data as a test likes. A test that fails shows the end of its log.
//
// A Cluster is several of them that share a Postgres, a Redis and a model, and a network that can be cut.
//
// A package that uses it hands its tests over in TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(server.Main(m)) }
package server
