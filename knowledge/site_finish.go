package knowledge

import (
	"context"
	"fmt"
	"time"
)

// finish ends a round in which nothing waits any more, or no more is read. What cannot be forgotten in this step is in the next.
func (s *siteStep) finish(ctx context.Context) error {
	site := s.site()
	if s.full() {
		waiting, err := s.r.sites.Waiting(ctx, site.Tenant, site.ID, atATime)
		if err != nil {
			return fmt.Errorf("list what waits: %w", err)
		}
		for _, a := range waiting {
			s.leave(a, fmt.Sprintf("The site has more than the %d pages that are read of it.", site.Plan.pages()))
		}
		if len(waiting) > 0 {
			s.trail.Full = true
			return nil
		}
	}
	if site.Crawl.Kept+site.Crawl.Unchanged == 0 {
		known, err := s.known(ctx, []string{s.start})
		if err != nil {
			return err
		}
		s.ended = "Nothing could be read of this site. " + known[s.start].Why
		return nil
	}
	stale, err := s.r.sites.Stale(ctx, site.Tenant, site.ID, site.Crawl.Round, atATime)
	if err != nil {
		return fmt.Errorf("list what is not linked any more: %w", err)
	}
	for _, a := range stale {
		s.forget(&a)
		s.settled(a, Vanished, "Nothing leads to it any more.")
		site.Crawl.Found++
	}
	if len(stale) == atATime {
		return nil
	}
	now := time.Now().UTC()
	site.State, site.Error, site.Note = Ready, "", s.limits()
	site.ReadAt, site.NextRead = now, after(now, site.Plan.Every)
	return nil
}

// limits says what kept the round from reading all of the site.
func (s *siteStep) limits() string {
	switch {
	case s.site().Passages >= maxSitePassages:
		return "The site has more text than one source can have. Leave out paths that do not matter, or add its parts as sites of their own."
	case s.trail.Cramped:
		return noRoomSite
	case s.trail.Full:
		return fmt.Sprintf("The site has more pages than the %d that are read of it. Raise the limit, or leave out paths that do not matter.", s.site().Plan.pages())
	case s.rules.Slower:
		return "The site asks for long pauses between its pages, so reading it takes long."
	}
	return ""
}

// giveUp ends a round that cannot go on. What was read before, in this round or an earlier one, is still known.
func (s *siteStep) giveUp() {
	site, now := s.site(), time.Now().UTC()
	site.NextRead = after(now, min(site.Plan.Every, retryAfter))
	if !s.wasRead() && site.Crawl.Kept == 0 {
		site.State, site.Error, site.NextRead = Broken, s.ended+" Check that the site opens in a browser, and read it again.", after(now, site.Plan.Every)
		return
	}
	if !s.wasRead() {
		site.ReadAt = now
	}
	site.State, site.Error = Ready, ""
	site.Note = "The site could not be read to its end on " + now.Format("2 January 2006") + "; what was read before is still used. " + s.ended
}
