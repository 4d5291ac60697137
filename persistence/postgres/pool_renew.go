package postgres

import (
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// renewEvery bounds how often all connections are made anew: a server that may only be read for long,
// because its disk is full, would have that done with each statement.
const renewEvery = time.Second

// renewal makes the connections of a pool anew when one of them says that the server is not what it was
// when they were made. The others would say the same, each to whoever gets it next.
type renewal struct {
	connections atomic.Pointer[pgxpool.Pool]
	last        atomic.Int64 // Unix nanoseconds
}

// of is called once, after the pool was made for whose connections judge decides.
func (r *renewal) of(connections *pgxpool.Pool) { r.connections.Store(connections) }

// judge tells whether a connection is of use after an error.
func (r *renewal) judge(_ *pgconn.PgConn, said *pgconn.PgError) bool {
	if !outlived(said) {
		return !strings.EqualFold(said.Severity, "FATAL") // as pgx decides where nobody else does
	}
	now, last := time.Now().UnixNano(), r.last.Load()
	if connections := r.connections.Load(); connections != nil && now-last >= int64(renewEvery) && r.last.CompareAndSwap(last, now) {
		connections.Reset()
	}
	return false
}

// outlived tells whether an error means that a connection is older than what it refers to, so that another one may do.
func outlived(said *pgconn.PgError) bool {
	switch said.Code {
	case "25006": // it may only be read: another server has taken over
		return true
	case "26000": // it does not know a statement that was prepared: a pooler in between has another server
		return true
	case "0A000": // a migration has changed the type of a column that a prepared statement returns
		return strings.Contains(said.Message, "cached plan")
	}
	return false
}
