// Package backup writes everything that a Parley keeps into one file, and reads
// it back into an empty database: of the same kind or of the other. What a
// database has to offer for that is Source and Target, which persistence/postgres
// and persistence/sqlite fill.
//
// The file is a tar archive, compressed with gzip, of JSON: header.json, then
// the rows of each table in pieces of about a megabyte (events/00000001.jsonl, one
// array per line, bytes in base64), then end.json with the number of rows of each table and a
// checksum of all before it. So `tar -tzf` lists it, and it can be read without
// Parley for as long as there are tar, gzip and JSON. What people wrote is
// sealed in it as it is in the database; the master key is not in it, but a value that
// tells whether a key is the right one.
//
// Which tables there are is read from the schema. Only those of LeftOut, each with its
// reason, do not come along. Rows stand in an order in which what they refer
// to comes first.
//
// A file that was cut off or changed is an error of Check and of Restore. Restore
// makes one transaction of all rows, so that a restore that fails or is killed
// leaves an empty database. Both hold a few megabytes in memory, however large the file is.
package backup
