package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// Sender hands a mail on. Sending the same again is another mail with the same
// Message-ID. An error that no other attempt can mend is a *Failure that is Permanent.
type Sender interface {
	Send(ctx context.Context, message Message) error
	// String says in a few words where mails go, without a secret.
	String() string
}

// smtpWait bounds how long a server may say nothing.
const smtpWait = 20 * time.Second

// SMTP sends by a mail server, with a connection for each mail.
type SMTP struct {
	host           string
	port           int
	user, password string
	implicit       bool // TLS from the first byte
	from           netmail.Address
	tls            *tls.Config
	wait           time.Duration
	dial           gomail.DialContextFunc
}

var errSMTPURL = errors.New("it must be smtp://user:password@host:587 or smtps://user:password@host:465")

// NewSMTP returns the sender for an address such as smtps://user:password@host:465;
// smtp:// is secured by STARTTLS where the server has it, and always when there is a password and the
// server is another machine. from is the address that mails come from. No error repeats the address of the server.
func NewSMTP(address, from string) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return nil, errSMTPURL // what url.Parse says repeats the password
	}
	sender, err := sender(from)
	if err != nil {
		return nil, err
	}
	s := &SMTP{
		host: u.Hostname(), port: 587, implicit: u.Scheme == "smtps", from: sender, wait: smtpWait, dial: (&net.Dialer{}).DialContext,
		tls: &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12},
	}
	if s.implicit {
		s.port = 465
	}
	if port := u.Port(); port != "" {
		if s.port, err = strconv.Atoi(port); err != nil || s.port < 1 || s.port > 65535 {
			return nil, errSMTPURL
		}
	}
	s.user = u.User.Username()
	s.password, _ = u.User.Password()
	return s, nil
}

func (s *SMTP) String() string {
	scheme := "smtp"
	if s.implicit {
		scheme = "smtps"
	}
	return scheme + "://" + net.JoinHostPort(s.host, strconv.Itoa(s.port))
}

// Send gives a message to the server. It returns soon after ctx has ended.
func (s *SMTP) Send(ctx context.Context, message Message) error {
	msg, err := compose(message, s.from, time.Now())
	if err != nil {
		return err
	}
	err = s.within(ctx, func(client *gomail.Client, connection *smtp.Client) error {
		return client.SendWithSMTPClient(connection, msg)
	})
	var failure *Failure
	if errors.As(err, &failure) {
		return failure
	}
	if err != nil && !msg.IsDelivered() {
		return notTaken(err)
	}
	return nil
}

// Check signs in at the server and sends nothing. Its error is a *Failure.
func (s *SMTP) Check(ctx context.Context) error {
	return s.within(ctx, func(*gomail.Client, *smtp.Client) error { return nil })
}

// within does something with a connection, signed in, that ends with it or soon after ctx has ended. A *Failure is why
// there was none.
func (s *SMTP) within(ctx context.Context, do func(client *gomail.Client, connection *smtp.Client) error) error {
	var left func() bool // ends the watch over ctx
	client, err := gomail.NewClient(s.host, s.options(func(dialing context.Context, network, address string) (net.Conn, error) {
		conn, err := s.dial(dialing, network, address)
		if err != nil {
			return nil, err
		}
		left = context.AfterFunc(ctx, func() { _ = conn.Close() })
		if s.implicit {
			return tls.Client(conn, s.tls), nil // the handshake comes with the first read, under its deadline
		}
		return conn, nil
	})...)
	if err != nil {
		return notConnected(err)
	}
	connection, err := client.DialToSMTPClientWithContext(ctx)
	if left != nil {
		defer left()
	}
	if err != nil {
		return notConnected(err)
	}
	err = do(client, connection)
	_ = client.CloseWithSMTPClient(connection) // whether it says goodbye is nothing to us
	return err
}

func (s *SMTP) options(dial gomail.DialContextFunc) []gomail.Option {
	options := []gomail.Option{
		gomail.WithPort(s.port), gomail.WithTimeout(s.wait), gomail.WithTLSConfig(s.tls),
		gomail.WithDialContextFunc(dial), gomail.WithoutNoop(), gomail.WithoutRset(),
	}
	if s.implicit {
		options = append(options, gomail.WithSSL())
	}
	if s.user == "" {
		return append(options, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	}
	ways := []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1}
	policy := gomail.TLSMandatory
	if loopback(s.host) { // nobody listens in between
		policy = gomail.TLSOpportunistic
		ways = append(ways, gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc)
	} else {
		ways = append(ways, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin)
	}
	return append(options, gomail.WithTLSPolicy(policy), gomail.WithUsername(s.user), gomail.WithPassword(s.password),
		gomail.WithOpportunisticSMTPAuth(append(ways, gomail.SMTPAuthCramMD5)...))
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// CheckAddress says what is wrong with an address that mails are to come from.
func CheckAddress(address string) error {
	_, err := sender(address)
	return err
}

func sender(address string) (netmail.Address, error) {
	parsed, err := netmail.ParseAddress(address)
	if err != nil || parsed.Address != address {
		return netmail.Address{}, fmt.Errorf("%q is not a mail address such as chat@shop.example", address)
	}
	return *parsed, nil
}

// domain is what follows the @ of an address.
func domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
