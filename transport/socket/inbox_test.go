package socket_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"parley/chat"
	"parley/transport/socket"
	"parley/transport/wire"
)

// conversation is one of the house's that has a summary.
func (h *house) conversation(preview string) chat.Ref {
	ref := chat.Ref{Tenant: h.bot.Tenant, Conversation: chat.NewID(chat.ConversationPrefix)}
	h.office.now(ref, preview)
	return ref
}

// preview is what an inbox.changed shows; "" when it has no summary.
func (f frame) preview() string {
	summary, _ := f.Data["summary"].(map[string]any)
	preview, _ := summary["preview"].(string)
	return preview
}

func TestADeskIsShownTheSummariesOfItsOwnConversationsOnly(t *testing.T) {
	t.Parallel()
	h := setup(t)
	agent := h.desk()
	ours, theirs := h.conversation("ours"), chat.Ref{Tenant: chat.NewID(chat.TenantPrefix), Conversation: chat.NewID(chat.ConversationPrefix)}
	h.office.now(theirs, "theirs")
	for _, key := range []string{theirs.String(), "nonsense", h.bot.Tenant + "/", "", ours.String()} {
		h.announce(key)
	}
	f := agent.expect("inbox.changed")
	if f.text("conversation") != ours.Conversation || f.preview() != "ours" {
		t.Fatalf("got %+v", f)
	}
	if got := fmt.Sprint(h.office.readings()); got != fmt.Sprintf("[[%s]]", ours.Conversation) {
		t.Errorf("read %s", got)
	}
	// Announced as ours by somebody who errs: storage knows better.
	h.announce(h.bot.Tenant + "/" + theirs.Conversation)
	if f := agent.expect("inbox.changed"); f.Data["summary"] != nil {
		t.Fatalf("got %+v", f)
	}
}

func TestNothingIsReadForABusinessWithoutADesk(t *testing.T) {
	t.Parallel()
	h := setup(t)
	agent := h.desk()
	_ = agent.ws.CloseNow()
	eventually(t, "the desk is left", func() bool { return h.engine.seated() == 0 })
	h.announce(h.conversation("unseen").String())
	agent = h.desk()
	last := h.conversation("seen")
	h.announce(last.String())
	agent.expect("inbox.changed")
	if got := fmt.Sprint(h.office.readings()); got != fmt.Sprintf("[[%s]]", last.Conversation) {
		t.Errorf("read %s", got)
	}
}

