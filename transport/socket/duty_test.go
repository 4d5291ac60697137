package socket_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"parley/account"
	"parley/actors"
	"parley/chat"
	"parley/transport/socket"
	"parley/transport/wire"
)

func TestADeskIsToldWhoIsOnDuty(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.office.away[members["bo"].User] = true
	ada, ready := h.deskOf("ada")
	if ready.text("name") != "Ada" || ready.text("role") != "agent" || ready.text("user") != members["ada"].User || ready.Data["available"] != true {
		t.Fatalf("got %+v", ready)
	}
	bo, ready := h.deskOf("bo")
	want := fmt.Sprintf("[map[available:true id:%s name:Ada] map[available:false id:%s name:Bo]]", members["ada"].User, members["bo"].User)
	if got := fmt.Sprint(ready.Data["agents"]); got != want || ready.Data["available"] != false {
		t.Fatalf("got %+v, want %s", ready, want)
	}
	for _, desk := range []*browser{ada, bo} {
		desk.quiet()
	}
	h.engine.tell(h.bot.Tenant, "", &actors.Roster{Agents: []actors.Colleague{{ID: "usr_x", Name: "Xi", Available: true}}})
	for _, desk := range []*browser{ada, bo} {
		if f := desk.expect("presence.changed"); fmt.Sprint(f.Data["agents"]) != "[map[available:true id:usr_x name:Xi]]" {
			t.Fatalf("got %+v", f)
		}
	}
}

func TestAViewerSeesWhoIsOnDutyAndIsNot(t *testing.T) {
	t.Parallel()
	h := setup(t)
	viewer, ready := h.deskOf("viewer")
	if agents, _ := ready.Data["agents"].([]any); len(agents) != 0 || ready.Data["available"] != false {
		t.Fatalf("got %+v", ready)
	}
	_, ready = h.deskOf("ada")
	if agents, _ := ready.Data["agents"].([]any); len(agents) != 1 {
		t.Fatalf("got %+v", ready)
	}
	h.engine.tell(h.bot.Tenant, "", &actors.Roster{})
	if f := viewer.expect("presence.changed"); fmt.Sprint(f.Data["agents"]) != "[]" {
		t.Fatalf("got %+v", f)
	}
}

func TestPresenceIsKeptAndTold(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ada := h.desk()
	ada.send(`{"id":"2","type":"presence.set","data":{"available":false}}`)
	ada.expect("ack")
	if agents, _ := h.engine.OnDuty(t.Context(), h.bot.Tenant); len(agents) != 1 || agents[0].Available {
		t.Errorf("got %+v", agents)
	}
	if available, _ := h.office.Available(t.Context(), h.bot.Tenant, members["ada"].User); available {
		t.Error("it was not kept")
	}
	ada.send(`{"id":"3","type":"presence.set","data":{}}`)
	ada.expectError("3", "bad_frame")
	h.office.fail(chat.ErrNotFound) // a member no more
	ada.send(`{"id":"4","type":"presence.set","data":{"available":true}}`)
	ada.expectError("4", "unauthorized")
	h.office.fail(chat.ErrUnavailable)
	ada.send(`{"id":"4","type":"presence.set","data":{"available":true}}`)
	ada.expectError("4", "unavailable")
	if agents, _ := h.engine.OnDuty(t.Context(), h.bot.Tenant); agents[0].Available {
		t.Error("the desk was told what was not kept")
	}
}

func TestWhoLeavesTheDeskIsOffDuty(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ada := h.desk()
	ada.send(`{"id":"2","type":"desk.open"}`) // again: one seat in place of the other
	ada.expect("desk.ready")
	if n := h.engine.seated(); n != 1 {
		t.Errorf("%d seats are taken", n)
	}
	ada.send(`{"id":"3","type":"session.open","data":{"bot":"` + h.bot.ID + `"}}`) // a member's token is good for that
	ada.expect("session.ready")
	if n := h.engine.seated(); n != 0 {
		t.Errorf("%d seats are taken", n)
	}
	ada = h.desk()
	_ = ada.ws.CloseNow()
	eventually(t, "the seat is left", func() bool { return h.engine.seated() == 0 })
}

