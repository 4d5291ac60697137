// Package seal encrypts what Parley keeps at rest, so that a stolen disk or
// backup tells nothing without the master key, and so that deleting a key erases
// what it sealed, wherever else copies of it are; a backup that has the key, too, keeps it.
//
// Keys form a tree: the master key (from the environment or a file) wraps a key
// of each tenant, which wraps a key of each visitor and each source, which
// seals values. Wrapped keys and sealed values are stored in SQL rows, and are
// bound to their row: each is authenticated together with tenant, table and row
// name. A value that was changed, moved to another row, table or tenant, or
// sealed under another key does not open, and ErrSealed does not tell which of
// these it was.
//
// Ciphers are AES-256-GCM keysets of Tink with random nonces. A version byte
// leads everything that leaves the package, so that the form can change without
// touching old rows. Masters and keys are immutable and safe for concurrent
// use. The package makes no promise about the length of values: a sealed value
// is Overhead bytes longer than the plain one.
package seal
