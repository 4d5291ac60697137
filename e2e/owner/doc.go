// Package owner is a business at work over REST, for tests that drive the
// product from outside: it registers, makes bots, gives them something to know
// and reads conversations. What must succeed and does not fails the test; Try
// is for what may be refused.
package owner
