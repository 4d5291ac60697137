package rest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"parley/account"
)

// An access token that was good is refused by each operation once its time is over, and so is one that was signed anew with a longer one
// under another key. All other callers are tried from outside, in e2e/access; time does not pass there.
func TestATokenWhoseTimeIsOverOpensNothing(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	good := w.mia.tokens.AccessToken
	expired := resigned(t, good, testKey, -time.Second)
	forged := resigned(t, good, []byte("another key, which has also 32 bytes"), time.Hour)
	if got := w.do(request{method: "GET", path: "/api/v1/me", token: resigned(t, good, testKey, time.Minute)}); got.status != http.StatusOK {
		t.Fatalf("the same with time left is refused: %d %s", got.status, got.body)
	}
	tried, refused := 0, ""
	for path, item := range newServer(Config{}).api.OpenAPI().Paths {
		for method, operation := range operationsOf(item) {
			if account.Operations[operation].Open {
				continue
			}
			tried++
			path := strings.NewReplacer("{bot}", w.mia.bot, "{source}", w.mia.source, "{conversation}", w.mia.conversation, "{seq}", "3").Replace(path)
			for _, token := range []string{expired, forged} {
				got := w.do(request{method: method, path: path, token: token, body: `{}`})
				var p problem
				if err := json.Unmarshal([]byte(got.body), &p); err != nil || got.status != http.StatusUnauthorized {
					t.Errorf("%s %s: %d %s", method, path, got.status, got.body)
					continue
				}
				body := strings.Replace(got.body, p.RequestID, "", 1)
				if refused == "" {
					refused = body
				}
				if body != refused {
					t.Errorf("%s %s: %s, elsewhere %s", method, path, body, refused)
				}
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d operations were tried", tried)
	}
}

// resigned returns an access token like another that ends at another time, signed with a key. It keeps the id of the key.
func resigned(t *testing.T, token string, key []byte, left time.Duration) string {
	t.Helper()
	parts := strings.Split(token, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	claims["exp"] = time.Now().Add(left).Unix()
	if payload, err = json.Marshal(claims); err != nil {
		t.Fatal(err)
	}
	signed := parts[0] + "." + base64.RawURLEncoding.EncodeToString(payload)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
