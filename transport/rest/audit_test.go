package rest

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/persistence/postgres"
)

// setupAudit returns a world whose audit logs are kept.
func setupAudit(t *testing.T, change ...func(*Config)) (*world, *account.Recorder) {
	t.Helper()
	store, reader, library := openSQLite(t)
	recorder := account.StartRecorder(store, store, slog.New(slog.DiscardHandler))
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		recorder.Stop(ctx)
	})
	kept := func(c *Config) { c.AuditLog, c.Recorder = store, recorder }
	return setupOver(t, store, reader, library, append([]func(*Config){kept}, change...)...), recorder
}

// told returns the audit log of a business, oldest first.
func (w *world) told(b business, recorder *account.Recorder, query string) []auditEntry {
	w.t.Helper()
	if err := recorder.Flush(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	var found page[auditEntry]
	w.json("GET", "/api/v1/audit-log?limit=200"+query, b.tokens.AccessToken, "", 200, &found)
	slices.Reverse(found.Items)
	return found.Items
}

func TestWhatIsDoneIsTold(t *testing.T) {
	t.Parallel()
	w, recorder := setupAudit(t)
	agent := w.hire(w.mia, "Ada", "agent")
	w.do(request{method: "DELETE", path: "/api/v1/bots/" + w.mia.bot, token: agent.AccessToken})
	w.json("GET", "/api/v1/conversations/"+w.mia.conversation+"/events", agent.AccessToken, "", 200, nil)
	w.json("GET", "/api/v1/bots", agent.AccessToken, "", 200, nil)
	w.do(request{method: "DELETE", path: "/api/v1/bots/" + w.sam.bot, token: w.mia.tokens.AccessToken})
	w.do(request{method: "POST", path: "/api/v1/auth/login", body: `{"email":"MIA@acme.example","password":"not the right one"}`})
	w.do(request{method: "POST", path: "/api/v1/auth/login", body: `{"email":"nobody@acme.example","password":"not the right one"}`})
	w.json("POST", "/api/v1/auth/login", "", `{"email":"mia@acme.example","password":"`+goodPassword+`"}`, 200, nil)
	w.json("POST", "/api/v1/auth/logout", "", `{"refresh_token":"`+w.mia.tokens.RefreshToken+`"}`, 204, nil)
	w.json("POST", "/api/v1/auth/logout", w.mia.tokens.AccessToken, `{}`, 204, nil) // which ends nothing

	mia := account.ActorOf(account.Identity{User: w.mia.tokens.User, Name: "Acme"})
	ada := account.ActorOf(account.Identity{User: agent.User, Name: "Ada"})
	type line struct {
		actor                   account.Actor
		action, target, outcome string
	}
	want := []line{
		{mia, "register", "", "ok"}, {mia, "createBot", w.mia.bot, "ok"}, {mia, "addSource", w.mia.source, "ok"}, {mia, "createWebhook", w.mia.webhook, "ok"},
		{mia, "createInvitation", "", "ok"}, {ada, "acceptInvitation", "", "ok"},
		{ada, "deleteBot", w.mia.bot, "forbidden"}, {ada, "listEvents", w.mia.conversation, "ok"},
		{mia, "deleteBot", w.sam.bot, "not_found"}, {mia, "login", "", "credentials_wrong"}, {mia, "login", "", "ok"}, {mia, "logout", "", "ok"},
	}
	all := w.told(w.mia, recorder, "")
	if len(all) != len(want) {
		t.Fatalf("told is %+v", all)
	}
	for i, e := range all {
		if want[i].action == "createInvitation" {
			want[i].target = e.Target // whose id is in its answer alone
		}
		got := line{account.Actor{Kind: account.ActorKind(e.Actor.Kind), ID: e.Actor.ID, Name: e.Actor.Name}, e.Action, e.Target, e.Outcome}
		if got != want[i] || e.Address != "127.0.0.1" || !chat.ValidID(account.AuditPrefix, e.ID) {
			t.Errorf("entry %d is %+v, not %+v", i, e, want[i])
		}
	}
	if narrowed := w.told(w.mia, recorder, "&actor="+agent.User+"&action=deleteBot"); len(narrowed) != 1 || narrowed[0].ID != all[6].ID {
		t.Errorf("narrowed to %+v", narrowed)
	}
	if theirs := w.told(w.sam, recorder, "&actor="+w.mia.tokens.User); len(theirs) != 0 {
		t.Errorf("the other business is told %+v", theirs)
	}
	if got := w.do(request{method: "GET", path: "/api/v1/audit-log", token: agent.AccessToken}); got.status != http.StatusForbidden {
		t.Errorf("an agent reads it: %d", got.status)
	}
}

// The access token may have expired long ago when somebody signs out, and is revoked by it; whose second factor is wrong has none yet.
func TestWhoIsKnownByNoAccessTokenIsTold(t *testing.T) {
	t.Parallel()
	w, recorder := setupAudit(t, func(c *Config) {
		store := c.AuditLog.(*postgres.Store)
		var err error
		c.Accounts, err = account.NewService(account.Config{
			Store: store, Sessions: store, Members: store, Invitations: store, Revocations: store, SecondFactors: store, Key: testKey, PublicURL: "http://parley.example",
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	_, _, fresh := w.enrolled()
	w.mia.tokens.AccessToken = fresh
	challenge, wrong := w.challenge(), 0
	for range 10 { // it is tried five times at most, and what comes then is nobody's
		got := w.do(request{method: "POST", path: "/api/v1/auth/second-factor", body: `{"challenge":"` + challenge + `","code":"000000"}`})
		if strings.Contains(got.body, "second_factor_wrong") {
			wrong++
		}
	}
	sam := w.sam.tokens
	for range 2 {
		got := w.do(request{method: "POST", path: "/api/v1/auth/logout", header: map[string]string{"Cookie": refreshCookie + "=" + sam.RefreshToken}})
		if got.status != http.StatusNoContent {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	w.json("POST", "/api/v1/auth/login", "", `{"email":"sam@rival.example","password":"`+goodPassword+`"}`, 200, &w.sam.tokens)

	failed := w.told(w.mia, recorder, "&action=answerChallenge")
	if wrong == 0 || len(failed) != wrong {
		t.Fatalf("of %d wrong codes are told %+v", wrong, failed)
	}
	for _, e := range failed {
		if e.Actor != (auditActor{"user", w.mia.tokens.User, "Acme"}) || e.Outcome != "second_factor_wrong" || e.Address != "127.0.0.1" || e.Target != "" {
			t.Errorf("told is %+v", e)
		}
	}
	ended := w.told(w.sam, recorder, "&action=logout")
	if len(ended) != 1 || ended[0].Actor != (auditActor{"user", sam.User, "Rival"}) || ended[0].Outcome != "ok" || ended[0].Address != "127.0.0.1" {
		t.Errorf("of a sign-in that was ended is told %+v", ended)
	}
}

func TestTheAuditLogIsAFile(t *testing.T) {
	t.Parallel()
	w, recorder := setupAudit(t)
	w.json("PATCH", "/api/v1/me", w.mia.tokens.AccessToken, `{"name":"=cmd()"}`, 200, nil)
	w.json("POST", "/api/v1/auth/login", "", `{"email":"mia@acme.example","password":"`+goodPassword+`"}`, 200, &w.mia.tokens)
	w.json("POST", "/api/v1/labels", w.mia.tokens.AccessToken, `{"name":"One","color":"#000000"}`, 201, nil)
	all := w.told(w.mia, recorder, "")

	got := w.do(request{method: "GET", path: "/api/v1/audit-log/export", token: w.mia.tokens.AccessToken})
	rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
	if err != nil || len(rows) < len(all)+1 || rows[0][0] != "id" || !strings.Contains(got.header.Get("Content-Disposition"), "audit-log.csv") {
		t.Fatalf("%d rows, %v: %s", len(rows), err, got.body)
	}
	if first := rows[len(rows)-1]; first[0] != all[0].ID || first[5] != "register" {
		t.Errorf("the last row is %q", first)
	}
	if !strings.Contains(got.body, ",'=cmd(),") || strings.Contains(got.body, ",=cmd(),") {
		t.Errorf("a spreadsheet would calculate: %s", got.body)
	}
	got = w.do(request{method: "GET", path: "/api/v1/audit-log/export?format=ndjson&action=createLabel", token: w.mia.tokens.AccessToken})
	var line auditEntry
	if err := json.Unmarshal([]byte(got.body), &line); err != nil || line.Action != "createLabel" || line.Actor.Name != "=cmd()" {
		t.Errorf("%v: %s", err, got.body)
	}
}

// Whoever adds an operation need not think of the audit log: it is told unless it only reads. Those named there exist.
func TestTheAuditLogKnowsEachOperation(t *testing.T) {
	t.Parallel()
	known := map[string]string{}
	for _, item := range newServer(Config{}).api.OpenAPI().Paths {
		for method, operation := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if operation != nil {
				known[operation.OperationID] = method
			}
		}
	}
	for _, named := range account.AuditNames() {
		if known[named] == "" {
			t.Errorf("%s is named, and there is no such operation", named)
		}
	}
	for operation, method := range known {
		if told := account.Audited(operation, method != "GET"); method == "DELETE" && !told {
			t.Errorf("%s is not told", operation)
		}
	}
}
