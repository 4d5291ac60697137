// Package improve drives the owner's loop from outside, with the real binary: a question that was not answered becomes an answer,
// an answer that was disliked is noticed, tests tell what a change broke, and answers that have become old are found.
package improve