func TestAMentionReachesItsDesksAlone(t *testing.T) {
	t.Parallel()
	h := setup(t)
	ada, _ := h.deskOf("ada")
	bo, _ := h.deskOf("bo")
	note := chat.Note{ID: "not_1", Ref: chat.Ref{Tenant: h.bot.Tenant, Conversation: "cnv_1"}, Text: "Look", Mentions: []string{members["bo"].User}}
	h.engine.tell(h.bot.Tenant, "Bo", &actors.Mentioned{Note: note})
	f := bo.expect("mention.added")
	if shown, _ := f.Data["note"].(map[string]any); f.text("conversation") != "cnv_1" || shown["text"] != "Look" || shown["id"] != "not_1" {
		t.Fatalf("got %+v", f)
	}
	ada.quiet()
}

func TestAConversationIsAssignedToWhoMayTakeIt(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.StatusChanged{Status: chat.Waiting})
	ada := h.desk()
	assign := func(user string) {
		ada.send(`{"id":"2","type":"conversation.assign","data":{"conversation":"` + ref.Conversation + `","agent":"` + user + `","force":true}}`)
	}
	assign(members["bo"].User)
	ada.expect("ack")
	if !h.engine.did("assign Ada to Bo true") {
		t.Errorf("calls: %q", h.engine.calls)
	}
	for user, code := range map[string]string{
		members["viewer"].User: "cannot_take", members["gone"].User: "not_found", members["stranger"].User: "not_found",
		chat.NewID(chat.UserPrefix): "not_found", "usr_1": "not_found", "": "not_found",
	} {
		assign(user)
		ada.expectError("2", code)
	}
	ada.send(`{"id":"3","type":"conversation.requeue","data":{"conversation":"` + ref.Conversation + `"}}`)
	ada.expect("ack")
	if !h.engine.did("requeue Ada") {
		t.Errorf("calls: %q", h.engine.calls)
	}
}

func TestWhoIsNoMemberAnyMoreIsSentAway(t *testing.T) {
	t.Parallel()
	roster := &changing{office: newOffice()}
	h := setup(t, func(c *socket.Config) { c.Members, c.Timing.Member = roster, 10*time.Millisecond })
	ada := h.desk()
	looked := roster.asked()
	eventually(t, "it is looked up again", func() bool { return roster.asked() > looked+1 })
	ada.quiet()
	roster.demote()
	ada.expectClose(wire.CloseMoved)
}

func TestADeskOfABusinessThatIsSuspendedMeanwhileEnds(t *testing.T) {
	t.Parallel()
	var suspended atomic.Bool
	h := setup(t, func(c *socket.Config) {
		c.Timing.Member = 10 * time.Millisecond
		c.Suspended = func(context.Context, string) (bool, error) { return suspended.Load(), nil }
	})
	ada := h.desk()
	suspended.Store(true)
	ada.expectClose(wire.CloseSuspended)
}

func TestWhoTakesConversationsIsAskedOfStorageThatIsAwayAgain(t *testing.T) {
	t.Parallel()
	roster := &changing{office: newOffice(), err: chat.ErrUnavailable}
	h := setup(t, func(c *socket.Config) { c.Members = roster })
	b := h.dial(dial{bearer: "Bearer ada"})
	b.send(`{"id":"1","type":"desk.open"}`)
	b.expectError("1", "unavailable")
	roster.recover()
	b.send(`{"id":"2","type":"desk.open"}`)
	b.expect("desk.ready")
}

// changing are members whose roles change.
type changing struct {
	*office
	err     error
	demoted bool
	looks   int
}

func (c *changing) Available(ctx context.Context, tenant, user string) (bool, error) {
	c.mu.Lock()
	err := c.err
	c.mu.Unlock()
	if err != nil {
		return false, err
	}
	return c.office.Available(ctx, tenant, user)
}

func (c *changing) Members(ctx context.Context, tenant string) ([]account.Membership, error) {
	all, err := c.office.Members(ctx, tenant)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looks++
	for i := range all {
		if c.demoted {
			all[i].Role = account.Viewer
		}
	}
	return all, err
}

func (c *changing) asked() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.looks
}

func (c *changing) demote() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.demoted = true
}

func (c *changing) recover() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = nil
}
