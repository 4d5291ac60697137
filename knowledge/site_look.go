package knowledge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/chat"
	"parley/knowledge/crawl"
	"parley/knowledge/extract"
	"parley/knowledge/fetch"
)

// look finds out what is at an address.
func (s *siteStep) look(ctx context.Context, a Address) error {
	if a.URL == s.start && !s.rules.Allows(a.URL) {
		s.leave(a, crawl.WhyRobots)
		return nil
	}
	got, ready := s.ready[a.URL]
	if !ready {
		got.page, got.err = s.get(ctx, a)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	page := got.page
	switch {
	case got.err != nil:
		return s.refused(ctx, a, page, got.err)
	case page.NotModified:
		s.trail.Failures = 0
		return s.unchanged(ctx, a)
	case page.Location != "":
		s.trail.Failures = 0
		s.moved(a, page.Location)
		return nil
	}
	s.trail.Failures = 0
	return s.read(ctx, a, page)
}

// get asks for what has changed at an address, and once more if the server was busy or stumbled.
func (s *siteStep) get(ctx context.Context, a Address) (fetch.Page, error) {
	wanted := fetch.Request{URL: a.URL, Stay: true, Patience: pagePatience}
	if !s.trail.Fresh && (a.Page != "" || len(a.Check.Links) > 0) {
		wanted.ETag, wanted.LastModified = a.Check.ETag, a.Check.LastModified
	}
	page, err := s.r.getAfter(ctx, wanted, s.rules.Delay)
	if err != nil && (page.Status == 429 || page.Status >= 500) {
		page, err = s.r.getAfter(ctx, wanted, s.rules.Delay)
	}
	return page, err
}

// settled notes what became of an address.
func (s *siteStep) settled(a Address, state AddressState, why string) {
	c := &s.site().Crawl
	switch state {
	case Kept:
		c.Kept++
	case Unchanged:
		c.Unchanged++
	case Left:
		c.Left++
	case Failed:
		c.Failed++
	case Vanished:
		c.Vanished++
	case Waiting:
	}
	a.State, a.Why, a.Round = state, why, s.site().Crawl.Round
	s.done[a.URL] = a
}

// leave notes that an address is left out. What was known of it is forgotten.
func (s *siteStep) leave(a Address, why string) {
	s.forget(&a)
	s.settled(a, Left, why)
}

func (s *siteStep) forget(a *Address) {
	if a.Page != "" {
		s.round.Gone = append(s.round.Gone, a.Page)
	}
	a.Page, a.Check = "", Check{}
}

// fail notes that an address could not be read. What was known of it is still known, and so is where it led to.
func (s *siteStep) fail(a Address, why string) {
	s.follow(crawl.ReadLinks(a.Check.Links), a.Depth+1, s.isList(a))
	s.settled(a, Failed, why)
}

// isList tells whether an address is, or should be, a sitemap: nothing else but the start is no link away from it.
func (s *siteStep) isList(a Address) bool { return a.Depth == 0 && a.URL != s.start }

// refused is for answers that are not the page.
func (s *siteStep) refused(ctx context.Context, a Address, page fetch.Page, err error) error {
	var words *chat.Error
	if !errors.As(err, &words) {
		return err
	}
	if page.Status != 0 && page.Status < 500 && page.Status != 429 {
		s.trail.Failures = 0
	} else {
		s.trail.Failures++
	}
	switch {
	case errors.Is(err, fetch.ErrNoText), errors.Is(err, fetch.ErrTooLarge):
		s.leave(a, words.Message)
	case gone(page.Status):
		s.missing(a, fmt.Sprintf("There is no such page: it answered %d.", page.Status))
	case page.Status == 429:
		s.fail(a, "The site asked to be asked less often (429). It is tried again the next time.")
	case page.Status >= 500:
		s.fail(a, fmt.Sprintf("The site had a fault of its own: it answered %d.", page.Status))
	case page.Status == 401 || page.Status == 403:
		s.fail(a, fmt.Sprintf("The site does not let everybody read it: it answered %d.", page.Status))
	default:
		s.fail(a, words.Message)
	}
	if a.URL == s.start && s.wasRead() && (page.Status == 0 || page.Status >= 500 || page.Status == 429) {
		s.ended = "Its start could not be read. " + words.Message
	}
	if s.trail.Failures < failuresInARow || s.ended != "" {
		return nil
	}
	// Many faults in a row are either a bad corner of the site, or its end.
	alive, err := s.r.getAfter(ctx, fetch.Request{URL: s.scope.Origin() + "/robots.txt", Patience: pagePatience}, s.rules.Delay)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil && (alive.Status == 0 || alive.Status >= 500 || alive.Status == 429):
		s.ended = "The site stopped answering."
	}
	s.trail.Failures = 0
	return nil
}

// wasRead tells whether the site was read in an earlier round.
func (s *siteStep) wasRead() bool { return !s.site().ReadAt.IsZero() }

