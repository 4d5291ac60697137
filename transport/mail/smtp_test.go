package mail

import (
	"context"
	"errors"
	"mime"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"
)

const secret = "p@ss wörd"

func example() Message {
	return Message{
		ID: "mai_1.4", Kind: "missed", To: "mia@example.com", Company: "Acme", Subject: "Anna from Acme wrote to you", Thread: "cnv_1",
		Text: "Grüezi\n", HTML: "<p>Grüezi</p>\n",
	}
}

func TestAMailGoesToTheServerInEachWayOfSecuringIt(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, scheme, user string
		options            serverOptions
		secure             bool
	}{
		{"smtps", "smtps", "parley:p%40ss%20w%C3%B6rd@", serverOptions{implicit: true, password: secret}, true},
		{"STARTTLS", "smtp", "parley:p%40ss%20w%C3%B6rd@", serverOptions{startTLS: true, password: secret}, true},
		{"plain on this machine", "smtp", "parley:p%40ss%20w%C3%B6rd@", serverOptions{password: secret}, false},
		{"nobody signs in", "smtp", "", serverOptions{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := serveMail(t, c.options)
			if err := server.sender(t, c.scheme, c.user).Send(t.Context(), example()); err != nil {
				t.Fatal(err)
			}
			mails := server.all()
			if len(mails) != 1 {
				t.Fatalf("%d mails", len(mails))
			}
			got := mails[0]
			if got.secure != c.secure || !strings.Contains(got.from, "<parley@chat.example>") || !strings.Contains(got.to, "<mia@example.com>") {
				t.Errorf("secure %t from %s to %s", got.secure, got.from, got.to)
			}
			for name, want := range map[string]string{
				"From": `"Acme via Parley" <parley@chat.example>`, "To": "<mia@example.com>", "Subject": "Anna from Acme wrote to you",
				"Message-Id": "<mai_1.4@chat.example>", "In-Reply-To": "<cnv_1@chat.example>", "References": "<cnv_1@chat.example>",
				"Auto-Submitted": "auto-generated", "Content-Language": "en",
			} {
				if header := got.header.Get(name); header != want {
					t.Errorf("%s: %q, want %q", name, header, want)
				}
			}
			if kind, _, _ := mime.ParseMediaType(got.header.Get("Content-Type")); kind != "multipart/alternative" {
				t.Errorf("it is %s", kind)
			}
		})
	}
}

func TestWhatFailsSaysWhetherToTryAgainAndNamesNobody(t *testing.T) {
	t.Parallel()
	answers := func(wanted, answer string) serverOptions {
		return serverOptions{answer: func(verb, argument string) string {
			if strings.Contains(wanted, verb) {
				return answer
			}
			return ""
		}}
	}
	for _, c := range []struct {
		name    string
		options serverOptions
		user    string
		to      string
		want    Failure
	}{
		{name: "unknown recipient", options: answers("RCPT", "550 5.1.1 <mia@example.com> is nobody here"), want: Failure{Stage: "recipient", Code: 550, Permanent: true}},
		{name: "full mailbox", options: answers("RCPT", "452 4.2.2 mia@example.com has no room"), want: Failure{Stage: "recipient", Code: 452}},
		{name: "relaying is not allowed", options: answers("RCPT", "554 5.7.1 <mia@example.com>: Relay access denied"), want: Failure{Stage: "recipient", Code: 554}},
		{name: "refused sender", options: answers("MAIL", "550 5.1.8 parley@chat.example is nobody"), want: Failure{Stage: "sender", Code: 550}},
		{name: "refused content", options: answers("DATA", "552 5.3.4 mia@example.com gets no such thing"), want: Failure{Stage: "content", Code: 552, Permanent: true}},
		{name: "busy", options: answers("EHLO HELO", "421 4.3.2 not now"), want: Failure{Stage: "connect", Code: 421}},
		{name: "wrong password", options: serverOptions{password: "another"}, user: "parley:hunter2@", want: Failure{Stage: "connect", Code: 535}},
		{name: "silent from the start", options: serverOptions{hang: "greeting"}, want: Failure{Stage: "connect", Detail: "it took too long"}},
		{name: "silent in the middle", options: serverOptions{hang: "RCPT"}, want: Failure{Stage: "recipient", Detail: "no answer came"}},
		{name: "no address", options: serverOptions{}, to: "mia@example.com>\r\nRCPT TO:<eve@example.com", want: Failure{Stage: "address", Permanent: true}},
		{name: "two addresses", options: serverOptions{}, to: "mia@example.com, eve@example.com", want: Failure{Stage: "address", Permanent: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := serveMail(t, c.options)
			sender := server.sender(t, "smtp", c.user)
			if c.options.hang != "" {
				sender.wait = 50 * time.Millisecond
			}
			message := example()
			if c.to != "" {
				message.To = c.to
			}
			err := sender.Send(t.Context(), message)
			var failure *Failure
			if !errors.As(err, &failure) || *failure != c.want {
				t.Fatalf("%#v, want %#v", err, c.want)
			}
			for _, private := range []string{"mia", "eve", "hunter2", "example.com"} {
				if strings.Contains(err.Error(), private) {
					t.Errorf("%q tells %q", err, private)
				}
			}
			if len(server.all()) > 0 {
				t.Error("something was sent")
			}
		})
	}
}

