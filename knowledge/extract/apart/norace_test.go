//go:build !race

package apart

// childMemory is what a test's child may have, in bytes.
const childMemory = 512 << 20
