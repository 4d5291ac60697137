// Package billing says what a tenant may use and what it pays.
//
// Three things are kept of a tenant: the terms of the plan that it has (State.Plan, as it was when it was bought), the
// last word of whoever takes its money (Contract, folded from all Facts that ever arrived, in whichever order), and what the
// operator decided. What follows from them at a time is computed, never kept: StandingOf is a pure function of the State, the Policy
// and the clock, so that it is the same on all nodes, after any repetition, and in any order of events.
//
// What processors of payments do is behind Provider; package stripe is the one there is. Without one the operator assigns plans, and
// nothing is ever sold.
package billing
