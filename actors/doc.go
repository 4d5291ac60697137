// Package actors holds the live conversations: the engine, and the session and
// bot actors behind it.
//
// A conversation has one session actor in the cluster at a time; it is the only
// writer of the conversation's log, which SQL enforces. Nothing blocks in an actor:
// storage, retrieval and models run in goroutines that send their result
// back. What is acknowledged was committed before. Delivery to watchers is at
// most once: whoever sees a gap in Seq reads the log.
package actors
