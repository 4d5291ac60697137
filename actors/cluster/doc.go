// Package cluster joins nodes and finds actors on them.
//
// An actor of a kind has one place in the cluster, known by its identity.
// Request brings a message there, activating the actor if need be. A single
// node is a cluster of one by the same path: only its claims and its membership are
// in memory. Delivery is at most once; two activations of one identity are possible
// for a short time after a fault, and whoever writes is fenced by SQL.
package cluster
