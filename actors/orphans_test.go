package actors_test

import (
	"context"
	"testing"
	"time"

	"parley/account"
	"parley/actors"
	"parley/chat"
	"parley/persistence/postgres"
)

// hired is a member of the house's business.
func (h *house) hired(t *testing.T) chat.Author {
	t.Helper()
	store := h.store()
	user := account.User{ID: chat.NewID(chat.UserPrefix), Name: "Cleo", CreatedAt: time.Now()}
	user.Email = user.ID + "@shop.example"
	invitation := account.Invitation{
		ID: chat.NewID(account.InvitationPrefix), Tenant: h.tenant, Email: user.Email, Role: account.Agent, Hash: []byte(user.ID),
		By: user.ID, CreatedAt: time.Now(), ExpiresAt: time.Now().Add(time.Hour),
	}
	if err := store.Invite(t.Context(), invitation); err != nil {
		t.Fatal(err)
	}
	if err := store.Accept(t.Context(), invitation.ID, user, true); err != nil {
		t.Fatal(err)
	}
	return chat.Author{Kind: chat.ByAgent, ID: user.ID, Name: user.Name}
}

func (h *house) store() *postgres.Store { return h.log.Log.(*postgres.Store) }

// held returns a conversation that an agent has, and one that they are asked to take, which the engine finds when they are nobody's.
func (h *house) held(t *testing.T, agent chat.Author) (has, asked actors.Visitor) {
	t.Helper()
	has, asked = h.visitor(t), h.visitor(t)
	for _, v := range []actors.Visitor{has, asked} {
		h.lost.lost.Store(v.Ref, nil)
		if err := h.RequestPerson(t.Context(), v); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.TakeOver(t.Context(), has, agent, false); err != nil {
		t.Fatal(err)
	}
	if err := h.store().Assign(t.Context(), asked.Ref, ada.ID, agent.ID); err != nil {
		t.Fatal(err)
	}
	return has, asked
}

// freed waits until a conversation waits for nobody in particular.
func (h *house) freed(t *testing.T, v actors.Visitor, since time.Time) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		found, err := h.store().Conversation(context.WithoutCancel(t.Context()), v.Ref)
		if err != nil {
			t.Fatal(err)
		}
		if found.Status == chat.Waiting && found.Assignee == "" {
			if !since.IsZero() && !found.Waits.Equal(since) {
				t.Errorf("it waits since %v, and not since %v", found.Waits, since)
			}
			return
		}
		if time.Now().After(end) {
			t.Fatalf("it is still %s, of %s", found.Status, found.Assignee)
		}
	}
}

func freesOrphans(t *testing.T, h *house) {
	cleo := h.hired(t)
	has, asked := h.held(t, cleo)
	given := h.visitor(t) // to somebody else, when it is looked at
	if err := h.TakeOver(t.Context(), given, ada, false); err != nil {
		t.Fatal(err)
	}
	waits, err := h.store().Conversation(t.Context(), asked.Ref)
	if err != nil {
		t.Fatal(err)
	}
	seen, _ := h.watch(t, has)
	if err := h.store().SetRole(t.Context(), h.tenant, cleo.ID, account.Viewer); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := h.lost.announcer.Announce(t.Context(), chat.TopicMember, h.tenant+"/"+cleo.ID); err != nil {
			t.Fatal(err)
		}
		h.freed(t, has, time.Time{})
		h.freed(t, asked, waits.Waits)
	}
	if got := seen.statusOf(t); got.Status != chat.Waiting || got.Agent != nil {
		t.Errorf("the visitor is told %+v", got)
	}
	h.wantTypes(t, has, "status.changed waiting", "status.changed agent", "status.changed waiting")
	h.wantTypes(t, given, "status.changed agent")
	if err := h.TakeOver(t.Context(), has, ben, false); err != nil {
		t.Errorf("whoever is there takes it: %v", err)
	}
}

// Whoever removes somebody may die before anybody is told, and with them whoever would have looked.
func TestWhatIsLostWithoutAWordIsFoundByTheNextProcess(t *testing.T) {
	store, announcer := storages[0].open(t)
	same := storage{"the same", func(*testing.T) (*postgres.Store, chat.Announcer) { return store, announcer }}
	var before *house
	var has, asked actors.Visitor
	t.Run("a process ends without a word", func(t *testing.T) { // and is gone before the next one starts, which the actor library needs
		before = open(t, same)
		cleo := before.hired(t)
		has, asked = before.held(t, cleo)
		if err := store.RemoveMember(t.Context(), before.tenant, cleo.ID); err != nil {
			t.Fatal(err)
		}
	})
	open(t, same, func(c *actors.Config) { c.Orphans = store })
	before.freed(t, has, time.Time{})
	before.freed(t, asked, time.Time{})
}
