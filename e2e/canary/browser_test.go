package canary

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"

	"parley/account/oidctest"
	"parley/e2e/owner"
)

// issuer signs in everybody of both businesses.
type issuer struct {
	*oidctest.Issuer
	mu sync.Mutex // one comes back after the other: it tells of one person at a time
}

// browser is one with cookies of its own. It asks the business's gate, whatever address it is sent to, but for the issuer's.
type browser struct {
	b      *business
	name   string
	client http.Client
}

func (b *business) browse() *browser {
	jar, _ := cookiejar.New(nil) // it never fails
	return &browser{b, b.plant("device's name"), http.Client{
		Jar: jar, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// do sends a request. What is refused is an error; the answer comes with it.
func (w *browser) do(method, address string, body any) (owner.Answer, error) {
	var content io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return owner.Answer{}, err
		}
		content = bytes.NewReader(raw)
	}
	request, err := http.NewRequest(method, address, content)
	if err != nil {
		return owner.Answer{}, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	request.Header.Set("User-Agent", w.name+"/1.0")
	response, err := w.client.Do(request)
	if err != nil {
		return owner.Answer{}, err
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	got := owner.Answer{Status: response.StatusCode, Header: response.Header, Body: said}
	if err == nil && got.Status >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %d %s", method, address, got.Status, got.Body)
	}
	if got.Status >= http.StatusInternalServerError {
		w.b.t.Error(err)
	}
	return got, err
}

// ask calls the API as whoever is signed in, and reads the answer into a value, if it is not nil.
func (w *browser) ask(method, path string, body, into any) error {
	got, err := w.do(method, w.b.gate.URL+"/api/v1/"+path, body)
	if err == nil && into != nil {
		err = json.Unmarshal(got.Body, into)
	}
	return err
}

// sent is where an address sends the browser on to.
func (w *browser) sent(address string) (*url.URL, error) {
	got, err := w.do(http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	to, err := url.Parse(got.Header.Get("Location"))
	if err != nil || got.Status != http.StatusFound {
		return nil, fmt.Errorf("%s sends nobody on: %d %s", address, got.Status, got.Body)
	}
	return to, nil
}

// arrive is somebody at the issuer, who comes back from there: it returns the page that they land on.
func (w *browser) arrive(at string, claims map[string]any) (page string, err error) {
	back, err := w.sent(at)
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(back.String(), public) {
		return "", fmt.Errorf("the issuer sends people back to %s", back)
	}
	w.b.issuer.mu.Lock()
	defer w.b.issuer.mu.Unlock()
	w.b.issuer.Claims = claims
	landed, err := w.sent(w.b.gate.URL + back.RequestURI())
	if err != nil {
		return "", err
	}
	return landed.String(), nil
}

// elsewhere signs somebody in at the issuer, with an invitation if they have one.
func (w *browser) elsewhere(claims map[string]any, invitation string) (page string, err error) {
	at, err := w.sent(w.b.gate.URL + "/api/v1/auth/oidc/start?invitation=" + url.QueryEscape(invitation))
	if err != nil {
		return "", err
	}
	return w.arrive(at.String(), claims)
}
