package rest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"parley/account"
)

func TestAVisitorIsExportedAndErased(t *testing.T) {
	t.Parallel()
	w, recorder := setupAudit(t)
	mia := w.mia.tokens.AccessToken
	var c conversation
	w.json("GET", "/api/v1/conversations/"+w.mia.conversation, mia, "", 200, &c)
	path := "/api/v1/visitors/" + c.Visitor
	w.json("POST", "/api/v1/conversations/"+w.mia.conversation+"/notes", mia, `{"text":"A quiet note"}`, 201, nil)

	got := w.do(request{method: "GET", path: path + "/export", token: mia})
	var document struct {
		Visitor       string
		Conversations []struct {
			Events []struct{ Seq int64 }
			Notes  []struct{ Text string }
		}
	}
	if err := json.Unmarshal([]byte(got.body), &document); err != nil || got.status != http.StatusOK {
		t.Fatalf("%d %v: %s", got.status, err, got.body)
	}
	if document.Visitor != c.Visitor || len(document.Conversations) != 1 || len(document.Conversations[0].Events) != 3 || document.Conversations[0].Notes[0].Text != "A quiet note" ||
		!strings.Contains(got.body, "Hello Acme") || !strings.Contains(got.header.Get("Content-Disposition"), "attachment") {
		t.Errorf("exported %s", got.body)
	}

	agent := w.hire(w.mia, "Ada", "agent")
	if got := w.do(request{method: "DELETE", path: path, token: agent.AccessToken}); got.status != http.StatusForbidden {
		t.Errorf("an agent erases: %d", got.status)
	}
	w.json("DELETE", path, mia, "", 204, nil)
	for _, method := range []string{"GET", "DELETE"} {
		if got := w.do(request{method: method, path: path, token: mia}); got.status != http.StatusNotFound {
			t.Errorf("%s: %d %s", method, got.status, got.body)
		}
	}
	got = w.do(request{method: "GET", path: "/api/v1/conversations/" + w.mia.conversation + "/events", token: mia})
	if strings.Contains(got.body, "Acme") || strings.Count(got.body, `"erased":true`) != 3 || strings.Count(got.body, `"event.erased"`) != 3 {
		t.Errorf("left is %s", got.body)
	}
	told := w.told(w.mia, recorder, "&action=eraseVisitor")
	if len(told) != 3 || told[0].Outcome != "forbidden" || told[1].Outcome != "ok" || told[1].Target != c.Visitor || told[2].Outcome != "not_found" {
		t.Errorf("told is %+v", told)
	}
}

func TestWhatWasTakenFromAVisitorIsShownBeforeTheyAreErased(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	mia := w.mia.tokens.AccessToken
	var c conversation
	w.json("GET", "/api/v1/conversations/"+w.mia.conversation, mia, "", 200, &c)
	path, bot := "/api/v1/visitors/"+c.Visitor+"/copies", "/api/v1/bots/"+w.mia.bot
	var copies page[visitorCopy]
	if w.json("GET", path, mia, "", 200, &copies); copies.Items == nil || len(copies.Items) != 0 {
		t.Errorf("before there are any: %+v", copies)
	}
	var made fixed
	w.json("POST", bot+"/fixes", mia, `{"question":"Hello Acme","answer":"Good day."}`, 201, &made)
	w.json("POST", bot+"/fixes", mia, `{"question":"Do you ship to Norway?","answer":"Yes."}`, 201, nil)
	var test testQuestion
	w.json("POST", bot+"/tests", mia, `{"text":"hello acme","phrase":"Good"}`, 201, &test)
	w.json("GET", path, mia, "", 200, &copies)
	want := []visitorCopy{{Bot: w.mia.bot, Source: made.Source, Question: "Hello Acme"}, {Bot: w.mia.bot, Test: test.ID, Question: "hello acme"}}
	if !slices.Equal(copies.Items, want) {
		t.Errorf("found %+v", copies.Items)
	}
	agent := w.hire(w.mia, "Ada", "agent")
	for token, status := range map[string]int{agent.AccessToken: http.StatusForbidden, w.sam.tokens.AccessToken: http.StatusNotFound} {
		if got := w.do(request{method: "GET", path: path, token: token}); got.status != status {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
}

func TestABusinessTakesEverythingAlong(t *testing.T) {
	t.Parallel()
	w, _ := setupAudit(t)
	mia := w.mia.tokens.AccessToken
	var made export
	w.json("POST", "/api/v1/tenant/exports", mia, "", 202, &made)
	w.json("GET", "/api/v1/tenant/exports/"+made.ID, mia, "", 200, &made)
	got := w.do(request{method: "GET", path: "/api/v1/tenant/exports/" + made.ID + "/file", token: mia})
	file, err := zip.NewReader(strings.NewReader(got.body), int64(len(got.body)))
	if err != nil || made.State != "ready" {
		t.Fatalf("%+v, %v: %d", made, err, got.status)
	}
	var all bytes.Buffer
	for _, part := range file.File {
		all.WriteString("\n== " + part.Name + "\n")
		content, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, content); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(part.Name, "conversations/") && strings.HasSuffix(part.Name, ".json") {
			opened, err := part.Open()
			if err != nil {
				t.Fatal(err)
			}
			var whole map[string]any
			if err := json.NewDecoder(opened).Decode(&whole); err != nil {
				t.Errorf("%s: %v", part.Name, err)
			}
		}
	}
	for _, want := range []string{
		"business.json", "mia@acme.example", "bots/" + w.mia.bot + "/bot.json", w.mia.source + ".original", "The secret of Acme is a recipe.",
		"conversations/" + w.mia.conversation, "Hello Acme", "audit-log.ndjson", "createBot", "hooks.example",
	} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("%s is not in it", want)
		}
	}
	for _, not := range []string{"Rival", "rival", "whsec_", "argon2"} {
		if strings.Contains(all.String(), not) {
			t.Errorf("%s is in it", not)
		}
	}
	if got := w.do(request{method: "GET", path: "/api/v1/tenant/exports/" + made.ID + "/file", token: w.sam.tokens.AccessToken}); got.status != http.StatusNotFound {
		t.Errorf("another business takes it: %d", got.status)
	}
}

