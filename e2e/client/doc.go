// Package client is a visitor for tests: it keeps what a browser keeps, comes
// back whenever it is cut off, sends again what was not acknowledged, and
// writes down all that it saw.
//
// It checks the wire contract as frames arrive (see Visitor.Violations), and
// otherwise judges nothing: comparing what several visitors and the log hold is the
// test's own work. It knows the contract from the outside and shares no code
// with the server.
package client
