// Package testbed starts the real Postgres and Redis servers that tests run
// against. Only tests import it.
//
// Servers listen on 127.0.0.1 under a random password, keep their files in a
// folder of their own, and end with the test that asked for them, or, for the
// shared Postgres cluster, with the test process. They end, and their folder
// goes, even when that process is killed: an undertaker outlives it. Nothing
// needs a TestMain. All functions may be called from parallel tests. A server
// that is not installed fails the test with one line that says what to install.
//
// A server that runs holds one goroutine; with goleak use
// goleak.IgnoreAnyFunction("parley/persistence/testbed.(*Server).reap").
package testbed
