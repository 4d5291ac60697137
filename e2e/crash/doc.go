// Package crash kills the real binary while visitors are sending, starts it
// again, and holds what the visitors saw against what the log kept:
//
//	go test ./e2e/crash
//	SEED=7 go test ./e2e/crash                               the same kills again
//	PARLEY_CRASH_KILLS=40 PARLEY_CRASH_VISITORS=500 go test -timeout 30m ./e2e/crash
//
// It runs on SQLite and on Postgres; -short leaves it out.
package crash
