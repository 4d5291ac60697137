// Package apart opens originals in a process of their own: a file that makes a
// parser crash, hang or eat memory ends that process and nothing else.
//
// Opener starts one child for each original, but for short plain text: the same program, asked to be a Child. It gets the
// original's bytes through a pipe and answers in frames; what it answers is bounded and
// checked. It has no environment, no files but the compiled PDF engine, little memory, low priority, and
// is killed when it takes too long. It never dials: what originals refer to is not fetched.
//
// A child that ends before its time is the original's fault, and final: extract.ErrTooBig if it
// ran out of memory, extract.ErrTooSlow if out of time, extract.ErrBroken otherwise. That none could be started is any
// other error, and may pass. Opener is safe for concurrent use, a Document is not.
package apart
