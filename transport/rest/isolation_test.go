package rest

import (
	"encoding/json"
	"strings"
	"testing"

	"parley/chat"
)

// Every route of the specification is tried with the ids of another business,
// with ids of nothing, and with what is no id. All get the same answer: byte for
// byte, but for the request's own id.
func TestNobodyReachesAnotherBusiness(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.checkIsolation()
}

func (w *world) checkIsolation() {
	t := w.t
	sam := w.sam.tokens.AccessToken
	bodies := map[string]string{
		"updateBot": `{"name":"Stolen"}`, "putAppearance": `{}`, "putDomains": `{"domains":[]}`, "addSource": `{"title":"x","text":"x"}`,
		"search": `{"query":"recipe"}`, "answer": `{"text":"x"}`, "takeConversation": `{"force":true}`, "updateWebhook": `{"url":"https://stolen.example"}`, "testWebhook": `{}`,
	}
	none := map[string]string{
		"{bot}": chat.NewID(chat.BotPrefix), "{source}": chat.NewID(chat.SourcePrefix), "{conversation}": chat.NewID(chat.ConversationPrefix),
		"{webhook}": chat.NewID(chat.WebhookPrefix),
	}
	mias := map[string]string{"{bot}": w.mia.bot, "{source}": w.mia.source, "{conversation}": w.mia.conversation, "{webhook}": w.mia.webhook}
	sams := map[string]string{"{bot}": w.sam.bot, "{source}": w.sam.source, "{conversation}": w.sam.conversation, "{webhook}": w.sam.webhook}
	malformed := []string{"1", "..", "bot_", "%00", "%27%20or%201=1", strings.Repeat("x", 2000), strings.ToUpper(w.mia.bot), w.mia.bot + "%20"}

	same := ""
	check := func(method, path, body string) {
		t.Helper()
		got := w.do(request{method: method, path: path, token: sam, body: body})
		var p problem
		if err := json.Unmarshal([]byte(got.body), &p); err != nil || got.status != 404 {
			t.Errorf("%s %s: %d %s", method, path, got.status, got.body)
			return
		}
		checkProblem(t, got)
		anonymous := strings.Replace(got.body, p.RequestID, "", 1)
		if same == "" {
			same = anonymous
		}
		if anonymous != same {
			t.Errorf("%s %s: %s, elsewhere %s", method, path, anonymous, same)
		}
	}

	tried := 0
	for path, item := range newServer(Config{}).api.OpenAPI().Paths {
		if !strings.Contains(path, "{") {
			continue
		}
		var methods = map[string]string{}
		if item.Get != nil {
			methods["GET"] = item.Get.OperationID
		}
		if item.Post != nil {
			methods["POST"] = item.Post.OperationID
		}
		if item.Put != nil {
			methods["PUT"] = item.Put.OperationID
		}
		if item.Patch != nil {
			methods["PATCH"] = item.Patch.OperationID
		}
		if item.Delete != nil {
			methods["DELETE"] = item.Delete.OperationID
		}
		for method, operation := range methods {
			tried++
			body := bodies[operation]
			if body == "" && method != "GET" && method != "DELETE" {
				t.Errorf("no body to try %s with", operation)
			}
			for _, ids := range []map[string]string{mias, none} {
				check(method, replace(path, ids), body)
			}
			for _, id := range malformed {
				check(method, replace(path, map[string]string{"{bot}": id, "{source}": id, "{conversation}": id, "{webhook}": id}), body)
			}
			// Another's thing under a bot of one's own.
			if strings.Contains(path, "{source}") {
				check(method, replace(path, map[string]string{"{bot}": w.sam.bot, "{source}": w.mia.source}), body)
				check(method, replace(path, map[string]string{"{bot}": w.mia.bot, "{source}": w.sam.source}), body)
			}
		}
	}
	if tried < 14 {
		t.Errorf("only %d routes were tried", tried)
	}
	check("POST", replace("/api/v1/bots/{bot}/answers", sams), `{"text":"x","conversation":"`+w.mia.conversation+`"}`)
	check("GET", "/api/v1/conversations?bot="+w.mia.bot, "")
	check("GET", "/api/v1/nothing", "")
	check("POST", "/api/v1/", "{}")

	// And nothing of it had an effect.
	mia := w.mia.tokens.AccessToken
	var b bot
	w.json("GET", replace("/api/v1/bots/{bot}", mias), mia, "", 200, &b)
	if b.Name != "Acme bot" {
		t.Errorf("bot %+v", b)
	}
	w.json("GET", replace("/api/v1/bots/{bot}/sources/{source}", mias), mia, "", 200, nil)
	var c conversation
	w.json("GET", replace("/api/v1/conversations/{conversation}", mias), mia, "", 200, &c)
	if c.Seq != 3 || c.Status != "bot" {
		t.Errorf("conversation %+v", c)
	}
	for _, path := range []string{"/api/v1/bots", "/api/v1/conversations", replace("/api/v1/bots/{bot}/sources", sams)} {
		if got := w.do(request{method: "GET", path: path, token: sam}); strings.Contains(got.body, "Acme") {
			t.Errorf("%s shows %s", path, got.body)
		}
	}
}

// A conversation goes on only at its own bot, though both are of one business.
func TestAConversationBelongsToItsBot(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	var other struct{ ID string }
	w.json("POST", "/api/v1/bots", w.mia.tokens.AccessToken, `{"name":"Other"}`, 201, &other)
	w.json("POST", "/api/v1/bots/"+other.ID+"/answers", w.mia.tokens.AccessToken, `{"text":"x","conversation":"`+w.mia.conversation+`"}`, 404, nil)
}

func replace(path string, ids map[string]string) string {
	path = strings.ReplaceAll(path, "{seq}", "3") // where each business's answer ended
	for placeholder, id := range ids {
		path = strings.ReplaceAll(path, placeholder, id)
	}
	return path
}
