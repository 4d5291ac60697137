// Package redis holds what nodes share and may lose: announcements and rate
// limits. It speaks to a real Redis, or, when none is configured, to one that runs inside
// the process, through the same client and so through the same code.
//
// Nothing here is a source of truth: SQL decides, and Redis may forget
// everything or be away at any time, at start too. Then announcements fail or
// are lost, limits are counted by each node for itself, and nobody is made to
// wait; when Redis is back, subscriptions come back without help. Going and coming
// are logged once each. A Client is safe for concurrent use.
package redis
