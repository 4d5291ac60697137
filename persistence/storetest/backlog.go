package storetest

import (
	"testing"

	"parley/chat"
)

var backlogTests = []aloneTest{
	{"Conversations from before the desk get their assignee and their visitor's contact", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		first := w.birth(w.newRef(), chat.ContactChanged{Name: "Bo", Email: "old@example.com"})
		second := w.birth(w.newRef(), chat.ContactChanged{Email: "bo@example.com"})
		second.Birth.Visitor, second.At = first.Birth.Visitor, moment(500)
		w.committed(t, first, second)
		taken := w.standing(t, 10, chat.WithAgent, w.user.ID)
		damaged := w.standing(t, 11, chat.WithAgent, w.user.ID)
		later := w.standing(t, 12, chat.WithAgent, w.user.ID)
		for _, statement := range []string{ // as migration 00013 found it and left it
			"DELETE FROM contact_terms",
			"UPDATE visitors SET contact = NULL, contact_version = 0", "UPDATE conversations SET assignee = ''",
			`INSERT INTO backlog (conversation, tenant)
			SELECT c.id, c.tenant FROM conversations c JOIN visitors v ON v.tenant = c.tenant AND v.id = c.visitor
			WHERE c.status = 'agent' AND c.assignee = ''
				OR v.contact_version = 0 AND EXISTS (SELECT 1 FROM events e WHERE e.conversation = c.id AND e.type = 'contact.changed')`,
		} {
			d.Exec(t, statement)
		}
		d.Exec(t, "UPDATE conversations SET agent = preview WHERE id = $1", damaged.Conversation)
		must(t, store.Migrate(t.Context()))

		for _, words := range [][]string{{"bo"}, {"bo@example.com"}} {
			if found := w.list(t, chat.ConversationFilter{Words: words}); len(found) != 2 {
				t.Errorf("%q: found %v", words, found)
			}
		}
		if found, err := w.Conversation(t.Context(), first.Ref); err != nil || found.Contact != (chat.Contact{Name: "Bo", Email: "bo@example.com"}) {
			t.Errorf("got %+v, %v", found.Contact, err)
		}
		loads, err := w.Loads(t.Context(), w.tenant.ID)
		if err != nil || loads[w.user.ID] != 2 {
			t.Errorf("%s and %s, and not %s, are with their agent: got %v, %v", taken, later, damaged, loads, err)
		}
		if rows := d.Dump(t)["backlog"]; len(rows) != 0 {
			t.Errorf("it is done again at the next start: %q", rows)
		}
	}},
	{"What was said of a visitor since then is not overwritten by what was said before", func(t *testing.T, d Database) {
		store := d.Open(t)
		defer store.Close()
		w := newWorld(t, store)
		ref := w.born(t, chat.ContactChanged{Name: "Bo"})
		d.Exec(t, "UPDATE visitors SET contact = NULL")
		d.Exec(t, "INSERT INTO backlog (conversation, tenant) VALUES ($1, $2)", ref.Conversation, ref.Tenant)
		must(t, store.Migrate(t.Context()))
		if found, err := w.Conversation(t.Context(), ref); err != nil || found.Contact != (chat.Contact{}) {
			t.Errorf("got %+v, %v", found.Contact, err)
		}
	}},
}
