package socket_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/chat"
	"parley/transport/socket"
)

// said returns a visitor in a conversation in which something was said.
func (h *house) said(contact chat.Contact) (*browser, chat.Ref) {
	h.t.Helper()
	b, ready := h.opened()
	ref := h.ref(ready)
	h.engine.say(ref, chat.MessageCreated{Message: "msg_a", Text: "Hi"})
	b.expect("message.created")
	h.engine.mu.Lock()
	h.engine.room(ref).contact = contact
	h.engine.mu.Unlock()
	return b, ref
}

func (b *browser) transcript(id, email string) {
	b.t.Helper()
	b.send(`{"id":"` + id + `","type":"transcript.request","data":{"email":` + quoted(email) + `}}`)
}

func TestATranscriptGoesToTheAddressThatIsGivenWhichIsThenKnown(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, ref := h.said(chat.Contact{Name: "Eve", Phone: "1"})
	b.transcript("2", " eve@Shop.example ")
	b.expect("ack")
	mails := h.office.planned()
	if len(mails) != 1 || mails[0].Ref != ref || mails[0].Kind != chat.MailTranscript || mails[0].To != "eve@shop.example" || mails[0].Seq != 1 ||
		mails[0].Due.IsZero() || !chat.ValidID(chat.MailPrefix, mails[0].ID) {
		t.Fatalf("got %+v", mails)
	}
	if !h.engine.did("contact Eve eve@shop.example 1") {
		t.Errorf("calls: %q", h.engine.calls)
	}
}

func TestATranscriptGoesToTheKnownAddress(t *testing.T) {
	t.Parallel()
	for _, email := range []string{"", "EVE@shop.example"} {
		h := setup(t)
		b, _ := h.said(chat.Contact{Email: "eve@shop.example"})
		b.transcript("2", email)
		b.expect("ack")
		if mails := h.office.planned(); len(mails) != 1 || !strings.EqualFold(mails[0].To, email) {
			t.Errorf("got %+v", mails)
		}
		if got := h.engine.called("contact"); len(got) > 0 {
			t.Errorf("calls: %q", got)
		}
	}
}

func TestATranscriptNeedsAnAddressAndSomethingSaid(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.said(chat.Contact{})
	for email, code := range map[string]string{
		"": "email_required", "eve": "email_invalid", "Eve <eve@shop.example>": "email_invalid", "eve@shop.example\r\nBcc: all@shop.example": "email_invalid",
		strings.Repeat("x", 320) + "@shop.example": "email_invalid",
	} {
		b.transcript("2", email)
		b.expectError("2", code)
	}
	first, _ := h.arrived()
	first.transcript("2", "eve@shop.example")
	first.expectError("2", "nothing_said")
	if n := h.handler.Asleep(); n != 1 {
		t.Errorf("%d watches sleep", n)
	}
	if mails := h.office.planned(); len(mails) > 0 {
		t.Errorf("got %+v", mails)
	}
}

func TestTranscriptsAreFew(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.said(chat.Contact{})
	b.transcript("2", "eve@shop.example")
	b.expect("ack")
	b.transcript("3", "bob@shop.example")
	f := b.expect("error")
	if after := f.number("retry_after"); f.text("code") != "rate_limited" || after < 50 || after > 60 {
		t.Fatalf("got %+v", f)
	}
	for n := range 4 { // other visitors, from the same address
		b, _ := h.said(chat.Contact{})
		b.transcript("2", fmt.Sprint("eve", n, "@shop.example"))
		b.expect("ack")
	}
	b, _ = h.said(chat.Contact{})
	b.transcript("2", "eve@shop.example")
	if f := b.expect("error"); f.text("code") != "rate_limited" || f.number("retry_after") < 600 {
		t.Fatalf("got %+v", f)
	}
	if mails := h.office.planned(); len(mails) != 5 {
		t.Errorf("%d mails were planned", len(mails))
	}
}

func TestTranscriptsAreAsManyAsTheyLikeWithoutLimits(t *testing.T) {
	t.Parallel()
	h := setup(t, func(c *socket.Config) { c.Limits.Off = true })
	b, _ := h.said(chat.Contact{})
	for range 10 {
		b.transcript("2", "eve@shop.example")
		b.expect("ack")
	}
}
