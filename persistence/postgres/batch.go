package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// These run one statement for many arguments, in one round trip where the
// database can. send is a batch method of db.Queries.

// executed runs statements that return nothing, and returns the first error.
func executed[Arg any, Results interface{ Exec(func(int, error)) }](
	ctx context.Context, args []Arg, send func(context.Context, []Arg) Results,
) error {
	if len(args) == 0 {
		return nil
	}
	var first error
	send(ctx, args).Exec(func(_ int, err error) {
		if first == nil {
			first = err
		}
	})
	return first
}

// optional runs queries and returns their rows in the order of the arguments;
// nil where there is none.
func optional[Arg, Row any, Results interface{ QueryRow(func(int, Row, error)) }](
	ctx context.Context, args []Arg, send func(context.Context, []Arg) Results,
) ([]*Row, error) {
	if len(args) == 0 {
		return nil, nil
	}
	rows := make([]*Row, len(args))
	var first error
	send(ctx, args).QueryRow(func(i int, row Row, err error) {
		switch {
		case err == nil:
			rows[i] = &row
		case !errors.Is(err, pgx.ErrNoRows) && first == nil:
			first = err
		}
	})
	return rows, first
}
