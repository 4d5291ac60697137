package socket

import (
	"testing"

	"parley/account"
	"parley/transport/wire"
)

func TestEachFrameSaysWhoMaySendIt(t *testing.T) {
	t.Parallel()
	for kind, r := range requests {
		need, decided := account.Frames[kind]
		switch {
		case !decided:
			t.Errorf("account.Frames does not say who may send %s", kind)
		case need.Visitor != (r.session != nil):
			t.Errorf("%s: the table says visitors %v, the socket %v", kind, need.Visitor, r.session != nil)
		case (need.Action != "") != (r.desk != nil):
			t.Errorf("%s: the table says members %q, the socket has it for the desk: %v", kind, need.Action, r.desk != nil)
		}
	}
	own := []string{wire.Ping, wire.Pong, wire.SessionOpen, wire.DeskOpen}
	if len(account.Frames) != len(requests)+len(own) {
		t.Errorf("the table has %d frames, the socket %d", len(account.Frames), len(requests)+len(own))
	}
}
