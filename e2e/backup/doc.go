// Package backup backs up a server that visitors talk to all the while, restores
// the file where there was nothing, into the other kind of database, and asks the visitors: what
// was acknowledged before the backup began is there, once, and goes on.
package backup
