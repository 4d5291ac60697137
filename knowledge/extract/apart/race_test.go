//go:build race

package apart

// childMemory is what a test's child may have, in bytes. The race detector keeps two to three bytes more for each of the
// heap's, and takes them in pieces of a hundred megabytes.
const childMemory = 2 << 30
