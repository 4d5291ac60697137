package canary

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"parley/e2e/client"
	"parley/e2e/owner"
)

const (
	password = "correct horse battery staple"
	page     = "https://shop.example"
	crowd    = 3 // visitors who stay, beside a customer
)

// business is one of the two, with all that it got.
type business struct {
	*words
	t      *testing.T
	gate   *gate
	issuer *issuer
	hooked *heap  // what its webhooks were told
	secret string // that its server signs customers' identities with

	boss  *owner.Owner
	agent *owner.Owner // over REST
	key   *owner.Owner // a program with an API key
	desk  *client.Agent

	guest   person // who signs in at the issuer alone
	careful person // who has a second factor

	visitors []*client.Visitor // the last of them is the regular
	regular  customer
	things   map[string]string // ids by placeholder

	mu    sync.Mutex
	asked int
	done  map[string]int    // acts that succeeded
	last  map[string]string // why one did not
	late  map[string]string // the newest of some things that are made meanwhile
}

// found makes a business. Both are made by the same steps, one beside the other.
func found(h *house, chance *rand.Rand) *business {
	t := h.t
	t.Helper()
	b := &business{
		words: newWords(chance), t: t, gate: openGate(t, h.urls()), issuer: h.issuer, hooked: &heap{}, things: map[string]string{"{seq}": "3"},
		done: map[string]int{}, last: map[string]string{}, late: map[string]string{},
	}
	b.boss = owner.Register(t, b.gate.URL, owner.Registration{Email: b.address("owner's address"), Password: password, Company: b.plant("company"), Name: b.plant("owner's name")})
	agent := b.boss.Hire(owner.Registration{Email: b.address("agent's address"), Password: password, Name: b.plant("member's name")})
	b.agent = b.as(agent)
	var me struct{ User struct{ ID string } }
	b.agent.Call(http.MethodGet, "me", nil, &me)
	b.things["{member}"] = me.User.ID
	b.things["{bot}"] = b.boss.MakeBot(b.plant("bot's name"))
	b.configure()
	b.teach()

	var key struct{ ID, Key string }
	b.boss.Call(http.MethodPost, "api-keys", map[string]any{"name": b.plant("key's name"), "scopes": []string{"read", "ask", "manage"}}, &key)
	b.things["{key}"], b.key = key.ID, b.as(key.Key)
	var err error
	if b.guest, err = b.joinElsewhere(); err != nil {
		t.Fatal(err)
	}
	if b.careful, err = b.joinCarefully(); err != nil {
		t.Fatal(err)
	}
	if b.desk, err = client.Sit(t.Context(), b.socket(), agent); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.desk.Leave)
	return b
}

// address is one of an imaginary mailbox.
func (b *business) address(kind string) string { return b.plant(kind) + "@mail.example" }

// as is somebody else of the business.
func (b *business) as(token string) *owner.Owner {
	other := *b.boss
	other.Token = token
	return &other
}

func (b *business) socket() string {
	return "ws" + strings.TrimPrefix(b.gate.URL, "http") + "/api/v1/socket"
}

// configure has all settings that hold text planted.
func (b *business) configure() {
	bot := "bots/" + b.things["{bot}"]
	b.boss.Call(http.MethodPatch, bot, map[string]any{
		"greeting": b.plant("greeting"), "fallback": "Nothing about " + b.plant("fallback"), "instructions": "Be kind to " + b.plant("instructions"),
	}, nil)
	b.boss.Call(http.MethodPut, bot+"/domains", map[string]any{"domains": []string{"shop.example", b.plant("domain") + ".example"}}, nil)
	b.boss.Call(http.MethodPut, bot+"/appearance", map[string]any{
		"title": b.plant("title"), "starters": []string{b.plant("starter")}, "launcher": b.plant("launcher"), "consent": map[string]any{"text": b.plant("consent"), "required": false}, "preview": true,
	}, nil)
	for _, one := range []struct {
		name, path string
		body       map[string]any
	}{
		{"{label}", "labels", map[string]any{"name": b.plant("label"), "color": "#3455db"}},
		{"{reply}", "replies", map[string]any{"shortcut": "hi", "title": b.plant("saved reply's title"), "text": b.plant("saved reply")}},
		{"{invitation}", "invitations", map[string]any{"email": b.address("invited address"), "role": "agent"}},
		{"{webhook}", "webhooks", map[string]any{"url": b.hooked.listen(b.t) + "/" + b.plant("webhook's address"), "note": b.plant("webhook's note")}},
		{"{test}", bot + "/tests", map[string]any{"text": "When does the shop open, " + b.plant("test") + "?", "phrase": b.plant("phrase")}},
		{"{secret}", bot + "/identity/secrets", map[string]any{}},
	} {
		var made struct{ ID, Secret string }
		b.boss.Call(http.MethodPost, one.path, one.body, &made)
		b.things[one.name], b.secret = made.ID, made.Secret // the last one's is of identities
	}
	b.regular = b.customer(regular)
}

