// Package postgres keeps everything that must not be lost: accounts, bots,
// conversations, knowledge. Its Store fills the ports of chat, account and
// knowledge, over any Database: Postgres itself through a pgx pool (Open), or
// SQLite through the adapter of persistence/sqlite.
//
// The SQL is written once, in Postgres' dialect, and read by sqlc from
// migrations/ and queries/. What both databases understand alike, and no more:
// CAST instead of ::, and never to BYTEA or TIMESTAMPTZ, which SQLite takes for
// numbers; no now(), ANY, FOR UPDATE, ILIKE, arrays or intervals. Times and ids
// come from Go; times are UTC with a precision of a millisecond. Leases alone go
// by the database's clock, clock_timestamp(), so that no node's can make two lead.
// Many rows are
// sent as a batch of one statement (:batchone, :batchexec), which Postgres gets
// in one round trip. A bundle gathers such batches and makes one transaction of
// them, still in one round trip: there, a condition that must hold is written so
// that it is an error when it does not. Lists of conversations alone are put
// together from fixed parts (see listing), so that each reads the index of its own.
//
// Everything that people wrote is sealed under a tree of keys: the master key
// wraps a tenant's, which seals names and settings and wraps those of visitors
// (events, previews, contacts, notes) and sources (originals, passages). Accounts are
// sealed under a key of the platform. Plain columns are what queries need: ids,
// times, counts, states. Each sealed value is bound to its tenant, table and row.
//
// Programs of two versions run side by side while a cluster is upgraded, so that migrations
// come in two kinds. Most of them expand: they add tables, and columns that may be left out, of which
// older programs know nothing; such a program starts against a newer database, too. What is not used any more goes with a later
// migration, a contract: "-- contract: since 00017, why" names the migration whose program was the first one to live
// without it, and the same migration raises schema_floor to that number, below which no program starts. A program
// that stops to use something therefore brings a migration, be it an empty one. Indexes of
// tables that are in use are built CONCURRENTLY; whatever else makes others wait says "-- locks: why
// it is short". A test reads all of this from the files.
//
// All methods are safe for concurrent use. Errors that people may cause are
// chat.Errors: ErrNotFound for what is not there or is another tenant's,
// ErrUnavailable when the database is away. Every statement names its tenant,
// but for the few that serve all tenants by contract.
package postgres

//go:generate go tool -modfile=../../tools/go.mod sqlc generate
