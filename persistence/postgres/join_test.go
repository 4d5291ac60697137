package postgres

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
)

func TestInsertsOfOneTableAreJoinedInPowersOfTwoAndNothingElseIs(t *testing.T) {
	t.Parallel()
	const insert, change = "-- name: A :batchexec\nINSERT INTO a (x, y, z) VALUES ($2, 1, $1)\n", "UPDATE a SET x = $1"
	const merge = "INSERT INTO a (x) VALUES ($1)\nON CONFLICT DO NOTHING"
	for name, c := range map[string]struct {
		queued, expected []string
	}{
		"one": {[]string{insert}, []string{insert + "[0 'a']"}},
		"seven, between": {[]string{change, insert, insert, insert, insert, insert, insert, insert, change}, []string{
			change + "[0]",
			"-- name: A :batchexec\nINSERT INTO a (x, y, z) VALUES ($2, 1, $1), ($4, 1, $3), ($6, 1, $5), ($8, 1, $7)[1 'b' 2 'c' 3 'd' 4 'e']",
			"-- name: A :batchexec\nINSERT INTO a (x, y, z) VALUES ($2, 1, $1), ($4, 1, $3)[5 'f' 6 'g']",
			insert + "[7 'h']", change + "[8]",
		}},
		"changes":         {[]string{change, change}, []string{change + "[0]", change + "[1]"}},
		"with a conflict": {[]string{merge, merge}, []string{merge + "[0]", merge + "[1]"}},
		"nothing":         {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var batch pgx.Batch
			for i, text := range c.queued {
				args := []any{i}
				if text == insert {
					args = append(args, fmt.Sprintf("'%c'", 'a'+i))
				}
				batch.Queue(text, args...)
			}
			var got []string
			for _, q := range new(joiner).join(&batch).QueuedQueries {
				got = append(got, fmt.Sprintf("%s%v", q.SQL, q.Arguments))
			}
			if diff := cmp.Diff(c.expected, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNoStatementHasMoreRowsThanItMay(t *testing.T) {
	t.Parallel()
	var batch pgx.Batch
	for i := range 3*rowsAtOnce + 1 {
		batch.Queue("INSERT INTO a VALUES ($1)", i)
	}
	var rows []int
	next := 0
	for _, q := range new(joiner).join(&batch).QueuedQueries {
		rows = append(rows, len(q.Arguments))
		for _, arg := range q.Arguments {
			if arg != next {
				t.Fatalf("got row %v, want %d", arg, next)
			}
			next++
		}
	}
	if diff := cmp.Diff([]int{rowsAtOnce, rowsAtOnce, rowsAtOnce, 1}, rows); diff != "" {
		t.Error(diff)
	}
}
