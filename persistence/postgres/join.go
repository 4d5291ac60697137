package postgres

import (
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
)

// rowsAtOnce bounds how many rows are inserted by one statement. It is a power
// of two, as all such numbers are, so that each connection prepares only a few
// statements.
const rowsAtOnce = 64

// oneRow is an insert of one row and nothing else, as sqlc writes it.
var oneRow = regexp.MustCompile(`^((?s:.*)\bVALUES )(\([^()]*\))\s*$`)

// joiner makes one statement of inserts that follow each other in a batch and
// differ in their values only. It halves what Postgres spends on an event.
// SQLite would gain nothing: there, a prepared statement is repeated.
type joiner struct {
	texts sync.Map // joinedText → string; empty: it cannot be joined
}

type joinedText struct {
	one  string
	rows int
}

// join returns a batch with the same effect, whose results nobody reads.
func (j *joiner) join(batch *pgx.Batch) *pgx.Batch {
	var joined pgx.Batch
	for queued := batch.QueuedQueries; len(queued) > 0; {
		same := 1
		for same < len(queued) && queued[same].SQL == queued[0].SQL {
			same++
		}
		rows := rowsAtOnce
		for rows > same {
			rows /= 2
		}
		text := j.text(joinedText{queued[0].SQL, rows})
		if text == "" {
			text, rows = queued[0].SQL, 1
		}
		args := make([]any, 0, rows*len(queued[0].Arguments))
		for _, q := range queued[:rows] {
			args = append(args, q.Arguments...)
		}
		joined.Queue(text, args...)
		queued = queued[rows:]
	}
	return &joined
}

// text returns the statement for so many rows, or nothing.
func (j *joiner) text(of joinedText) string {
	if of.rows == 1 {
		return of.one
	}
	if known, ok := j.texts.Load(of); ok {
		return known.(string)
	}
	text := ""
	if parts := oneRow.FindStringSubmatch(of.one); parts != nil {
		text = parts[1] + manyRows(parts[2], of.rows)
	}
	j.texts.Store(of, text)
	return text
}

var argument = regexp.MustCompile(`\$\d+`)

// manyRows repeats a row of arguments with their numbers going on.
func manyRows(row string, rows int) string {
	count := 0
	for _, name := range argument.FindAllString(row, -1) {
		n, _ := strconv.Atoi(name[1:]) // digits
		count = max(count, n)
	}
	all := make([]string, rows)
	for i := range all {
		all[i] = argument.ReplaceAllStringFunc(row, func(name string) string {
			n, _ := strconv.Atoi(name[1:])
			return "$" + strconv.Itoa(n+i*count)
		})
	}
	return strings.Join(all, ", ")
}
