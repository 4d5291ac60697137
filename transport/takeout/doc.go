// Package takeout writes what is kept of a visitor, or of a whole business, into a file for whoever may have it.
//
// It reads while it writes, one conversation or one chunk of an original at a time, so that a file of any size takes
// little memory and nothing of it lies about. What changes meanwhile may be in it or not. An error means that the file has no end: a
// zip without its directory does not open, and JSON without its last bracket neither.
package takeout