// teach gives the bot something to know: of each kind of source one.
func (b *business) teach() {
	bot := b.things["{bot}"]
	b.things["{source}"] = b.boss.AddText(bot, "Opening "+b.plant("source's title"), "When does the shop open? The shop opens at nine. "+b.plant("passage")).ID
	b.boss.AddFile(bot, b.plant("file's name")+".md", []byte("# Parcels\n\nWhere is my parcel? Parcels arrive within three days. "+b.plant("file's passage")))
	var added struct{ ID string }
	b.boss.Call(http.MethodPost, "bots/"+bot+"/sources", map[string]any{"title": b.plant("questions' title"), "faq": []map[string]string{
		{"question": "How long does a refund take, " + b.plant("faq's question") + "?", "answer": "A refund takes a week. " + b.plant("faq's answer")},
	}}, &added)
	b.boss.AwaitReady(bot, added.ID)
}

// questions are asked of both.
var questions = []string{"When does the shop open?", "Where is my parcel?", "How long does a refund take?", "Do parcels arrive within three days?"}

// come has visitors begin to chat, and each be answered once: the first question is everywhere the same.
func (b *business) come(ctx context.Context) {
	b.t.Helper()
	for n := range crowd {
		b.visitors = append(b.visitors, b.visit(ctx, fmt.Sprint("v", n)))
	}
	b.visitors = append(b.visitors, b.connect(ctx, client.Options{Bot: b.things["{bot}"], Name: "regular", Known: b.vouch(b.regular, false)}))
	for n, v := range b.visitors {
		v.Send(ctx, questions[n])
		if err := v.Settled(ctx); err != nil {
			b.t.Fatal(err)
		}
	}
	for range 3 { // until an answer was kept that is given again
		b.boss.Call(http.MethodPost, "bots/"+b.things["{bot}"]+"/answers", map[string]any{"text": questions[0], "client_id": b.next()}, nil)
	}
	b.things["{conversation}"] = b.visitors[0].Conversation()
	var conversation struct{ Visitor string }
	b.boss.Call(http.MethodGet, "conversations/"+b.things["{conversation}"], nil, &conversation)
	b.things["{visitor}"] = conversation.Visitor
}

// visit connects a visitor until ctx ends. Those of both businesses use the same client ids.
func (b *business) visit(ctx context.Context, name string) *client.Visitor {
	return b.connect(ctx, client.Options{Bot: b.things["{bot}"], Name: name})
}

// connect is visit, of whoever the options say.
func (b *business) connect(ctx context.Context, as client.Options) *client.Visitor {
	as.URL, as.Origin = b.socket(), page
	v := client.New(as)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = v.Run(ctx) // until ctx ends
	}()
	b.t.Cleanup(func() { <-ended })
	return v
}

// try sends a request, and tells what became of it.
func (b *business) try(as *owner.Owner, method, path string, body any) (owner.Answer, error) {
	var content io.Reader
	media := ""
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return owner.Answer{}, err
		}
		content, media = bytes.NewReader(raw), "application/json"
	}
	got, err := as.Try(method, path, media, content)
	if err == nil && got.Status >= 300 {
		err = fmt.Errorf("%s %s: %d %s", method, path, got.Status, got.Body)
	}
	if got.Status >= http.StatusInternalServerError {
		b.t.Error(err)
	}
	return got, err
}

// made is try, of what answers with an id.
func (b *business) made(as *owner.Owner, path string, body any) (id string, err error) {
	got, err := b.try(as, http.MethodPost, path, body)
	var made struct{ ID string }
	if err == nil {
		err = json.Unmarshal(got.Body, &made)
	}
	return made.ID, err
}

// next counts: both businesses use the same client ids.
func (b *business) next() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked++
	return fmt.Sprint("ask-", b.asked)
}

// did takes note of how an act ended.
func (b *business) did(act string, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err != nil {
		b.last[act] = err.Error()
		return
	}
	b.done[act]++
}

// received is all that came to the business, from wherever.
func (b *business) received() []received { return append(b.gate.received(), b.hooked.received()...) }
