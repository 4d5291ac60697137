package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/account"
	"parley/chat"
	"parley/persistence/storetest"
	"parley/persistence/testbed"
)

// Whoever sends gets an error that says so, soon; what was acknowledged is
// there, and each message once; nobody has to start anything again.
func TestAPostgresThatEndsAmidCommitsIsUsedAgainWhenItIsBack(t *testing.T) {
	t.Parallel()
	server := testbed.PostgresServer(t)
	store := database{server.URL(), options(t)}.Open(t)
	defer store.Close()
	tenant := registered(t, store)

	const senders = 8
	var acknowledged, refused atomic.Int64
	ended := make(chan struct{})
	var group sync.WaitGroup
	for i := range senders {
		group.Go(func() {
			ref := chat.Ref{Tenant: tenant, Conversation: fmt.Sprint("cnv_", i)}
			epoch, head := int64(1), int64(0)
			for n := int64(0); ; {
				select {
				case <-ended:
					checkLog(t, store, ref, n)
					return
				default:
				}
				err := say(t.Context(), store, ref, epoch, head, fmt.Sprint(n))
				if err == nil {
					acknowledged.Add(1)
					n, head = n+1, head+1
					continue
				}
				if !errors.Is(err, chat.ErrUnavailable) || chat.AsError(err).Unwrap() == nil {
					t.Errorf("append: got %v", err)
				}
				// What became of it is not known: the log tells.
				for {
					refused.Add(1)
					opened, err := store.Open(t.Context(), []chat.Ref{ref})
					if err == nil {
						if errors.Is(opened[0].Err, chat.ErrNotFound) {
							epoch, head, n = 1, 0, 0
						} else {
							epoch, head, n = opened[0].Opening.Epoch, opened[0].Opening.Head, opened[0].Opening.Head
						}
						break
					}
					if !errors.Is(err, chat.ErrUnavailable) {
						t.Errorf("open: got %v", err)
					}
					time.Sleep(5 * time.Millisecond) // as an impatient caller
				}
			}
		})
	}
	wait := func(what string, holds func() bool) time.Duration {
		begun := time.Now()
		await(t, holds)
		t.Logf("%s after %v", what, time.Since(begun).Round(time.Millisecond))
		return time.Since(begun)
	}
	for round, end := range []func(testing.TB){server.Kill, server.Stop} {
		before := acknowledged.Load()
		wait("messages were kept", func() bool { return acknowledged.Load() > before+100 })
		end(t)
		gone := refused.Load()
		wait("everybody was refused", func() bool { return refused.Load() > gone+10*senders })
		server.Start(t)
		before = acknowledged.Load()
		wait(fmt.Sprintf("round %d: messages were kept again", round), func() bool { return acknowledged.Load() > before+senders })
	}
	close(ended)
	group.Wait()
}

// checkLog wants messages 0 to n-1, each once and in order.
func checkLog(t *testing.T, store storetest.Store, ref chat.Ref, n int64) {
	events, err := store.Events(t.Context(), ref, 0, 1_000_000)
	if err != nil || int64(len(events)) != n {
		t.Errorf("%s: got %d events of %d, %v", ref, len(events), n, err)
	}
	for i, e := range events {
		if said := e.Body.(chat.MessageCreated).ClientID; e.Seq != int64(i+1) || said != fmt.Sprint(i) {
			t.Errorf("%s: event %d has seq %d and says %s", ref, i+1, e.Seq, said)
		}
	}
}

// say appends one message. The first is the conversation's birth.
func say(ctx context.Context, store storetest.Store, ref chat.Ref, epoch, head int64, clientID string) error {
	a := chat.Append{
		Ref: ref, Epoch: epoch, Head: head, At: time.Now(), Status: chat.WithBot,
		Bodies: []chat.Body{chat.MessageCreated{Text: "Hello", ClientID: clientID}},
		Birth:  &chat.Birth{Bot: "bot_1", Visitor: "vis_" + ref.Conversation},
	}
	outcomes, err := store.Append(ctx, []chat.Append{a})
	if err == nil {
		err = outcomes[0].Err
	}
	return err
}

func registered(t *testing.T, store storetest.Store) (tenant string) {
	t.Helper()
	tenant = chat.NewID(chat.TenantPrefix)
	user := account.User{ID: chat.NewID(chat.UserPrefix), Email: tenant + "@example.com"}
	err := store.Register(t.Context(), account.Tenant{ID: tenant, Name: "Shop"}, user, account.Member{Tenant: tenant, User: user.ID, Role: account.Owner})
	if err != nil {
		t.Fatal(err)
	}
	return tenant
}

func TestANetworkThatFallsSilentHoldsNobodyLongerThanTheirContext(t *testing.T) {
	t.Parallel()
	network := newNetwork(t, testbed.Postgres(t))
	store := database{network.url + "&connect_timeout=1", options(t)}.Open(t)
	defer store.Close()
	ref := chat.Ref{Tenant: registered(t, store), Conversation: "cnv_1"}
	if err := say(t.Context(), store, ref, 1, 0, "0"); err != nil {
		t.Fatal(err)
	}
	network.silence()
	for name, call := range map[string]func(context.Context) error{
		"append": func(ctx context.Context) error { return say(ctx, store, ref, 1, 1, "1") },
		"open":   func(ctx context.Context) error { _, err := store.Open(ctx, []chat.Ref{ref}); return err },
		"read":   func(ctx context.Context) error { _, err := store.Events(ctx, ref, 0, 10); return err },
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		begun := time.Now()
		if err := call(ctx); !errors.Is(err, chat.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: got %v", name, err)
		}
		if took := time.Since(begun); took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		}
		cancel()
	}
	network.heal()
	healed := time.Now()
	defer func() { t.Logf("used again after %v", time.Since(healed).Round(time.Millisecond)) }()
	await(t, func() bool {
		opened, err := store.Open(t.Context(), []chat.Ref{ref})
		return err == nil && opened[0].Err == nil
	})
}

// network is the way to a server, which may fall silent: nothing is refused,
// and nothing arrives.
type network struct {
	url   string
	quiet sync.RWMutex // locked: silence
}

func (n *network) silence() { n.quiet.Lock() }
func (n *network) heal()    { n.quiet.Unlock() }

func newNetwork(t *testing.T, server string) *network {
	t.Helper()
	address, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	to := address.Host
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	address.Host = listener.Addr().String()
	n := &network{url: address.String()}
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				client.Close()
				continue
			}
			go n.carry(server, client)
			go n.carry(client, server)
		}
	}()
	return n
}

func (n *network) carry(to, from net.Conn) {
	defer to.Close()
	buffer := make([]byte, 32<<10)
	for {
		count, err := from.Read(buffer)
		n.quiet.RLock()
		_, failed := to.Write(buffer[:count])
		n.quiet.RUnlock()
		if err != nil || failed != nil {
			if err != nil && !errors.Is(err, io.EOF) {
				from.Close()
			}
			return
		}
	}
}
