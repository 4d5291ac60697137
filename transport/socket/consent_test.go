package socket_test

import (
	"context"
	"sync"
	"testing"

	"parley/account"
	"parley/chat"
	"parley/transport/socket"
)

// agreements keeps what visitors agree to.
type agreements struct {
	mu    sync.Mutex
	given []account.Consent
}

func (a *agreements) GiveConsent(_ context.Context, consent account.Consent) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.given = append(a.given, consent)
	return nil
}

func (a *agreements) Consented(_ context.Context, tenant, visitor, hash string) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range a.given {
		if c.Tenant == tenant && c.Visitor == visitor && account.ConsentHash(c.Text) == hash {
			return true, nil
		}
	}
	return false, nil
}

func (a *agreements) Retention(context.Context, string) (account.Retention, error) {
	return account.Retention{MaskAddresses: true}, nil
}

func TestNothingIsTakenBeforeTheVisitorAgrees(t *testing.T) {
	t.Parallel()
	kept := &agreements{}
	h := setup(t, func(c *socket.Config) { c.Consents = kept })
	h.bot.Appearance.Consent = chat.Consent{Text: "We keep what you write.", Required: true}
	h.engine.bots[h.bot.ID] = h.bot
	b, ready := h.opened()
	bot, _ := ready.Data["bot"].(map[string]any)
	asked, _ := bot["consent"].(map[string]any)
	text, hash := "We keep what you write.", account.ConsentHash("We keep what you write.")
	if asked["text"] != text || asked["text_hash"] != hash || asked["required"] != true || asked["given"] != false {
		t.Errorf("told is %+v", asked)
	}
	for _, request := range []string{
		`"message.send","data":{"client_id":"c","text":"Hello"}`, `"contact.set","data":{"name":"Eve"}`, `"handoff.request"`, `"transcript.request","data":{}`,
	} {
		b.send(`{"id":"1","type":` + request + `}`)
		b.expectError("1", "consent_required")
	}
	b.send(`{"id":"2","type":"consent.give","data":{"text_hash":"` + account.ConsentHash("another text") + `"}}`)
	b.expectError("2", "consent_outdated")
	b.send(`{"id":"3","type":"consent.give","data":{"text_hash":"` + hash + `"}}`)
	b.expect("ack")
	b.send(`{"id":"4","type":"message.send","data":{"client_id":"c","text":"Hello"}}`)
	b.expect("ack")
	kept.mu.Lock()
	defer kept.mu.Unlock()
	if len(kept.given) != 1 || kept.given[0].Text != text || kept.given[0].Address != "127.0.0.0" || kept.given[0].At.IsZero() {
		t.Errorf("kept is %+v", kept.given)
	}
}

func TestWhatAgentsDoIsTold(t *testing.T) {
	t.Parallel()
	told := make(chan account.Entry, 20)
	h := setup(t, func(c *socket.Config) {
		c.Record = func(_ context.Context, e account.Entry) error { told <- e; return nil }
	})
	visitor, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.StatusChanged{Status: chat.Waiting})
	visitor.expect("status.changed")
	agent := h.desk()
	for _, frame := range []struct{ kind, outcome string }{
		{"conversation.watch", "ok"}, {"typing", ""}, {"read", ""}, {"conversation.take", "ok"},
	} {
		agent.send(`{"id":"1","type":"` + frame.kind + `","data":{"conversation":"` + ref.Conversation + `"}}`)
		if frame.outcome == "" {
			continue
		}
		e := <-told
		if e.Action != frame.kind || e.Target != ref.Conversation || e.Outcome != frame.outcome || e.Actor != account.ActorOf(members["ada"]) || e.Tenant != ref.Tenant || e.Address != "127.0.0.1" {
			t.Errorf("%s: told is %+v", frame.kind, e)
		}
	}
	agent.send(`{"id":"2","type":"conversation.take","data":{"conversation":"` + chat.NewID(chat.ConversationPrefix) + `"}}`)
	if e := <-told; e.Outcome != "not_found" {
		t.Errorf("told is %+v", e)
	}
}
