package canary

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"parley/e2e/client"
)

// act is something that somebody of a business does.
type act struct {
	name string
	do   func(ctx context.Context, b *business, chance *rand.Rand) error
}

// question is one that both businesses are asked, or one with a word of its own.
func (b *business) question(chance *rand.Rand) string {
	text := questions[chance.IntN(len(questions))]
	if chance.IntN(3) == 0 {
		return strings.TrimSuffix(text, "?") + ", says " + b.plant("question") + "?"
	}
	return text
}

func (b *business) bot() string { return "bots/" + b.things["{bot}"] }

// anybody is one of the visitors.
func (b *business) anybody(chance *rand.Rand) *client.Visitor {
	return b.visitors[chance.IntN(len(b.visitors))]
}

func (b *business) talk(chance *rand.Rand) string {
	return "conversations/" + b.anybody(chance).Conversation()
}

// visitors' acts are done by one after the other: a conversation has one visitor.
var visitorsActs = []act{
	{"a visitor writes", func(ctx context.Context, b *business, chance *rand.Rand) error {
		b.anybody(chance).Send(ctx, b.question(chance)+" "+b.plant("visitor's message"))
		return nil
	}},
	{"a visitor says who they are", func(ctx context.Context, b *business, chance *rand.Rand) error {
		return b.anybody(chance).Ask(ctx, "contact.set", map[string]any{"name": b.plant("contact's name"), "email": b.address("contact's address")})
	}},
	{"a visitor types", func(ctx context.Context, b *business, chance *rand.Rand) error {
		b.anybody(chance).Tell(ctx, "typing", map[string]any{"text": b.plant("unsent text")})
		return nil
	}},
	{"a visitor judges an answer", func(ctx context.Context, b *business, chance *rand.Rand) error {
		v := b.anybody(chance)
		for _, e := range v.Events() {
			if e.Type == "message.completed" {
				return v.Ask(ctx, "message.feedback", map[string]any{"message": e.Data.Message, "helpful": false, "comment": b.plant("comment")})
			}
		}
		return errors.New("there is no answer yet")
	}},
	{"a visitor asks for a person", func(ctx context.Context, b *business, chance *rand.Rand) error {
		return b.anybody(chance).Ask(ctx, "handoff.request", nil)
	}},
	{"a visitor wants the transcript", func(ctx context.Context, b *business, chance *rand.Rand) error {
		return b.anybody(chance).Ask(ctx, "transcript.request", map[string]any{"email": b.address("transcript's address")})
	}},
	{"somebody new comes", func(ctx context.Context, b *business, chance *rand.Rand) error {
		coming, leave := context.WithCancel(ctx)
		defer leave()
		v := b.visit(coming, "new")
		v.Send(ctx, b.question(chance))
		return v.Settled(ctx)
	}},
}

