package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/account"
	"parley/chat"
	"parley/transport/hooks"
)

// fakeHooks sends nothing: what a sender does is tested where it lives.
type fakeHooks struct {
	mu     sync.Mutex
	pinged []chat.Webhook
	result hooks.Result
}

func (f *fakeHooks) Check(address string) error { return hooks.NewSender(nil).Check(address) }

func (f *fakeHooks) Ping(_ context.Context, w chat.Webhook) hooks.Result {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pinged = append(f.pinged, w)
	return f.result
}

func TestWebhooksOverHTTP(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	w.playWebhooks()
}

func (w *world) playWebhooks() {
	mia, sam := w.mia.tokens.AccessToken, w.sam.tokens.AccessToken
	const path = "/api/v1/webhooks"
	w.hooks.result = hooks.Result{Status: 500, Failure: "status_500", Took: 250 * time.Millisecond, Answer: "out of \xff order"}
	id, secret := "", ""
	made := func(t *testing.T, w *world, got response) {
		var made struct{ ID, Secret string }
		if err := json.Unmarshal([]byte(got.body), &made); err != nil || !strings.HasPrefix(made.Secret, "whsec_") {
			t.Fatalf("made %s, %v", got.body, err)
		}
		id, secret = made.ID, made.Secret
	}
	w.play([]scenario{
		{name: "create", method: "POST", path: path, token: mia, body: `{"url":" https://acme.example/hook ","note":"Till"}`, status: 201, after: made,
			has: []string{`"id":"whk_`, `"url":"https://acme.example/hook"`, `"note":"Till"`, `"enabled":true`, `"conversation.created","message.created"`, `"disabled_reason":""`}},
		{name: "create over http", method: "POST", path: path, token: mia, body: `{"url":"http://acme.example/hook"}`, status: 422, has: []string{`"code":"webhook_url_plain"`}},
		{name: "create for a private address", method: "POST", path: path, token: mia, body: `{"url":"https://169.254.169.254/x"}`, status: 422, has: []string{`"code":"webhook_url_private"`}},
		{name: "create for what is no address", method: "POST", path: path, token: mia, body: `{"url":"acme.example"}`, status: 422, has: []string{`"code":"webhook_url_invalid"`}},
		{name: "create without an address", method: "POST", path: path, token: mia, body: `{}`, status: 422},
		{name: "create for an unknown event", method: "POST", path: path, token: mia, body: `{"url":"https://acme.example","events":["message.started"]}`, status: 422, has: []string{"message.created, "}},
		{name: "create with a long note", method: "POST", path: path, token: mia, body: `{"url":"https://acme.example","note":"` + strings.Repeat("x", 201) + `"}`, status: 422, has: []string{"200"}},
	})
	w.play([]scenario{
		{name: "the secret is not shown again", method: "GET", path: path, token: mia, status: 200, has: []string{`"id":"` + id}, hasNot: []string{secret, "secret"}},
		{name: "nor alone", method: "GET", path: path + "/" + id, token: mia, status: 200, has: []string{`"id":"` + id}, hasNot: []string{secret, "secret"}},
		{name: "change", method: "PATCH", path: path + "/" + id, token: mia, body: `{"events":["status.changed"],"enabled":false}`, status: 200,
			has: []string{`"events":["status.changed"]`, `"enabled":false`, `"note":"Till"`}, hasNot: []string{secret}},
		{name: "change to a private address", method: "PATCH", path: path + "/" + id, token: mia, body: `{"url":"https://10.0.0.1"}`, status: 422},
		{name: "kept", method: "GET", path: path + "/" + id, token: mia, status: 200, has: []string{`"url":"https://acme.example/hook"`, `"enabled":false`}},
		{name: "test", method: "POST", path: path + "/" + id + "/test", token: mia, status: 200, has: []string{`"delivered":false`, `"status":500`, `"failure":"status_500"`, "out of \uFFFD order", `"took_ms":250`}},
		{name: "another business's list", method: "GET", path: path, token: sam, status: 200, has: []string{w.sam.webhook}, hasNot: []string{id}},
		{name: "nobody", method: "GET", path: path, status: 401},
		{name: "delete", method: "DELETE", path: path + "/" + id, token: mia, status: 204},
		{name: "delete again", method: "DELETE", path: path + "/" + id, token: mia, status: 404},
	})
	if len(w.hooks.pinged) != 1 || w.hooks.pinged[0].Secret != secret {
		w.t.Errorf("pinged: %+v", w.hooks.pinged)
	}
	w.playRotation()
	if strings.Contains(w.log.String(), secret) || strings.Contains(w.log.String(), "acme.example/hook") {
		w.t.Error("the log tells a webhook's secret or address")
	}
}

