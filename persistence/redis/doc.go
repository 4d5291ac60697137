// Package redis holds what nodes share and may lose: who is in the cluster and
// holds what, announcements, rate limits, and answers to be given again. It speaks to a real Redis (7 or
// later), or, when none is configured, to one that runs inside the process,
// through the same client.
//
// Nothing here is a source of truth: SQL decides, and Redis may forget
// everything or be away at any time, at start too. Then memberships and placements
// are unavailable, announcements fail or are missed, each node allows its share of
// a limit, and nobody is made to wait; when Redis is back, subscriptions come back
// without help and tell their listeners. Nobody is evicted for an outage, and
// after a loss of data claims wait until the nodes have said what they hold. Going
// and coming are logged once each. A Client is safe for concurrent use.
//
// What must be decided at once is decided by scripts in Redis, by its clock. They use
// keys that belong to no common slot: Redis Cluster is not supported. One primary is, with
// replicas and a failover; what a failover loses counts as a loss of data, as far as it shows.
package redis
