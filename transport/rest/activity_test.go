package rest

import (
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"parley/account"
	"parley/chat"
)

// setupActivity returns a world whose activity is counted. written has it in storage.
func setupActivity(t *testing.T, change ...func(*Config)) (w *world, kept account.Anomalies, written func()) {
	t.Helper()
	store, reader, library := openSQLite(t)
	counter := account.StartActivityCounter(store, slog.New(slog.DiscardHandler))
	ended := false
	written = func() {
		if !ended { // what is counted is written then
			ended = true
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			counter.Stop(ctx)
		}
	}
	t.Cleanup(written)
	counts := func(c *Config) {
		c.Counter, c.Activity = counter, account.ActivityView{Activities: store, Anomalies: store, Keys: store}
	}
	return setupOver(t, store, reader, library, append([]func(*Config){counts}, change...)...), store, written
}

// noAnomalies has none.
type noAnomalies struct{ anomalies }

type anomalies = account.Anomalies

func (noAnomalies) SeeAnomaly(context.Context, string, string, string, time.Time) error {
	return chat.ErrNotFound
}

// did is the sum of a business's activity, or a key's.
func (w *world) did(b business, query string) (sum activityHour) {
	w.t.Helper()
	var found page[activityHour]
	w.json("GET", "/api/v1/activity?from="+time.Now().UTC().Add(-2*time.Hour).Format(time.RFC3339)+query, b.tokens.AccessToken, "", 200, &found)
	for _, h := range found.Items {
		sum.Requests, sum.Errors, sum.Refused = sum.Requests+h.Requests, sum.Errors+h.Errors, sum.Refused+h.Refused
	}
	return sum
}

func TestRequestsAreCountedForWhoeverMakesThem(t *testing.T) {
	t.Parallel()
	w, _, written := setupActivity(t, func(c *Config) { c.Limits.Answers = Rate{3, time.Hour} })
	var key struct{ ID, Key string }
	w.json("POST", "/api/v1/api-keys", w.mia.tokens.AccessToken, `{"name":"Till","scopes":["read","ask"]}`, 201, &key)
	for range 4 {
		w.json("GET", "/api/v1/bots", key.Key, "", 200, nil)
	}
	for range 2 {
		w.do(request{method: "GET", path: "/api/v1/bots/" + w.sam.bot, token: key.Key}) // another's
	}
	refused := 0
	for range 5 {
		if w.do(request{method: "POST", path: "/api/v1/bots/" + w.mia.bot + "/answers", token: key.Key, body: `{"text":"x"}`}).status == http.StatusTooManyRequests {
			refused++
		}
	}
	w.do(request{method: "GET", path: "/api/v1/bots", token: "nonsense"}) // of nobody
	written()
	if of := w.did(w.mia, "&key="+key.ID); of.Requests != 11 || of.Errors != 2 || of.Refused != int64(refused) || refused != 2 {
		t.Errorf("the key: %+v, %d refused", of, refused)
	}
	if of := w.did(w.mia, ""); of.Requests < 11+4 || of.Errors != 2 || of.Refused != 2 {
		t.Errorf("its business: %+v", of)
	}
	if of := w.did(w.sam, ""); of.Errors != 0 || of.Refused != 0 {
		t.Errorf("another business: %+v", of)
	}
	w.play([]scenario{
		{name: "another's key", method: "GET", path: "/api/v1/activity?key=" + key.ID, token: w.sam.tokens.AccessToken, status: 404},
		{name: "no key", method: "GET", path: "/api/v1/activity?key=x", token: w.mia.tokens.AccessToken, status: 404},
		{name: "too long", method: "GET", path: "/api/v1/activity?from=2020-01-01T00:00:00Z", token: w.mia.tokens.AccessToken, status: 422, has: []string{"span_invalid"}},
		{name: "by a key", method: "GET", path: "/api/v1/activity", token: key.Key, status: 403},
	})
}

func TestAnomaliesAreShownAndSeen(t *testing.T) {
	t.Parallel()
	w, kept, _ := setupActivity(t)
	mia, sam := w.mia.tokens, w.sam.tokens
	hour := time.Now().UTC().Truncate(time.Hour)
	a := account.Anomaly{
		ID: chat.NewID(account.AnomalyPrefix), Subject: account.Subject{Tenant: mia.Tenant}, At: hour,
		Finding: account.Finding{Kind: account.UnusualSpend, Unit: account.InDollars, Value: 50.5, Usual: 2},
	}
	if _, err := kept.PutAnomaly(t.Context(), a, hour.Truncate(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	w.play([]scenario{
		{name: "to its business", method: "GET", path: "/api/v1/anomalies", token: mia.AccessToken, status: 200,
			has: []string{a.ID, `"kind":"spend"`, `"value":50.5`, `"usual":2`, `"unit":"dollars"`, `"seen":false`, `"next":""`}},
		{name: "to nobody else", method: "GET", path: "/api/v1/anomalies", token: sam.AccessToken, status: 200, has: []string{`"items":[]`}, hasNot: []string{a.ID}},
		{name: "seen by another", method: "POST", path: "/api/v1/anomalies/" + a.ID + "/seen", token: sam.AccessToken, status: 404},
		{name: "none", method: "POST", path: "/api/v1/anomalies/x/seen", token: mia.AccessToken, status: 404},
		{name: "seen", method: "POST", path: "/api/v1/anomalies/" + a.ID + "/seen", token: mia.AccessToken, status: 204},
		{name: "afterwards", method: "GET", path: "/api/v1/anomalies", token: mia.AccessToken, status: 200,
			has: []string{`"seen":true`, `"seen_by":"` + mia.User + `"`, `"seen_at"`}},
	})
	agent := w.hire(w.mia, "Ada", "agent")
	w.play([]scenario{{name: "to an agent", method: "GET", path: "/api/v1/anomalies", token: agent.AccessToken, status: 403}})
}
