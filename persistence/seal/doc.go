// Package seal encrypts what Parley keeps at rest, so that a stolen disk or
// backup tells nothing without the master key, and so that deleting a key erases
// what it sealed, wherever else copies of it are; a backup that has the key, too, keeps it.
//
// Keys form a tree: a master key (from the environment or a file) wraps a key
// of each tenant and one of all accounts. A tenant's wraps a key of each visitor and each source, which
// seals values. Wrapped keys and sealed values are stored in SQL rows, and are
// bound to their row: each is authenticated together with tenant, table and row
// name. A value that was changed, moved to another row, table or tenant, or
// sealed under another key does not open, and ErrSealed does not tell which of
// these it was.
//
// A master key is replaced by wrapping again what it wraps, which is little: the
// keys below it stay, and so does all that they seal. Meanwhile a Master has
// both keys. So nothing derives from a master key that is to outlive it. What
// is looked up by an HMAC (addresses of accounts, names of labels), tokens of visitors, cursors,
// ids that repeats are recognised by, the cache of answers and the certificates of nodes derive from
// a Root: a random secret, made once, and sealed in the database under the key of
// accounts. Only what tells whose a backup is derives from the master key itself.
//
// Ciphers are AES-256-GCM keysets of Tink with random nonces. A version byte
// leads everything that leaves the package, so that the form can change without
// touching old rows. Masters, roots and keys are safe for concurrent
// use. The package makes no promise about the length of values: a sealed value
// is Overhead bytes longer than the plain one.
package seal
