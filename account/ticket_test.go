package account

import (
	"context"
	"sync"
	"testing"
	"time"

	"parley/chat"
)

// rack is Tickets in memory.
type rack struct {
	mu    sync.Mutex
	kept  map[string][]byte
	lives []time.Duration
	away  error
}

func (r *rack) KeepTicket(_ context.Context, hash, who []byte, life time.Duration) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.kept == nil {
		r.kept = make(map[string][]byte)
	}
	r.kept[string(hash)], r.lives = who, append(r.lives, life)
	return r.away
}

func (r *rack) TakeTicket(_ context.Context, hash []byte) ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	who, found := r.kept[string(hash)]
	if delete(r.kept, string(hash)); !found {
		return nil, chat.ErrNotFound
	}
	return who, r.away
}

func TestATicketIsGoodOnceForWhoGotIt(t *testing.T) {
	t.Parallel()
	o, tickets := setup(t), &rack{}
	o.tickets = tickets
	mia := o.register(t, "mia@acme.example").Identity
	ticket, expires, err := o.Ticket(t.Context(), mia)
	if err != nil || !expires.Equal(o.clock.Add(TicketLife)) || tickets.lives[0] != TicketLife {
		t.Fatalf("%s, %v, %v", expires, tickets.lives, err)
	}
	for hash, who := range tickets.kept {
		if string(who) == ticket || hash == ticket {
			t.Error("the ticket itself is kept")
		}
	}
	who, err := o.UseTicket(t.Context(), ticket)
	if err != nil || who != mia {
		t.Errorf("got %+v, %v", who, err)
	}
	for _, again := range []string{ticket, "", "tkt.nonsense"} {
		if _, err := o.UseTicket(t.Context(), again); code(err) != "ticket_invalid" {
			t.Errorf("%q: %v", again, err)
		}
	}
}

func TestATicketIsOfTheRoleAndTheSignInOfTheMomentWhenItIsUsed(t *testing.T) {
	t.Parallel()
	o := setup(t)
	o.tickets = &rack{}
	signedIn := o.register(t, "mia@acme.example")
	get := func() string {
		ticket, _, err := o.Ticket(t.Context(), signedIn.Identity)
		if err != nil {
			t.Fatal(err)
		}
		return ticket
	}
	ticket := get()
	o.store.members[0].Role = Viewer
	if who, err := o.UseTicket(t.Context(), ticket); err != nil || who.Role != Viewer {
		t.Errorf("got %+v, %v", who, err)
	}
	ticket = get()
	if _, err := o.Logout(t.Context(), signedIn.Refresh); err != nil {
		t.Fatal(err)
	}
	if _, err := o.UseTicket(t.Context(), ticket); code(err) != "token_revoked" {
		t.Errorf("signed out: %v", err)
	}
	ticket = get()
	o.store.members = nil
	if _, err := o.UseTicket(t.Context(), ticket); code(err) != "ticket_invalid" {
		t.Errorf("no member: %v", err)
	}
}

func TestWithoutARackThereAreNoTickets(t *testing.T) {
	t.Parallel()
	o := setup(t)
	if _, _, err := o.Ticket(t.Context(), Identity{}); code(err) != "unavailable" {
		t.Errorf("got %v", err)
	}
	if _, err := o.UseTicket(t.Context(), "tkt.x"); code(err) != "ticket_invalid" {
		t.Errorf("got %v", err)
	}
}
