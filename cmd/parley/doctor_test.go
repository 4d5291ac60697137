package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/chat"
	"parley/cmd/parley/doctor"
	"parley/llm/llmtest"
	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/testbed"
	"parley/transport/rest"
)

// examined is what doctor says, as it prints it.
func examined(t *testing.T, flags ...string) string {
	t.Helper()
	return printed(t, findings(t, flags...))
}

func findings(t *testing.T, flags ...string) []doctor.Finding {
	t.Helper()
	c, _ := parse(t, flags...) // what is wrong with it is doctor's to say
	d := DoctorCmd{Config: *c, Limit: 5 * time.Second}
	return doctor.Examine(t.Context(), d.checks(), d.Limit)
}

func printed(t *testing.T, found []doctor.Finding) string {
	t.Helper()
	var out bytes.Buffer
	if err := doctor.Write(&out, found); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// nowhere is an address at which nobody listens.
func nowhere(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func TestWhatIsWrongHasItsLine(t *testing.T) {
	data, file := t.TempDir(), filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	locked := t.TempDir()
	if err := os.WriteFile(filepath.Join(locked, "key"), []byte("hunter2"), 0o644); err != nil {
		t.Fatal(err)
	}
	smtp := refusingMail(t)
	model := llmtest.NewServer(t, llmtest.Script{Status: 404, Message: "no such model"})
	for _, c := range []struct{ flags, want string }{
		{"--cluster-addr=10.0.0.1:7000 --data=" + data, "✗ configuration    PARLEY_CLUSTER_ADDR needs DATABASE_URL"},
		{"--plans=plans.yaml --limit-month=9 --data=" + data, "! configuration    PARLEY_LIMIT_MONTH has no effect beside"},
		{"--data=" + file, "✗ data folder      " + file + " is no folder"},
		{"--data=" + filepath.Join(data, "not", "there"), "✗ data folder      there is no folder to make"},
		{"--data=" + locked, "✗ master key       "},
		{"--database-url=postgres://u:hunter2@" + nowhere(t) + "/parley --data=" + data, "✗ database         reach Postgres"},
		{"--redis-url=redis://:hunter2@" + nowhere(t) + " --data=" + data, "✗ redis            reach Redis at "},
		{"--addr=" + nowhere(t) + " --data=" + data, "! public address   no server runs at"},
		{"--public-url=https://" + nowhere(t) + " --data=" + data, "✗ public address   https://"},
		{"--public-url=https://nowhere.invalid --data=" + data, "✗ public address   the name nowhere.invalid is not known"},
		{"--public-url=https://chat.example.invalid --data=" + data, "! proxies          https://chat.example.invalid is not the port"},
		{"--trusted-proxies=0.0.0.0/0 --data=" + data, "✗ proxies          PARLEY_TRUSTED_PROXIES has 0.0.0.0/0"},
		{"--metrics-addr=203.0.113.7:9090 --data=" + data, "✗ operators' port  203.0.113.7:9090 is on the public internet"},
		{"--metrics-addr=:9090 --data=" + data, "! operators' port  :9090 is every interface"},
		{"--openai-base-url=http://" + nowhere(t) + "/v1 --openai-api-key=hunter2 --data=" + data, "✗ language model   gpt-4o-mini does not answer"},
		{"--openai-base-url=" + model.URL + " --openai-api-key=hunter2 --data=" + data, "no such model"},
		{"--smtp-url=smtp://user:hunter2@" + smtp + " --data=" + data, "✗ mail             smtp://" + smtp + " refuses the sign-in (535)"},
		{"--smtp-url=smtp://user:hunter2@" + nowhere(t) + " --data=" + data, "✗ mail             smtp://"},
		{"--stripe-secret-key=hunter2 --stripe-webhook-secret=whsec_1 --data=" + data, "✗ billing          STRIPE_SECRET_KEY does not look like"},
		{"--stripe-secret-key=sk_live_1 --stripe-webhook-secret=hunter2 --data=" + data, "✗ billing          STRIPE_WEBHOOK_SECRET does not look like"},
		{"--stripe-secret-key=sk_test_1 --stripe-webhook-secret=whsec_1 --data=" + data, "! billing          Stripe's key is one for tests"},
	} {
		said := examined(t, strings.Fields(c.flags)...)
		if !strings.Contains(said, c.want) {
			t.Errorf("%s: it does not say %q:\n%s", c.flags, c.want, said)
		}
		if strings.Contains(said, "hunter2") {
			t.Errorf("%s: it tells a secret:\n%s", c.flags, said)
		}
	}
}

// refusingMail is a mail server that lets nobody in.
func refusingMail(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = conn.Write([]byte("220 mail.example\r\n"))
				for lines := bufio.NewScanner(conn); lines.Scan(); {
					answer := "535 5.7.8 hunter2 is not the password\r\n"
					if strings.HasPrefix(lines.Text(), "EHLO") {
						answer = "250-mail.example\r\n250 AUTH PLAIN\r\n"
					}
					_, _ = conn.Write([]byte(answer))
				}
			}()
		}
	}()
	return listener.Addr().String()
}

