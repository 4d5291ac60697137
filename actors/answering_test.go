package actors_test

import (
	"testing"
	"time"

	"parley/account"
	"parley/actors"
	"parley/chat"
)

func TestABusinessHasSoManyAnswersWrittenAtATimeAndAnotherItsOwn(t *testing.T) {
	t.Parallel()
	h := open(t, storages[0], func(c *actors.Config) { c.Answering = 1 })
	other := *h
	rival := account.Tenant{ID: chat.NewID(chat.TenantPrefix), Name: "A rival", CreatedAt: time.Now()}
	owner := account.User{ID: chat.NewID(chat.UserPrefix), Email: "owner@rival.example", CreatedAt: time.Now()}
	if err := h.bots.(account.Store).Register(t.Context(), rival, owner, account.Member{Tenant: rival.ID, User: owner.ID, Role: account.Owner}); err != nil {
		t.Fatal(err)
	}
	other.tenant = rival.ID

	h.post(t, h.visitor(t), "first")
	first := h.model.call(t, "first")
	h.post(t, h.visitor(t), "second")
	other.post(t, other.visitor(t), "a rival's")
	rivals := other.model.call(t, "a rival's") // which comes later, and is asked before
	if n := h.model.calls("second"); n != 0 {
		t.Errorf("the second is asked beside the first")
	}
	first.say("1").end()
	h.model.call(t, "second").say("2").end()
	rivals.say("3").end()
}
