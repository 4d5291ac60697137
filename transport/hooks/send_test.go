package hooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/chat"
)

// verified is a receiver's own check, as docs/webhooks.md shows it.
func verified(secret string, h http.Header, body []byte) bool {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(h.Get("webhook-id") + "." + h.Get("webhook-timestamp") + "." + string(body)))
	return slices.Contains(strings.Split(h.Get("webhook-signature"), " "), "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func TestServersWithTheOldOrTheNewSecretVerifyUntilTheOldOneEnds(t *testing.T) {
	t.Parallel()
	stranger, first, second := NewSecret(), NewSecret(), NewSecret()
	var verify [3]bool
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		for i, secret := range []string{stranger, first, second} {
			verify[i] = verified(secret, r.Header, body)
		}
	}))
	t.Cleanup(server.Close)
	sender := NewSender(Loopback)
	t.Cleanup(sender.Close)
	now := time.Now()
	hour := now.Add(time.Hour)
	rotated := func(at, until time.Time) chat.Webhook {
		w := chat.Webhook{URL: server.URL, Secret: first}
		if err := w.Rotate(second, at, until); err != nil {
			t.Fatal(err)
		}
		return w
	}
	ended := rotated(now, hour)
	ended.EndOldSecret()
	for name, c := range map[string]struct {
		webhook    chat.Webhook
		old, after bool // which secrets verify
	}{
		"before":                     {chat.Webhook{URL: server.URL, Secret: first}, true, false},
		"while the old one counts":   {rotated(now, hour), true, true},
		"when its time is over":      {rotated(now.Add(-2*time.Hour), now.Add(-time.Second)), false, true},
		"when its owner ended it":    {ended, false, true},
		"replaced without a transit": {rotated(now, now), false, true},
	} {
		if got := sender.send(t.Context(), c.webhook, "dlv_1", []byte(`{"a":1}`)); got.Failure != "" || verify != [3]bool{false, c.old, c.after} {
			t.Errorf("%s: %v, %+v", name, verify, got)
		}
	}
	// With both in use there is none to drop: nobody is to be left with a secret that verifies nothing.
	both := rotated(now, hour)
	if err := both.Rotate(NewSecret(), now, hour); !errors.Is(err, chat.ErrOldSecretCounts) || both.Secret != second || both.OldSecret != first {
		t.Errorf("a second rotation: %v", err)
	}
}

func TestACallIsSignedAndSaysWhatCameOfIt(t *testing.T) {
	t.Parallel()
	var inside atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { inside.Add(1) }))
	t.Cleanup(target.Close)
	secret := NewSecret()
	mux := http.NewServeMux()
	mux.HandleFunc("/ok", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !verified(secret, r.Header, body) || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, "thanks")
	})
	for path, status := range map[string]int{"/400": 400, "/404": 404, "/410": 410, "/500": 500} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	}
	mux.HandleFunc("/busy", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	mux.HandleFunc("/redirect", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, target.URL, http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := io.WriteString(w, strings.Repeat("x", 1<<12)); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/trickle", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	closed := httptest.NewServer(nil)
	closed.Close()

	sender, hasty := NewSender(Loopback), NewSender(Loopback)
	hasty.timeout = 100 * time.Millisecond
	t.Cleanup(sender.Close)
	t.Cleanup(hasty.Close)
	for address, c := range map[string]struct {
		sender  *Sender
		status  int
		failure string
	}{
		server.URL + "/ok":       {sender, 202, ""},
		server.URL + "/400":      {sender, 400, "status_400"},
		server.URL + "/404":      {sender, 404, "status_404"},
		server.URL + "/410":      {sender, 410, "status_410"},
		server.URL + "/500":      {sender, 500, "status_500"},
		server.URL + "/busy":     {sender, 429, "status_429"},
		server.URL + "/redirect": {sender, 307, "status_307"},
		server.URL + "/slow":     {hasty, 0, "timeout"},
		server.URL + "/endless":  {sender, 200, ""},
		server.URL + "/trickle":  {hasty, 200, ""},
		server.URL + "/cut":      {sender, 0, "unreachable"},
		closed.URL:               {sender, 0, "unreachable"},
		"https" + strings.TrimPrefix(closed.URL, "http"): {sender, 0, "unreachable"},
		"https://no-such-host.invalid/":                  {sender, 0, "unknown_host"},
	} {
		got := c.sender.send(t.Context(), chat.Webhook{URL: address, Secret: secret}, "dlv_1", []byte(`{"a":1}`))
		if got.Status != c.status || got.Failure != c.failure || len(got.Answer) > answerBytes || got.Gone() != (c.status == 410) {
			t.Errorf("%s: %+v", address, got)
		}
		if strings.HasSuffix(address, "/ok") && got.Answer != "thanks" || strings.HasSuffix(address, "/busy") && got.RetryAfter != 2*time.Minute {
			t.Errorf("%s: %+v", address, got)
		}
	}
	if n := inside.Load(); n != 0 {
		t.Errorf("a redirect was followed %d times", n)
	}
}

func TestPrivateAddressesAreNotReached(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(server.Close)
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(plain.Close)
	port := server.URL[strings.LastIndex(server.URL, ":"):]
	sender := NewSender(nil)
	t.Cleanup(sender.Close)
	for address, failure := range map[string]string{
		"https://localhost" + port: "not_public", // its name says nothing: what it stands for is found at the call
		server.URL:                 "address",
		plain.URL:                  "address",
	} {
		if got := sender.send(t.Context(), chat.Webhook{URL: address, Secret: NewSecret()}, "dlv_1", nil); got.Failure != failure {
			t.Errorf("%s: %+v", address, got)
		}
	}
	// Where networks are allowed, http still leads to these alone.
	if got := NewSender(Networks{}).networks.controlPlain("tcp4", "93.184.215.14:80", nil); got == nil {
		t.Error("http to the public web")
	}
	// A certificate that nobody vouches for is refused even where the network is allowed.
	if got := NewSender(Loopback).send(t.Context(), chat.Webhook{URL: server.URL, Secret: NewSecret()}, "dlv_1", nil); got.Failure != "certificate" {
		t.Errorf("an unknown certificate: %+v", got)
	}
	if n := reached.Load(); n != 0 {
		t.Errorf("reached %d times", n)
	}
}

func TestAPingTellsNothingButThatItIsOne(t *testing.T) {
	t.Parallel()
	secret := NewSecret()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !verified(secret, r.Header, body) || !strings.Contains(string(body), `"type":"ping"`) || !strings.Contains(string(body), "whk_1") {
			w.WriteHeader(http.StatusBadRequest)
		}
	}))
	t.Cleanup(server.Close)
	sender := NewSender(Loopback)
	t.Cleanup(sender.Close)
	if got := sender.Ping(t.Context(), chat.Webhook{ID: "whk_1", URL: server.URL, Secret: secret}); got.Failure != "" || got.Status != 200 {
		t.Errorf("got %+v", got)
	}
}
