// Package wire is the language that clients speak: the JSON of durable events,
// which the socket and REST share, the frames around them, the frames that
// clients send, and the codes a connection is closed with.
//
// A durable event, and only that, carries seq and at. A client frame carries
// an id that its answer repeats as ref. Unknown fields are ignored in both
// directions, so that either side may be the newer one. The frames in testdata
// are read by the TypeScript side too: changing one of them breaks a client.
//
// Encoders append to a slice and cannot fail; decoders never panic, are bounded by
// their input, and return a chat.Error that says what is wrong with a frame.
package wire
