package billing

import (
	"bytes"
	"database/sql"
	"slices"
	"testing"
	"time"

	"parley/account/billing/stripe/stripetest"
	_ "parley/persistence/postgres" // registers the driver "pgx"
	"parley/persistence/testbed"
)

// A business whose day has come: its subscription ends at Stripe, what it owes is left open, and then all of it is erased.
func TestNobodyPaysForABusinessThatWasErased(t *testing.T) {
	t.Parallel()
	database := testbed.Postgres(t)
	s := openShop(t, stripetest.Mock(t), "DATABASE_URL="+database)
	life := stripetest.Buy(s.tenant, time.Now().AddDate(0, 0, -40), large, 0).RenewsUnpaid()
	s.hear(life.Events()...)
	s.stands("past_due", "", "large")
	s.knows(life)
	ends := "/v1/subscriptions/" + life.Subscription()
	s.stripe.Play("DELETE "+ends, stripetest.Answer{Body: string(life.Ends().Object())})
	s.stripe.Play("GET /v1/invoices", stripetest.Answer{Body: `{"data":[{"id":"in_1","status":"open","auto_advance":true}]}`})

	s.server.Stop()
	execute(t, database, "UPDATE tenants SET erase_at = now() - interval '1 minute' WHERE id = $1", s.tenant)
	s.server.Run() // which looks at once who goes

	for deadline := time.Now().Add(2 * time.Minute); !bytes.Contains(s.server.Log(), []byte("a business was erased")); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the business is not erased:\n%s", s.server.Log())
		}
	}
	asked := func(method, path string) int {
		return slices.IndexFunc(s.stripe.Asked(), func(a stripetest.Asked) bool { return a.Method == method && a.Path == path })
	}
	left, ended := asked("POST", "/v1/invoices/in_1"), asked("DELETE", ends)
	if left < 0 || ended < left {
		t.Errorf("the invoice was left open by request %d, and the subscription ended by request %d", left, ended)
	}
}

func execute(t *testing.T, database, statement string, args ...any) {
	t.Helper()
	db, err := sql.Open("pgx", database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}