var agentsActs = []act{
	{"an agent watches", func(ctx context.Context, b *business, chance *rand.Rand) error {
		return b.desk.Do(ctx, "conversation.watch", map[string]any{"conversation": b.anybody(chance).Conversation(), "after": 0})
	}},
	{"an agent takes over, writes and hands back", func(ctx context.Context, b *business, chance *rand.Rand) error {
		conversation := b.anybody(chance).Conversation()
		of := func(data map[string]any) map[string]any {
			data["conversation"] = conversation
			return data
		}
		for _, step := range []struct {
			kind string
			data map[string]any
		}{
			{"conversation.take", of(map[string]any{})},
			{"message.send", of(map[string]any{"client_id": b.next(), "text": b.plant("agent's message")})},
			{"note.add", of(map[string]any{"client_id": b.next(), "text": b.plant("note of the desk")})},
			{"conversation.release", of(map[string]any{})},
		} {
			if err := b.desk.Do(ctx, step.kind, step.data); err != nil {
				return err
			}
		}
		return nil
	}},
	{"an agent does the same over REST", func(_ context.Context, b *business, chance *rand.Rand) error {
		talk := b.talk(chance)
		for _, step := range []struct {
			method, path string
			body         any
		}{
			{http.MethodPut, "/assignment", map[string]any{"force": true}},
			{http.MethodPost, "/messages", map[string]any{"client_id": b.next(), "text": b.plant("agent's message over REST")}},
			{http.MethodDelete, "/assignment", nil},
		} {
			if _, err := b.try(b.agent, step.method, talk+step.path, step.body); err != nil {
				return err
			}
		}
		return nil
	}},
	{"an agent notes", func(_ context.Context, b *business, chance *rand.Rand) error {
		_, err := b.try(b.agent, http.MethodPost, b.talk(chance)+"/notes", map[string]any{"text": b.plant("note"), "mentions": []string{b.things["{member}"]}})
		return err
	}},
	{"an agent labels", func(_ context.Context, b *business, chance *rand.Rand) error {
		_, err := b.try(b.agent, http.MethodPatch, b.talk(chance), map[string]any{"labels": []string{b.things["{label}"]}})
		return err
	}},
	{"an agent saves a reply", func(_ context.Context, b *business, _ *rand.Rand) error {
		_, err := b.made(b.agent, "replies", map[string]any{"shortcut": b.plant("shortcut"), "text": b.plant("saved reply")})
		return err
	}},
	{"an agent closes", func(_ context.Context, b *business, chance *rand.Rand) error {
		_, err := b.try(b.agent, http.MethodPut, b.talk(chance)+"/status", map[string]any{"status": "closed"})
		return err
	}},
	{"an agent searches the inbox", func(_ context.Context, b *business, chance *rand.Rand) error {
		_, err := b.try(b.agent, http.MethodGet, "conversations?text="+url.QueryEscape([]string{"shop", "parcel", "refund"}[chance.IntN(3)]), nil)
		return err
	}},
}

var ownersActs = []act{
	{"a text is added", func(_ context.Context, b *business, _ *rand.Rand) error {
		_, err := b.made(b.boss, b.bot()+"/sources", map[string]any{"title": b.plant("source's title"), "text": "When does the shop open on Sundays? At ten. " + b.plant("passage")})
		return err
	}},
	{"a text is added and removed", func(_ context.Context, b *business, _ *rand.Rand) error {
		id, err := b.made(b.boss, b.bot()+"/sources", map[string]any{"title": b.plant("removed source's title"), "text": "Where is my parcel? " + b.plant("removed passage")})
		if err == nil {
			_, err = b.try(b.boss, http.MethodDelete, b.bot()+"/sources/"+id, nil)
		}
		return err
	}},
	{"an answer is corrected", func(_ context.Context, b *business, _ *rand.Rand) error {
		_, err := b.try(b.boss, http.MethodPost, b.bot()+"/fixes", map[string]any{"question": "Is there a " + b.plant("corrected question") + "?", "answer": "There is " + b.plant("correction")})
		return err
	}},
	{"settings change", func(_ context.Context, b *business, _ *rand.Rand) error {
		_, err := b.try(b.boss, http.MethodPatch, b.bot(), map[string]any{"instructions": "Be kind to " + b.plant("instructions")})
		return err
	}},
	{"the company is renamed", func(_ context.Context, b *business, _ *rand.Rand) error {
		_, err := b.try(b.boss, http.MethodPatch, "tenant", map[string]any{"name": b.plant("company")})
		return err
	}},
	{"somebody is renamed", func(_ context.Context, b *business, _ *rand.Rand) error {
		_, err := b.try(b.agent, http.MethodPatch, "me", map[string]any{"name": b.plant("member's name")})
		return err
	}},
	{"somebody is invited", func(_ context.Context, b *business, _ *rand.Rand) error {
		_, err := b.try(b.boss, http.MethodPost, "invitations", map[string]any{"email": b.address("invited address"), "role": "viewer"})
		return err
	}},
	{"another bot is made and removed", func(_ context.Context, b *business, _ *rand.Rand) error {
		id, err := b.made(b.boss, "bots", map[string]any{"name": b.plant("removed bot's name")})
		if err == nil {
			_, err = b.try(b.boss, http.MethodDelete, "bots/"+id, nil)
		}
		return err
	}},
	{"a webhook is tested", func(_ context.Context, b *business, _ *rand.Rand) error {
		_, err := b.try(b.boss, http.MethodPost, "webhooks/"+b.things["{webhook}"]+"/test", nil)
		return err
	}},
	{"the bot's tests run", func(_ context.Context, b *business, _ *rand.Rand) error {
		id, err := b.made(b.boss, b.bot()+"/test-runs", map[string]any{})
		if err == nil {
			b.keep("{run}", id)
		}
		return err
	}},
	{"everything is exported", func(_ context.Context, b *business, _ *rand.Rand) error {
		id, err := b.made(b.boss, "tenant/exports", nil)
		if err == nil {
			b.keep("{export}", id)
		}
		return err
	}},
	{"the audit log is exported", func(_ context.Context, b *business, _ *rand.Rand) error {
		_, err := b.try(b.boss, http.MethodGet, "audit-log/export?format=csv", nil)
		return err
	}},
	{"a transcript is mailed", func(_ context.Context, b *business, chance *rand.Rand) error {
		_, err := b.try(b.boss, http.MethodPost, b.talk(chance)+"/transcript", map[string]any{"email": b.address("transcript's address")})
		return err
	}},
	{"the owner tries the bot", func(_ context.Context, b *business, chance *rand.Rand) error {
		_, err := b.try(b.boss, http.MethodPost, b.bot()+"/preview", map[string]any{"text": b.question(chance)})
		return err
	}},
}

