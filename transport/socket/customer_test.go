package socket_test

import (
	"context"
	"strings"
	"testing"

	"parley/account"
	"parley/chat"
	"parley/transport/socket"
	"parley/transport/wire"
)

// Conversations lists the newest of a visitor, which is all that sockets ask for.
func (e *engine) Conversations(_ context.Context, tenant string, filter chat.ConversationFilter) (found []chat.Conversation, next string, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for ref, r := range e.rooms {
		if ref.Tenant == tenant && r.visitor.ID == filter.Visitor && r.visitor.Bot == filter.Bot && len(r.events) > 0 {
			found = append(found, chat.Conversation{Ref: ref})
		}
	}
	return found, "", nil
}

// signatures knows whoever signs with "good".
type signatures struct{}

func (signatures) Known(_ context.Context, _, _ string, claim account.Claim, _ account.VisitorClaims) (account.Customer, error) {
	if claim.Signature != "good" {
		return account.Customer{}, account.ErrIdentity
	}
	// As account.Customers does, the same visitor for the same id.
	visitor := chat.VisitorPrefix + "_" + (strings.Repeat("0", 26) + claim.ID)[len(claim.ID):]
	return account.Customer{Visitor: visitor, ID: claim.ID, Name: claim.Name, Email: claim.Email}, nil
}

func known(t *testing.T, change ...func(*socket.Config)) *house {
	return setup(t, append([]func(*socket.Config){func(c *socket.Config) { c.Customers = signatures{} }}, change...)...)
}

const mia = `,"identity":{"id":"4711","name":"Mia","email":"mia@shop.example","expires":1,"signature":"good"}`

// as opens with a claim, and other members of data as written.
func (h *house) as(claim, more string) *browser {
	h.t.Helper()
	b := h.visit()
	b.send(`{"id":"1","type":"session.open","data":{"bot":"` + h.bot.ID + `"` + claim + more + `}}`)
	return b
}

func token(text string) string { return `,"token":"` + text + `"` }

// talks has a visitor say something, after which their conversation is one.
func (b *browser) talks() frame {
	b.t.Helper()
	ready := b.expect("session.ready")
	b.send(send("2", "c-1", "Hi"))
	b.expect("ack")
	b.expect("message.created")
	return ready
}

func TestACustomersHistoryFollowsThemOntoAnotherDevice(t *testing.T) {
	t.Parallel()
	h := known(t)
	first := h.as(mia, "").talks()
	second := h.as(mia, "").expect("session.ready")
	if second.text("conversation") != first.text("conversation") || second.number("seq") == 0 {
		t.Errorf("got %+v, want the conversation %s", second, first.text("conversation"))
	}
	third := h.as(mia, token(second.text("token"))+`,"conversation":"new"`).expect("session.ready")
	if third.text("conversation") == first.text("conversation") {
		t.Error("a new conversation is the old one")
	}
}

func TestWhoUsesTheBrowserNextReadsNothing(t *testing.T) {
	t.Parallel()
	h := known(t)
	ready := h.as(mia, "").talks()
	h.as("", token(ready.text("token"))).expectError("1", "token_invalid")
	h.as(strings.ReplaceAll(mia, "good", "bad"), token(ready.text("token"))).expectError("1", "identity_invalid")
	bo := h.as(strings.ReplaceAll(mia, "4711", "4712"), token(ready.text("token"))).expect("session.ready")
	if bo.text("conversation") == ready.text("conversation") || bo.number("seq") != 0 {
		t.Errorf("got %+v", bo)
	}
	h.as(strings.ReplaceAll(mia, "4711", "4712"), `,"conversation":"`+ready.text("conversation")+`"`).expectError("1", "not_found")
}

func TestWhatSomebodyAnonymousWroteIsNotMergedIntoACustomersHistory(t *testing.T) {
	t.Parallel()
	h := known(t)
	anonymous := h.as("", "").talks()
	ready := h.as(mia, token(anonymous.text("token"))).expect("session.ready")
	if ready.text("conversation") == anonymous.text("conversation") || ready.number("seq") != 0 {
		t.Errorf("got %+v", ready)
	}
	h.as(mia, `,"conversation":"`+anonymous.text("conversation")+`"`).expectError("1", "not_found")
}

func TestALinkInAMailOpensACustomersConversation(t *testing.T) {
	t.Parallel()
	h := known(t)
	ready := h.as(mia, "").talks()
	claims, err := h.visitors.Check(ready.text("token"))
	if err != nil || !claims.Known {
		t.Fatalf("%+v, %v", claims, err)
	}
	claims.Known = false // as mails have it
	again := h.as("", token(h.visitors.Mint(claims))).expect("session.ready")
	if again.text("conversation") != ready.text("conversation") {
		t.Errorf("got %+v", again)
	}
}

func TestABotMayBeForKnownCustomersOnly(t *testing.T) {
	t.Parallel()
	h := known(t)
	anonymous := h.as("", "").talks().text("token")
	strict := h.bot
	strict.Identified = true
	h.engine.mu.Lock()
	h.engine.bots[strict.ID] = strict
	delete(h.engine.snapshots, strict.ID)
	h.engine.mu.Unlock()
	open := `{"id":"1","type":"session.open","data":{"bot":"` + strict.ID + `"%s}}`
	for name, c := range map[string]struct {
		dial dial
		more string
		code string
	}{
		"a stranger":                      {dial{origin: shop}, "", "identity_required"},
		"a stranger who was here before":  {dial{origin: shop}, token(anonymous), "identity_required"},
		"a customer":                      {dial{origin: shop}, mia, ""},
		"a stranger on a page of ours":    {dial{origin: "https://parley.example"}, "", "identity_required"},
		"who follows a link in a mail":    {dial{origin: "https://parley.example"}, token(anonymous), ""},
		"a member who tries the bot":      {dial{origin: "https://parley.example", cookie: "parley=viewer"}, "", ""},
		"a member of another business":    {dial{origin: "https://parley.example", cookie: "parley=stranger"}, "", "identity_required"},
		"a program of the bot's business": {dial{bearer: "Bearer ada"}, "", ""},
	} {
		b := h.dial(c.dial)
		b.send(strings.Replace(open, "%s", c.more, 1))
		f := b.next()
		if got := f.text("code"); got != c.code || c.code == "" && f.Type != "session.ready" {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestWithoutSecretsNobodyIsKnown(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.as(mia, "").expectError("1", "identity_invalid")
	h.as(`,"identity":"what a page got"`, "").expectError("1", "identity_invalid")
	h.as(`,"identity":4711`, "").expectError("1", wire.ErrBadFrame.Code)
}

func TestWhatABusinessSaysOfACustomerIsTheirContact(t *testing.T) {
	t.Parallel()
	h := known(t)
	b := h.as(mia, "")
	b.talks()
	b.send(send("3", "c-2", "More"))
	b.expect("ack")
	b.expect("message.created")
	if calls := h.engine.called("contact"); len(calls) != 1 || calls[0] != "contact Mia mia@shop.example " {
		t.Errorf("got %q", calls)
	}
}

func TestAPageCannotSayThatItsVisitorIsVerified(t *testing.T) {
	t.Parallel()
	h := known(t)
	fields := `,"fields":{"plan":"pro","verified_customer":"4712"}`
	for claim, want := range map[string]string{"": "", mia: "4711"} {
		ready := h.as(claim, fields).talks()
		h.engine.mu.Lock()
		got := h.engine.room(h.ref(ready)).visitor.Fields
		h.engine.mu.Unlock()
		if got["plan"] != "pro" || got["verified_customer"] != want {
			t.Errorf("got %v, want %q", got, want)
		}
	}
}
