package rest

import (
	"strings"
	"sync"
	"testing"

	"parley/chat"
)

func TestBotsOverHTTP(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.playBots()
	if !w.heard.has(chat.TopicBot + " " + w.mia.tokens.Tenant + "/" + w.mia.bot) {
		t.Errorf("no announcement of the bot in %q", w.heard.keys)
	}
}

func (w *world) playBots() {
	mia := w.mia.tokens.AccessToken
	w.play([]scenario{
		{name: "list", method: "GET", path: "/api/v1/bots?limit=200", token: mia, status: 200, has: []string{`{"items":[{"id":"{bot}"`, `"next":""`}, hasNot: []string{"Rival"}},
		{name: "create", method: "POST", path: "/api/v1/bots", token: mia, body: `{"name":" Support ","settings":{"tone":"formal"}}`, status: 201,
			has: []string{`"id":"bot_`, `"name":"Support"`, `"tone":"formal"`, `"handoff":true`, `"domains":[]`, `"languages":[]`, `"starters":[]`, `"accent":"#`}},
		{name: "create without a name", method: "POST", path: "/api/v1/bots", token: mia, body: `{"name":"  "}`, status: 422, has: []string{`"code":"invalid"`, "name must not be empty"}},
		{name: "create with a name of two lines", method: "POST", path: "/api/v1/bots", token: mia, body: `{"name":"a\nb"}`, status: 422},
		{name: "create with a NUL in the name", method: "POST", path: "/api/v1/bots", token: mia, body: `{"name":"a\u0000b"}`, status: 422, has: []string{"cannot be shown"}},
		{name: "create with a very long name", method: "POST", path: "/api/v1/bots", token: mia, body: `{"name":"` + strings.Repeat("a", 81) + `"}`, status: 422, has: []string{"80 characters"}},
		{name: "create too much", method: "POST", path: "/api/v1/bots", token: mia, body: `{"name":"` + strings.Repeat("a", 300<<10) + `"}`, status: 413, has: []string{`"code":"body_too_large"`}},
		{name: "get", method: "GET", path: "/api/v1/bots/{bot}", token: mia, status: 200, has: []string{`"id":"{bot}"`, `"name":"Acme bot"`}},
		{name: "patch beside the name", method: "PATCH", path: "/api/v1/bots/{bot}", token: mia, body: `{"greeting":"Moin","threshold":0.5,"languages":["de","en-us"]}`, status: 200,
			has: []string{`"greeting":"Moin"`, `"threshold":0.5`, `"languages":["de","en-US"]`, `"name":"Acme bot"`}},
		{name: "patch under settings", method: "PATCH", path: "/api/v1/bots/{bot}", token: mia, body: `{"name":"Helper","settings":{"instructions":"Be kind.","handoff":false}}`, status: 200,
			has: []string{`"name":"Helper"`, `"instructions":"Be kind."`, `"handoff":false`, `"greeting":"Moin"`}},
		{name: "patch keeps", method: "GET", path: "/api/v1/bots/{bot}", token: mia, status: 200, has: []string{`"greeting":"Moin"`, `"instructions":"Be kind."`}},
		{name: "patch with an unknown tone", method: "PATCH", path: "/api/v1/bots/{bot}", token: mia, body: `{"tone":"rude"}`, status: 422, has: []string{"tone"}},
		{name: "patch with no language", method: "PATCH", path: "/api/v1/bots/{bot}", token: mia, body: `{"languages":["english please"]}`, status: 422, has: []string{"languages"}},
		{name: "patch with a threshold over 1", method: "PATCH", path: "/api/v1/bots/{bot}", token: mia, body: `{"threshold":1.5}`, status: 422, has: []string{"threshold"}},
		{name: "patch with long instructions", method: "PATCH", path: "/api/v1/bots/{bot}", token: mia, body: `{"instructions":"` + strings.Repeat("ü", 8001) + `"}`, status: 422, has: []string{"8000"}},
		{name: "patch with instructions as long as may be", method: "PATCH", path: "/api/v1/bots/{bot}", token: mia, body: `{"instructions":"` + strings.Repeat("ü", 8000) + `"}`, status: 200},
		{name: "appearance", method: "PUT", path: "/api/v1/bots/{bot}/appearance", token: mia, body: `{"accent":"#FF8800","position":"left","starters":["How much?"," "],"avatar":"https://acme.example/a.png"}`, status: 200,
			has: []string{`"accent":"#ff8800"`, `"position":"left"`, `"theme":"auto"`, `"starters":["How much?"]`, `"avatar":"https://acme.example/a.png"`}},
		{name: "appearance again", method: "GET", path: "/api/v1/bots/{bot}/appearance", token: mia, status: 200, has: []string{`"accent":"#ff8800"`}},
		{name: "appearance with no colour", method: "PUT", path: "/api/v1/bots/{bot}/appearance", token: mia, body: `{"accent":"red"}`, status: 422, has: []string{"accent"}},
		{name: "appearance with a script", method: "PUT", path: "/api/v1/bots/{bot}/appearance", token: mia, body: `{"avatar":"javascript:alert(1)"}`, status: 422, has: []string{"avatar"}},
		{name: "appearance with seven starters", method: "PUT", path: "/api/v1/bots/{bot}/appearance", token: mia, body: `{"starters":["1","2","3","4","5","6","7"]}`, status: 422, has: []string{"starters"}},
		{name: "appearance elsewhere", method: "PUT", path: "/api/v1/bots/{bot}/appearance", token: mia, body: `{"position":"top"}`, status: 422, has: []string{"position"}},
		{name: "no domains yet", method: "GET", path: "/api/v1/bots/{bot}/domains", token: mia, status: 200, has: []string{`{"domains":[]}`}},
		{name: "domains", method: "PUT", path: "/api/v1/bots/{bot}/domains", token: mia, body: `{"domains":["Shop.example","*.shop.example:8443","localhost:*"]}`, status: 200,
			has: []string{`{"domains":["shop.example","*.shop.example:8443","localhost:*"]}`}},
		{name: "domains again", method: "GET", path: "/api/v1/bots/{bot}/domains", token: mia, status: 200, has: []string{`"shop.example"`}},
		{name: "domains of everybody", method: "PUT", path: "/api/v1/bots/{bot}/domains", token: mia, body: `{"domains":["*"]}`, status: 422, has: []string{`"code":"domain_invalid"`}},
		{name: "domains in the bot", method: "GET", path: "/api/v1/bots/{bot}", token: mia, status: 200, has: []string{`"domains":["shop.example","*.shop.example:8443","localhost:*"]`}},
		{name: "delete", method: "DELETE", path: "/api/v1/bots/{bot}", token: mia, status: 204},
		{name: "delete again", method: "DELETE", path: "/api/v1/bots/{bot}", token: mia, status: 404},
		{name: "get what is deleted", method: "GET", path: "/api/v1/bots/{bot}", token: mia, status: 404},
		{name: "its conversation stays", method: "GET", path: "/api/v1/conversations/{conversation}", token: mia, status: 200},
	})
}

func TestChangesOfABotAtOnceAreAllKept(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	var wg sync.WaitGroup
	for _, body := range []string{`{"greeting":"Moin"}`, `{"instructions":"Be kind."}`, `{"tone":"brief"}`} {
		wg.Go(func() { w.json("PATCH", "/api/v1/bots/"+w.mia.bot, w.mia.tokens.AccessToken, body, 200, nil) })
	}
	wg.Wait()
	var b bot
	w.json("GET", "/api/v1/bots/"+w.mia.bot, w.mia.tokens.AccessToken, "", 200, &b)
	if b.Settings.Greeting != "Moin" || b.Settings.Instructions != "Be kind." || b.Settings.Tone != "brief" {
		t.Errorf("settings %+v", b.Settings)
	}
}
