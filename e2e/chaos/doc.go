// Package chaos breaks what the product stands on, while people use it: connections, the
// process, the database, Redis, the model, the patience of its neighbours. Each file is one
// scenario; package check judges what is left.
//
// The short form runs with all other tests. The long one takes most of an hour:
//
//	make chaos                      all scenarios
//	make chaos ONLY=Cuts SEED=7     one of them, by the schedule of an earlier run
//
// Every run prints its seed, and the seed repeats the schedule: who does what and
// what breaks, in which order. Times are printed, and fail a run only beyond five times their goal.
// PARLEY_CHAOS_… (PARLEY_CHAOS_CUTS=1000) sets a number that is otherwise that of the form.
package chaos
