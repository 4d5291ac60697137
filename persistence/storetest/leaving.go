package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"parley/account"
	"parley/chat"
)

var leavingTests = []test{
	{"A tenant leaves when its time has come, unless its owner takes that back", func(t *testing.T, w *world) {
		ctx, at := t.Context(), moment(0).AddDate(0, 0, 7)
		must(t, w.SetErasure(ctx, w.tenant.ID, at))
		if kept, err := w.Erasure(ctx, w.tenant.ID); err != nil || !kept.Equal(at) {
			t.Errorf("kept is %v, %v", kept, err)
		}
		due := func(now time.Time) bool {
			tenants, err := w.Departing(ctx, now)
			must(t, err)
			return strings.Contains(strings.Join(tenants, " "), w.tenant.ID)
		}
		if due(at.Add(-time.Second)) || !due(at) {
			t.Error("it is due at another time")
		}
		if went, err := w.EraseTenant(ctx, w.tenant.ID, at.Add(-time.Second)); err != nil || len(went.Bots) > 0 {
			t.Errorf("before its time: %+v, %v", went, err)
		}
		must(t, w.SetErasure(ctx, w.tenant.ID, time.Time{}))
		if due(at) {
			t.Error("it is due although its owner took it back")
		}
		_, err := w.Tenant(ctx, w.tenant.ID)
		must(t, err)
		want(t, w.SetErasure(ctx, chat.NewID(chat.TenantPrefix), at), chat.ErrNotFound)
	}},
	{"A user goes with all that names them, but not a business's last owner", func(t *testing.T, w *world) {
		ctx, other := t.Context(), newWorld(t, w.Store)
		if err := w.DeleteUser(ctx, w.user.ID); code(err) != "last_owner" {
			t.Errorf("the last owner: %v", err)
		}
		invitation := account.Invitation{
			ID: chat.NewID(account.InvitationPrefix), Tenant: w.tenant.ID, Email: "x@example.com", Role: account.Owner, Hash: []byte("hash"),
			By: w.user.ID, CreatedAt: moment(1), ExpiresAt: moment(2),
		}
		must(t, w.Invite(ctx, invitation))
		must(t, w.Accept(ctx, invitation.ID, other.user, false))
		must(t, w.AppendAudit(ctx, []account.Entry{w.entry(1, "a", "")}))
		must(t, w.DeleteUser(ctx, w.user.ID))
		_, _, err := w.User(ctx, w.user.ID)
		want(t, err, chat.ErrNotFound)
		_, _, err = w.UserByEmail(ctx, w.user.Email)
		want(t, err, chat.ErrNotFound)
		if all := w.audit(t, account.AuditFilter{}); len(all) != 1 || all[0].Actor != (account.Actor{Kind: account.ByUser, ID: w.user.ID}) || all[0].Address != "" {
			t.Errorf("the audit log has %+v", all)
		}
		w.verified(t, 1, 1, 1)
	}},
	{"What a visitor agreed to is kept word for word, once, and goes with them", func(t *testing.T, w *world) {
		ctx, birth := t.Context(), w.birth(w.newRef(), said("a", "Hello"))
		consent := account.Consent{Tenant: w.tenant.ID, Visitor: birth.Birth.Visitor, Text: "We keep this.", At: moment(1), Page: "https://nails.example", Address: "203.0.113.0"}
		must(t, w.GiveConsent(ctx, consent))
		later := consent
		later.At, later.Page = moment(2), ""
		must(t, w.GiveConsent(ctx, later))
		w.committed(t, birth)
		found, err := w.ConsentsOf(ctx, w.tenant.ID, birth.Birth.Visitor)
		must(t, err)
		if diff := cmp.Diff([]account.Consent{consent}, found); diff != "" {
			t.Error(diff)
		}
		stranger := newWorld(t, w.Store)
		for name, c := range map[string]struct {
			tenant, text string
			want         bool
		}{"this": {w.tenant.ID, consent.Text, true}, "another text": {w.tenant.ID, "We sell this.", false}, "another tenant": {stranger.tenant.ID, consent.Text, false}} {
			if given, err := w.Consented(ctx, c.tenant, birth.Birth.Visitor, account.ConsentHash(c.text)); err != nil || given != c.want {
				t.Errorf("%s: %t, %v", name, given, err)
			}
		}
		_, err = w.EraseVisitor(ctx, w.tenant.ID, birth.Birth.Visitor)
		must(t, err)
		if found, err := w.ConsentsOf(ctx, w.tenant.ID, birth.Birth.Visitor); err != nil || len(found) > 0 {
			t.Errorf("left are %+v, %v", found, err)
		}
	}},
	{"An export is found by its tenant alone", func(t *testing.T, w *world) {
		ctx := t.Context()
		export := account.Export{
			ID: chat.NewID(account.ExportPrefix), Tenant: w.tenant.ID, By: w.user.ID, CreatedAt: moment(1), ExpiresAt: time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond),
		}
		must(t, w.CreateExport(ctx, export))
		found, err := w.Export(ctx, w.tenant.ID, export.ID)
		must(t, err)
		if diff := cmp.Diff(export, found); diff != "" {
			t.Error(diff)
		}
		_, err = w.Export(ctx, newWorld(t, w.Store).tenant.ID, export.ID)
		want(t, err, chat.ErrNotFound)
	}},
}

