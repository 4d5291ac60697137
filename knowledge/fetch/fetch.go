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
	"strconv"
	"strings"
	"time"

	"code.dny.dev/ssrf"

	"parley/chat"
)

// Bounds of one page.
const (
	MaxSize      = 16 << 20 // bytes, unpacked
	Timeout      = 20 * time.Second
	maxRedirects = 5
	maxHeader    = 1000 // bytes of a header that is kept
)

// Errors that are said to owners.
var (
	ErrForbidden = chat.Fail(chat.Invalid, "url_forbidden",
		"This address is not on the public web, so it cannot be read from here. Upload the page as a file instead.")
	ErrUnreachable = chat.Fail(chat.Invalid, "url_unreachable",
		"This address could not be reached. Check that it opens in a browser, and add it again.")
	ErrTooSlow = chat.Fail(chat.Invalid, "url_too_slow",
		"What is at this address took too long to arrive. Try again later, or upload the page as a file.")
	ErrTooLarge = chat.Fail(chat.TooLarge, "url_too_large",
		"What is at this address is larger than 16 MB. Download it and upload the parts that matter.")
	ErrNoText = chat.Fail(chat.Unsupported, "url_no_text",
		"What is at this address is a picture, a sound, a video or a font, which is not read.")
)

// Client gets pages.
type Client struct {
	http  *http.Client
	agent string
}

// Request is what to get.
type Request struct {
	URL string
	// ETag and LastModified are of the version that is known: if it is still that, Page.NotModified. Empty: none is.
	ETag, LastModified string
	// Stay returns a redirect as Page.Location instead of following it.
	Stay bool
	// Patience is how long it may take, the body included; 0: Timeout.
	Patience time.Duration
}

// Page is what was got.
type Page struct {
	URL         string // after redirects
	Name        string // a file name that tells what the server says it is
	ContentType string // as the server wrote it
	Body        []byte

	Status       int    // of HTTP, with most errors too; 0: there was no answer
	Location     string // where it has moved, if the request was to stay
	NotModified  bool
	ETag         string
	LastModified string
	Robots       string        // X-Robots-Tag
	RetryAfter   time.Duration // that a server asks for which is asked too much; 0: it does not say
}

// publicWeb lets a dialer reach the public web, on the ports of web servers.
var publicWeb = ssrf.New().Safe

// New returns a client.
func New(options ...Option) *Client {
	s := settings{dialer: &net.Dialer{Timeout: 10 * time.Second, Control: publicWeb}}
	for _, option := range options {
		option(&s)
	}
	transport := &http.Transport{
		Proxy:                  nil, // it would be dialled instead of the address that must be checked
		DialContext:            s.dialer.DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  Timeout,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConns:           10,
		IdleConnTimeout:        10 * time.Second,
		ForceAttemptHTTP2:      true,
	}
	return &Client{&http.Client{Transport: transport, CheckRedirect: checkRedirect}, agent(s.contact)}
}

// agent is who we say we are. A site's operator must be able to ask whoever runs this.
func agent(contact string) string {
	if contact == "" {
		return "Parley/1.0 (reads pages that their owner asked it to)"
	}
	return "Parley/1.0 (+" + contact + "; reads pages that their owner asked it to)"
}

type stay struct{}

func checkRedirect(request *http.Request, via []*http.Request) error {
	if request.Context().Value(stay{}) != nil {
		return http.ErrUseLastResponse
	}
	if len(via) > maxRedirects {
		return errors.New("too many redirects")
	}
	if scheme := request.URL.Scheme; scheme != "http" && scheme != "https" {
		return fmt.Errorf("redirect to %s", scheme)
	}
	return nil
}

// Get gets one page. Its errors are chat.Errors, but the context's; what is known of an answer comes with them.
func (c *Client) Get(ctx context.Context, wanted Request) (Page, error) {
	if wanted.Patience <= 0 {
		wanted.Patience = Timeout
	}
	limited, cancel := context.WithTimeout(ctx, wanted.Patience)
	defer cancel()
	if wanted.Stay {
		limited = context.WithValue(limited, stay{}, true)
	}
	request, err := c.request(limited, wanted)
	if err != nil {
		return Page{}, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return Page{}, c.failure(ctx, err)
	}
	defer response.Body.Close()
	page := told(response)
	switch {
	case response.StatusCode == http.StatusNotModified && (wanted.ETag != "" || wanted.LastModified != ""):
		page.NotModified = true
		return page, nil
	case page.Location != "":
		return page, nil
	case response.StatusCode != http.StatusOK && response.StatusCode != http.StatusNonAuthoritativeInfo:
		return page, statusError(response.StatusCode)
	case noText(page.ContentType):
		return page, ErrNoText
	}
	page.Body, err = io.ReadAll(io.LimitReader(response.Body, MaxSize+1))
	if err != nil {
		return page, c.failure(ctx, err)
	}
	if len(page.Body) > MaxSize {
		page.Body = nil
		return page, ErrTooLarge
	}
	return page, nil
}

func (c *Client) request(ctx context.Context, wanted Request) (*http.Request, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, wanted.URL, nil)
	if err != nil || (request.URL.Scheme != "http" && request.URL.Scheme != "https") || request.URL.User != nil {
		return nil, ErrUnreachable.Because(err)
	}
	request.Header.Set("User-Agent", c.agent)
	request.Header.Set("Accept", "text/html,application/xhtml+xml,text/plain,text/markdown,application/pdf,application/xml;q=0.9,*/*;q=0.5")
	if wanted.ETag != "" {
		request.Header.Set("If-None-Match", wanted.ETag)
	}
	if wanted.LastModified != "" {
		request.Header.Set("If-Modified-Since", wanted.LastModified)
	}
	return request, nil
}

// told is what an answer says before its body.
func told(response *http.Response) Page {
	header := func(name string) string {
		value := strings.Join(response.Header.Values(name), ", ")
		if len(value) > maxHeader {
			return ""
		}
		return value
	}
	page := Page{
		URL: response.Request.URL.String(), Name: name(response.Request.URL, response.Header.Get("Content-Type")),
		ContentType: header("Content-Type"), Status: response.StatusCode,
		ETag: header("ETag"), LastModified: header("Last-Modified"), Robots: header("X-Robots-Tag"),
	}
	if seconds, err := strconv.Atoi(header("Retry-After")); err == nil && seconds > 0 {
		page.RetryAfter = time.Duration(min(seconds, 3600)) * time.Second
	}
	switch response.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if location, err := response.Location(); err == nil {
			page.Location = location.String()
		}
	}
	return page
}

func statusError(status int) error {
	return chat.Fail(chat.Invalid, "url_status", fmt.Sprintf(
		"The page answered %d (%s). Check that it opens in a browser without signing in, and try again.", status, http.StatusText(status)))
}

// noText tells by the server's word what is not worth its bytes. Vector images may be pages by mistake of a server, but are text then.
func noText(contentType string) bool {
	kind, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(contentType)), "/")
	return kind == "image" || kind == "audio" || kind == "video" || kind == "font"
}

func (c *Client) failure(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedPort) || errors.Is(err, ssrf.ErrProhibitedNetwork) {
		return ErrForbidden.Because(err)
	}
	var slow interface{ Timeout() bool }
	if errors.As(err, &slow) && slow.Timeout() {
		return ErrTooSlow.Because(err)
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
