package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres"
	"parley/persistence/seal"
)

// Masters are those of a database whose master key changes.
type Masters struct{ Old, Both, New *seal.Master }

// NewMasters makes them of two random keys.
func NewMasters(t testing.TB) Masters {
	t.Helper()
	was, is := seal.GenerateKey(), seal.GenerateKey()
	parse := func(key, older string) *seal.Master {
		master, err := seal.ParseKey(key)
		must(t, err)
		master, err = master.WithOlder(older)
		must(t, err)
		return master
	}
	return Masters{Old: parse(was, ""), Both: parse(is, was), New: parse(is, "")}
}

// Rotation tests that the master key of a database can be changed while it is used. open opens it, migrated, as a
// server does, and beside as the command does that rotates the keys.
func Rotation(t *testing.T, open, beside func(*seal.Master) (*postgres.Store, error)) {
	masters := NewMasters(t)
	ctx := t.Context()
	opened := func(master *seal.Master) *postgres.Store {
		store, err := open(master)
		must(t, err)
		return store
	}
	before := opened(masters.Old)
	w := newWorld(t, before)
	ref := w.newRef()
	w.committed(t, w.birth(ref, said("a", "Hello")))
	_, cursor, err := before.Conversations(ctx, w.tenant.ID, chat.ConversationFilter{Limit: 1})
	must(t, err)
	root := before.Root()
	must(t, before.Close())

	// Nodes get both keys, one after the other. What they make meanwhile is still under the old one: others know no other.
	first := opened(masters.Both)
	if !first.Root().Equal(root) {
		t.Error("another key signs everybody out: the root is another")
	}
	meanwhile := newWorld(t, first)
	must(t, first.Close()) // SQLite serves one at a time
	stranger := opened(masters.Old)
	_, err = stranger.Tenant(ctx, meanwhile.tenant.ID)
	must(t, err)
	must(t, stranger.Close())

	// Then the keys are rotated, while businesses register and chats are read.
	first = opened(masters.Both)
	second, err := beside(masters.Both)
	must(t, err)
	defer second.Close()
	var working sync.WaitGroup
	var stop atomic.Bool
	var made sync.Map
	for i := range 2 {
		working.Go(func() {
			for n := 0; !stop.Load(); n++ {
				tenant := account.Tenant{ID: chat.NewID(chat.TenantPrefix), Name: "Shop"}
				user := account.User{ID: chat.NewID(chat.UserPrefix), Email: fmt.Sprintf("owner-%d-%d@example.com", i, n), Name: "Ada", PasswordHash: "hash"}
				if err := first.Register(ctx, tenant, user, account.Member{Tenant: tenant.ID, User: user.ID, Role: account.Owner}); err != nil {
					t.Errorf("register while the keys are rotated: %v", err)
					return
				}
				made.Store(tenant.ID, user.Email)
				if _, err := first.Events(ctx, ref, 0, 10); err != nil {
					t.Errorf("read while the keys are rotated: %v", err)
					return
				}
			}
		})
	}
	rotated, err := second.RotateKeys(ctx)
	must(t, err)
	if rotated.Again < 2 || rotated.Keys < rotated.Again {
		t.Errorf("rotated %+v", rotated)
	}
	again, err := second.RotateKeys(ctx)
	must(t, err)
	if again.Again != 0 {
		t.Errorf("a second rotation found %d keys that the first had left, or that were made since", again.Again)
	}
	stop.Store(true)
	working.Wait()
	must(t, first.Close())

	held, err := second.HeldKeys(ctx)
	must(t, err)
	if held.Lost > 0 || len(held.Keys) != 1 || held.InForce != masters.New.Wanted().Check() {
		t.Errorf("afterwards: %+v", held)
	}
	// The old key opens nothing any more; the new one opens all.
	if store, err := open(masters.Old); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("the old key still opens the database: %v", err)
		if err == nil {
			_ = store.Close()
		}
	}
	after := opened(masters.New)
	defer after.Close()
	if !after.Root().Equal(root) {
		t.Error("the root has changed")
	}
	if events, err := after.Events(ctx, ref, 0, 10); err != nil || len(events) != 1 {
		t.Errorf("got %d events, %v", len(events), err)
	}
	found, _, err := after.UserByEmail(ctx, w.user.Email)
	must(t, err)
	if found.ID != w.user.ID {
		t.Errorf("the address finds %s, want %s", found.ID, w.user.ID)
	}
	_, _, err = after.Conversations(ctx, w.tenant.ID, chat.ConversationFilter{Cursor: cursor, Limit: 1})
	must(t, err)
	made.Range(func(tenant, email any) bool {
		if _, err := after.Tenant(ctx, tenant.(string)); err != nil {
			t.Errorf("a business that registered meanwhile: %v", err)
		}
		if _, _, err := after.UserByEmail(ctx, email.(string)); err != nil {
			t.Errorf("its owner: %v", err)
		}
		return true
	})
	if left, err := after.HeldKeys(ctx); err != nil || left.Lost > 0 {
		t.Errorf("%+v, %v", left, err)
	}
}