// erasedTenantTests look at all that is stored.
var erasedTenantTests = []aloneTest{
	{"Of an erased tenant no row is left, and of another all are", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		ctx := t.Context()
		furnished := func() *world {
			w := newWorld(t, store)
			birth := w.birth(w.newRef(), said("a", "Hello"), chat.ContactChanged{Name: "Bo"})
			w.committed(t, birth)
			w.noted(t, w.newNote(birth.Ref, "", "A note", w.user.ID))
			w.readySource(t, "Copper nails do not rust.")
			w.label(t, "Urgent")
			must(t, w.GiveConsent(ctx, account.Consent{Tenant: w.tenant.ID, Visitor: birth.Birth.Visitor, Text: "Yes"}))
			must(t, w.PutRetention(ctx, w.tenant.ID, account.Retention{ConversationDays: 5}))
			must(t, w.AppendAudit(ctx, []account.Entry{w.entry(1, "a", "")}))
			must(t, w.CreateExport(ctx, account.Export{ID: chat.NewID(account.ExportPrefix), Tenant: w.tenant.ID, ExpiresAt: moment(9)}))
			w.allowed(t, moment(1), moment(40))
			w.visited(t, moment(2), moment(30))
			must(t, w.CreateSession(ctx, account.Session{ID: chat.NewID("ses"), User: w.user.ID, Tenant: w.tenant.ID, Hash: []byte("h"), ExpiresAt: time.Now().Add(time.Hour)}))
			w.furnishBilling(t)
			return w
		}
		stays, leaves := furnished(), furnished()
		rows := func(id string) map[string]int {
			found := map[string]int{}
			for table, rows := range d.Dump(t) {
				for _, row := range rows {
					if strings.Contains(row, id) {
						found[table]++
					}
				}
			}
			return found
		}
		before, theirs := rows(leaves.tenant.ID), rows(stays.tenant.ID)
		if len(before) < 12 {
			t.Fatalf("there is little to erase: %v", before)
		}
		must(t, store.SetErasure(ctx, leaves.tenant.ID, moment(0)))
		for round := 0; ; round++ {
			went, err := store.EraseTenant(ctx, leaves.tenant.ID, time.Now())
			must(t, err)
			if went.Gone {
				break
			}
			if round > 10 {
				t.Fatal("it does not end")
			}
		}
		after := rows(leaves.tenant.ID)
		delete(after, "revocations") // of tokens that have not expired: ids, for an hour
		for table := range after {
			if strings.HasPrefix(table, "river") {
				delete(after, table) // jobs that have ended: ids, for a day
			}
		}
		if len(after) > 0 {
			t.Errorf("left are %v", after)
		}
		if _, _, err := store.UserByEmail(ctx, leaves.user.Email); code(err) != "not_found" {
			t.Errorf("its owner is left: %v", err)
		}
		if diff := cmp.Diff(fmt.Sprint(theirs), fmt.Sprint(rows(stays.tenant.ID))); diff != "" {
			t.Errorf("the other: %s", diff)
		}
	}},
}