func TestARunningServerOnSQLiteIsSoundAndNotDisturbed(t *testing.T) {
	data := t.TempDir()
	c, err := parse(t, "--addr=127.0.0.1:0", "--data="+data)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan string, 1), make(chan error, 1)
	serve := ServeCmd{Config: *c, onReady: func(url string) { ready <- url }}
	go func() { ended <- serve.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	url := <-ready
	found := findings(t, "--addr="+strings.TrimPrefix(url, "http://"), "--data="+data)
	said := printed(t, found)
	if !doctor.Sound(found) || strings.Contains(said, "! ") || !strings.Contains(said, "which a running server has open, up to date, and the master key fits") ||
		!strings.Contains(said, "leads here, and websockets get through") {
		t.Error(said)
	}
	response, err := http.Get(url + "/readyz")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("after the examination: %v, %v", response, err)
	}
	response.Body.Close()

	// Another key than the one that the data is sealed under.
	key := seal.GenerateKey()
	if said := examined(t, "--data="+data, "--key="+key); !strings.Contains(said, "was sealed under another master key") || strings.Contains(said, key) {
		t.Error(said)
	}
	// Another installation at the public address.
	if said := examined(t, "--data="+t.TempDir(), "--key="+key, "--public-url="+url); !strings.Contains(said, "leads to something else than this installation") {
		t.Error(said)
	}
}

func TestAProxyThatStopsWebsocketsIsNoticed(t *testing.T) {
	key := seal.GenerateKey()
	master, err := seal.ParseKey(key)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/healthz" {
			rest.Alive(installation(master.Wanted().Root())).ServeHTTP(w, r)
			return
		}
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer proxy.Close()
	if said := examined(t, "--data="+t.TempDir(), "--key="+key, "--public-url="+proxy.URL); !strings.Contains(said, "websockets do not get through: "+proxy.URL+" answers 502") {
		t.Error(said)
	}
	proxy.Config.Handler = http.NotFoundHandler()
	if said := examined(t, "--data="+t.TempDir(), "--key="+key, "--public-url="+proxy.URL); !strings.Contains(said, "/healthz answers 404") {
		t.Error(said)
	}
	behind := httptest.NewTLSServer(http.NotFoundHandler())
	defer behind.Close()
	if said := examined(t, "--data="+t.TempDir(), "--public-url="+behind.URL); !strings.Contains(said, "has a certificate that browsers do not trust") {
		t.Error(said)
	}
}

func TestServersAreExamined(t *testing.T) {
	database, redis, data := testbed.Postgres(t), testbed.Redis(t), t.TempDir()
	said := examined(t, "--database-url="+database, "--redis-url="+redis, "--data="+data, "--key="+seal.GenerateKey())
	if !strings.Contains(said, "✓ database         Postgres ") || !strings.Contains(said, "it is empty, and gets its tables at the first start") || !strings.Contains(said, "✓ redis            Redis ") {
		t.Error(said)
	}
	said = examined(t, "--database-url="+database, "--redis-url="+redis, "--data="+data, "--key="+seal.GenerateKey(), "--cluster-addr=127.0.0.1:7000")
	if !strings.Contains(said, "! cluster          no node is on the roll") {
		t.Error(said)
	}
	said = examined(t, "--database-url="+database+"&pool_max_conns=10000", "--data="+data)
	if !strings.Contains(said, "a node may take 10000") || !strings.Contains(said, "! configuration    the data is on a server, its key in the file") {
		t.Error(said)
	}
}

func TestNodesAreGreetedAndTheirVersionsCompared(t *testing.T) {
	t.Parallel()
	members := []chat.Member{{Address: "10.0.0.1:7000", Version: "1.4.0"}, {Address: "10.0.0.2:7000", Version: "1.5.0"}}
	said := printed(t, memberFindings(t.Context(), members, func(_ context.Context, address string) error {
		if address == "10.0.0.2:7000" {
			return errors.New("connection refused")
		}
		return nil
	}))
	for _, want := range []string{"1 of 2 nodes can be reached from here: 10.0.0.1:7000", "✗   the node 10.0.0.2:7000 cannot be reached from here: connection refused", "!   the nodes run 1.4.0 and 1.5.0"} {
		if !strings.Contains(said, want) {
			t.Errorf("it does not say %q:\n%s", want, said)
		}
	}
}

func TestClocksMayDifferByLittle(t *testing.T) {
	t.Parallel()
	for ahead, said := range map[time.Duration]bool{0: false, -time.Second: false, time.Minute: true, -time.Hour: true} {
		if found := clockFinding("Redis", ahead); (len(found) > 0) != said {
			t.Errorf("%v: %v", ahead, found)
		}
	}
}

func TestSchemasAreCompared(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		database, floor int64
		level           doctor.Level
	}{{14, 14, doctor.Good}, {15, 14, doctor.Good}, {13, 13, doctor.Warning}, {16, 15, doctor.Problem}} {
		seen := examination(c.database, c.floor, 14)
		if found := schemaFinding("SQLite", seen, false); len(found) != 1 || found[0].Level != c.level {
			t.Errorf("%+v: %v", c, found)
		}
	}
}

func TestFindingsAreJSONForPrograms(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := doctor.WriteJSON(&out, append(doctor.Fine("a < b"), doctor.Wrong("Do it.", "bad")...)); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Sound    bool
		Findings []doctor.Finding
	}
	if err := json.Unmarshal(out.Bytes(), &read); err != nil || read.Sound || len(read.Findings) != 2 || read.Findings[0].Said != "a < b" || read.Findings[1].Do != "Do it." {
		t.Errorf("%s: %v", &out, err)
	}
}

func TestACheckThatHangsKeepsNobody(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	defer close(release)
	found := doctor.Examine(t.Context(), []doctor.Check{
		{Name: "slow", Look: func(context.Context) []doctor.Finding { <-release; return nil }},
		{Name: "quick", Look: func(context.Context) []doctor.Finding { return doctor.Fine("well") }},
	}, 20*time.Millisecond)
	if len(found) != 2 || found[0].Level != doctor.Problem || found[0].Check != "slow" || found[1].Level != doctor.Good {
		t.Errorf("%+v", found)
	}
}

func examination(database, floor, program int64) postgres.Examination {
	return postgres.Examination{KeyFits: true, Schema: postgres.Schema{Database: database, Floor: floor, Program: program}}
}