func (w *world) playRotation() {
	t, mia := w.t, w.mia.tokens.AccessToken
	type shown struct {
		ID, Secret     string
		OldSecretUntil *time.Time `json:"old_secret_until"`
	}
	var made, rotated, listed, ended shown
	w.json("POST", "/api/v1/webhooks", mia, `{"url":"https://acme.example/turned"}`, 201, &made)
	path := "/api/v1/webhooks/" + made.ID
	w.play([]scenario{
		{name: "too long an overlap", method: "POST", path: path + "/rotation", token: mia, body: `{"overlap_hours":721}`, status: 422, has: []string{`"code":"overlap_invalid"`}},
		{name: "another's", method: "POST", path: path + "/rotation", token: w.sam.tokens.AccessToken, status: 404},
		{name: "end another's", method: "DELETE", path: path + "/old-secret", token: w.sam.tokens.AccessToken, status: 404},
	})
	w.json("POST", path+"/rotation", mia, "", 201, &rotated)
	if !strings.HasPrefix(rotated.Secret, "whsec_") || rotated.Secret == made.Secret || made.OldSecretUntil != nil ||
		rotated.OldSecretUntil == nil || time.Until(*rotated.OldSecretUntil).Round(time.Hour) != 24*time.Hour {
		t.Errorf("made %+v, rotated %+v", made, rotated)
	}
	w.play([]scenario{
		{name: "neither is shown again", method: "GET", path: path, token: mia, status: 200, has: []string{`"old_secret_until":"`}, hasNot: []string{made.Secret, rotated.Secret, `"secret"`}},
		{name: "once more", method: "POST", path: path + "/rotation", token: mia, status: 409, has: []string{`"code":"old_secret_counts"`}},
		{name: "tests are signed alike", method: "POST", path: path + "/test", token: mia, status: 200},
		{name: "end the old one", method: "DELETE", path: path + "/old-secret", token: mia, status: 204},
		{name: "end it again", method: "DELETE", path: path + "/old-secret", token: mia, status: 204},
	})
	w.json("GET", path, mia, "", 200, &listed)
	w.json("POST", path+"/rotation", mia, `{"overlap_hours":0}`, 201, &ended)
	if listed.OldSecretUntil != nil || ended.OldSecretUntil != nil || ended.Secret == rotated.Secret {
		t.Errorf("ended %+v, replaced at once %+v", listed, ended)
	}
	if last := w.hooks.pinged[len(w.hooks.pinged)-1]; last.Secret != rotated.Secret || last.OldSecret != made.Secret {
		t.Errorf("pinged: %+v", last)
	}
	for _, secret := range []string{made.Secret, rotated.Secret, ended.Secret} {
		if strings.Contains(w.log.String(), secret) {
			t.Error("the log tells a webhook's secret")
		}
	}
	w.json("DELETE", path, mia, "", 204, nil)
}

