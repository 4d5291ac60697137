package socket_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/coder/websocket"

	"parley/account"
)

// What signed somebody in once and is over opens nothing, whichever frame it comes with: each is answered as nobody's is. That a token's time
// ends is the account's own matter (transport/rest tries it on each operation).
func TestASignInThatIsOverIsNobodysOnEachFrame(t *testing.T) {
	t.Parallel()
	h := setup(t)
	_, ready := h.opened()
	conversation := h.ref(ready).Conversation
	tried := 0
	for _, kind := range slices.Sorted(maps.Keys(account.Frames)) {
		if account.Frames[kind].Open && kind != "desk.open" {
			continue
		}
		frame := `{"id":"2","type":"` + kind + `","data":{"conversation":"` + conversation + `","text":"tried","client_id":"1","seq":1,"ticket":"`
		nobody := h.dial(dial{})
		nobody.send(`{"id":"1","type":"desk.open"}`)
		nobody.expectError("1", "unauthorized")
		nobody.send(frame + `"}}`)
		expected := nobody.refusal()
		for name, from := range map[string]struct {
			dial
			ticket string
		}{
			"token":  {dial: dial{bearer: "Bearer over"}},
			"cookie": {dial: dial{origin: "https://parley.example", cookie: "parley=over"}},
			"ticket": {ticket: "over"},
		} {
			tried++
			b := h.dial(from.dial)
			b.send(`{"id":"1","type":"desk.open","data":{"ticket":"` + from.ticket + `"}}`)
			b.expectError("1", "unauthorized")
			b.send(frame + from.ticket + `"}}`)
			if got := b.refusal(); got != expected {
				t.Errorf("%s with a %s that is over: %s, nobody is told %s", kind, name, got, expected)
			}
		}
	}
	if tried < 50 {
		t.Errorf("only %d were tried", tried)
	}
}

// refusal is how a frame was refused: by an error's code, or the close.
func (b *browser) refusal() string {
	b.t.Helper()
	f, err := b.read()
	var closed websocket.CloseError
	switch {
	case errors.As(err, &closed):
		return fmt.Sprintf("closed, %d %s", closed.Code, closed.Reason)
	case err != nil || f.Type != "error":
		b.t.Errorf("not refused: %+v %v", f, err)
	}
	return f.text("code")
}