func TestABusinessIsErasedUnlessThatIsTakenBack(t *testing.T) {
	t.Parallel()
	w, _ := setupAudit(t)
	mia := w.mia.tokens.AccessToken
	refused := func(body, code string) {
		t.Helper()
		got := w.do(request{method: "DELETE", path: "/api/v1/tenant", token: mia, body: body})
		if got.status < 400 || !strings.Contains(got.body, code) {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
	refused(`{"name":"Rival","password":"`+goodPassword+`"}`, "name_wrong")
	refused(`{"name":"Acme","password":"wrong"}`, "password_wrong")
	var at, again, kept erasure
	w.json("DELETE", "/api/v1/tenant", mia, `{"name":"Acme","password":"`+goodPassword+`"}`, 202, &at)
	w.json("DELETE", "/api/v1/tenant", mia, `{"name":"Acme","password":"`+goodPassword+`"}`, 202, &again)
	w.json("GET", "/api/v1/tenant/erasure", mia, "", 200, &kept)
	if at.ErasedAt == nil || again.ErasedAt == nil || kept.ErasedAt == nil || !at.ErasedAt.Equal(*again.ErasedAt) || !at.ErasedAt.Equal(*kept.ErasedAt) {
		t.Errorf("erased at %v, %v, %v", at, again, kept)
	}
	w.json("POST", "/api/v1/tenant/restoration", mia, "", 204, nil)
	w.json("GET", "/api/v1/tenant/erasure", mia, "", 200, &kept)
	if kept.ErasedAt != nil {
		t.Errorf("it is erased at %v", kept.ErasedAt)
	}
}

func TestAPersonTakesTheirDataAlongAndGoes(t *testing.T) {
	t.Parallel()
	w, recorder := setupAudit(t)
	ada := w.hire(w.mia, "Ada", "admin")
	got := w.do(request{method: "GET", path: "/api/v1/me/export", token: ada.AccessToken})
	if got.status != 200 || !strings.Contains(got.body, "ada@team.example") || !strings.Contains(got.body, `"Acme"`) {
		t.Errorf("exported %d %s", got.status, got.body)
	}
	for _, c := range []struct{ token, password, code string }{
		{ada.AccessToken, "wrong", "password_wrong"}, {w.mia.tokens.AccessToken, goodPassword, "last_owner"},
	} {
		if got := w.do(request{method: "DELETE", path: "/api/v1/me", token: c.token, body: `{"password":"` + c.password + `"}`}); !strings.Contains(got.body, c.code) {
			t.Errorf("%s: %d %s", c.code, got.status, got.body)
		}
	}
	w.json("DELETE", "/api/v1/me", ada.AccessToken, `{"password":"`+goodPassword+`"}`, 204, nil)
	if got := w.do(request{method: "POST", path: "/api/v1/auth/login", body: `{"email":"ada@team.example","password":"` + goodPassword + `"}`}); got.status != http.StatusUnauthorized {
		t.Errorf("they still sign in: %d", got.status)
	}
	for _, e := range w.told(w.mia, recorder, "&actor="+ada.User) {
		if e.Actor.Name != "" || e.Address != "" {
			t.Errorf("the audit log still names them: %+v", e)
		}
	}
}

func TestHowLongIsKeptWhat(t *testing.T) {
	t.Parallel()
	w, _ := setupAudit(t)
	mia := w.mia.tokens.AccessToken
	var kept retention
	w.json("GET", "/api/v1/tenant/retention", mia, "", 200, &kept)
	if kept != (retention{}) {
		t.Errorf("at first %+v", kept)
	}
	w.json("PUT", "/api/v1/tenant/retention", mia, `{"conversation_days":30,"audit_days":365,"mask_addresses":true}`, 200, nil)
	w.json("GET", "/api/v1/tenant/retention", mia, "", 200, &kept)
	if kept != (retention{30, 365, true}) {
		t.Errorf("kept is %+v", kept)
	}
	for _, body := range []string{
		`{"conversation_days":-1,"audit_days":0,"mask_addresses":false}`, `{"conversation_days":0,"audit_days":29,"mask_addresses":false}`,
		`{"conversation_days":4000,"audit_days":0,"mask_addresses":false}`,
	} {
		if got := w.do(request{method: "PUT", path: "/api/v1/tenant/retention", token: mia, body: body}); got.status != 422 || !strings.Contains(got.body, "retention_invalid") {
			t.Errorf("%s: %d %s", body, got.status, got.body)
		}
	}
}

func TestAnAddressIsMasked(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"203.0.113.77": "203.0.113.0", "2001:db8:1:2::3": "2001:db8:1::", "2001:db8:1:2::/64": "2001:db8:1::", "::ffff:203.0.113.77": "203.0.113.0", "@": "", "": "",
	} {
		if got := account.Mask(address); got != want {
			t.Errorf("%q is masked as %q", address, got)
		}
	}
}
