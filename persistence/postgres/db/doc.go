// Package db is the statements of queries/ as functions, made by sqlc. Nothing
// in it is written by hand but this comment; `make generate` makes it anew.
package db
