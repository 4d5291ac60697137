package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Format is the version of the file's form. A reader refuses others.
const Format = 1

// LeftOut names the tables that no backup has, and why.
var LeftOut = map[string]string{
	"schema_migrations": "the header has the version, and migrations make the tables at a restore",

	"schema_floor": "migrations write it",

	"leases": "who does what only one may do, for some seconds; nodes of a restored system agree anew",

	"challenges":   "sign-ins that wait for a second factor, for some minutes; people begin them anew",
	"issuer_trips": "people who are about to sign in elsewhere, for some minutes; they begin anew",

	"turns":   "which steps wait or have a job; they are made again from the states of sources and runs",
	"vectors": "the embedding model makes them again, one page after the other; they may be ten times as large as all else, and the words alone find passages until then",

	"conversation_words": "made again from the conversations, in the background: so that what was erased is not in backups, not even as words that nobody can read",
	"word_keys":          "made anew for each business, with its conversation_words",

	"river_job":          "jobs to read sources are made again from the sources' states, those of maintenance by themselves",
	"river_leader":       "which process leads the jobs, for some seconds",
	"river_queue":        "made by whoever works on jobs",
	"river_notification": "wakes processes that work on jobs",
	"river_migration":    "migrations of the jobs' tables write it",
}

// passing are tables that the jobs' migrations make and drop again: a restore that was killed between two of them left them behind.
var passing = []string{"river_client", "river_client_queue"}

// Begun names the tables in which a migration puts a row, which a backup's take the place
// of. All others must be empty before a restore.
var Begun = map[string]string{
	"revocation_version": "its one row counts from 0",
	"billing_changes":    "likewise",
}

// Kind is what a column holds. Both databases have all of these, and a migration
// that brings another must find a form for it here.
type Kind string

// The kinds of columns. Each may be null.
const (
	Text    Kind = "text"
	Bytes   Kind = "bytes"
	Integer Kind = "integer"
	Boolean Kind = "boolean"
	Time    Kind = "time" // RFC 3339, UTC
)

// Column is one of a table.
type Column struct {
	Name string `json:"name"`
	Kind Kind   `json:"kind"`
}

// Table is one that is backed up.
type Table struct {
	Name    string   `json:"name"`
	Columns []Column `json:"columns"`
}

// names are those of a table's columns.
func (t Table) names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// Quoted is a name as both databases take it in statements.
func Quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// List is the columns of a table, as statements name them.
func (t Table) List() string {
	names := t.names()
	for i, name := range names {
		names[i] = Quoted(name)
	}
	return strings.Join(names, ", ")
}

// Select is a statement that reads all rows.
func (t Table) Select() string { return "SELECT " + t.List() + " FROM " + Quoted(t.Name) }

// Schema is what a database looks like.
type Schema struct {
	Version int64   // of the last migration
	Tables  []Table // without those of LeftOut; each behind all that it refers to
}

// Header is what a file begins with.
type Header struct {
	Format   int       `json:"format"`
	Schema   int64     `json:"schema"` // version of the last migration
	TakenAt  time.Time `json:"taken_at"`
	Program  string    `json:"program"`   // version of what wrote it
	Database string    `json:"database"`  // sqlite or postgres; it says nothing about where it may go
	KeyCheck string    `json:"key_check"` // equal for equal master keys, and tells nothing about them
	Tables   []Table   `json:"tables"`
}

// end is what a file ends with.
type end struct {
	Rows     map[string]int64 `json:"rows"`
	Checksum string           `json:"sha256"` // of all entries before
	MAC      string           `json:"mac"`    // of the checksum, under the master key: nobody else can have changed the file
}

const (
	headerName = "header.json"
	endName    = "end.json"
	pieceSize  = 1 << 20
	// largestEntry bounds what a damaged file can make a reader hold. A piece is larger
	// than pieceSize by a row at most, and the largest rows, of originals, have some hundred KB.
	largestEntry = 64 << 20
)

// errDamaged is what everything says that is wrong with a file.
var errDamaged = errors.New("the file is not a whole backup")

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errDamaged}, args...)...)
}

// encode is JSON of our own types, which cannot fail.
func encode(v any) []byte {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic("backup: " + err.Error())
	}
	return append(raw, '\n')
}
