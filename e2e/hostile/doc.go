// Package hostile gives the real binary what it should not get: files that are
// broken, protected or huge, requests and frames that make no sense, clients
// that dawdle or leave, and a database, a Redis, a folder or a key that is not
// what it was:
//
//	go test ./e2e/hostile
//
// Whoever does that gets a stable code and words that say what to do. Beside
// that stands a house (see house_test.go) of a business that did nothing wrong:
// after each case its process is the same, its bot knows what it knew, and its
// visitor's conversation goes on. What people wrote is in no log.
package hostile
