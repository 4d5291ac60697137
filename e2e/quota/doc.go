// Package quota proves on several nodes that a plan's answers are counted exactly: not one more than the plan has, however many ask at
// once and wherever, whatever Redis forgets and whichever process dies.
package quota
