package postgres

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestWhatPassesIsToldFromWhatDoesNot(t *testing.T) {
	t.Parallel()
	for code, passes := range map[string]bool{
		"08006": true,  // connection failure
		"25006": true,  // read-only
		"53100": true,  // disk full
		"53300": true,  // too many connections
		"55P03": true,  // lock timeout
		"57014": true,  // statement timeout
		"57P01": true,  // shutdown
		"58030": true,  // I/O error
		"23505": false, // unique
		"25001": false, // active transaction
		"42601": false, // syntax
	} {
		if err := fmt.Errorf("commit: %w", &pgconn.PgError{Code: code}); away(err) != passes {
			t.Errorf("%s passes: %v", code, !passes)
		}
	}
	if away(context.Canceled) {
		t.Error("a caller who went away is taken for a database that did")
	}
}
