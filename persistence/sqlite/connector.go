package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"modernc.org/sqlite"
)

// connector opens connections that know the functions of Postgres of which the common SQL makes use
// and SQLite has none. Its driver is its own: nobody else's connections get them.
type connector struct {
	driver  *sqlite.Driver
	address string
}

func newConnector(address string) connector {
	d := new(sqlite.Driver)
	d.MustRegisterScalarFunction("clock_timestamp", 0, clockTimestamp)
	d.MustRegisterDeterministicScalarFunction("date_part", 2, datePart)
	return connector{d, address}
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.address) }
func (c connector) Driver() driver.Driver                        { return c.driver }

// clockTimestamp is the time, as the database stores times.
func clockTimestamp(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
	return time.Now().UTC().Format(timeLayout), nil
}

// datePart is the seconds of a stored time since the beginning of 1970, which is all that is asked of it.
func datePart(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
	var at time.Time
	if args[0] != "epoch" {
		return nil, fmt.Errorf("date_part: there is no %v", args[0])
	}
	if err := (timePlace{&at}).Scan(args[1]); err != nil {
		return nil, fmt.Errorf("date_part: %w", err)
	}
	return float64(at.UnixMilli()) / 1000, nil
}
