package knowledge

import (
	"context"
	"io"
	"time"
)

// Kind tells where a source came from.
type Kind string

// Kinds of sources.
const (
	KindFile Kind = "file"
	KindURL  Kind = "url"
	KindSite Kind = "site"
	KindFAQ  Kind = "faq"
	KindText Kind = "text"
	KindPage Kind = "page" // of a site; not among what the owner added
)

// State is how far a source has been read.
type State string

// States of a source. Receiving is not shown: the upload has not ended.
const (
	Receiving State = "receiving"
	Queued    State = "queued"
	Reading   State = "reading"
	Ready     State = "ready"
	Broken    State = "failed"
)

// Source is something a business gave its bot to know.
type Source struct {
	ID        string
	Tenant    string
	Bot       string
	Kind      Kind
	Title     string // a file's name, a page's title
	URL       string // public address that citations open; may be empty
	MediaType string // as decided by us, not as claimed
	Size      int64  // bytes of the original
	State     State
	Error     string // in words for the owner, when State is Broken
	Note      string // in words for the owner, of what limits it and is no error; may be empty
	Language  string // as detected, BCP 47; empty: not known yet
	Pages     int    // units to read in all (pages of a PDF, addresses of a site, 1 for plain text); 0: not known yet
	PagesRead int
	Passages  int
	Embedded  int // passages with a vector of the model in use
	CreatedAt time.Time
	UpdatedAt time.Time

	// Parent is the site that a page belongs to; empty for what the owner added.
	Parent string
	// Plan, Crawl and Check are for what is on the web.
	Plan  Plan
	Crawl Crawl // of a site
	Check Check // of a single page; that of a site's page is its Address's
	// ReadAt is when it was last read to its end, or found unchanged; zero: not yet. NextRead: zero: by hand only.
	ReadAt   time.Time
	NextRead time.Time
	// ChangedAt is when what is known of it last became something else.
	ChangedAt time.Time
}

// Passage is a piece of a source that can be retrieved and cited.
type Passage struct {
	ID       string
	Source   string   // a page's own, where it is from a site
	Order    int      // within its source, from 0
	Headings []string // outermost first
	Text     string
	Page     int // from 1; 0 where there are no pages
}

// Hit is a passage that retrieval found.
type Hit struct {
	Passage
	// Added is the source that the owner added: the passage's own, or the site that this is a page of.
	Added string
	Kind  Kind   // of what the owner added
	Title string // of its source
	URL   string
	// Score is BM25's, or that of the fusion of words and vectors; comparable within one result only.
	Score float64
	// Confidence is 0–1: how much of the question the passage covers, comparable between questions.
	Confidence float64
	// LexicalRank and VectorRank are its places, from 1, in the lists that words and vectors give; 0: it is not in it, or there is none.
	LexicalRank, VectorRank int
}

// Store keeps sources, their originals and passages, all sealed.
type Store interface {
	// CreateSource stores a new source in state Receiving. A single page, for which there is no room within the limits: ErrNoPages.
	CreateSource(ctx context.Context, source Source, limits Limits) error
	// AppendOriginal stores chunk n (from 0, 256 KiB at most) of the original.
	AppendOriginal(ctx context.Context, tenant, source string, n int, chunk []byte) error
	// Submit makes a received source Queued, with its final title, media type and size, and enqueues
	// its reading, in one transaction.
	Submit(ctx context.Context, source Source) error
	// Original streams the original from its first chunk. The caller closes it.
	Original(ctx context.Context, tenant, source string) (io.ReadCloser, error)
	// Source returns one of the bot's, or chat.ErrNotFound.
	Source(ctx context.Context, tenant, bot, id string) (Source, error)
	// SourceOf returns one by tenant and id, for the job that reads it.
	SourceOf(ctx context.Context, tenant, id string) (Source, error)
	// Sources returns a bot's, newest first, behind the cursor.
	Sources(ctx context.Context, tenant, bot, cursor string, limit int) ([]Source, string, error)
	// DeleteSource removes the source, its key, original and passages, and
	// raises the bot's version. Repeating is chat.ErrNotFound.
	DeleteSource(ctx context.Context, tenant, bot, id string) error
}

// Steps is what a reading job stores.
type Steps interface {
	// SaveStep stores what one step read: source.PagesRead moves from `from` to
	// its new value together with the passages, State, Error, Pages and Passages count; when the state
	// is still Reading the next step is enqueued in the same transaction; when it becomes Ready the
	// bot's version is raised. A step that was already saved (PagesRead is not `from`, or the source is gone) returns chat.ErrFenced and
	// changes nothing. One with passages for which there is no room within the limits changes nothing either: ErrNoRoom.
	SaveStep(ctx context.Context, source Source, from int, passages []Passage, limits Limits) error
}

// Contents is what an index is built from.
type Contents interface {
	// ReadyVersions returns what a bot knows, by id, with the time at which that last became something else: the sources that are Ready
	// and have passages of their own, pages of sites among them, and single pages that were read before, whatever their State is.
	ReadyVersions(ctx context.Context, tenant, bot string) (map[string]time.Time, error)
	// SourcePassages returns a source with all its passages in order.
	SourcePassages(ctx context.Context, tenant, source string) (Source, []Passage, error)
	// PassagesOf returns many of a bot's sources with all their passages, in a few round trips: in the order of the ids, those that are gone left out.
	PassagesOf(ctx context.Context, tenant, bot string, ids []string) ([]Page, error)
	// KnowledgeVersion returns the bot's version, which grows with each change of its knowledge.
	KnowledgeVersion(ctx context.Context, tenant, bot string) (int64, error)
	// BotVersions returns the same of many bots, by id; those that are gone are left out. It crosses tenants.
	BotVersions(ctx context.Context, ids []string) (map[string]int64, error)
}
