package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
)

const knowledgeTag = "Knowledge"

func (s *server) routeSources() {
	s.routeAddSource()
	route(s, huma.Operation{
		OperationID: "listSources", Method: http.MethodGet, Path: "/api/v1/bots/{bot}/sources", Tags: []string{knowledgeTag},
		Summary: "What a bot was given to know, newest first",
	}, s.listSources)
	route(s, huma.Operation{
		OperationID: "getSource", Method: http.MethodGet, Path: "/api/v1/bots/{bot}/sources/{source}", Tags: []string{knowledgeTag},
		Summary: "One source, with how far it was read",
	}, s.getSource)
	route(s, huma.Operation{
		OperationID: "deleteSource", Method: http.MethodDelete, Path: "/api/v1/bots/{bot}/sources/{source}", Tags: []string{knowledgeTag},
		Summary: "Delete a source with all that was read from it", DefaultStatus: http.StatusNoContent,
	}, s.deleteSource)
	s.routeSourceWeb()
	s.routePairs()
	route(s, huma.Operation{
		OperationID: "search", Method: http.MethodPost, Path: "/api/v1/bots/{bot}/search", Tags: []string{knowledgeTag},
		Summary: "The passages that answer a query best", MaxBodyBytes: smallBody,
	}, s.search)
}

type source struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind" enum:"file,url,site,faq,text,page" doc:"A page is one of a site; it is not in the list of sources."`
	Title     string     `json:"title"`
	URL       string     `json:"url,omitempty" doc:"What citations open."`
	MediaType string     `json:"media_type,omitempty"`
	Language  string     `json:"language,omitempty" doc:"As detected, BCP 47."`
	Size      int64      `json:"size" doc:"Bytes of the original."`
	State     string     `json:"state" enum:"queued,reading,ready,failed" doc:"A site or page that is read again goes on being known meanwhile."`
	Error     string     `json:"error,omitempty" doc:"Why it could not be read, for people."`
	Note      string     `json:"note,omitempty" doc:"What limits it and is no error, for people."`
	Pages     int        `json:"pages" doc:"Units to read, of a site its addresses; 0: not known yet."`
	PagesRead int        `json:"pages_read" doc:"Of them, those that were read or looked at."`
	Passages  int        `json:"passages"`
	Embedded  int        `json:"embedded,omitempty" doc:"Passages with a vector, where an embedding model is used."`
	Plan      *plan      `json:"plan,omitempty" doc:"Of a site or a page."`
	Crawl     *crawl     `json:"crawl,omitempty" doc:"Of a site."`
	Parent    string     `json:"parent,omitempty" doc:"The site that a page belongs to."`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
	ReadAt    *time.Time `json:"read_at,omitempty" doc:"When it was last read to its end, or found unchanged."`
	NextRead  *time.Time `json:"next_read_at,omitempty" doc:"When it will be read again by itself."`
}

func sourceOf(s knowledge.Source) source {
	out := source{
		ID: s.ID, Kind: string(s.Kind), Title: s.Title, URL: s.URL, MediaType: s.MediaType, Language: s.Language, Size: s.Size, State: string(s.State),
		Error: s.Error, Note: s.Note, Pages: s.Pages, PagesRead: s.PagesRead, Passages: s.Passages, Embedded: s.Embedded, Parent: s.Parent,
		CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, ReadAt: moment(s.ReadAt), NextRead: moment(s.NextRead),
	}
	switch s.Kind { //nolint:exhaustive // the others are not on the web
	case knowledge.KindSite:
		out.Plan, out.Crawl = planOf(s.Plan), crawlOf(s.Crawl)
		if out.Plan.Pages == 0 {
			out.Plan.Pages = knowledge.DefaultPages
		}
	case knowledge.KindURL:
		out.Plan = planOf(s.Plan)
	}
	return out
}

