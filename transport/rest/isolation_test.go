package rest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/transport/wire"
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
		"search": `{"query":"recipe"}`, "answer": `{"text":"x"}`, "takeConversation": `{"force":true}`, "updateWebhook": `{"url":"https://stolen.example"}`, "testWebhook": `{}`, "rotateWebhookSecret": `{}`,
		"updateConversation": `{"spam":true,"blocked":true,"snoozed_until":null}`, "setConversationStatus": `{"status":"closed"}`, "sendMessage": `{"text":"x"}`,
		"stopAnswer": `{}`, "mailTranscript": `{"email":"sam@rival.example"}`, "addNote": `{"text":"x"}`, "markRead": `{"seq":1}`,
		"putLabel": `{"name":"Stolen","color":"#000000"}`, "putReply": `{"shortcut":"stolen","text":"x"}`, "updateMember": `{"role":"viewer"}`,
		"preview": `{"text":"recipe"}`, "settleGaps": `{"places":[],"state":"dismissed"}`, "fixAnswer": `{"question":"stolen","answer":"stolen"}`, "createTest": `{"text":"stolen","nothing":true}`,
		"updateSource": `{"title":"Stolen"}`, "refreshSource": `{}`, "putPairs": `{"pairs":[{"question":"Stolen?","answer":"Yes."}]}`,
		"importTests": "question,phrase\nstolen,stolen", "putTest": `{"text":"stolen","nothing":true}`, "beginTestRun": `{}`,
		"updateAPIKey": `{"name":"Stolen"}`, "rotateAPIKey": `{}`, "putIdentity": `{"required":false}`, "createIdentitySecret": `{}`, "seeAnomaly": `{}`,
	}
	none := map[string]string{
		"{bot}": chat.NewID(chat.BotPrefix), "{source}": chat.NewID(chat.SourcePrefix), "{conversation}": chat.NewID(chat.ConversationPrefix),
		"{export}": chat.NewID(account.ExportPrefix), "{webhook}": chat.NewID(chat.WebhookPrefix), "{visitor}": chat.NewID(chat.VisitorPrefix), "{key}": chat.NewID(account.KeyPrefix), "{secret}": chat.NewID(account.IdentityPrefix), "{label}": chat.NewID(chat.LabelPrefix),
		"{test}": chat.NewID(chat.TestPrefix), "{run}": chat.NewID(chat.RunPrefix), "{reply}": chat.NewID(chat.ReplyPrefix), "{member}": chat.NewID(chat.UserPrefix), "{invitation}": chat.NewID(account.InvitationPrefix),
		"{anomaly}": chat.NewID(account.AnomalyPrefix), "{session}": chat.NewID("ses"),
	}
	mias, sams := w.ids(w.mia, "acme"), w.ids(w.sam, "rival")
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
		for method, operation := range operationsOf(item) {
			if account.Operations[operation].Operator {
				continue // for nobody of a business: TestOnlyOperatorsOperate
			}
			tried++
			body := bodies[operation]
			if body == "" && method != "GET" && method != "DELETE" {
				t.Errorf("no body to try %s with", operation)
			}
			for _, ids := range []map[string]string{mias, none} {
				check(method, replace(path, ids), body)
			}
			for _, id := range malformed {
				broken := map[string]string{}
				for placeholder := range none {
					broken[placeholder] = id
				}
				check(method, replace(path, broken), body)
			}
			// Another's thing under a bot of one's own.
			if strings.Contains(path, "{source}") {
				check(method, replace(path, map[string]string{"{bot}": w.sam.bot, "{source}": w.mia.source}), body)
				check(method, replace(path, map[string]string{"{bot}": w.mia.bot, "{source}": w.sam.source}), body)
			}
			for _, part := range []string{"{test}", "{run}"} {
				if strings.Contains(path, part) {
					check(method, replace(path, map[string]string{"{bot}": w.sam.bot, part: mias[part]}), body)
					check(method, replace(path, map[string]string{"{bot}": w.mia.bot, part: sams[part]}), body)
				}
			}
		}
	}
	if tried < 50 {
		t.Errorf("only %d routes were tried", tried)
	}
	check("POST", replace("/api/v1/bots/{bot}/answers", sams), `{"text":"x","conversation":"`+w.mia.conversation+`"}`)
	check("POST", replace("/api/v1/bots/{bot}/fixes", sams), `{"question":"x","answer":"x","conversation":"`+w.mia.conversation+`","seq":3}`)
	check("GET", "/api/v1/conversations?bot="+w.mia.bot, "")
	check("PUT", replace("/api/v1/conversations/{conversation}/assignment", sams), `{"agent":"`+mias["{member}"]+`"}`)
	check("PATCH", replace("/api/v1/conversations/{conversation}", sams), `{"labels":["`+mias["{label}"]+`"]}`)
	check("POST", replace("/api/v1/conversations/{conversation}/notes", sams), `{"text":"x","mentions":["`+mias["{member}"]+`"]}`)
	for _, query := range []string{"label=" + mias["{label}"], "visitor=" + mias["{visitor}"], "q=" + mias["{visitor}"], "q=" + mias["{conversation}"], "q=acme", "label=%00", "visitor=1"} {
		var list page[conversation]
		w.json("GET", "/api/v1/conversations?"+query, sam, "", 200, &list)
		if len(list.Items) > 0 || list.Next != "" {
			t.Errorf("%s finds %+v", query, list)
		}
	}
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
	if c.Seq != 3 || c.Status != "bot" || c.Spam || c.Blocked || c.Assignee != "" || c.Read != 0 || len(c.Labels) > 0 {
		t.Errorf("conversation %+v", c)
	}
	var notes page[wire.Note]
	if w.json("GET", replace("/api/v1/conversations/{conversation}/notes", mias), mia, "", 200, &notes); len(notes.Items) > 0 {
		t.Errorf("notes %+v", notes)
	}
	mine := "/api/v1/bots/" + w.mia.bot
	for _, path := range []string{mine + "/tests", "/api/v1/labels", "/api/v1/replies", "/api/v1/members", "/api/v1/invitations"} {
		if got := w.do(request{method: "GET", path: path, token: mia}); !strings.Contains(got.body, "Acme") && !strings.Contains(got.body, "acme") || strings.Contains(strings.ToLower(got.body), "stolen") {
			t.Errorf("%s shows %s", path, got.body)
		}
	}
	for _, path := range []string{"/api/v1/bots", "/api/v1/conversations", "/api/v1/labels", "/api/v1/replies", "/api/v1/members", "/api/v1/invitations", replace("/api/v1/bots/{bot}/sources", sams)} {
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

// operationsOf returns the operations of a path by method.
func operationsOf(item *huma.PathItem) map[string]string {
	all := map[string]string{}
	for method, operation := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
		if operation != nil {
			all[method] = operation.OperationID
		}
	}
	return all
}

