package socket_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/transport/socket"
	"parley/transport/wire"
)

func TestBrokenFramesCostNothingButAnAnswer(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.opened()
	for _, test := range []struct{ frame, ref, code string }{
		{`hello`, "", "bad_frame"},
		{``, "", "bad_frame"},
		{`[]`, "", "bad_frame"},
		{`{"id":"2"}`, "2", "bad_frame"},
		{`{"id":"3","type":"message.send","data":"text"}`, "3", "bad_frame"},
		{`{"id":"4","type":"message.send","data":{"text":[1]}}`, "4", "bad_frame"},
		{`{"id":"5","type":"session.open","data":{"after":-1,"bot":"` + h.bot.ID + `"}}`, "5", "bad_frame"},
		{`{"id":"6","type":"toString"}`, "6", "unknown_type"},
		{"{\"id\":\"7\",\"type\":\"message.send\",\"data\":{\"client_id\":\"c\",\"text\":\"\xff\"}}", "", "bad_frame"},
		{send("8", "c", strings.Repeat("x", 9000)), "8", "message_too_long"},
	} {
		b.send(test.frame)
		b.expectError(test.ref, test.code)
	}
	b.send(send("9", "c", "still here"))
	b.expect("ack")
}

func TestAMessageOfAMegabyteIsRefusedByNameAndTheConnectionStays(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.opened()
	b.send(send("2", "c-1", strings.Repeat("x", 1<<20)))
	b.expectError("2", "frame_too_large")
	b.send(`{"type":"message.send","id":"3","data":"` + strings.Repeat("x", 1<<20) + `"}`)
	b.expectError("", "frame_too_large") // its id does not stand at the front
	b.send(send("4", "c-2", "shorter"))
	b.expect("ack")
	b.expect("message.created")
}

func TestAFrameAtTheLimitPassesAndOneByteMoreDoesNot(t *testing.T) {
	t.Parallel()
	h := setup(t, func(c *socket.Config) { c.Limits.FrameBytes = 1000 })
	b, _ := h.opened()
	padded := func(size int) string {
		frame := `{"id":"2","type":"read","data":{"x":""}}`
		return strings.Replace(frame, `""`, `"`+strings.Repeat("x", size-len(frame))+`"`, 1)
	}
	b.send(padded(1000))
	b.expect("ack")
	b.send(padded(1001))
	b.expectError("2", "frame_too_large")
}

func TestAnEndlessFrameEndsTheConnection(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.opened()
	done := make(chan struct{})
	go func() {
		defer close(done)
		w, err := b.ws.Writer(context.Background(), websocket.MessageText)
		for chunk := []byte(strings.Repeat("x", 64<<10)); err == nil; {
			_, err = w.Write(chunk)
		}
	}()
	b.expectClose(wire.CloseProtocol)
	_ = b.ws.CloseNow()
	<-done
}

func TestBinaryFramesAreNotOfThisProtocol(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.opened()
	if err := b.ws.Write(context.Background(), websocket.MessageBinary, []byte{1, 2, 3}); err != nil {
		t.Fatal(err)
	}
	b.expectClose(wire.CloseProtocol)
}

func TestAFloodOfRequestsIsRefusedAndHoldsUpNothing(t *testing.T) {
	t.Parallel()
	h := setup(t, func(c *socket.Config) { c.Limits.Off = true })
	b, _ := h.opened()
	h.engine.hold = make(chan struct{})
	for range 300 {
		b.send(send("2", "c-1", "Hi"))
	}
	b.send(`{"type":"ping"}`)
	refused := 0
	for f := b.next(); f.Type != "pong"; f = b.next() {
		if f.text("code") != "rate_limited" {
			t.Fatalf("got %+v", f)
		}
		refused++
	}
	if refused != 43 && refused != 44 { // 256 wait, and one may have been under way before
		t.Errorf("%d were refused", refused)
	}
	close(h.engine.hold)
	b.expect("ack")
}

func TestSilenceIsAskedAboutAndThenTakenForAbsence(t *testing.T) {
	t.Parallel()
	h := setup(t, func(c *socket.Config) {
		c.Timing = socket.Timing{Ping: 100 * time.Millisecond, Silence: 400 * time.Millisecond}
	})
	b, _ := h.opened()
	for range 10 { // a second, with a sign of life each time
		b.expect("ping")
		b.send(`{"type":"pong"}`)
	}
	if reason := b.expectClose(wire.CloseSilent); reason == "" {
		t.Error("no reason was given")
	}
}

func TestAnOpenThatDoesNotComeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	h := setup(t, func(c *socket.Config) { c.Timing.Open = 50 * time.Millisecond })
	h.visit().expectClose(wire.CloseSilent)
}

func TestWhoSendsTooManyFramesIsRefusedAndSlowedAndStays(t *testing.T) {
	t.Parallel()
	h := setup(t)
	b, _ := h.opened()
	sent := make(chan error, 1)
	go func() {
		for range 330 {
			if err := b.ws.Write(context.Background(), websocket.MessageText, []byte(`{"id":"f","type":"ping"}`)); err != nil {
				sent <- err
				return
			}
		}
		sent <- b.ws.Write(context.Background(), websocket.MessageText, []byte(`{"id":"last","type":"read","data":{"seq":1}}`))
	}()
	refused, after := 0, 0
	for range 331 {
		f := b.next()
		if f.Type == "error" {
			refused, after = refused+1, f.number("retry_after")
			if f.text("code") != "rate_limited" || f.Ref == "" {
				t.Fatalf("got %+v", f)
			}
		}
	}
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if refused == 0 || refused > 31 || after < 1 {
		t.Errorf("%d were refused, and told to come back after %d", refused, after)
	}
}

func TestAVisitorHasSoManyConnectionsAndTheirBusinessToo(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]socket.Limits{
		"visitor":  {ConnectionsPerPerson: 2},
		"business": {ConnectionsPerBusiness: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := setup(t, func(c *socket.Config) { c.Limits = limits })
			first, ready := h.arrived()
			second := h.resume(ready.text("token"), "")
			second.expect("session.ready")
			third := h.resume(ready.text("token"), "")
			if f := third.expect("error"); f.text("code") != "rate_limited" || f.number("retry_after") < 1 {
				t.Fatalf("got %+v", f)
			}
			desk := h.desk() // whose places are its people's own
			desk.send(`{"id":"1","type":"ping"}`)
			desk.expect("pong")
			_ = first.ws.CloseNow()
			eventually(t, "there is room again", func() bool {
				third.send(`{"id":"2","type":"session.open","data":{"bot":"` + h.bot.ID + `","token":"` + ready.text("token") + `"}}`)
				return third.next().Type == "session.ready"
			})
		})
	}
}

func TestNewcomersAtAnAddressDoNotKeepOutWhoComesBack(t *testing.T) {
	t.Parallel()
	h := setup(t, func(c *socket.Config) { c.Limits.NewcomersPerMinute = 1 })
	_, ready := h.arrived()
	second := h.visit()
	second.send(`{"id":"1","type":"session.open","data":{"bot":"` + h.bot.ID + `"}}`)
	if f := second.expect("error"); f.text("code") != "rate_limited" || f.number("retry_after") < 1 {
		t.Fatalf("got %+v", f)
	}
	h.resume(ready.text("token"), "").expect("session.ready")
}
