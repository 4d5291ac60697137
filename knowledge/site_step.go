package knowledge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"parley/chat"
	"parley/knowledge/crawl"
	"parley/knowledge/fetch"
)

// Bounds of a step through a site, which is to end within 10 seconds: it looks at no further address after siteTime, and the last one has its patience.
const (
	siteTime      = 3 * time.Second
	stepAddresses = 64
	atATime       = 500 // addresses that are asked for, or forgotten, together
)

// Bounds of a round.
const (
	maxSitePassages = 100_000 // a bot's are in memory together
	failuresInARow  = 5       // after which it is asked whether the site is there at all
)

// siteStep is one step of a round through a site. What it found is kept in its round until all is saved together.
type siteStep struct {
	r        *Reader
	scope    crawl.Scope
	start    string
	trail    crawl.Trail
	rules    crawl.Rules
	frontier *crawl.Frontier
	round    Round
	room     Room // that is left

	links   []link              // that were found, not judged yet
	done    map[string]Address  // of this step
	texts   map[string]string   // addresses by what was read from them in this step
	fresh   map[string]bool     // ids of its pages that were not known before
	ready   map[string]prefetch // got already
	named   string              // what the site calls itself
	unnamed bool                // by its owner
	ended   string              // why the round cannot go on, in words; empty: it can
}

// link is where a page leads to.
type link struct {
	url    string
	depth  int
	listed bool // by a sitemap
	seed   bool // it is not asked whether it belongs to the site
}

type prefetch struct {
	page fetch.Page
	err  error
}

// readSite does one step of reading a site.
func (r *Reader) readSite(ctx context.Context, site Source) error {
	if r.sites == nil {
		return errors.New("read a site: there is nowhere to keep it")
	}
	s := &siteStep{
		r: r, start: site.URL, trail: crawl.ReadTrail(site.Crawl.Trail), round: Round{Site: site, From: site.PagesRead},
		done: map[string]Address{}, texts: map[string]string{}, fresh: map[string]bool{}, ready: map[string]prefetch{},
		unnamed: site.Title == siteTitle(site.URL),
	}
	err := s.take(ctx)
	if ctx.Err() != nil && len(s.done) > 0 && s.ended == "" {
		// A shutdown: what was looked at need not be looked at again.
		saving, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		ctx, err = saving, nil
	}
	if err != nil {
		return fmt.Errorf("read site %s: %w", site.ID, err)
	}
	if err := s.save(ctx); err != nil && !errors.Is(err, chat.ErrFenced) {
		return fmt.Errorf("save a step of site %s: %w", site.ID, err)
	}
	return nil
}

// site is the site as it is after the step.
func (s *siteStep) site() *Source { return &s.round.Site }

// take looks at the next addresses.
func (s *siteStep) take(ctx context.Context) error {
	begun := time.Now()
	waiting, err := s.next(ctx)
	if err != nil || s.ended != "" {
		return err
	}
	if s.room, err = s.r.room(ctx, s.site().Tenant); err != nil {
		return err
	}
	for i, a := range waiting {
		if i > 0 && time.Since(begun) >= siteTime || s.full() || s.ended != "" {
			return nil
		}
		if s.pointless(a) {
			s.trail.Cramped = true
			s.leave(a, noRoom)
			continue
		}
		if err := s.look(ctx, a); err != nil {
			return err
		}
	}
	if len(waiting) == 0 {
		return s.finish(ctx)
	}
	return nil
}

// full tells whether no more pages are read in this round.
func (s *siteStep) full() bool {
	c := s.site().Crawl
	return c.Kept+c.Unchanged >= s.site().Plan.pages() || s.site().Passages >= maxSitePassages
}

