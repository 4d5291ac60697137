package hooks

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"parley/chat"
	"parley/knowledge/fetch"
)

// Bounds of one call.
const (
	timeout      = 15 * time.Second // for all of it, the answer included
	answerBytes  = 4 << 10          // of the answer that are read
	idleLifetime = 30 * time.Second // of a connection that is kept for the next call
)

// Sender makes signed calls. It is safe for concurrent use.
type Sender struct {
	networks Networks
	client   *http.Client
	timeout  time.Duration
}

// NewSender returns a sender that reaches the public web over https, and these
// networks over https and http.
func NewSender(networks Networks) *Sender {
	return &Sender{
		networks: networks,
		timeout:  timeout,
		client: &http.Client{
			Transport: byScheme{plain: newTransport(networks.controlPlain), secure: newTransport(networks.control)},
			// The answer that says so is the last: it is a failure like any other.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// Check refuses an address to which nothing will ever be sent, with a chat.Error.
func (s *Sender) Check(address string) error { return s.networks.check(address) }

// Close ends connections that are kept.
func (s *Sender) Close() { s.client.CloseIdleConnections() }

// byScheme dials differently for http and https.
type byScheme struct{ plain, secure *http.Transport }

func (b byScheme) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme == "https" {
		return b.secure.RoundTrip(r)
	}
	return b.plain.RoundTrip(r)
}

func (b byScheme) CloseIdleConnections() {
	b.plain.CloseIdleConnections()
	b.secure.CloseIdleConnections()
}

func newTransport(control func(network, address string, c syscall.RawConn) error) *http.Transport {
	dialer := &net.Dialer{Timeout: timeout, Control: control}
	return &http.Transport{
		Proxy:                  nil, // it would be dialled instead of the address that must be checked
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    timeout,
		MaxResponseHeaderBytes: 16 << 10,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    perWebhook,
		IdleConnTimeout:        idleLifetime,
		ForceAttemptHTTP2:      true,
	}
}

// Result is what came of a call.
type Result struct {
	Status     int    // 0: there was no answer
	Failure    string // "" if it arrived; else one word, such as "timeout" or "status_500"
	Took       time.Duration
	Answer     string        // its beginning
	RetryAfter time.Duration // what the answer asks for; 0: nothing
}

// Gone tells whether the server said that it wants no more.
func (r Result) Gone() bool { return r.Status == http.StatusGone }

// send makes one call. The id is the event's, the same at each attempt.
func (s *Sender) send(ctx context.Context, w chat.Webhook, id string, body []byte) Result {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	began := time.Now()
	result := s.call(ctx, w, id, began, body)
	result.Took = time.Since(began)
	return result
}

func (s *Sender) call(ctx context.Context, w chat.Webhook, id string, at time.Time, body []byte) Result {
	signature, err := signatures(w, id, at, body)
	if err != nil {
		return Result{Failure: "secret"}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil || s.Check(w.URL) != nil { // what is allowed may have changed since it was set
		return Result{Failure: "address"}
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Parley-Webhooks/1")
	request.Header.Set("Webhook-Id", id)
	request.Header.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	request.Header.Set("Webhook-Signature", signature)
	response, err := s.client.Do(request)
	if err != nil {
		return Result{Failure: failureOf(err)}
	}
	defer response.Body.Close()
	// The status says whether it arrived: an answer that never ends, or breaks off, does not change that.
	answer, _ := io.ReadAll(io.LimitReader(response.Body, answerBytes))
	result := Result{Status: response.StatusCode, Answer: string(answer)}
	if result.Status < 200 || result.Status > 299 {
		result.Failure = "status_" + strconv.Itoa(result.Status)
		if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
			result.RetryAfter = min(time.Duration(seconds)*time.Second, longestPause)
		}
	}
	return result
}

// failureOf says in a word why there was no answer. The whole error names
// addresses, which are not for logs.
func failureOf(err error) string {
	var network net.Error
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(err, fetch.ErrNotPublic):
		return "not_public"
	case errors.As(err, &certificate):
		return "certificate"
	case errors.As(err, &name):
		return "unknown_host"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "timeout"
	case errors.Is(err, context.Canceled):
		return "stopped"
	default:
		return "unreachable"
	}
}
