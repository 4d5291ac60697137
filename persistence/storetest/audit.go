package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
)

// entry is one of the world's own audit log.
func (w *world) entry(second int, action, target string) account.Entry {
	return account.Entry{
		ID: chat.NewID(account.AuditPrefix), Tenant: w.tenant.ID, At: moment(second), Actor: account.Actor{Kind: account.ByUser, ID: w.user.ID, Name: w.user.Name},
		Action: action, Target: target, Address: "203.0.113.7", Outcome: account.Done,
	}
}

// audit returns all of the world's log, latest first, page by page.
func (w *world) audit(t testing.TB, filter account.AuditFilter) (all []account.Entry) {
	t.Helper()
	for {
		page, next, err := w.Audit(t.Context(), w.tenant.ID, filter)
		must(t, err)
		all = append(all, page...)
		if next == "" {
			return all
		}
		filter.Cursor = next
	}
}

// verified wants the world's log to be what was told.
func (w *world) verified(t testing.TB, first, last, erased int64) {
	t.Helper()
	proof, err := w.VerifyAudit(t.Context(), w.tenant.ID)
	must(t, err)
	if proof.Broken != 0 || proof.First != first || proof.Last != last || proof.Erased != erased {
		t.Errorf("the proof is %+v", proof)
	}
}

var auditTests = []test{
	{"What was told comes back latest first, narrowed and in pages, of one's own tenant", func(t *testing.T, w *world) {
		stranger := newWorld(t, w.Store)
		one, two, three := w.entry(1, "createBot", "bot_1"), w.entry(2, "deleteBot", "bot_1"), w.entry(3, "createBot", "bot_2")
		two.Actor, two.Outcome = account.Actor{Kind: account.ByKey, ID: "key_1", Name: "Till"}, "not_found"
		theirs := stranger.entry(2, "createBot", "bot_3")
		must(t, w.AppendAudit(t.Context(), []account.Entry{one, theirs, two, three}))
		for name, c := range map[string]struct {
			filter account.AuditFilter
			want   []account.Entry
		}{
			"all":       {account.AuditFilter{}, []account.Entry{three, two, one}},
			"in pages":  {account.AuditFilter{Limit: 1}, []account.Entry{three, two, one}},
			"by actor":  {account.AuditFilter{Actor: "key_1"}, []account.Entry{two}},
			"by action": {account.AuditFilter{Action: "createBot", Limit: 1}, []account.Entry{three, one}},
			"in a time": {account.AuditFilter{Since: moment(2), Until: moment(3)}, []account.Entry{two}},
			"another's": {account.AuditFilter{Actor: stranger.user.ID}, nil},
		} {
			if diff := cmp.Diff(c.want, w.audit(t, c.filter)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		_, next, err := w.Audit(t.Context(), w.tenant.ID, account.AuditFilter{Limit: 1})
		must(t, err)
		if _, _, err := w.Audit(t.Context(), stranger.tenant.ID, account.AuditFilter{Cursor: next}); code(err) != "bad_cursor" {
			t.Errorf("another's cursor: %v", err)
		}
		w.verified(t, 1, 3, 0)
	}},
	{"Those who add at the same time follow each other", func(t *testing.T, w *world) {
		failed := make(chan error, 8)
		for n := range cap(failed) {
			go func() {
				failed <- w.AppendAudit(t.Context(), []account.Entry{w.entry(n, "a", fmt.Sprint(n)), w.entry(n, "b", fmt.Sprint(n))})
			}()
		}
		for range cap(failed) {
			must(t, <-failed)
		}
		w.verified(t, 1, 16, 0)
		all := w.audit(t, account.AuditFilter{})
		for i := 0; i < len(all); i += 2 {
			if all[i].Action != "b" || all[i+1].Action != "a" || all[i].Target != all[i+1].Target {
				t.Fatalf("they are mixed: %+v", all)
			}
		}
	}},
	{"What is told of a tenant that is gone is dropped", func(t *testing.T, w *world) {
		gone := w.entry(1, "a", "")
		gone.Tenant = chat.NewID(chat.TenantPrefix)
		must(t, w.AppendAudit(t.Context(), []account.Entry{gone, w.entry(2, "b", "")}))
		w.verified(t, 1, 1, 0)
	}},
	{"A log without entries is whole", func(t *testing.T, w *world) { w.verified(t, 1, 0, 0) }},
	{"Entries go when their time is over, and the log tells it", func(t *testing.T, w *world) {
		old, young := w.entry(1, "a", ""), w.entry(2, "b", "")
		old.At, young.At = time.Now().AddDate(0, 0, -40), time.Now().AddDate(0, 0, -20)
		must(t, w.AppendAudit(t.Context(), []account.Entry{old, young}))
		must(t, w.PutRetention(t.Context(), w.tenant.ID, account.Retention{AuditDays: 30}))
		must(t, w.TrimAudits(t.Context(), time.Now()))
		all := w.audit(t, account.AuditFilter{})
		if len(all) != 2 || all[1].ID != young.ID || all[0].Actor.Kind != account.BySystem || all[0].Target != "1" {
			t.Errorf("there are %+v", all)
		}
		w.verified(t, 2, 3, 0)
		must(t, w.TrimAudits(t.Context(), time.Now().AddDate(0, 0, 15)))
		w.verified(t, 3, 4, 0)
	}},
}

// tamperedAuditTests change a log behind the store's back.
var tamperedAuditTests = []aloneTest{
	{"Whatever is done to an audit log shows", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		for name, c := range map[string]struct {
			statement string
			broken    int64
		}{
			"an outcome":           {"UPDATE audit SET outcome = 'not_found' WHERE tenant = $1 AND n = 2", 2},
			"a time":               {"UPDATE audit SET at = (SELECT a.at FROM audit a WHERE a.tenant = $1 AND a.n = 1) WHERE tenant = $1 AND n = 2", 2},
			"another's name":       {"UPDATE audit SET body = (SELECT a.body FROM audit a WHERE a.tenant = $1 AND a.n = 1) WHERE tenant = $1 AND n = 2", 2},
			"one left out":         {"DELETE FROM audit WHERE tenant = $1 AND n = 2", 2},
			"the end cut off":      {"DELETE FROM audit WHERE tenant = $1 AND n = 3", 3},
			"all of it":            {"DELETE FROM audit WHERE tenant = $1", 1},
			"the beginning":        {"DELETE FROM audit WHERE tenant = $1 AND n = 1", 1},
			"one put twice":        {"INSERT INTO audit (tenant, n, id, at, actor_kind, actor, action, target, outcome, body, body_hash, hash) SELECT tenant, 4, id, at, actor_kind, actor, action, target, outcome, body, body_hash, hash FROM audit WHERE tenant = $1 AND n = 3", 4},
			"the head taken back":  {"UPDATE audit_heads SET n = 2 WHERE tenant = $1", 3},
			"the base moved ahead": {"UPDATE audit_heads SET base_n = 1, base_hash = (SELECT a.hash FROM audit a WHERE a.tenant = $1 AND a.n = 1) WHERE tenant = $1", 1},
		} {
			w := newWorld(t, store)
			must(t, w.AppendAudit(t.Context(), []account.Entry{w.entry(1, "a", ""), w.entry(2, "b", ""), w.entry(3, "c", "")}))
			w.verified(t, 1, 3, 0)
			d.Exec(t, c.statement, w.tenant.ID)
			proof, err := w.VerifyAudit(t.Context(), w.tenant.ID)
			must(t, err)
			if proof.Broken != c.broken {
				t.Errorf("%s: the proof is %+v", name, proof)
			}
		}
	}},
}