// next returns the addresses to look at; at the beginning of a round those from which all others are found.
func (s *siteStep) next(ctx context.Context) (waiting []Address, err error) {
	site := s.site()
	plan := crawl.PlanOf(append([]string{site.URL, site.Plan.Within}, site.Plan.Exclude...)...)
	first := site.PagesRead == 0 && site.Crawl.Found == 0
	if first {
		s.trail.Begin(plan)
		site.Note, site.Error = "", ""
	}
	if err := s.enter(ctx); err != nil || s.ended != "" {
		return nil, err
	}
	if first {
		return s.seeds(ctx)
	}
	if s.full() {
		return nil, nil
	}
	return s.r.sites.Waiting(ctx, site.Tenant, site.ID, stepAddresses)
}

// enter settles what belongs to the site and what it allows.
func (s *siteStep) enter(ctx context.Context) (err error) {
	site := s.site()
	if s.scope, err = crawl.NewScope(site.URL, site.Plan.Within, site.Plan.Exclude); err != nil {
		s.ended = errURL.Message
		return nil
	}
	if address, ok := s.scope.Resolve(site.URL, site.URL); ok {
		s.start = address
	}
	s.rules, err = s.r.rules(ctx, *site, s.scope)
	var words *chat.Error
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &words):
		s.ended = "The site's robots.txt, which says what may be read, could not be had. " + words.Message
		return nil
	case err != nil:
		return err
	}
	site.Crawl.Trail = nil // made anew when the step is saved
	s.frontier = crawl.NewFrontier(s.scope, s.rules, &s.trail, 3*site.Plan.pages()+atATime, site.Crawl.Found)
	return nil
}

// seeds returns the site's sitemaps and its start. A start that leads to another place is followed there: that is the site.
func (s *siteStep) seeds(ctx context.Context) ([]Address, error) {
	if err := s.settle(ctx); err != nil || s.ended != "" {
		return nil, err
	}
	maps := s.rules.Sitemaps
	if len(maps) == 0 {
		maps = []string{s.scope.Origin() + "/sitemap.xml"}
	}
	var urls []string
	for _, reference := range maps {
		if address, ok := s.scope.Resolve(s.start, reference); ok {
			urls = append(urls, address)
		}
	}
	urls = append(urls, s.start)
	known, err := s.known(ctx, urls)
	if err != nil {
		return nil, err
	}
	var seeds []Address
	for _, address := range urls {
		if _, double := s.done[address]; double {
			continue
		}
		a := known[address]
		a.URL, a.Depth = address, 0
		s.done[address] = a
		seeds = append(seeds, a)
	}
	clear(s.done)
	s.site().Crawl.Found += len(seeds)
	// What is not reached in this step waits.
	for _, a := range seeds {
		a.State, a.Round = Waiting, s.site().Crawl.Round
		s.round.Found = append(s.round.Found, a)
	}
	return seeds, nil
}

// settle gets the start, and follows it if it has moved out of the site.
func (s *siteStep) settle(ctx context.Context) error {
	const hops = 5
	for range hops {
		if !s.rules.Allows(s.start) {
			return nil
		}
		known, err := s.known(ctx, []string{s.start})
		if err != nil {
			return err
		}
		page, err := s.get(ctx, known[s.start])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		moved, ok := crawl.Canonical(page.Location)
		if ok {
			moved = s.elsewhere(moved)
		}
		if err != nil || moved == "" {
			s.ready[s.start] = prefetch{page, err}
			return nil
		}
		s.site().URL = moved
		if err := s.enter(ctx); err != nil || s.ended != "" {
			return err
		}
	}
	s.ended = "The address leads from one place to the next without end. Check that it opens in a browser."
	return nil
}

// elsewhere returns where the site is if its start leads out of it, "" if it does not. The scheme and "www." are no other site. A place on the
// same host that the owner's own path excludes is not followed.
func (s *siteStep) elsewhere(moved string) string {
	switch here, ok := s.scope.Resolve(s.start, moved); {
	case !ok || !s.scope.Here(here):
		return moved
	case !s.scope.Here(moved):
		return crawl.Rehost(s.start, moved)
	case s.scope.Within(moved) || s.site().Plan.Within != "":
		return ""
	}
	return moved
}

