package knowledge

import (
	"context"
	"fmt"
	"strings"
	"time"

	"parley/chat"
	"parley/knowledge/crawl"
)

// Bounds of a plan.
const (
	DefaultPages = 1_000
	MaxPages     = 10_000
	maxExclude   = 50
	maxPath      = 500 // bytes
	leastEvery   = 24 * time.Hour
	leastEveryOf = time.Hour // of a single page
	mostEvery    = 366 * 24 * time.Hour
)

// ReceiveSite queues a whole site. source needs Tenant, Bot, URL and Plan.
func (r *Reader) ReceiveSite(ctx context.Context, source Source) (Source, error) {
	address, ok := crawl.Canonical(source.URL)
	if !ok || len(source.URL) > crawl.MaxAddress {
		return Source{}, errURL
	}
	source.Kind, source.URL = KindSite, address
	if err := CheckPlan(KindSite, source.Plan); err != nil {
		return Source{}, err
	}
	if source.Title == "" {
		source.Title = siteTitle(address)
	}
	source.Title, source.Crawl = clip(source.Title, maxTitle), Crawl{Round: 1}
	return r.keep(ctx, source, strings.NewReader(""))
}

// siteTitle is what a site is called until its start has been read.
func siteTitle(address string) string {
	_, name, _ := strings.Cut(address, "://")
	return clip(strings.TrimSuffix(name, "/"), maxTitle)
}

// CheckPlan returns a chat.Error if a source of this kind cannot be read by the plan.
func CheckPlan(kind Kind, plan Plan) error {
	least := leastEvery
	switch kind {
	case KindURL:
		least = leastEveryOf
		if plan.Pages != 0 || plan.Within != "" || len(plan.Exclude) != 0 {
			return wrongPlan("A single page has no other pages. Add the site instead, or leave pages, within and exclude out.")
		}
	case KindSite:
	default:
		return wrongPlan("Only a web page or a site is read again by itself. Upload a file again, or edit the text instead.")
	}
	switch {
	case plan.Pages < 0 || plan.Pages > MaxPages:
		return wrongPlan(fmt.Sprintf("A site can have 1 to %d pages read.", MaxPages))
	case plan.Every != 0 && (plan.Every < least || plan.Every > mostEvery):
		return wrongPlan(fmt.Sprintf("It can be read again every %d hours at most, and once a year at least; 0 means by hand only.", int(least.Hours())))
	case len(plan.Exclude) > maxExclude:
		return wrongPlan(fmt.Sprintf("At most %d paths can be left out. Leave out a folder that several of them are in.", maxExclude))
	case plan.Within != "" && !isPath(plan.Within):
		return wrongPlan("The path that pages begin with should look like /help/.")
	}
	for _, path := range plan.Exclude {
		if !isPath(path) {
			return wrongPlan("A path to leave out should look like /blog/.")
		}
	}
	return nil
}

func wrongPlan(words string) error { return chat.Fail(chat.Invalid, "plan_invalid", words) }

func isPath(path string) bool {
	return strings.HasPrefix(path, "/") && len(path) <= maxPath && !strings.ContainsAny(path, "?# \t\r\n")
}

// pages is how many pages of a site are read.
func (p Plan) pages() int {
	if p.Pages <= 0 {
		return DefaultPages
	}
	return min(p.Pages, MaxPages)
}

// Refresh reads a site or a page again, as soon as it is its turn.
func (r *Reader) Refresh(ctx context.Context, tenant, bot, id string) (Source, error) {
	source, err := r.store.Source(ctx, tenant, bot, id)
	if err != nil {
		return Source{}, err
	}
	if source.Kind != KindSite && source.Kind != KindURL {
		return Source{}, errNotOnWeb
	}
	source, err = r.sites.NextRound(ctx, tenant, bot, id)
	if err != nil {
		return Source{}, fmt.Errorf("read %s again: %w", id, err)
	}
	return source, nil
}

var errNotOnWeb = chat.Fail(chat.Invalid, "source_kind",
	"Only a web page or a site can be read again. Upload a file again, or edit the text instead.")
