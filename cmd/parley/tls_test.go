package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"parley/cmd/parley/doctor"
)

// papers are the files of a certificate.
type papers struct{ cert, key string }

// issue writes a certificate of its own signature into a folder, good for a name until then.
func issue(t *testing.T, folder, name string, until time.Time) papers {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name, "localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	p := papers{filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")}
	for file, block := range map[string]*pem.Block{p.cert: {Type: "CERTIFICATE", Bytes: signed}, p.key: {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func TestACertificateThatIsReplacedIsServedAndABrokenOneIsNot(t *testing.T) {
	t.Parallel()
	folder, log := t.TempDir(), &journal{}
	p := issue(t, folder, "first.example", time.Now().Add(time.Hour))
	held, err := newCertificate(p.cert, p.key, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	held.now = func() time.Time { return now }
	serves := func(want string) {
		t.Helper()
		got, err := held.get(nil)
		if err != nil || got.Leaf.Subject.CommonName != want {
			t.Errorf("%v, %v, want %s", got.Leaf.Subject, err, want)
		}
	}
	serves("first.example")
	issue(t, folder, "second.example", time.Now().Add(time.Hour))
	now = now.Add(renewed - time.Second)
	serves("first.example") // not looked yet
	now = now.Add(time.Second)
	serves("second.example")
	if !strings.Contains(log.String(), "replaced") {
		t.Errorf("the log does not say so: %s", log)
	}

	if err := os.WriteFile(p.cert, []byte("half a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		now = now.Add(renewed)
		serves("second.example")
	}
	if got := strings.Count(log.String(), "the one before serves on"); got != 1 {
		t.Errorf("the log says %d times that it is broken: %s", got, log)
	}
	if err := os.Remove(p.cert); err != nil {
		t.Fatal(err)
	}
	now = now.Add(renewed)
	serves("second.example")
	issue(t, folder, "third.example", time.Now().Add(time.Hour))
	now = now.Add(renewed)
	serves("third.example")
}

func TestAServerWithACertificateSpeaksTLSAlone(t *testing.T) {
	p := issue(t, t.TempDir(), "chat.example", time.Now().Add(time.Hour))
	c, err := parse(t, "--addr=127.0.0.1:0", "--data="+t.TempDir(), "--tls-cert="+p.cert, "--tls-key="+p.key, "--public-url=https://chat.example", "--drain=1s")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ready, ended := make(chan string, 1), make(chan error, 1)
	serve := &ServeCmd{Config: *c, logger: slog.New(slog.DiscardHandler), onReady: func(url string) { ready <- url }}
	go func() { ended <- serve.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	select {
	case <-ready:
	case err := <-ended:
		ended <- err
		t.Fatal(err)
	}
	pem, err := os.ReadFile(p.cert)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	trusting := func(versions ...string) *http.Client {
		return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, NextProtos: versions}, ForceAttemptHTTP2: len(versions) == 0}}
	}
	at := "https://" + serve.Addr

	// HTTP/2 and 1.1, both with all that browsers are to know.
	for version, client := range map[string]*http.Client{"HTTP/2.0": trusting(), "HTTP/1.1": trusting("http/1.1")} {
		body := strings.NewReader(fmt.Sprintf(`{"email":"%s@chat.example","password":"correct horse battery staple","company":"x"}`, strings.ReplaceAll(version, "/", "")))
		response, err := client.Post(at+"/api/v1/auth/register", "application/json", body)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.Proto != version || response.StatusCode != http.StatusCreated || !strings.Contains(response.Header.Get("Strict-Transport-Security"), "max-age=") {
			t.Errorf("%s: %s %d %v", version, response.Proto, response.StatusCode, response.Header)
		}
		if len(response.Cookies()) == 0 {
			t.Errorf("%s: no cookies", version)
		}
		for _, cookie := range response.Cookies() {
			if !cookie.Secure || !cookie.HttpOnly || cookie.SameSite == http.SameSiteNoneMode {
				t.Errorf("%s: a cookie that leaks: %s", version, cookie.Raw)
			}
		}
	}
	ws, response, err := websocket.Dial(ctx, "wss://"+serve.Addr+"/api/v1/socket", &websocket.DialOptions{HTTPClient: trusting("http/1.1"), Subprotocols: []string{"parley.v1"}})
	if err != nil {
		t.Fatalf("open a websocket: %v, %v", err, response)
	}
	_ = ws.CloseNow()

	// Neither old versions nor plain text.
	for version, number := range map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11} {
		if conn, err := tls.Dial("tcp", serve.Addr, &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS10, MaxVersion: number}); err == nil {
			_ = conn.Close()
			t.Errorf("it speaks TLS %s", version)
		}
	}
	plain, err := net.Dial("tcp", serve.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	_, _ = plain.Write([]byte("GET /healthz HTTP/1.1\r\nHost: chat.example\r\n\r\n"))
	if said, err := http.ReadResponse(bufio.NewReader(plain), nil); err == nil && said.StatusCode != http.StatusBadRequest {
		t.Errorf("plain text is answered with %d", said.StatusCode)
	}
}

func TestAWrongCertificateEndsTheStartAndSaysWhy(t *testing.T) {
	folder := t.TempDir()
	p := issue(t, folder, "chat.example", time.Now().Add(time.Hour))
	for name, c := range map[string]struct {
		flags []string
		says  string
	}{
		"a certificate alone":  {[]string{"--tls-cert=" + p.cert}, "PARLEY_TLS_CERT and PARLEY_TLS_KEY need each other"},
		"a key alone":          {[]string{"--tls-key=" + p.key}, "PARLEY_TLS_CERT and PARLEY_TLS_KEY need each other"},
		"an address over http": {[]string{"--tls-cert=" + p.cert, "--tls-key=" + p.key, "--public-url=http://chat.example"}, "PARLEY_PUBLIC_URL"},
	} {
		if _, err := parse(t, c.flags...); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, files := range map[string]papers{"no such file": {folder + "/none.pem", p.key}, "no certificate": {p.key, p.key}} {
		c, err := parse(t, "--addr=127.0.0.1:0", "--data="+t.TempDir(), "--tls-cert="+files.cert, "--tls-key="+files.key)
		if err != nil {
			t.Fatal(err)
		}
		serve := &ServeCmd{Config: *c, logger: slog.New(slog.DiscardHandler)}
		if err := serve.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "PARLEY_TLS_CERT") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheDoctorReadsTheCertificate(t *testing.T) {
	for name, c := range map[string]struct {
		until  time.Duration
		public string
		says   string
		sound  bool
	}{
		"good":        {90 * 24 * time.Hour, "https://chat.example", "good for chat.example", true},
		"ending soon": {5 * 24 * time.Hour, "https://chat.example", "ends in 5 days", true},
		"ended":       {-3 * time.Hour, "https://chat.example", "has ended", false},
		"of another":  {90 * 24 * time.Hour, "https://shop.example", "not for shop.example", false},
	} {
		p := issue(t, t.TempDir(), "chat.example", time.Now().Add(c.until+time.Hour))
		config, err := parse(t, "--tls-cert="+p.cert, "--tls-key="+p.key, "--public-url="+c.public)
		if err != nil {
			t.Fatal(err)
		}
		examiner := &DoctorCmd{Config: *config}
		found := examiner.lookAtCertificate(t.Context())
		var said bytes.Buffer
		if err := doctor.Write(&said, found); err != nil {
			t.Fatal(err)
		}
		if doctor.Sound(found) != c.sound || !strings.Contains(said.String(), c.says) {
			t.Errorf("%s: %s", name, said.String())
		}
	}
}
