package stripe

import (
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	// tries are how often a request is sent that Stripe refuses because there are too many.
	tries = 3
	// longestWait is the longest that Stripe may ask for: whoever waits at a page has gone by then, and the tick comes again anyway.
	longestWait = 10 * time.Second
)

// patient sends a request again when Stripe says that there are too many, as late as it asks for. The library does that for all but
// this (https://github.com/stripe/stripe-go/blob/v76.25.0/stripe.go, shouldRetry), and does not look at Retry-After.
type patient struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (p patient) RoundTrip(r *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		resp, err := p.next.RoundTrip(r)
		if err != nil || resp.StatusCode != http.StatusTooManyRequests || try == tries {
			return resp, err
		}
		wait := waitFor(resp.Header, try)
		if wait > longestWait {
			return resp, nil
		}
		again := r.Clone(r.Context())
		if r.GetBody != nil {
			if again.Body, err = r.GetBody(); err != nil {
				return resp, nil //nolint:nilerr // what cannot be sent again has been answered
			}
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
		_ = resp.Body.Close()
		timer := time.NewTimer(wait)
		select {
		case <-r.Context().Done():
			timer.Stop()
			return nil, r.Context().Err()
		case <-timer.C:
		}
		r = again
	}
}

// waitFor is how long Stripe asks to wait, or else half a second, and twice that the next time.
func waitFor(header http.Header, try int) time.Duration {
	if seconds, err := strconv.Atoi(header.Get("Retry-After")); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second
	}
	return 500 * time.Millisecond << (try - 1)
}
