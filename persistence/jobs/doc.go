// Package jobs runs durable background work on river, in the database of the
// store that enqueues it.
//
// What is read, embedded or asked is done in steps of some seconds, each of which is a job that enqueues the next. How many of
// a tenant's have a job at a time is bounded (Lanes); whose turn it is decides the store, a Keeper.
//
// A job is enqueued in the transaction of the change that needs it, and runs
// after its commit, at least once. It carries ids only, and what is kept of its
// failures is the words of this package: nothing that people wrote reaches
// river's tables. A job has Timeout to end; one whose process died is started
// again RescueAfter its start, and one that a shutdown interrupts at the next
// start, which does not count as an attempt. After Attempts failures it is given
// up, which the owner of the work is told exactly then.
package jobs