// known returns those of the addresses that the site has, by their URL.
func (s *siteStep) known(ctx context.Context, urls []string) (map[string]Address, error) {
	all := make(map[string]Address, len(urls))
	for _, url := range urls {
		all[url] = Address{URL: url}
	}
	for len(urls) > 0 {
		n := min(len(urls), atATime)
		found, err := s.r.sites.Known(ctx, s.site().Tenant, s.site().ID, urls[:n])
		if err != nil {
			return nil, fmt.Errorf("look up addresses: %w", err)
		}
		for _, a := range found {
			all[a.URL] = a
		}
		urls = urls[n:]
	}
	return all, nil
}

// save stores what the step found, all together.
func (s *siteStep) save(ctx context.Context) error {
	site := s.site()
	if s.ended != "" {
		s.giveUp()
	} else if err := s.judge(ctx); err != nil {
		return err
	}
	c := &site.Crawl
	site.Pages, site.PagesRead = c.Found, c.Kept+c.Unchanged+c.Left+c.Failed+c.Vanished
	if site.State == Queued {
		site.State = Reading
	}
	site.UpdatedAt = time.Now().UTC()
	s.round.Found = slices.DeleteFunc(s.round.Found, func(a Address) bool { _, done := s.done[a.URL]; return done })
	s.round.Limits = s.room.Of
	if s.named != "" && s.unnamed {
		if _, err := s.r.sites.Rename(ctx, site.Tenant, site.Bot, site.ID, s.named); err != nil && !errors.Is(err, chat.ErrNotFound) {
			return fmt.Errorf("name it: %w", err)
		}
	}
	for {
		c.Trail = s.trail.Pack()
		s.round.Done = slices.Collect(maps.Values(s.done))
		err := s.r.sites.SaveRound(ctx, s.round)
		if !errors.Is(err, ErrNoRoom) && !errors.Is(err, ErrNoPages) {
			return err
		}
		if fewer, failure := s.cram(ctx); failure != nil || !fewer {
			return cmp.Or(failure, err)
		}
	}
}

// judge decides which of the found addresses are looked at later. Those that are known in this round were judged before.
func (s *siteStep) judge(ctx context.Context) error {
	var fresh []link
	var urls []string
	seen := map[string]bool{}
	for _, l := range s.links {
		if _, done := s.done[l.url]; !done && !seen[l.url] {
			seen[l.url] = true
			fresh, urls = append(fresh, l), append(urls, l.url)
		}
	}
	known, err := s.known(ctx, urls)
	if err != nil {
		return err
	}
	site := s.site()
	for _, l := range fresh {
		a := known[l.url]
		if a.State != "" && a.Round == site.Crawl.Round {
			continue
		}
		verdict, why := crawl.Look, ""
		if l.seed && site.Crawl.Found >= s.frontier.Most {
			continue
		}
		if !l.seed {
			_, verdict, why = s.frontier.Judge(s.start, l.url, l.depth, l.listed)
		}
		a.Depth = l.depth
		switch verdict {
		case crawl.Look:
			a.State, a.Round, a.Why = Waiting, site.Crawl.Round, ""
			s.round.Found = append(s.round.Found, a)
		case crawl.Leave:
			s.leave(a, why)
		default:
			continue
		}
		site.Crawl.Found++
	}
	return nil
}

// follow notes where a page leads to.
func (s *siteStep) follow(urls []string, depth int, listed bool) {
	for _, url := range urls {
		l := link{url: url, depth: depth, listed: listed}
		if rest, is := strings.CutPrefix(url, moreMaps); is {
			l = link{url: rest, seed: true}
		}
		s.links = append(s.links, l)
	}
}

// moreMaps stands before the address of a sitemap where links are remembered.
const moreMaps = "+"
