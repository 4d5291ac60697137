package socket_test

import (
	"sync"
	"testing"

	"parley/account"
	"parley/transport/socket"
	"parley/transport/wire"
)

// watcher keeps whose sign-ins are watched.
type watcher struct {
	mu   sync.Mutex
	gone map[account.Identity]func()
}

func (w *watcher) watch(who account.Identity, gone func()) (stop func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.gone[who] = gone
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.gone, who)
	}
}

func (w *watcher) watched() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.gone)
}

func (w *watcher) revoke(user string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for who, gone := range w.gone {
		if who.User == user {
			gone()
		}
	}
}

func TestADeskWhoseSignInIsRevokedEnds(t *testing.T) {
	t.Parallel()
	signIns := &watcher{gone: make(map[account.Identity]func())}
	h := setup(t, func(c *socket.Config) { c.Watch = signIns.watch })
	ada, _ := h.deskOf("ada")
	bo, _ := h.deskOf("bo")
	signIns.revoke(members["ada"].User)
	ada.expectClose(wire.CloseSignedOut)
	eventually(t, "nobody watches a desk that ended", func() bool { return signIns.watched() == 1 })
	bo.quiet()
}

func TestADeskWhoseSignInWasRevokedBeforeItOpensEnds(t *testing.T) {
	t.Parallel()
	h := setup(t, func(c *socket.Config) {
		c.Watch = func(_ account.Identity, gone func()) (stop func()) { gone(); return func() {} }
	})
	ada := h.dial(dial{bearer: "Bearer ada"})
	ada.send(`{"id":"1","type":"desk.open","data":{}}`)
	ada.expectClose(wire.CloseSignedOut)
}
