package mail

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net"
	netmail "net/mail"
	"strings"
	"sync"
	"testing"
	"time"
)

// mailServer speaks as much SMTP as these tests need.
type mailServer struct {
	port     int
	security *tls.Config
	options  serverOptions

	mu    sync.Mutex
	mails []received
	tried int // connections
	auth  string
	came  chan struct{}
}

type serverOptions struct {
	implicit bool                               // TLS from the first byte
	startTLS bool                               // offered
	password string                             // asked for
	hang     string                             // at this command it says nothing more; "greeting" is before any
	answer   func(verb, argument string) string // "": as usual
}

type received struct {
	from, to string
	secure   bool
	header   netmail.Header
	raw      string
}

func serveMail(t *testing.T, options serverOptions) *mailServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &mailServer{port: listener.Addr().(*net.TCPAddr).Port, options: options, security: certificate(t), came: make(chan struct{}, 100)}
	var serving sync.WaitGroup
	open := map[net.Conn]bool{}
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.tried++
			open[conn] = true
			s.mu.Unlock()
			serving.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		s.mu.Lock()
		for conn := range open {
			conn.Close()
		}
		s.mu.Unlock()
		serving.Wait()
	})
	return s
}

// sender is an SMTP that trusts this server's certificate.
func (s *mailServer) sender(t *testing.T, scheme, userinfo string) *SMTP {
	t.Helper()
	sender, err := NewSMTP(fmt.Sprintf("%s://%s127.0.0.1:%d", scheme, userinfo, s.port), "parley@chat.example")
	if err != nil {
		t.Fatal(err)
	}
	sender.tls.RootCAs = s.security.RootCAs
	return sender
}

func (s *mailServer) serve(conn net.Conn) {
	defer conn.Close()
	secure := s.options.implicit
	if secure {
		conn = tls.Server(conn, s.security)
	}
	in := bufio.NewReader(conn)
	say := func(text string) { _, _ = io.WriteString(conn, text+"\r\n") }
	if s.options.hang == "greeting" {
		_, _ = io.Copy(io.Discard, in)
		return
	}
	say("220 test")
	var mail received
	for {
		command, err := in.ReadString('\n')
		if err != nil {
			return
		}
		command = strings.TrimRight(command, "\r\n")
		verb, argument, _ := strings.Cut(command, " ")
		verb = strings.ToUpper(verb)
		if s.options.hang == verb {
			_, _ = io.Copy(io.Discard, in)
			return
		}
		if s.options.answer != nil {
			if answer := s.options.answer(verb, argument); answer != "" {
				say(answer)
				continue
			}
		}
		switch verb {
		case "EHLO":
			say("250-test\r\n250-ENHANCEDSTATUSCODES")
			if s.options.startTLS && !secure {
				say("250-STARTTLS")
			}
			if s.options.password != "" {
				say("250-AUTH PLAIN")
			}
			say("250 8BITMIME")
		case "STARTTLS":
			say("220 go on")
			conn = tls.Server(conn, s.security)
			in, secure = bufio.NewReader(conn), true
		case "AUTH":
			credentials, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(argument, "PLAIN "))
			s.mu.Lock()
			s.auth = string(credentials)
			s.mu.Unlock()
			if !strings.HasSuffix(string(credentials), "\x00"+s.options.password) {
				say("535 5.7.8 not with " + string(credentials[1:]))
				continue
			}
			say("235 welcome")
		case "MAIL":
			mail = received{from: argument, secure: secure}
			say("250 ok")
		case "RCPT":
			mail.to = argument
			say("250 ok")
		case "DATA":
			say("354 go on")
			for {
				text, err := in.ReadString('\n')
				if err != nil {
					return
				}
				if text == ".\r\n" {
					break
				}
				mail.raw += text
			}
			parsed, err := netmail.ReadMessage(strings.NewReader(mail.raw))
			if err == nil {
				mail.header = parsed.Header
			}
			s.mu.Lock()
			s.mails = append(s.mails, mail)
			s.mu.Unlock()
			say("250 taken")
			s.came <- struct{}{}
		case "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

// all are the mails that came.
func (s *mailServer) all() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received(nil), s.mails...)
}

// certificate is one for 127.0.0.1 that is its own authority.
func certificate(t *testing.T) *tls.Config {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool, Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}