// missing is for pages that are not there. If the start itself, which was a page, is missing, something is wrong with the site, and nothing
// that it says is believed.
func (s *siteStep) missing(a Address, why string) {
	switch {
	case a.URL == s.start && a.Page != "":
		s.settled(a, Failed, why)
		s.ended = "Its start is missing: " + why
	case a.Page != "" || a.State == Vanished:
		s.forget(&a)
		s.settled(a, Vanished, why)
	case s.isList(a):
		s.leave(a, noSitemap)
	default:
		s.fail(a, why)
	}
}

const noSitemap = "There is no list of pages (sitemap) here; links are followed instead."

// unchanged is for pages that are what they were.
func (s *siteStep) unchanged(ctx context.Context, a Address) error {
	if a.Page == "" {
		s.follow(crawl.ReadLinks(a.Check.Links), 1, true)
		s.settled(a, Left, listOfPages)
		return nil
	}
	s.follow(crawl.ReadLinks(a.Check.Links), a.Depth+1, false)
	twin, err := s.twin(ctx, a, a.Check.Text)
	if err != nil {
		return err
	}
	if twin != "" {
		s.leave(a, sameAs(twin))
		return nil
	}
	s.texts[string(a.Check.Text)] = a.URL
	s.settled(a, Unchanged, "")
	return nil
}

const listOfPages = "A list of pages (sitemap): they are looked at one by one."

func sameAs(twin string) string { return "It says the same as " + twin + ", which was read." }

// moved is for addresses that lead elsewhere.
func (s *siteStep) moved(a Address, location string) {
	target, ok := s.scope.Resolve(a.URL, location)
	switch {
	case ok && target == a.URL:
		s.fail(a, "It leads to itself, without end.")
	case ok && s.scope.Within(target):
		s.follow([]string{target}, a.Depth+1, false)
		s.leave(a, "It leads to "+target+".")
	default:
		s.leave(a, "It leads out of what is read of this site, to "+clip(location, 300)+".")
	}
}

// read is for what was got.
func (s *siteStep) read(ctx context.Context, a Address, page fetch.Page) error {
	if s.isList(a) {
		s.list(a, page)
		return nil
	}
	var about crawl.Page
	var links []string
	if isPage(page) {
		about = crawl.ReadPage(page.Body, page.ContentType)
		about.ObeyHeader(page.Robots)
		base := a.URL
		if about.Base != "" {
			if resolved, ok := s.scope.Resolve(a.URL, about.Base); ok {
				base = resolved
			}
		}
		if target := about.Refresh; target != "" && about.Canonical == "" && s.leadsOn(a, base, target) {
			return nil
		}
		if !about.NoFollow {
			links = s.inSite(base, about.Links)
		}
		if target, is := s.scope.Resolve(base, about.Canonical); is && about.Canonical != "" && s.believes(ctx, a, target) {
			s.follow(append(links, target), a.Depth+1, false)
			s.leave(a, "It names "+target+" as its address.")
			return nil
		}
	} else if page.Robots != "" {
		about.ObeyHeader(page.Robots)
	}
	if about.NoIndex {
		s.follow(links, a.Depth+1, false)
		s.leave(a, "It asks not to be listed (noindex).")
		return nil
	}
	return s.text(ctx, a, page, about, links)
}

// leadsOn handles a page that goes on to another by itself.
func (s *siteStep) leadsOn(a Address, base, target string) bool {
	resolved, ok := s.scope.Resolve(base, target)
	if !ok || resolved == a.URL {
		return false
	}
	s.moved(a, resolved)
	return true
}

// inSite returns those of a page's links that belong to the site, as they are remembered.
func (s *siteStep) inSite(base string, references []string) (links []string) {
	seen := map[string]bool{}
	for _, reference := range references {
		if address, ok := s.scope.Resolve(base, reference); ok && !seen[address] && s.scope.Within(address) {
			seen[address] = true
			links = append(links, address)
		}
	}
	return links
}

// believes tells whether a page is left for another that it names as its address. One that names the start of the site on all pages, as templates
// do by mistake, is not believed, nor one that names what was left for it in turn, or cannot be read.
func (s *siteStep) believes(ctx context.Context, a Address, target string) bool {
	if target == a.URL || target == s.start || !s.scope.Within(target) || !s.rules.Allows(target) || s.scope.Excluded(target) {
		return false
	}
	other, done := s.done[target]
	if !done {
		known, err := s.known(ctx, []string{target})
		if err != nil || known[target].Round != s.site().Crawl.Round {
			return err == nil
		}
		other = known[target]
	}
	return other.State == Waiting || other.State == Kept || other.State == Unchanged
}

// isPage tells markup, which leads on, from other text.
func isPage(page fetch.Page) bool {
	media, err := extract.Detect(page.Body[:min(len(page.Body), extract.HeadSize)], page.Name)
	return err == nil && media == extract.HTML
}

// list reads a sitemap.
func (s *siteStep) list(a Address, page fetch.Page) {
	found, ok := crawl.ReadSitemap(page.Body)
	if !ok {
		s.leave(a, noSitemap)
		return
	}
	links := s.inSite(a.URL, found.Pages)
	for _, reference := range found.Maps {
		if address, ok := s.scope.Resolve(a.URL, reference); ok && address != a.URL {
			links = append(links, moreMaps+address)
		}
	}
	// Those that have no place would be forgotten if the list were not modified.
	links = links[:min(len(links), 3*s.site().Plan.pages()+atATime)]
	s.follow(links, 1, true)
	a.Page, a.Check = "", Check{ETag: page.ETag, LastModified: page.LastModified, Links: crawl.PackLinks(links)}
	s.settled(a, Left, listOfPages)
}

