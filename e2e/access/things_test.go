package access

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"parley/chat"
)

// unmade are things that cannot be made through the API, and why that is. Their ids are of nobody.
var unmade = map[string]string{
	"{event}":   "one is told by the processor of payments, and none is configured; account/billing has its tests",
	"{anomaly}": "one is found by the judge of activity, an hour and four weeks of history later; account has its tests",
}

// furnish makes one of each thing that a path can name. Most are made by a POST to the list that they are in, or
// stand in it; those that need more are here.
func (h *house) furnish(b *business) {
	h.t.Helper()
	var me struct {
		User, Tenant struct{ ID string }
	}
	b.Call(http.MethodGet, "me", nil, &me)
	b.things["{tenant}"] = me.Tenant.ID
	b.things["{seq}"] = "3" // where each business's first answer ended
	bot := b.MakeBot("Bot of " + b.name)
	b.Call(http.MethodPut, "bots/"+bot+"/domains", map[string]any{"domains": []string{"shop.example"}}, nil)
	b.things["{bot}"] = bot
	b.things["{source}"] = b.AddText(bot, "Secrets of "+b.name, "The secret of "+b.name+" is a recipe with seven herbs.").ID
	b.visitor, b.things["{conversation}"] = h.talk(bot)
	var conversation struct{ Visitor string }
	b.Call(http.MethodGet, "conversations/"+b.things["{conversation}"], nil, &conversation)
	b.things["{visitor}"] = conversation.Visitor

	spare := b.hire("spare")
	b.as(spare).Call(http.MethodGet, "me", nil, &me)
	b.things["{member}"] = me.User.ID
	b.things["{reply}"] = h.made(b, "replies", `{"shortcut":"hi","text":"We are `+b.name+`."}`)
	b.things["{label}"] = h.made(b, "labels", `{"name":"Of `+b.name+`","color":"#3455db"}`)
	b.things["{webhook}"] = h.made(b, "webhooks", `{"url":"https://hooks.example/"}`)
	b.things["{invitation}"] = h.made(b, "invitations", `{"email":"new@`+b.name+`.example","role":"agent"}`)
	b.things["{test}"] = h.made(b, "bots/"+bot+"/tests", `{"text":"What is the secret?","phrase":"recipe"}`)
	b.things["{run}"] = h.made(b, "bots/"+bot+"/test-runs", `{}`)
	h.discover(b)
}

// made posts to a list and returns the id of what is new.
func (h *house) made(b *business, path, body string) string {
	h.t.Helper()
	got, err := b.Try(http.MethodPost, path, "application/json", strings.NewReader(body))
	var made struct{ ID string }
	h.secrets.note(path, string(got.Body))
	if err != nil || got.Status >= http.StatusMultipleChoices || json.Unmarshal(got.Body, &made) != nil || made.ID == "" {
		h.t.Fatalf("make one of %s: %d %s %v", path, got.Status, got.Body, err)
	}
	return made.ID
}

// discover makes, or finds, what furnish knows nothing about.
func (h *house) discover(b *business) {
	h.t.Helper()
	known := slices.Clone(h.operations)
	slices.SortStableFunc(known, func(x, y operation) int { return len(x.names()) - len(y.names()) })
	for _, o := range known {
		for _, name := range o.names() {
			if _, has := b.things[name]; !has {
				b.things[name] = h.oneOf(b, name, strings.TrimSuffix(o.path[:strings.Index(o.path, name)], "/"))
			}
		}
	}
}

// oneOf makes or finds a thing by the list that it is in.
func (h *house) oneOf(b *business, name, list string) string {
	h.t.Helper()
	if unmade[name] != "" {
		return chat.NewID(chat.BotPrefix)
	}
	path := fill(list, b.things)
	for _, o := range h.operations {
		if o.method == http.MethodPost && o.path == list {
			return h.made(b, path, h.body(o))
		}
	}
	got, err := b.Try(http.MethodGet, path, "", nil)
	var page struct{ Items []struct{ ID string } }
	if err == nil && got.Status == http.StatusOK && json.Unmarshal(got.Body, &page) == nil && len(page.Items) > 0 {
		return page.Items[0].ID
	}
	h.t.Errorf("there is nothing to try %s with: GET %s: %d %s. Say in things_test.go how one is made, or in unmade why it cannot be", name, path, got.Status, got.Body)
	return chat.NewID(chat.BotPrefix)
}

// nobodys are ids of the same form as those of a business, of nothing.
func (b *business) nobodys() map[string]string {
	none := map[string]string{}
	for name, id := range b.things {
		none[name] = stranger(id)
	}
	return none
}

// stranger is an id of the same form that nothing has.
func stranger(id string) string {
	if prefix, _, is := strings.Cut(id, "_"); is {
		return chat.NewID(prefix)
	}
	return id // a number
}

// fill puts ids in the place of placeholders.
func fill(path string, ids map[string]string) string {
	return placeholder.ReplaceAllStringFunc(path, func(name string) string { return ids[name] })
}
