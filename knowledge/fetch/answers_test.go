package fetch

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"code.dny.dev/ssrf"

	"parley/chat"
)

// only lets a client dial one address.
func only(allowed string) func(string, string, syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		if address != allowed {
			return ssrf.ErrProhibitedIP
		}
		return nil
	}
}

// answering returns a server and a client for it.
func answering(t *testing.T, handler http.HandlerFunc, options ...Option) (string, *Client) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL, New(append(options, WithGuard(only(server.Listener.Addr().String())))...)
}

func TestWhatHasNotChangedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	url, client := answering(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `W/"7"`)
		w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		w.Header().Add("X-Robots-Tag", "noindex")
		if r.Header.Get("If-None-Match") == `W/"7"` || r.Header.Get("If-Modified-Since") == "Mon, 02 Jan 2006 15:04:05 GMT" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, "text")
	})
	first, err := client.Get(t.Context(), Request{URL: url})
	if err != nil || string(first.Body) != "text" || first.NotModified || first.ETag != `W/"7"` || first.LastModified == "" || first.Robots != "noindex" {
		t.Fatalf("%+v, %v", first, err)
	}
	for _, again := range []Request{{URL: url, ETag: first.ETag}, {URL: url, LastModified: first.LastModified}} {
		if page, err := client.Get(t.Context(), again); err != nil || !page.NotModified || len(page.Body) > 0 {
			t.Errorf("%+v, %v", page, err)
		}
	}
}

func TestACrawlerIsToldOfARedirectAndDoesNotFollowIt(t *testing.T) {
	t.Parallel()
	followed := false
	url, client := answering(t, func(w http.ResponseWriter, r *http.Request) {
		followed = followed || r.URL.Path == "/b"
		http.Redirect(w, r, "/b?c", http.StatusPermanentRedirect)
	})
	page, err := client.Get(t.Context(), Request{URL: url + "/a", Stay: true})
	if err != nil || page.Location != url+"/b?c" || page.Status != 308 || followed {
		t.Errorf("%+v, %v, followed: %v", page, err, followed)
	}
}

func TestAnswersThatAreNoPageSaySo(t *testing.T) {
	t.Parallel()
	url, client := answering(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/busy":
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/picture":
			w.Header().Set("Content-Type", "image/png")
			_, _ = io.CopyN(w, zeros{}, MaxSize)
		case "/unmodified":
			w.WriteHeader(http.StatusNotModified)
		case "/drip":
			for r.Context().Err() == nil {
				_, _ = io.WriteString(w, "x")
				_ = http.NewResponseController(w).Flush()
				time.Sleep(time.Millisecond)
			}
		case "/silent":
			<-r.Context().Done()
		}
	})
	for path, want := range map[string]struct {
		err    *chat.Error
		status int
	}{
		"/busy": {&chat.Error{Code: "url_status"}, 429}, "/picture": {ErrNoText, 200}, "/unmodified": {&chat.Error{Code: "url_status"}, 304},
		"/drip": {ErrTooSlow, 200}, "/silent": {ErrTooSlow, 0},
	} {
		page, err := client.Get(t.Context(), Request{URL: url + path, Patience: 300 * time.Millisecond})
		if !errors.Is(err, want.err) || page.Status != want.status {
			t.Errorf("%s: %d, %v", path, page.Status, err)
		}
		if path == "/busy" && page.RetryAfter != 2*time.Minute {
			t.Errorf("to be asked again after %v", page.RetryAfter)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestOperatorsOfSitesLearnWhoAsks(t *testing.T) {
	t.Parallel()
	agent := ""
	url, client := answering(t, func(_ http.ResponseWriter, r *http.Request) { agent = r.UserAgent() }, WithContact("https://parley.example"))
	if _, err := client.Get(t.Context(), Request{URL: url}); err != nil || agent != "Parley/1.0 (+https://parley.example; reads pages that their owner asked it to)" {
		t.Errorf("%q, %v", agent, err)
	}
}

func TestAHostIsAskedByOneAtATimeAndRests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turns := NewTurns()
		var asked []time.Duration
		begun := time.Now()
		var asking sync.WaitGroup
		for range 3 {
			asking.Go(func() {
				done, err := turns.Take(t.Context(), "a.example")
				if err != nil {
					t.Error(err)
					return
				}
				asked = append(asked, time.Since(begun))
				time.Sleep(time.Second)
				done(2 * time.Second)
			})
		}
		other, err := turns.Take(t.Context(), "b.example")
		if err != nil || time.Since(begun) != 0 {
			t.Errorf("another host had to wait: %v", err)
		}
		other(0)
		asking.Wait()
		if len(asked) != 3 || asked[0] != 0 || asked[1] != 3*time.Second || asked[2] != 6*time.Second {
			t.Errorf("asked after %v", asked)
		}
	})
}
