// Package chaos breaks what the product stands on, while people use it: connections, the
// process, the database, Redis, the model, the patience of its neighbours. Each file is one
// scenario; package check judges what is left.
//
// The scenarios whose names begin with Cluster run three nodes, each in a network namespace of
// its own, so that it can be cut from one thing at a time: from Postgres, Redis, its peers or its visitors. Where
// those are not to be had (they take root and the command ip), proxies stand in for them, and a cut
// from peers goes one way.
//
// The short form runs with all other tests. The long one takes more than an hour:
//
//	make chaos                      all scenarios
//	make chaos ONLY=Cuts SEED=7     one of them, by the schedule of an earlier run
//	make chaos ONLY=ClusterFaults   ten minutes of faults of every kind, among 3,000 visitors
//	make chaos ONLY=Cluster         that, failover, drain, rolling restart and fencing
//
// Every run prints its seed, and the seed repeats the schedule: who does what and
// what breaks, in which order. Times are printed, and fail a run only beyond five times their goal;
// those of clusters beyond their goal, but in the long form alone.
// PARLEY_CHAOS_… (PARLEY_CHAOS_CUTS=1000) sets a number that is otherwise that of the form.
package chaos
