// Package sqlite keeps a Parley of one process in a folder: the store of
// persistence/postgres over SQLite, through an adapter that lets the SQL written
// for pgx run on database/sql.
//
// There is one writing connection, which the application and its jobs share, so
// that writers queue up instead of failing; and a pool of reading ones, which
// see everything committed before. A commit returns when it is on disk
// (synchronous=FULL). A lock on the folder keeps a second process out; it goes
// with the process, however that ends.
//
// Times are stored as text of fixed width in UTC, which sorts as they do. Errors
// of unique values and references are those of Postgres, and no rows is
// pgx.ErrNoRows.
package sqlite