func TestAWebhookThatWasTurnedOffSaysWhy(t *testing.T) {
	t.Parallel()
	w, m := setup(t)
	var made struct{ ID string }
	w.json("POST", "/api/v1/webhooks", w.mia.tokens.AccessToken, `{"url":"https://acme.example"}`, 201, &made)
	for why, words := range map[chat.Disabling]string{chat.ByFailing: "since 2 November 2026; the last attempt failed with timeout", chat.ByGone: "410"} {
		if _, err := m.UpdateWebhook(t.Context(), w.mia.tokens.Tenant, made.ID, func(wh *chat.Webhook) error {
			wh.Enabled, wh.Disabled, wh.Failures, wh.LastFailure = false, why, 20, "timeout"
			wh.FailingSince = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		var shown webhook
		w.json("GET", "/api/v1/webhooks/"+made.ID, w.mia.tokens.AccessToken, "", 200, &shown)
		if !strings.Contains(shown.DisabledReason, words) || shown.FailingSince == nil || shown.Failures != 20 {
			t.Errorf("%s: %+v", why, shown)
		}
	}
	var shown webhook
	w.json("PATCH", "/api/v1/webhooks/"+made.ID, w.mia.tokens.AccessToken, `{"enabled":true}`, 200, &shown)
	if !shown.Enabled || shown.DisabledReason != "" {
		t.Errorf("enabled: %+v", shown)
	}
}

// Members below an admin may not even see where events are sent.
func TestOnlyOwnersAndAdminsManageWebhooks(t *testing.T) {
	t.Parallel()
	for role, status := range map[account.Role]int{account.Owner: 200, account.Admin: 200, account.Agent: 403, account.Viewer: 403} {
		w, m := setup(t)
		m.mu.Lock()
		for i := range m.members {
			m.members[i].Role = role
		}
		m.mu.Unlock()
		var tokens signIn
		w.json("POST", "/api/v1/auth/login", "", `{"email":"mia@acme.example","password":"`+goodPassword+`"}`, 200, &tokens)
		if got := w.do(request{method: "GET", path: "/api/v1/webhooks", token: tokens.AccessToken}); got.status != status {
			t.Errorf("%s: %d %s", role, got.status, got.body)
		}
		if got := w.do(request{method: "POST", path: "/api/v1/webhooks", token: tokens.AccessToken, body: `{"url":"https://acme.example"}`}); (got.status == http.StatusCreated) != (status == 200) {
			t.Errorf("%s: %d %s", role, got.status, got.body)
		}
	}
}

// Webhooks in memory.

func (m *inMemory) CreateWebhook(_ context.Context, w chat.Webhook) error {
	defer m.lock()()
	m.webhooks = append(m.webhooks, w)
	return nil
}

func (m *inMemory) findWebhook(tenant, id string) int {
	return slices.IndexFunc(m.webhooks, func(w chat.Webhook) bool { return w.Tenant == tenant && w.ID == id })
}

func (m *inMemory) Webhook(_ context.Context, tenant, id string) (chat.Webhook, error) {
	defer m.lock()()
	i := m.findWebhook(tenant, id)
	if i < 0 {
		return chat.Webhook{}, chat.ErrNotFound
	}
	return m.webhooks[i], nil
}

func (m *inMemory) Webhooks(_ context.Context, tenant string) ([]chat.Webhook, error) {
	defer m.lock()()
	var found []chat.Webhook
	for _, w := range m.webhooks {
		if w.Tenant == tenant {
			found = append(found, w)
		}
	}
	return found, nil
}

func (m *inMemory) UpdateWebhook(_ context.Context, tenant, id string, change func(*chat.Webhook) error) (chat.Webhook, error) {
	defer m.lock()()
	i := m.findWebhook(tenant, id)
	if i < 0 {
		return chat.Webhook{}, chat.ErrNotFound
	}
	w := m.webhooks[i]
	if err := change(&w); err != nil {
		return chat.Webhook{}, err
	}
	m.webhooks[i] = w
	return w, nil
}

func (m *inMemory) DeleteWebhook(_ context.Context, tenant, id string) error {
	defer m.lock()()
	i := m.findWebhook(tenant, id)
	if i < 0 {
		return chat.ErrNotFound
	}
	m.webhooks = slices.Delete(m.webhooks, i, i+1)
	return nil
}
