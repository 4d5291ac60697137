package cluster

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
)

// What the tests' actor is told.
type (
	who   struct{} // reply: its identity and the number of its activation
	leave struct{} // it retires, and answers Again from then on
	die   struct{} // it stops at once
	slow  struct{} // it replies when it is let
	wrong struct{} // reply: an error
)

type identified struct {
	identity   string
	activation int64
}

type subject struct {
	node        *atomic.Pointer[Node]
	activations *atomic.Int64
	asked       *atomic.Int64 // slow requests that arrived
	let         chan struct{}
	me          identified
	retired     bool
}

func (s *subject) Receive(ctx actor.Context) {
	message := ctx.Message()
	if call, asked := message.(*Call); asked {
		message = call.Message
	}
	if _, asks := message.(*who); asks && s.retired {
		ctx.Respond(&Again{})
		return
	}
	switch m := message.(type) {
	case *Placed:
		s.me = identified{m.Identity, s.activations.Add(1)}
	case *who:
		ctx.Respond(s.me)
	case *leave:
		s.retired = true
		s.node.Load().Retire(ctx.Self())
		ctx.Respond(s.me)
	case *die:
		ctx.Respond(s.me)
		ctx.Stop(ctx.Self())
	case *slow:
		s.asked.Add(1)
		sender := ctx.Sender()
		go func() {
			<-s.let
			s.node.Load().System().Root.Send(sender, s.me)
		}()
	case *wrong:
		ctx.Respond(chat.ErrNotFound)
	}
}

// One node for all: a second one in this process would race with it in the
// logger that they share.
func TestANodeFindsActorsByIdentity(t *testing.T) {
	var node atomic.Pointer[Node]
	var activations, asked atomic.Int64
	let := make(chan struct{})
	n, err := Start(Config{Codec: NewCodec(), Logger: slog.New(slog.DiscardHandler), Kinds: map[string]*actor.Props{
		"subject": actor.PropsFromProducer(func() actor.Actor {
			return &subject{node: &node, activations: &activations, asked: &asked, let: let}
		}),
	}})
	if err != nil {
		t.Fatal(err)
	}
	node.Store(n)
	n.Open()
	defer n.Stop()

	ask := func(t *testing.T, identity string, message any) identified {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		reply, _, err := n.Request(ctx, "subject", identity, "", message)
		if err != nil {
			t.Fatalf("ask %s: %v", identity, err)
		}
		return reply.(identified)
	}

	t.Run("one activation for each identity", func(t *testing.T) {
		a, b := ask(t, "tnt/a", &who{}), ask(t, "tnt/b", &who{})
		if a.identity != "tnt/a" || b.identity != "tnt/b" || a.activation == b.activation {
			t.Errorf("%+v and %+v", a, b)
		}
		if again := ask(t, "tnt/a", &who{}); again != a {
			t.Errorf("first %+v, then %+v", a, again)
		}
	})
	t.Run("one that retires is replaced, and sends stragglers on", func(t *testing.T) {
		first := ask(t, "tnt/retiring", &who{})
		ask(t, "tnt/retiring", &leave{})
		if second := ask(t, "tnt/retiring", &who{}); second.activation == first.activation {
			t.Errorf("still activation %d", second.activation)
		}
	})
	t.Run("one that stopped is activated anew", func(t *testing.T) {
		first := ask(t, "tnt/dying", &who{})
		ask(t, "tnt/dying", &die{})
		if second := ask(t, "tnt/dying", &who{}); second.activation == first.activation {
			t.Errorf("still activation %d", second.activation)
		}
	})
	t.Run("an error is returned as one", func(t *testing.T) {
		if _, _, err := n.Request(t.Context(), "subject", "tnt/a", "", &wrong{}); !errors.Is(err, chat.ErrNotFound) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a slow one is asked once, and waited for no longer than an attempt", func(t *testing.T) {
		n.attempt = 50 * time.Millisecond
		defer func() { n.attempt = localAttempt }()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, _, err := n.Request(ctx, "subject", "tnt/slow", "", &slow{})
		if err == nil || ctx.Err() != nil {
			t.Errorf("got %v", err)
		}
		ask(t, "tnt/slow", &who{}) // what was asked before it has arrived
		if asked.Load() != 1 {
			t.Errorf("asked %d times", asked.Load())
		}
		close(let)
	})
	t.Run("a kind that nobody has is unavailable when the time is over", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, _, err := n.Request(ctx, "nobody", "tnt/a", "", &who{}); !errors.Is(err, chat.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
	})
}
