package socket_test

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/account"
	"parley/account/billing"
	"parley/transport/socket"
	"parley/transport/wire"
)

// goodKey has the form of a key of the API: the connection looks at it again.
const goodKey = "prl_live_0000000000000000000000000000000000000000000_2CZclj"

// program is a house with one key of the API, which may be changed while it is used.
type program struct {
	*house
	who atomic.Pointer[account.Identity] // nil: the key was ended
	// planless tells that its business's plan has no keys.
	planless atomic.Bool
}

func programs(t *testing.T, change ...func(*account.Identity)) *program {
	t.Helper()
	if !account.IsKey(goodKey) {
		t.Fatal("the key of these tests is none")
	}
	p := &program{}
	p.house = setup(t, func(c *socket.Config) {
		c.Authenticate = func(_ context.Context, token string, from netip.Addr) (account.Identity, error) {
			who := p.who.Load()
			if token != goodKey || who == nil || !from.IsLoopback() {
				return account.Identity{}, account.ErrUnauthorized
			}
			if p.planless.Load() {
				refusal := billing.Lacks(billing.API)
				refusal.Message += strings.Repeat(" Another plan does.", 10) // longer than a close frame can be
				return account.Identity{}, refusal
			}
			return *who, nil
		}
	})
	who := account.Identity{Tenant: p.bot.Tenant, User: "key_1", Key: "key_1", Name: "Robot", Scopes: account.ScopesOf(account.ScopeAsk)}
	for _, c := range change {
		c(&who)
	}
	p.who.Store(&who)
	return p
}

func (p *program) open() *browser {
	b := p.dial(dial{bearer: "Bearer " + goodKey})
	b.send(`{"id":"1","type":"session.open","data":{"bot":"` + p.bot.ID + `"}}`)
	return b
}

func TestAProgramSpeaksForVisitorsWithAKeyToAsk(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(*account.Identity)
		refused bool
	}{
		"a key to ask":              {func(*account.Identity) {}, false},
		"a key to read":             {func(who *account.Identity) { who.Scopes = account.ScopesOf(account.ScopeRead) }, true},
		"a key of another bot":      {func(who *account.Identity) { who.Bot = "bot_other" }, true},
		"a key of another business": {func(who *account.Identity) { who.Tenant = "tnt_other" }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := programs(t, c.change).open()
			if !c.refused {
				b.expect("session.ready")
				return
			}
			if reason := b.expectClose(wire.CloseOrigin); !strings.Contains(reason, "key") {
				t.Errorf("reason %q", reason)
			}
		})
	}
}

func TestWhatAProgramAsksIsItsKeys(t *testing.T) {
	t.Parallel()
	p := programs(t)
	b := p.open()
	b.expect("session.ready")
	b.send(send("2", "c-1", "Hi"))
	b.expect("ack")
	if lines := p.engine.keys(); !slices.Equal(lines, []string{"key_1"}) {
		t.Errorf("it is counted for %q", lines)
	}
}

func TestAKeyThatIsEndedEndsItsSocketsWithTheirNextRequest(t *testing.T) {
	t.Parallel()
	p := programs(t)
	b := p.open()
	b.expect("session.ready")
	b.send(send("2", "c-1", "Hi"))
	b.expect("ack")
	p.who.Store(nil)
	b.send(send("3", "c-2", "More"))
	b.expectClose(wire.CloseSignedOut)
	if n := len(p.engine.called("post")); n != 1 {
		t.Errorf("%d messages were taken", n)
	}
}

func TestAKeyOfABusinessWhosePlanHasNoneOpensNothing(t *testing.T) {
	t.Parallel()
	p := programs(t)
	b := p.open()
	b.expect("session.ready")
	p.planless.Store(true)
	b.send(send("2", "c-1", "Hi"))
	if reason := b.expectClose(wire.CloseSignedOut); !strings.Contains(reason, "plan") {
		t.Errorf("reason %q", reason)
	}
	if reason := p.open().expectClose(wire.CloseOrigin); !strings.Contains(reason, "plan") {
		t.Errorf("reason %q", reason)
	}
	if n := len(p.engine.called("post")); n != 0 {
		t.Errorf("%d messages were taken", n)
	}
}

func TestADeskIsForPeople(t *testing.T) {
	t.Parallel()
	p := programs(t, func(who *account.Identity) { who.Scopes = account.ScopesOf(account.AllScopes...) })
	b := p.dial(dial{bearer: "Bearer " + goodKey})
	b.send(`{"id":"1","type":"desk.open"}`)
	b.expectError("1", "person_required")
}

func TestADeskOpensFromWhereItsBusinessWantsIt(t *testing.T) {
	t.Parallel()
	var closed atomic.Bool
	h := setup(t, func(c *socket.Config) {
		c.Admit = func(_ context.Context, who account.Identity, from netip.Addr) error {
			if !from.IsLoopback() || who.User == "" || closed.Load() {
				return account.ErrAddress
			}
			return nil
		}
		c.Timing.Member = 20 * time.Millisecond
	})
	ada, _ := h.deskOf("ada")
	closed.Store(true)
	ada.expectClose(wire.CloseSignedOut)
	for name, b := range map[string]*browser{
		"by token":  h.dial(dial{bearer: "Bearer ada"}),
		"by cookie": h.dial(dial{origin: "https://parley.example", cookie: "parley=ada"}),
	} {
		b.send(`{"id":"1","type":"desk.open"}`)
		if f := b.expect("error"); f.text("code") != "address_not_allowed" {
			t.Errorf("%s: %+v", name, f)
		}
	}
	b := h.dial(dial{})
	b.send(`{"id":"1","type":"desk.open","data":{"ticket":"ada"}}`)
	b.expectError("1", "address_not_allowed")
}