func TestAServerThatNobodyRunsIsATemporaryFailure(t *testing.T) {
	t.Parallel()
	server := serveMail(t, serverOptions{})
	sender := server.sender(t, "smtp", "parley:hunter2@")
	sender.port = 1 // nothing listens there
	var failure *Failure
	if err := sender.Send(t.Context(), example()); !errors.As(err, &failure) || failure.Permanent || failure.Stage != "connect" || strings.Contains(err.Error(), "hunter2") {
		t.Fatalf("%v", err)
	}
}

func TestAPasswordIsNotSentInTheOpenToAnotherMachine(t *testing.T) {
	t.Parallel()
	server := serveMail(t, serverOptions{password: secret}) // offers no STARTTLS
	sender := server.sender(t, "smtp", "parley:p%40ss%20w%C3%B6rd@")
	sender.host = "mail.example"
	there := net.JoinHostPort("127.0.0.1", strconv.Itoa(server.port))
	sender.dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, there)
	}
	var failure *Failure
	if err := sender.Send(t.Context(), example()); !errors.As(err, &failure) || failure.Stage != "connect" {
		t.Fatalf("%v", err)
	}
	if server.auth != "" {
		t.Error("the password was sent")
	}
}

func TestASendEndsWhenNobodyWaitsForIt(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"greeting", "DATA"} {
		server := serveMail(t, serverOptions{hang: where})
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		began := time.Now()
		err := server.sender(t, "smtp", "").Send(ctx, example())
		cancel()
		if err == nil || time.Since(began) > smtpWait/2 {
			t.Errorf("at %s: %v after %s", where, err, time.Since(began))
		}
	}
}

func TestAnAddressOfAServerIsCheckedAndItsPasswordNeverRepeated(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"smtp://mail.example":                    "smtp://mail.example:587",
		"smtps://u:hunter2@mail.example":         "smtps://mail.example:465",
		"smtp://u:hunter2@mail.example:2525/":    "smtp://mail.example:2525",
		"smtp://u:hunter2@":                      "",
		"smtp://u:hunter2@mail.example:x":        "",
		"smtp://u:hunter2@mail.example:99999":    "",
		"smtp://u:hun%zzter2@mail.example":       "",
		"smtp://u:hunter2@mail.example/box":      "",
		"smtp://u:hunter2@mail.example?tls=some": "",
		"http://u:hunter2@mail.example":          "",
	} {
		sender, err := NewSMTP(address, "parley@chat.example")
		switch {
		case want == "" && err == nil:
			t.Errorf("%s was taken", address)
		case want != "" && (err != nil || sender.String() != want):
			t.Errorf("%s: %v, %v", address, sender, err)
		case err != nil && strings.Contains(err.Error(), "hunter2"), err != nil && strings.Contains(err.Error(), "zzter2"):
			t.Errorf("%v repeats the password", err)
		}
	}
	for _, from := range []string{"", "chat", "Acme <chat@acme.example>", "a@b.example\r\nBcc: c@d.example"} {
		if _, err := NewSMTP("smtp://mail.example", from); err == nil {
			t.Errorf("%q was taken", from)
		}
	}
}

func TestACheckSignsInAndSendsNothing(t *testing.T) {
	t.Parallel()
	server := serveMail(t, serverOptions{startTLS: true, password: secret})
	if err := server.sender(t, "smtp", "parley:p%40ss%20w%C3%B6rd@").Check(t.Context()); err != nil {
		t.Error(err)
	}
	var failure *Failure
	if err := server.sender(t, "smtp", "parley:wrong@").Check(t.Context()); !errors.As(err, &failure) || failure.Stage != "connect" || failure.Code != 535 {
		t.Errorf("with a wrong password: %v", err)
	}
	if mails := server.all(); len(mails) > 0 {
		t.Errorf("%d mails were sent", len(mails))
	}
}