var programsActs = []act{
	{"a program asks", func(_ context.Context, b *business, chance *rand.Rand) error {
		_, err := b.try(b.key, http.MethodPost, b.bot()+"/answers", map[string]any{"text": b.question(chance), "client_id": b.next()})
		return err
	}},
	{"a program asks on", func(_ context.Context, b *business, chance *rand.Rand) error {
		var first struct{ Conversation string }
		got, err := b.try(b.key, http.MethodPost, b.bot()+"/answers", map[string]any{"text": b.question(chance), "client_id": b.next()})
		if err == nil {
			err = json.Unmarshal(got.Body, &first)
		}
		if err == nil {
			_, err = b.try(b.key, http.MethodPost, b.bot()+"/answers", map[string]any{"text": b.question(chance), "client_id": b.next(), "conversation": first.Conversation})
		}
		return err
	}},
	{"a program searches", func(_ context.Context, b *business, chance *rand.Rand) error {
		_, err := b.try(b.key, http.MethodPost, b.bot()+"/search", map[string]any{"query": b.question(chance)})
		return err
	}},
	{"a program lists", func(_ context.Context, b *business, chance *rand.Rand) error {
		_, err := b.try(b.key, http.MethodGet, []string{"bots", "conversations", b.bot() + "/sources", "webhooks", "labels", "members"}[chance.IntN(6)], nil)
		return err
	}},
}

// keep remembers the newest of a kind of things.
func (b *business) keep(name, id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.late[name] = id
}

// long is more than a prompt has room for: what was said becomes a summary.
func (b *business) long(ctx context.Context) error {
	v := b.visit(ctx, "long")
	for n := range 6 {
		v.Send(ctx, "Where is my parcel? "+b.plant("long message")+strings.Repeat(fmt.Sprintf(" It should have come %d days ago.", n), 100))
		if err := v.Settled(ctx); err != nil {
			return err
		}
	}
	return nil
}

// rest is how long somebody waits between two acts, at most.
const rest = 60 * time.Millisecond

// live does everything of a kind in an order that chance makes, again and again: until the time is over and each of it succeeded once,
// or ctx ends.
func (b *business) live(ctx context.Context, over <-chan struct{}, acts []act, chance *rand.Rand) {
	for ended := false; !ended || !b.allDone(acts); {
		for _, n := range chance.Perm(len(acts)) {
			select {
			case <-over:
				ended, over = true, nil
			case <-time.After(time.Duration(chance.Int64N(int64(rest)))):
			}
			if ctx.Err() != nil || ended && b.allDone(acts) {
				return
			}
			b.did(acts[n].name, acts[n].do(ctx, b, chance))
		}
	}
}

// allDone tells whether each of some acts succeeded once.
func (b *business) allDone(acts []act) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !slices.ContainsFunc(acts, func(a act) bool { return b.done[a.name] == 0 })
}
