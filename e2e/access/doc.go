// Package access tries every route and every frame as everybody who should not get in, at the real binary:
//
//	go test ./e2e/access
//
// What there is to try comes from the served /openapi.json and from account.Frames, what must happen from
// account.Operations and account.Frames: a route that somebody adds is tried without a line here. Three things may
// have to be told when one is: a body, where its schema is not enough to make one (bodies_test.go), how a thing is
// made that its path names, where neither a POST nor a GET of the list does it (things_test.go), and why something
// cannot be tried. A test that misses one of them says so.
//
// What another business has is answered as what nobody has, byte for byte (parity_test.go) and in the same time
// (timing_test.go). At the end the log is searched for each secret that was sent or given out meanwhile
// (discreet_test.go), and secrets_test.go lets every service that the operator names throw theirs back at us.
// Tokens that have only expired are not tried here: the binary's clock cannot be moved.
package access