func TestAllDesksGetTheSameBytes(t *testing.T) {
	t.Parallel()
	h := setup(t)
	desks := []*browser{h.desk(), h.desk(), h.desk()}
	ref := h.conversation("<b>\u00fc</b>")
	h.announce(ref.String())
	want := wire.AppendInboxChanged(nil, ref.Conversation, wire.Summary(h.office.summaries[ref.Conversation]))
	for _, desk := range desks {
		if _, got, err := desk.ws.Read(t.Context()); err != nil || !bytes.Equal(got, want) {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

func TestWhatChangesWhileStorageReadsIsReadTogether(t *testing.T) {
	t.Parallel()
	h := setup(t)
	agent := h.desk()
	hold := make(chan struct{})
	h.office.hold = hold
	first := h.conversation("first")
	h.announce(first.String())
	eventually(t, "it is being read", func() bool { return len(h.office.readings()) == 1 })
	want := map[string]string{first.Conversation: "first"}
	for n := range 300 {
		ref := h.conversation(fmt.Sprint("c", n))
		want[ref.Conversation] = fmt.Sprint("c", n)
		h.announce(ref.String())
		h.announce(ref.String())
	}
	close(hold)
	for len(want) > 0 {
		f := agent.expect("inbox.changed")
		if preview, known := want[f.text("conversation")]; !known || f.preview() != preview {
			t.Fatalf("got %+v", f)
		}
		delete(want, f.text("conversation"))
	}
	agent.quiet()
	if n := len(h.office.readings()); n != 11 { // the first alone, then 32 at a time
		t.Errorf("storage was asked %d times", n)
	}
}

func TestALaterSummaryIsNeverShownBeforeAnEarlierOne(t *testing.T) {
	t.Parallel()
	h := setup(t)
	agent := h.desk()
	hold := make(chan struct{})
	h.office.hold = hold
	ref := h.conversation("earlier")
	h.announce(ref.String())
	eventually(t, "it is being read", func() bool { return len(h.office.readings()) == 1 })
	h.office.now(ref, "later")
	h.announce(ref.String())
	close(hold)
	shown := agent.expect("inbox.changed").preview()
	if shown == "earlier" { // else the later one took its place while both waited for the writer
		shown = agent.expect("inbox.changed").preview()
	}
	if shown != "later" {
		t.Fatalf("got %q", shown)
	}
	agent.quiet()
}

func TestWithoutStorageADeskIsToldWithoutSummaries(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(*office){
		"away": func(o *office) { o.refuse = chat.ErrUnavailable },
		"slow": func(o *office) { o.hold = make(chan struct{}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := setup(t)
			agent := h.desk()
			fail(h.office)
			ref := h.conversation("unread")
			h.announce(ref.String())
			if f := agent.expect("inbox.changed"); f.text("conversation") != ref.Conversation || f.Data["summary"] != nil {
				t.Fatalf("got %+v", f)
			}
			h.office.mu.Lock()
			h.office.refuse, h.office.hold = nil, nil
			h.office.mu.Unlock()
			h.announce(ref.String())
			if f := agent.expect("inbox.changed"); f.preview() != "unread" {
				t.Fatalf("got %+v", f)
			}
		})
	}
}

// A desk that does not read is shown each conversation once when it does, as it then is.
func TestASlowDeskIsShownTheLatestOfEachConversation(t *testing.T) {
	t.Parallel()
	h := setup(t, func(c *socket.Config) {
		c.Limits.QueueBytes, c.Timing.Write, c.Timing.Ping, c.Timing.Silence = 64<<10, time.Hour, time.Hour, 2*time.Hour
	})
	h.tighten()
	slow, quick := h.desk(), h.desk()
	refs := []chat.Ref{h.conversation(""), h.conversation("")}
	const rounds = 1000
	padding := strings.Repeat("x", 8<<10) // far more in all than the buffers of a connection hold
	last := func(n int) string { return fmt.Sprint(n, padding) }
	for n := range rounds {
		for _, ref := range refs {
			h.office.now(ref, last(n))
			h.announce(ref.String())
		}
		for seen := 0; seen < len(refs); {
			if f := quick.expect("inbox.changed"); f.preview() == last(n) {
				seen++
			}
		}
		if n > 100 && h.handler.MostWaiting() > 2*len(padding) {
			break // both wait for the slow one, who has room for no more
		}
		if n == rounds-1 {
			t.Fatal("nobody is slow")
		}
	}
	end := "the end"
	for _, ref := range refs {
		h.office.now(ref, end)
		h.announce(ref.String())
		for quick.expect("inbox.changed").preview() != end {
		}
	}
	shown := make(map[string]bool)
	for len(shown) < len(refs) {
		if f := slow.expect("inbox.changed"); f.preview() == end {
			if shown[f.text("conversation")] {
				t.Fatal("the end was shown twice")
			}
			shown[f.text("conversation")] = true
		}
	}
	slow.quiet()
}

func TestWhatWaitsForStorageThatFailsIsToldTogether(t *testing.T) {
	t.Parallel()
	h := setup(t)
	agent := h.desk()
	hold := make(chan struct{})
	h.office.hold, h.office.refuse = hold, chat.ErrUnavailable
	h.announce(h.conversation("first").String())
	eventually(t, "it is being read", func() bool { return len(h.office.readings()) == 1 })
	for range 500 {
		h.announce(h.conversation("unread").String())
	}
	close(hold)
	for range 501 {
		if f := agent.expect("inbox.changed"); f.Data["summary"] != nil {
			t.Fatalf("got %+v", f)
		}
	}
	if n := len(h.office.readings()); n != 1 {
		t.Errorf("storage was asked %d times", n)
	}
}

func TestADeskWhoseInboxOutgrowsItsQueueIsSentAway(t *testing.T) {
	t.Parallel()
	h := setup(t, func(c *socket.Config) { c.Limits.QueueBytes = 32 << 10 })
	slow := h.desk()
	hold := make(chan struct{})
	h.office.hold = hold
	h.announce(h.conversation("first").String())
	eventually(t, "it is being read", func() bool { return len(h.office.readings()) == 1 })
	for range 16 {
		h.announce(h.conversation(strings.Repeat("x", 8<<10)).String())
	}
	close(hold)
	slow.expectClose(wire.CloseTooSlow)
}

func TestADeskOfWhichMoreChangesThanCanWaitIsSentAway(t *testing.T) {
	t.Parallel()
	h := setup(t)
	agent := h.desk()
	hold := make(chan struct{})
	defer close(hold)
	h.office.hold = hold
	for n := range 11_000 {
		h.announce(fmt.Sprint(h.bot.Tenant, "/cnv_", n))
	}
	agent.expectClose(wire.CloseTooSlow)
}

// From an announcement to the frame at an open desk, with storage that answers at once.
func BenchmarkInboxChanged(b *testing.B) {
	h := setup(b)
	agent := h.desk()
	ref := h.conversation("preview")
	b.ReportAllocs()
	for range b.N {
		h.announce(ref.String())
		agent.expect("inbox.changed")
	}
}