// moment is a time, nil if there is none.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// PageQuery asks for one page of a list.
type PageQuery struct {
	Cursor string `query:"cursor" maxLength:"500"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type listSourcesInput struct {
	BotPath
	PageQuery
}

func (s *server) listSources(ctx context.Context, who account.Identity, in *listSourcesInput) (*struct{ Body page[source] }, error) {
	if _, err := s.bot(ctx, who, in.Bot); err != nil {
		return nil, err
	}
	found, next, err := s.Sources.Sources(ctx, who.Tenant, in.Bot, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	items := make([]source, len(found))
	for i, f := range found {
		items[i] = sourceOf(f)
	}
	return &struct{ Body page[source] }{page[source]{items, next}}, nil
}

// SourcePath is the source of a request.
type SourcePath struct {
	BotPath
	Source string `path:"source" example:"src_06f1w3k8q0000000000000000z"`
}

// check returns ErrNotFound for ids that cannot be ones.
func (p SourcePath) check() error {
	if err := known(chat.BotPrefix, p.Bot); err != nil {
		return err
	}
	return known(chat.SourcePrefix, p.Source)
}

type sourceOutput struct{ Body source }

func (s *server) getSource(ctx context.Context, who account.Identity, in *SourcePath) (*sourceOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	found, err := s.Sources.Source(ctx, who.Tenant, in.Bot, in.Source)
	if err != nil {
		return nil, err
	}
	return &sourceOutput{sourceOf(found)}, nil
}

func (s *server) deleteSource(ctx context.Context, who account.Identity, in *SourcePath) (*struct{}, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if err := s.whole(ctx, who, in); err != nil {
		return nil, err
	}
	if err := s.Sources.DeleteSource(ctx, who.Tenant, in.Bot, in.Source); err != nil {
		return nil, err
	}
	s.announceBot(ctx, who.Tenant, in.Bot)
	return nil, nil
}

// whole returns an error for a page of a site, which comes and goes with it.
func (s *server) whole(ctx context.Context, who account.Identity, in *SourcePath) error {
	found, err := s.Sources.Source(ctx, who.Tenant, in.Bot, in.Source)
	if err != nil {
		return err
	}
	if found.Kind == knowledge.KindPage {
		return errPart
	}
	return nil
}

var errPart = chat.Fail(chat.Invalid, "source_part", "This is a page of a site. Change the site instead; to be rid of the page, leave out its path.")

type query struct {
	Query string `json:"query"`
	Limit int    `json:"limit,omitempty" minimum:"1" maximum:"200" default:"10"`

	Sources []string `json:"sources,omitempty" maxItems:"100" doc:"Search these alone."`
}

type passage struct {
	Source     string   `json:"source" doc:"What was added."`
	Part       string   `json:"part,omitempty" doc:"The page of it, where that is a site."`
	Title      string   `json:"title"`
	URL        string   `json:"url,omitempty"`
	Headings   []string `json:"headings" doc:"Outermost first."`
	Text       string   `json:"text"`
	Page       int      `json:"page,omitempty" doc:"From 1, where there are pages."`
	Score      float64  `json:"score" doc:"Comparable within one result."`
	Confidence float64  `json:"confidence" doc:"0 to 1: how much of the query the passage covers."`
}

type passages struct {
	Passages []passage `json:"passages" doc:"Best first."`
}

type searchInput struct {
	BotPath
	Body query
}

// maxQuery is the length of the longest query, in characters.
const maxQuery = 2000

func (s *server) search(ctx context.Context, who account.Identity, in *searchInput) (*struct{ Body passages }, error) {
	if _, err := s.bot(ctx, who, in.Bot); err != nil {
		return nil, err
	}
	if err := checkText(in.Body.Query, 1, maxQuery, "query"); err != nil {
		return nil, err
	}
	if err := checkSources(in.Body.Sources); err != nil {
		return nil, err
	}
	if err := s.limits.searches.count(ctx, who); err != nil {
		return nil, err
	}
	hits, err := s.Library.Search(ctx, who.Tenant, in.Bot, in.Body.Query, in.Body.Limit, in.Body.Sources...)
	if err != nil {
		return nil, err
	}
	found := make([]passage, len(hits))
	for i, h := range hits {
		added, part := h.Source, ""
		if h.Added != "" && h.Added != h.Source {
			added, part = h.Added, h.Source
		}
		found[i] = passage{
			Source: added, Part: part, Title: h.Title, URL: h.URL, Headings: list(h.Headings), Text: h.Text, Page: h.Page,
			Score: h.Score, Confidence: h.Confidence,
		}
	}
	return &struct{ Body passages }{passages{found}}, nil
}

// checkSources returns ErrNotFound for ids that cannot be ones. Those that are none of the bot's find nothing.
func checkSources(ids []string) error {
	for _, id := range ids {
		if err := known(chat.SourcePrefix, id); err != nil {
			return err
		}
	}
	return nil
}