// ids makes one of each thing that a path can name, and returns their ids.
func (w *world) ids(b business, company string) map[string]string {
	w.t.Helper()
	token := b.tokens.AccessToken
	var of conversation
	w.json("GET", "/api/v1/conversations/"+b.conversation, token, "", 200, &of)
	made := func(path, body string) string {
		var made struct{ ID string }
		w.json("POST", path, token, body, 201, &made)
		return made.ID
	}
	return map[string]string{
		"{bot}": b.bot, "{source}": b.source, "{conversation}": b.conversation, "{webhook}": b.webhook, "{visitor}": of.Visitor, "{member}": b.tokens.User,
		"{test}":       made("/api/v1/bots/"+b.bot+"/tests", `{"text":"What is the secret of `+company+`?","phrase":"recipe"}`),
		"{run}":        w.run(b),
		"{label}":      made("/api/v1/labels", `{"name":"Of `+company+`","color":"#3455db"}`),
		"{reply}":      made("/api/v1/replies", `{"shortcut":"of-`+company+`","text":"We are `+company+`."}`),
		"{invitation}": made("/api/v1/invitations", `{"email":"new@`+company+`.example","role":"agent"}`),
	}
}

// run begins a run of a business's tests and returns its id.
func (w *world) run(b business) string {
	w.t.Helper()
	var begun testRun
	w.json("POST", "/api/v1/bots/"+b.bot+"/test-runs", b.tokens.AccessToken, `{}`, 202, &begun)
	return begun.ID
}

func replace(path string, ids map[string]string) string {
	path = strings.ReplaceAll(path, "{seq}", "3") // where each business's answer ended
	for placeholder, id := range ids {
		path = strings.ReplaceAll(path, placeholder, id)
	}
	return path
}
