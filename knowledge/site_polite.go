package knowledge

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"time"

	"parley/chat"
	"parley/knowledge/crawl"
	"parley/knowledge/fetch"
)

// How politely the web is asked.
const (
	defaultPause = 200 * time.Millisecond
	longestRest  = 5 * time.Second // that a slow or busy server is left alone
	unmodified   = 4               // how many times shorter the pause is after a page that has not changed
	// pagePatience is how long one page of a site may take to arrive: a step of reading it is to end soon.
	pagePatience = 7 * time.Second
)

// getPolitely gets a page when it is its host's turn. A host that took long to answer rests as long.
func (r *Reader) getPolitely(ctx context.Context, wanted fetch.Request) (fetch.Page, error) {
	return r.getAfter(ctx, wanted, 0)
}

// getAfter is getPolitely for a host that asks for a delay.
func (r *Reader) getAfter(ctx context.Context, wanted fetch.Request, delay time.Duration) (fetch.Page, error) {
	address, err := url.Parse(wanted.URL)
	if err != nil {
		return fetch.Page{}, fetch.ErrUnreachable.Because(err)
	}
	rested, err := r.turns.Take(ctx, address.Host)
	if err != nil {
		return fetch.Page{}, err
	}
	begun := time.Now()
	page, err := r.web.Get(ctx, wanted)
	pause := r.pause
	if page.NotModified {
		pause /= unmodified // the server has looked at a date and sent nothing
	}
	rest := max(pause, delay, min(time.Since(begun), longestRest))
	if page.RetryAfter > 0 {
		rest = max(rest, min(page.RetryAfter, longestRest))
	}
	rested(rest)
	return page, err
}

// robots remembers what the robots.txt of sites said, each for one round and an hour at most.
type robots struct {
	mu    sync.Mutex
	known map[robotsKey]robotsEntry
}

type robotsKey struct {
	site, origin string
	round        int64
}

type robotsEntry struct {
	rules crawl.Rules
	until time.Time
}

const (
	robotsTime = time.Hour
	maxRobots  = 500 // sites whose rules are held
)

// rules returns what a site's robots.txt says. A chat.Error says why it cannot be had, and so nothing of the site.
func (r *Reader) rules(ctx context.Context, site Source, scope crawl.Scope) (crawl.Rules, error) {
	key := robotsKey{site.ID, scope.Origin(), site.Crawl.Round}
	r.robots.mu.Lock()
	entry, known := r.robots.known[key]
	r.robots.mu.Unlock()
	if known && time.Now().Before(entry.until) {
		return entry.rules, nil
	}
	page, err := r.getPolitely(ctx, fetch.Request{URL: scope.Origin() + "/robots.txt", Patience: pagePatience})
	var words *chat.Error
	var rules crawl.Rules
	switch {
	case err == nil:
		rules = crawl.ReadRules(page.Body)
	case !errors.As(err, &words), page.Status == 0, page.Status >= 500, page.Status == 429:
		return rules, err
	}
	r.robots.mu.Lock()
	defer r.robots.mu.Unlock()
	if r.robots.known == nil || len(r.robots.known) >= maxRobots {
		r.robots.known = map[robotsKey]robotsEntry{}
	}
	r.robots.known[key] = robotsEntry{rules, time.Now().Add(robotsTime)}
	return rules, nil
}
