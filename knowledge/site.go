package knowledge

import (
	"context"
	"time"
)

// Plan says which pages of a site are read, and when again. The zero value of a field is its default.
type Plan struct {
	Pages   int           // at most, 1–10,000; 0: 1,000
	Within  string        // path that pages begin with; empty: that of the site's address, up to its last slash
	Exclude []string      // paths that are left out, with what is below them; 50 at most
	Every   time.Duration // how long after a reading the next begins; 0: by hand only. A day at least, but for a single page: an hour
}

// AddressState is what became of an address of a site.
type AddressState string

// States of addresses.
const (
	Waiting   AddressState = "waiting"   // not looked at in this round
	Kept      AddressState = "read"      // its page is what the bot knows
	Unchanged AddressState = "unchanged" // the same; nothing was read again
	Left      AddressState = "left"      // on purpose: Why says why (robots.txt, a duplicate, no page)
	Failed    AddressState = "failed"    // Why says why; what was known of it before is still known
	Vanished  AddressState = "vanished"  // it was a page once
)

// Address is one place on a site.
type Address struct {
	URL   string // canonical: no fragment, no default port, query sorted
	State AddressState
	Why   string // in words for the owner, for Left and Failed
	Depth int    // links from the start; those of a sitemap are 1
	Page  string // the source that its page is, empty if it is none
	Round int64  // of the site, in which its State was found
	Check Check
}

// Check is what tells that a page has not changed since it was read.
type Check struct {
	ETag         string
	LastModified string // as the server wrote it
	Text         []byte // digest of what was read
	Links        []byte // of a site's page: where it leads to within the site, packed; "not modified" does not say it again
}

// Crawl is how far a round through a site has come. Its counts are of addresses. A single page has rounds without addresses.
type Crawl struct {
	Round                                          int64 // from 1
	Found, Kept, Unchanged, Left, Failed, Vanished int
	Trail                                          []byte // what a round must remember from one step to the next, packed
}

// Round is what one step of reading a site stores, all in one transaction.
type Round struct {
	// Site as it is after the step; its State is Reading or what ended it. Its pages may be known while it is read. Its Title and
	// Plan are not stored: the owner may have changed them meanwhile.
	Site Source
	// From is Site.PagesRead before the step. If another step was first (Site.Crawl.Round or PagesRead is another, or it is neither
	// Queued nor Reading), or the site is gone: chat.ErrFenced.
	From int
	// Found are addresses that become Waiting in this round; one that is known in this round already stays as it is. One of an
	// earlier round keeps its Page and Check.
	Found []Address
	// Done are addresses with what became of them, whether or not they were known. They replace all that was.
	Done []Address
	// Pages are sources of kind KindPage with all their passages, which replace what was known of them. The first time they are created.
	Pages []Page
	// Gone are ids of pages that the bot forgets.
	Gone []string
	// Limits refuse a step with pages that are new: ErrNoRoom, ErrNoPages if the tenant had more than that.
	Limits Limits
}

// Page is a page of a site with what was read of it.
type Page struct {
	Source   Source // Parent is the site
	Passages []Passage
}

// Replacement is a source that was read again as a whole, or edited.
type Replacement struct {
	// Source as it is now. A Title that is another is stored too; its Plan is not.
	Source Source
	// Was is Source.UpdatedAt when it was looked at. If it is another by now, or the source is gone: chat.ErrFenced.
	Was time.Time
	// Passages replace what was known of it; nil: that stays.
	Passages []Passage
	// Original replaces the one that is kept; nil: that stays.
	Original []byte
	// Limits refuse more passages than there were before: ErrNoRoom if the tenant had more than that.
	Limits Limits
	// The bot's version is raised if Source.ChangedAt is another than before.
}

// Sites keeps what is known of sites beside their pages.
type Sites interface {
	// NextRound makes a site or a single page Queued again, with a round that is one higher, PagesRead and Crawl's counts 0 (but Trail stays),
	// and enqueues its reading, in one transaction. It changes nothing if it is being read already, which is not an error. What was
	// read before (ReadAt is not zero) is known until it is replaced, whatever its State is. Any other kind: chat.Error of kind Invalid.
	NextRound(ctx context.Context, tenant, bot, id string) (Source, error)
	// Due makes those Queued whose time to be read again has come, limit at most, as NextRound does: those that failed too. It crosses tenants.
	Due(ctx context.Context, now time.Time, limit int) (begun int, err error)
	// SetPlan changes when and how a site or a page is read, and NextRead with it: ReadAt + Every, or zero. Any other kind: as NextRound.
	SetPlan(ctx context.Context, tenant, bot, id string, plan Plan) (Source, error)
	// Rename gives a source another title, and raises the bot's version.
	Rename(ctx context.Context, tenant, bot, id, title string) (Source, error)
	// Replace stores a source that was read again or edited, in one transaction.
	Replace(ctx context.Context, replacement Replacement) error
	// SourcePassages is that of Contents.
	SourcePassages(ctx context.Context, tenant, source string) (Source, []Passage, error)
	// Waiting returns addresses that are to be looked at in this round, nearest first, then in the order in which they were found.
	Waiting(ctx context.Context, tenant, site string, limit int) ([]Address, error)
	// Known returns those of the given addresses that the site has, in any round.
	Known(ctx context.Context, tenant, site string, urls []string) ([]Address, error)
	// Addresses lists a site's for its owner, those in a state ("": all), behind the cursor.
	Addresses(ctx context.Context, tenant, bot, site string, state AddressState, cursor string, limit int) ([]Address, string, error)
	// Stale returns pages of the site that were not found in this round: sources to be forgotten, limit at most.
	Stale(ctx context.Context, tenant, site string, round int64, limit int) ([]Address, error)
	// SaveRound stores a step. While Site is Reading the next one is enqueued in the same transaction. The bot's version is raised if Pages or
	// Gone is not empty.
	SaveRound(ctx context.Context, round Round) error
	// SameText returns a page of the site, not the given one, from which the same text was read, or "".
	SameText(ctx context.Context, tenant, site, page string, text []byte) (string, error)
}