// text reads what a page says.
func (s *siteStep) text(ctx context.Context, a Address, page fetch.Page, about crawl.Page, links []string) error {
	c, err := s.r.open(ctx, page)
	var words *chat.Error
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &words) && (words.Kind == chat.Internal || words.Kind == chat.Unavailable):
		return err
	case words != nil && a.Page != "" && words.Kind != chat.Unsupported:
		s.follow(links, a.Depth+1, false)
		s.settled(a, Failed, words.Message)
		return nil
	case words != nil:
		s.follow(links, a.Depth+1, false)
		s.leave(a, words.Message)
		return nil
	case err != nil:
		return err
	}
	title := c.title
	if title == "" {
		title = about.Title
	}
	if c.mediaType == extract.HTML && crawl.Missing(length(c.passages), title, firstHeading(c.passages)) {
		s.missing(a, "The page says that there is no such page.")
		return nil
	}
	s.follow(links, a.Depth+1, false)
	now := Check{ETag: page.ETag, LastModified: page.LastModified, Text: c.text, Links: crawl.PackLinks(links)}
	twin, err := s.twin(ctx, a, c.text)
	switch {
	case err != nil:
		return err
	case twin != "":
		s.leave(a, sameAs(twin))
		return nil
	}
	if a.Page == "" && !s.fits(len(c.passages)) {
		s.leave(a, noRoom)
		return nil
	}
	s.texts[string(c.text)] = a.URL
	if a.Page != "" && slices.Equal(a.Check.Text, c.text) {
		a.Check = now
		s.settled(a, Unchanged, "")
		return nil
	}
	a.Check = now
	return s.learn(ctx, a, page, c, title)
}

// learn takes a page into what the bot knows.
func (s *siteStep) learn(ctx context.Context, a Address, page fetch.Page, c content, title string) error {
	site, now := s.site(), time.Now().UTC()
	created := now
	if a.Page != "" {
		before, passages, err := s.r.sites.SourcePassages(ctx, site.Tenant, a.Page)
		switch {
		case errors.Is(err, chat.ErrNotFound):
			a.Page = ""
		case err != nil:
			return fmt.Errorf("load what was read before: %w", err)
		default:
			created = before.CreatedAt
			sameIDs(passages, c.passages)
		}
	}
	if a.Page == "" {
		a.Page = chat.NewID(chat.SourcePrefix)
		s.fresh[a.Page] = true
	}
	if title = clip(title, maxTitle); title == "" {
		title = siteTitle(a.URL)
	}
	if a.URL == s.start {
		s.named, site.Language = title, languageOf(c.passages)
	}
	belong(c.passages, a.Page)
	s.round.Pages = append(s.round.Pages, Page{Source: Source{
		ID: a.Page, Tenant: site.Tenant, Bot: site.Bot, Kind: KindPage, Parent: site.ID, Title: title, URL: a.URL, MediaType: c.mediaType,
		Size: int64(len(page.Body)), State: Ready, Note: c.note, Language: languageOf(c.passages), Pages: c.pages, PagesRead: c.pages,
		Passages: len(c.passages), CreatedAt: created, UpdatedAt: now, ReadAt: now, ChangedAt: now,
	}, Passages: c.passages})
	site.Passages += len(c.passages) // to know when there are too many; the store counts
	s.settled(a, Kept, "")
	return nil
}

// twin returns the address from which the same text was read in this round, "" if there is none.
func (s *siteStep) twin(ctx context.Context, a Address, text []byte) (string, error) {
	if len(text) == 0 {
		return "", nil
	}
	if url := s.texts[string(text)]; url != "" {
		return url, nil
	}
	site := s.site()
	page, err := s.r.sites.SameText(ctx, site.Tenant, site.ID, a.Page, text)
	if err != nil || page == "" {
		return "", err
	}
	other, err := s.r.store.SourceOf(ctx, site.Tenant, page)
	if errors.Is(err, chat.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look up page %s: %w", page, err)
	}
	if _, done := s.done[other.URL]; done {
		return "", nil // in this step it was found to be something else
	}
	known, err := s.known(ctx, []string{other.URL})
	if err != nil {
		return "", err
	}
	// One that was not looked at in this round may be gone: then this is where it has moved.
	if k := known[other.URL]; k.Round == site.Crawl.Round && (k.State == Kept || k.State == Unchanged) {
		return other.URL, nil
	}
	return "", nil
}

func length(passages []Passage) (n int) {
	for _, p := range passages {
		n += len([]rune(p.Text))
	}
	return n
}

func firstHeading(passages []Passage) string {
	if len(passages) == 0 {
		return ""
	}
	if len(passages[0].Headings) > 0 {
		return passages[0].Headings[0]
	}
	first, _, _ := strings.Cut(passages[0].Text, "\n")
	return first
}
