package access

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/e2e/owner"
	"parley/e2e/server"
)

// The operator's secrets, none of which may be in a log, in whatever form it goes over the wire.
const (
	modelKey      = "zqx-model-key-4711"
	embeddingKey  = "zqx-embedding-key-4711"
	modelPassword = "zqx-model-password-4711"
	mailPassword  = "zqx-mail-password-4711"
	redisPassword = "zqx-redis-password-4711"
	sqlPassword   = "zqx-sql-password-4711"
	stripeSecret  = "zqx-stripe-secret-4711"
	clientSecret  = "zqx-client-secret-4711"
)

// tattler is a server that refuses each request, and repeats it as the reason.
func tattler(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request, _ := httputil.DumpRequest(r, true) // what cannot be read is not repeated
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"error":{"message":%q,"code":"invalid_api_key"}}`, request)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://")
}

// echo is a server of lines that repeats each behind a refusal.
func echo(t *testing.T, greeting, refusal string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = conn.Write([]byte(greeting))
				for lines := bufio.NewScanner(conn); lines.Scan(); {
					said := lines.Text()
					switch {
					case strings.HasPrefix(said, "EHLO"):
						_, _ = conn.Write([]byte("250-mail.example\r\n250 AUTH PLAIN LOGIN\r\n"))
					default:
						_, _ = fmt.Fprintf(conn, refusal, said)
					}
				}
			}()
		}
	}()
	return listener.Addr().String()
}

// Whoever we sign in at may repeat what we said: into no log of ours.
func TestWhatTheOperatorKeepsSecretIsInNoLog(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			model := tattler(t)
			s := server.Start(t,
				"PARLEY_LOG="+format, "PARLEY_LOG_LEVEL=debug",
				"OPENAI_BASE_URL=http://operator:"+modelPassword+"@"+model+"/v1", "OPENAI_API_KEY="+modelKey, "PARLEY_MODEL=some",
				"PARLEY_EMBEDDING_MODEL=other", "PARLEY_EMBEDDING_URL=http://"+model+"/v1?key="+modelPassword, "PARLEY_EMBEDDING_KEY="+embeddingKey,
				"SMTP_URL=smtp://operator:"+mailPassword+"@"+echo(t, "220 mail.example\r\n", "535 5.7.8 %s\r\n"),
				"STRIPE_SECRET_KEY="+stripeSecret, "STRIPE_WEBHOOK_SECRET="+stripeSecret,
				"PARLEY_OIDC_ISSUER=http://"+model, "PARLEY_OIDC_CLIENT_ID=parley", "PARLEY_OIDC_CLIENT_SECRET="+clientSecret, "PARLEY_OIDC_NAME=Issuer",
				"OTEL_EXPORTER_OTLP_ENDPOINT=http://operator:"+modelPassword+"@"+model)
			o := owner.Register(t, s.URL(), owner.Registration{Email: "olga@acme.example", Password: password, Company: "Acme", Name: "Olga"})
			bot := o.MakeBot("Ada")
			o.AddText(bot, "Returns", "Returns are accepted within seven days of delivery.")
			o.Call(http.MethodPost, "invitations", map[string]any{"email": "new@acme.example", "role": "agent"}, nil) // which is a mail
			for _, path := range []string{"auth/oidc/start", "auth/oidc/callback?code=" + clientSecret + "&state=" + clientSecret} {
				if _, err := o.Try(http.MethodGet, path, "", nil); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := o.Try(http.MethodPost, "bots/"+bot+"/answers", "application/json", strings.NewReader(`{"text":"When are returns accepted?"}`)); err != nil {
				t.Fatal(err)
			}
			if _, err := o.Try(http.MethodPost, "auth/login?password="+url.QueryEscape(clientSecret), "application/json", strings.NewReader(`{"email":"`+clientSecret+`","password":"`+mailPassword+`"}`)); err != nil {
				t.Fatal(err)
			}
			tries(t, s, "refused with status 401", "535") // the model's server and the mail server had their say
			s.Stop()
			without(t, s.Log())
		})
	}
}

// A database and a Redis that refuse us end the start, or hold it up.
func TestTheWayToStorageIsInNoLog(t *testing.T) {
	t.Parallel()
	for name, env := range map[string][]string{
		"redis":                    {"REDIS_URL=redis://operator:" + redisPassword + "@" + echo(t, "", "-WRONGPASS %s\r\n") + "/0"},
		"postgres":                 {"DATABASE_URL=postgres://operator:" + sqlPassword + "@" + echo(t, "", "%s") + "/parley?sslmode=disable"},
		"not a database's address": {"DATABASE_URL=mysql://operator:" + sqlPassword + "@127.0.0.1/parley"},
		"not an address":           {"REDIS_URL=redis://operator:" + redisPassword + "@127.0.0.1:none", "SMTP_URL=smtp://operator:" + mailPassword + "@:::", "PARLEY_KEY=" + sqlPassword},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := server.New(t, append(env, "PARLEY_LOG_LEVEL=debug")...)
			s.Launch()
			for deadline := time.Now().Add(10 * time.Second); s.Alive() && len(s.Log()) < 200 && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			}
			s.Kill()
			if len(s.Log()) == 0 {
				t.Error("it says nothing at all")
			}
			without(t, s.Log())
		})
	}
}

// tries waits until the log has all of these.
func tries(t *testing.T, s *server.Server, words ...string) {
	t.Helper()
	deadline := time.Now().Add(waiting)
	for _, word := range words {
		for !strings.Contains(string(s.Log()), word) {
			if time.Now().After(deadline) {
				t.Errorf("the log has no %q: nothing was refused, and this proves nothing", word)
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
	}
}

// without checks that a log has no secret, as it is or as it is sent.
func without(t *testing.T, log []byte) {
	t.Helper()
	for _, secret := range []string{modelKey, embeddingKey, modelPassword, mailPassword, redisPassword, sqlPassword, stripeSecret, clientSecret, password} {
		for _, form := range []string{
			secret, url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)),
			base64.StdEncoding.EncodeToString([]byte("operator:" + secret)), base64.StdEncoding.EncodeToString([]byte("\x00operator\x00" + secret)),
		} {
			if at := strings.Index(string(log), form); at >= 0 {
				t.Errorf("the log has %s: …%s…", secret, log[max(0, at-300):min(len(log), at+100)])
			}
		}
	}
}
