package sealed

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/e2e/client"
	"parley/e2e/owner"
	"parley/e2e/server"
)

const (
	crowd    = 8 // visitors
	patience = 90 * time.Second
	origin   = "https://shop.example"
)

// busy is a server with a business whose people and visitors write planted words.
type busy struct {
	*server.Server
	shop     *owner.Owner
	business owner.Registration
	bot      string
	planted  map[string]string // what it is: a word that stands nowhere else
	visitors []*client.Visitor
	hush     func() // ends the visitors
	running  sync.WaitGroup
}

// plant returns a text with a word of its own in it.
func (b *busy) plant(what string) string {
	word := fmt.Sprintf("qvx%010xzk", rand.Uint64()&(1<<40-1))
	b.planted[what] = word
	return "Something about " + word + " and more"
}

// word is the one that was planted there.
func (b *busy) word(what string) string { return b.planted[what] }

// begin has a business made, and its visitors talk until the test ends.
func begin(t *testing.T, s *server.Server) *busy {
	b := &busy{Server: s, planted: make(map[string]string)}
	b.plant("the owner's address")
	b.business = owner.Registration{
		Email: b.word("the owner's address") + "@shop.example", Password: "correct horse " + b.plant("the password"),
		Company: b.plant("the company"), Name: b.plant("the owner's name"),
	}
	b.shop = owner.Register(t, s.URL(), b.business)
	b.bot = b.shop.MakeBot(b.plant("the bot's name"))
	b.shop.Call(http.MethodPut, "bots/"+b.bot+"/domains", map[string]any{"domains": []string{"shop.example", b.plantedHost("a domain")}}, nil)
	b.shop.Call(http.MethodPatch, "bots/"+b.bot, map[string]any{"greeting": b.plant("the greeting"), "instructions": b.plant("the instructions")}, nil)
	b.shop.AddText(b.bot, b.plant("a source's title"), "The shop is open from nine to five. "+b.plant("a source"))
	b.shop.Call(http.MethodPost, "labels", map[string]any{"name": b.plant("a label"), "color": "#3455db"}, nil)
	b.plant("a saved reply's shortcut")
	b.shop.Call(http.MethodPost, "replies", map[string]any{"shortcut": b.word("a saved reply's shortcut"), "text": b.plant("a saved reply")}, nil)
	b.plant("an invited address")
	b.shop.Call(http.MethodPost, "invitations", map[string]any{"email": b.word("an invited address") + "@shop.example", "role": "agent"}, nil)
	b.shop.Call(http.MethodPost, "webhooks", map[string]any{"url": "http://127.0.0.1:9/" + b.plantedHost("a webhook's address")}, nil)

	talking, hush := context.WithCancel(t.Context())
	b.hush = func() { hush(); b.running.Wait() }
	t.Cleanup(b.hush)
	for i := range crowd {
		v := client.New(client.Options{URL: "ws://" + s.Address + "/api/v1/socket", Bot: b.bot, Origin: origin, Name: fmt.Sprintf("v%d", i)})
		b.visitors = append(b.visitors, v)
		text := b.plant(fmt.Sprintf("what visitor %d wrote", i))
		b.running.Go(func() { _ = v.Run(talking) })
		b.running.Go(func() {
			for n := 0; talking.Err() == nil; n++ {
				v.Send(talking, fmt.Sprintf("When is the shop open? %s (%d)", text, n))
				_ = v.Settled(talking) // or the end has come
			}
		})
	}
	for i, v := range b.visitors {
		b.answered(t, v, 3)
		contact := map[string]any{"name": b.plant(fmt.Sprintf("the name of visitor %d", i)), "email": b.plantedHost(fmt.Sprintf("the address of visitor %d", i)) + "@mail.example"}
		if err := v.Ask(t.Context(), "contact.set", contact); err != nil {
			t.Fatal(err)
		}
		b.shop.Call(http.MethodPost, "conversations/"+v.Conversation()+"/notes", map[string]any{"text": b.plant(fmt.Sprintf("a note about visitor %d", i))}, nil)
	}
	return b
}

// plantedHost is a planted word that can be part of an address.
func (b *busy) plantedHost(what string) string {
	b.plant(what)
	return b.word(what) + ".example"
}

// answered waits until a visitor has had more answers.
func (b *busy) answered(t *testing.T, v *client.Visitor, more int) {
	t.Helper()
	have := ended(v)
	await(t, v.Name()+" is answered", func() bool { return ended(v) >= have+more })
}

func ended(v *client.Visitor) (n int) {
	for _, e := range v.Events() {
		if e.Type == "message.completed" {
			n++
		}
	}
	return n
}

// found waits until a search for a visitor's word finds their conversation, and no other.
func (b *busy) found(t *testing.T, visitor int) {
	t.Helper()
	word := b.word(fmt.Sprintf("what visitor %d wrote", visitor))
	var page struct{ Items []struct{ ID string } }
	await(t, "a conversation is found by what was said", func() bool {
		b.shop.Call(http.MethodGet, "conversations?text="+url.QueryEscape(strings.ToUpper(word)+" shops"), nil, &page)
		return len(page.Items) > 0
	})
	if len(page.Items) != 1 || page.Items[0].ID != b.visitors[visitor].Conversation() {
		t.Errorf("a word of %s finds %+v", b.visitors[visitor].Conversation(), page.Items)
	}
}

// load asks a server for this and that until it is told to end, and counts.
type load struct {
	requests, failed atomic.Int64
	running          sync.WaitGroup
	stop             func()
}

// press begins to read, search, register and change things, each in a line of its own.
func (b *busy) press(t *testing.T) *load {
	l := &load{}
	ctx, stop := context.WithCancel(t.Context())
	l.stop = func() { stop(); l.running.Wait() }
	t.Cleanup(l.stop)
	for _, path := range []string{"conversations", "conversations?text=shop", "bots/" + b.bot, "members"} {
		l.line(t, ctx, b, func(int) (method, path2, body string) { return http.MethodGet, path, "" })
	}
	l.line(t, ctx, b, func(n int) (method, path, body string) {
		return http.MethodPost, "auth/register", fmt.Sprintf(`{"email":"new-%d-%d@shop.example","password":"correct horse battery %d","company":"New"}`, n, rand.Uint32(), n)
	})
	l.line(t, ctx, b, func(n int) (method, path, body string) {
		return http.MethodPost, "bots/" + b.bot + "/answers", fmt.Sprintf(`{"text":"When is the shop open? %d"}`, n)
	})
	return l
}

func (l *load) line(t *testing.T, ctx context.Context, b *busy, next func(int) (method, path, body string)) {
	mine := owner.SignIn(t, b.URL(), b.business)
	l.running.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			method, path, body := next(n)
			answer, err := mine.Try(method, path, "application/json", strings.NewReader(body))
			l.requests.Add(1)
			if err != nil || answer.Status >= 300 {
				l.failed.Add(1)
				t.Errorf("%s %s: %d %s %v", method, path, answer.Status, answer.Body, err)
				return
			}
		}
	})
}

func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited for %v in vain: %s", patience, what)
		}
	}
}
