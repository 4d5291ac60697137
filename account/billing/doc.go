// Package billing says what a tenant may use and what it pays. Nothing is sold
// yet: every tenant may use everything, without limits, and the package holds
// no code.
package billing
