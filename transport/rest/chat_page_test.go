package rest

import (
	"context"
	"strings"
	"testing"

	"parley/chat"
)

// directory knows one bot.
type directory struct{ bot chat.Bot }

func (d directory) BotTenant(_ context.Context, id string) (string, error) {
	if id != d.bot.ID {
		return "", chat.ErrNotFound
	}
	return d.bot.Tenant, nil
}

func (d directory) Bot(_ context.Context, tenant, id string) (chat.Bot, error) {
	if tenant != d.bot.Tenant || id != d.bot.ID {
		return chat.Bot{}, chat.ErrNotFound
	}
	return d.bot, nil
}

func TestAChatHasAPageOfItsOwnWhichTellsNobodyWhereItIs(t *testing.T) {
	t.Parallel()
	known := chat.Bot{ID: "bot_1", Tenant: "tnt_1", Name: "Ada", Appearance: chat.Appearance{Title: `Help </title><script>alert("1")</script>`}}
	w, _ := setup(t, func(c *Config) { c.Directory = directory{known} })
	for _, c := range []struct {
		path   string
		status int
		has    string
	}{
		{"/chat/bot_1", 200, `<script src="/widget.js" data-bot="bot_1" data-page="chat" async></script>`},
		{"/chat/bot_2", 404, "There is no such chat"},
		{"/chat/%22%3E%3Cscript%3Ealert(1)", 404, "There is no such chat"},
	} {
		got := w.do(request{method: "GET", path: c.path})
		page := got.body
		if got.status != c.status || !strings.Contains(page, c.has) {
			t.Errorf("%s: %d, want %d with %q:\n%s", c.path, got.status, c.status, c.has, page)
		}
		if strings.Contains(page, "alert(") && !strings.Contains(page, "&lt;script&gt;alert(") || strings.Contains(page, "<style") || strings.Contains(page, " style=") {
			t.Errorf("%s: the page runs or styles what is not ours:\n%s", c.path, page)
		}
		for name, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Content-Security-Policy": sockets(policyChat, strings.TrimPrefix(w.url, "http://")), "Content-Type": "text/html; charset=utf-8",
		} {
			if value := got.header.Get(name); value != want {
				t.Errorf("%s: %s is %q, want %q", c.path, name, value, want)
			}
		}
	}
	if got := w.do(request{method: "POST", path: "/chat/bot_1"}); got.status < 400 {
		t.Errorf("POST: %d", got.status)
	}
}
