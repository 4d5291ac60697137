// Package fetch is the only way out to the web. It reaches public addresses and nothing else: the
// address that is dialled is checked, whatever a name resolved to and wherever a
// redirect led. Size, time and redirects are bounded; no proxy of the environment is
// used, no cookie kept. It is safe for concurrent use.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"path"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"

	"parley/chat"
)

// Bounds of one page.
const (
	MaxSize      = 16 << 20 // bytes, unpacked
	Timeout      = 20 * time.Second
	maxRedirects = 5
)

// Errors that are said to owners.
var (
	ErrForbidden = chat.Fail(chat.Invalid, "url_forbidden",
		"This address is not on the public web, so it cannot be read from here. Upload the page as a file instead.")
	ErrUnreachable = chat.Fail(chat.Invalid, "url_unreachable",
		"This address could not be reached. Check that it opens in a browser, and add it again.")
	ErrTooLarge = chat.Fail(chat.TooLarge, "url_too_large",
		"What is at this address is larger than 16 MB. Download it and upload the parts that matter.")
)

// Client gets pages.
type Client struct{ http *http.Client }

// Page is what was got.
type Page struct {
	URL  string // after redirects
	Name string // a file name that tells what the server says it is
	Body []byte
}

// An Option changes a Client.
type Option func(*net.Dialer)

// WithGuard replaces the check of addresses, for tests and for businesses whose pages are on a network of their own.
func WithGuard(guard func(network, address string, c syscall.RawConn) error) Option {
	return func(d *net.Dialer) { d.Control = guard }
}

// New returns a client.
func New(options ...Option) *Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: ssrf.New().Safe}
	for _, option := range options {
		option(dialer)
	}
	transport := &http.Transport{
		Proxy:                  nil, // it would be dialled instead of the address that must be checked
		DialContext:            dialer.DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  Timeout,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConns:           10,
		IdleConnTimeout:        10 * time.Second,
		ForceAttemptHTTP2:      true,
	}
	return &Client{&http.Client{Transport: transport, Timeout: Timeout, CheckRedirect: checkRedirect}}
}

func checkRedirect(request *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return errors.New("too many redirects")
	}
	if scheme := request.URL.Scheme; scheme != "http" && scheme != "https" {
		return fmt.Errorf("redirect to %s", scheme)
	}
	return nil
}

// Get gets one page. Its errors are chat.Errors, but the context's.
func (c *Client) Get(ctx context.Context, address string) (Page, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || (request.URL.Scheme != "http" && request.URL.Scheme != "https") || request.URL.User != nil {
		return Page{}, ErrUnreachable.Because(err)
	}
	request.Header.Set("User-Agent", "Parley/1.0 (reads pages that their owner asked it to)")
	request.Header.Set("Accept", "text/html,application/xhtml+xml,text/plain,text/markdown,application/pdf,*/*;q=0.5")
	response, err := c.http.Do(request)
	if err != nil {
		return Page{}, c.failure(ctx, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return Page{}, chat.Fail(chat.Invalid, "url_status", fmt.Sprintf(
			"The page answered %d (%s). Check that it opens in a browser without signing in, and add it again.",
			response.StatusCode, http.StatusText(response.StatusCode)))
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, MaxSize+1))
	if err != nil {
		return Page{}, c.failure(ctx, err)
	}
	if len(body) > MaxSize {
		return Page{}, ErrTooLarge
	}
	return Page{URL: response.Request.URL.String(), Name: name(response.Request.URL, response.Header.Get("Content-Type")), Body: body}, nil
}

func (c *Client) failure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedPort) || errors.Is(err, ssrf.ErrProhibitedNetwork) {
		return ErrForbidden.Because(err)
	}
	return ErrUnreachable.Because(err)
}

// name makes a file name of what the server says, as web addresses end in anything.
func name(address *url.URL, contentType string) string {
	base := path.Base(address.Path)
	media, _, _ := mime.ParseMediaType(contentType)
	switch {
	case media == "text/html" || media == "application/xhtml+xml":
		return base + ".html"
	case media == "text/plain" && !strings.HasSuffix(base, ".md"):
		return base + ".txt"
	case media == "text/markdown":
		return base + ".md"
	case media == "text/csv":
		return base + ".csv"
	}
	return base
}
