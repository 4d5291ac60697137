package rest

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
)

func (s *server) routeSourceWeb() {
	route(s, huma.Operation{
		OperationID: "updateSource", Method: http.MethodPatch, Path: "/api/v1/bots/{bot}/sources/{source}", Tags: []string{knowledgeTag},
		Summary: "Rename a source, or change how a site or page is read", MaxBodyBytes: smallBody,
		Description: "A plan replaces the one before as a whole; it counts from the next reading.",
	}, s.updateSource)
	route(s, huma.Operation{
		OperationID: "refreshSource", Method: http.MethodPost, Path: "/api/v1/bots/{bot}/sources/{source}/refresh", Tags: []string{knowledgeTag},
		Summary: "Read a site or a page again now", DefaultStatus: http.StatusAccepted, MaxBodyBytes: smallBody,
		Description: "What was read before is known until it is replaced. Nothing changes if it is being read already.",
	}, s.refreshSource)
	route(s, huma.Operation{
		OperationID: "listAddresses", Method: http.MethodGet, Path: "/api/v1/bots/{bot}/sources/{source}/addresses", Tags: []string{knowledgeTag},
		Summary: "What became of the addresses of a site",
	}, s.listAddresses)
	route(s, huma.Operation{
		OperationID: "listPassages", Method: http.MethodGet, Path: "/api/v1/bots/{bot}/sources/{source}/passages", Tags: []string{knowledgeTag},
		Summary:     "What was read of a source, in order",
		Description: "Of a site the passages of its pages, page by page; there the limit is that of its addresses.",
	}, s.listPassages)
}

// plan is how a site or a page is read.
type plan struct {
	Pages      int      `json:"pages,omitempty" minimum:"0" maximum:"10000" doc:"Of a site: how many are read at most; 0: 1,000."`
	Within     string   `json:"within,omitempty" maxLength:"500" example:"/docs/" doc:"Of a site: the path that pages begin with; that of its address if left out."`
	Exclude    []string `json:"exclude,omitempty" maxItems:"50" doc:"Of a site: paths that are left out, with what is below them."`
	EveryHours int      `json:"every_hours" minimum:"0" maximum:"8784" doc:"How long after a reading it is read again; 0: by hand only. A site every 24 hours at most, a page every hour."`
}

func planOf(p knowledge.Plan) *plan {
	return &plan{Pages: p.Pages, Within: p.Within, Exclude: p.Exclude, EveryHours: int(p.Every.Hours())}
}

func (p plan) plan() knowledge.Plan {
	return knowledge.Plan{Pages: p.Pages, Within: p.Within, Exclude: p.Exclude, Every: time.Duration(min(max(p.EveryHours, -1), 1e6)) * time.Hour}
}

// crawl is how far a site was read.
type crawl struct {
	Round     int64 `json:"round" doc:"How often the site was read, this time included."`
	Found     int   `json:"found"`
	Read      int   `json:"read" doc:"Pages that are new or have changed."`
	Unchanged int   `json:"unchanged"`
	Left      int   `json:"left" doc:"Left out on purpose."`
	Failed    int   `json:"failed" doc:"What was known of them is still known."`
	Vanished  int   `json:"vanished" doc:"Pages that are not there any more."`
}

func crawlOf(c knowledge.Crawl) *crawl {
	return &crawl{c.Round, c.Found, c.Kept, c.Unchanged, c.Left, c.Failed, c.Vanished}
}

type sourceChange struct {
	Title *string `json:"title,omitempty"`
	Plan  *plan   `json:"plan,omitempty"`
}

type updateSourceInput struct {
	SourcePath
	Body sourceChange
}

func (s *server) updateSource(ctx context.Context, who account.Identity, in *updateSourceInput) (*sourceOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if err := s.whole(ctx, who, &in.SourcePath); err != nil {
		return nil, err
	}
	found, err := s.Sources.Source(ctx, who.Tenant, in.Bot, in.Source)
	if err != nil {
		return nil, err
	}
	title := ""
	if in.Body.Title != nil {
		if title, err = cleanLine(*in.Body.Title, 1, maxSourceTitle, "title"); err != nil {
			return nil, err
		}
	}
	if in.Body.Plan != nil {
		plan := in.Body.Plan.plan()
		if err := knowledge.CheckPlan(found.Kind, plan); err != nil {
			return nil, err
		}
		if found, err = s.Sites.SetPlan(ctx, who.Tenant, in.Bot, in.Source, plan); err != nil {
			return nil, err
		}
	}
	if title != "" {
		if found, err = s.Sites.Rename(ctx, who.Tenant, in.Bot, in.Source, title); err != nil {
			return nil, err
		}
		s.announceBot(ctx, who.Tenant, in.Bot)
	}
	return &sourceOutput{sourceOf(found)}, nil
}

// maxSourceTitle is the length of the longest title, in characters.
const maxSourceTitle = 200

func (s *server) refreshSource(ctx context.Context, who account.Identity, in *SourcePath) (*sourceOutput, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if err := s.limits.uploads.count(ctx, who); err != nil {
		return nil, err
	}
	found, err := s.Reader.Refresh(ctx, who.Tenant, in.Bot, in.Source)
	if err != nil {
		return nil, err
	}
	return &sourceOutput{sourceOf(found)}, nil
}

type siteAddress struct {
	URL   string `json:"url"`
	State string `json:"state" enum:"waiting,read,unchanged,left,failed,vanished"`
	Why   string `json:"why,omitempty" doc:"For people."`
	Page  string `json:"page,omitempty" doc:"The source that its page is: ask for its passages."`
}

type listAddressesInput struct {
	SourcePath
	PageQuery
	State string `query:"state" enum:"waiting,read,unchanged,left,failed,vanished" doc:"Those in this state alone."`
}

func (s *server) listAddresses(ctx context.Context, who account.Identity, in *listAddressesInput) (*struct{ Body page[siteAddress] }, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if _, err := s.Sources.Source(ctx, who.Tenant, in.Bot, in.Source); err != nil {
		return nil, err
	}
	found, next, err := s.Sites.Addresses(ctx, who.Tenant, in.Bot, in.Source, knowledge.AddressState(in.State), in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	items := make([]siteAddress, len(found))
	for i, a := range found {
		items[i] = siteAddress{a.URL, string(a.State), a.Why, a.Page}
	}
	return &struct{ Body page[siteAddress] }{page[siteAddress]{items, next}}, nil
}

// piece is a passage as it was read, whether or not it is found.
type piece struct {
	Headings []string `json:"headings" doc:"Outermost first."`
	Text     string   `json:"text"`
	Page     int      `json:"page,omitempty" doc:"From 1, where there are pages."`
	URL      string   `json:"url,omitempty"`
	Title    string   `json:"title" doc:"Of the source, or of the page of a site."`
}

type listPassagesInput struct {
	SourcePath
	PageQuery
}

func (s *server) listPassages(ctx context.Context, who account.Identity, in *listPassagesInput) (*struct{ Body page[piece] }, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	found, err := s.Sources.Source(ctx, who.Tenant, in.Bot, in.Source)
	if err != nil {
		return nil, err
	}
	if found.Kind == knowledge.KindSite {
		return s.listSitePassages(ctx, who, in)
	}
	from, err := offset(in.Cursor)
	if err != nil {
		return nil, err
	}
	read, err := s.Sites.PassagesOf(ctx, who.Tenant, in.Bot, []string{in.Source})
	if err != nil {
		return nil, err
	}
	all, next := pieces(read), ""
	all = all[min(from, len(all)):]
	if len(all) > in.Limit {
		all, next = all[:in.Limit], strconv.Itoa(from+in.Limit)
	}
	return &struct{ Body page[piece] }{page[piece]{all, next}}, nil
}

// listSitePassages lists those of the pages at the next addresses.
func (s *server) listSitePassages(ctx context.Context, who account.Identity, in *listPassagesInput) (*struct{ Body page[piece] }, error) {
	addresses, next, err := s.Sites.Addresses(ctx, who.Tenant, in.Bot, in.Source, "", in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, a := range addresses {
		if a.Page != "" {
			ids = append(ids, a.Page)
		}
	}
	read, err := s.Sites.PassagesOf(ctx, who.Tenant, in.Bot, ids)
	if err != nil {
		return nil, err
	}
	return &struct{ Body page[piece] }{page[piece]{pieces(read), next}}, nil
}

func pieces(read []knowledge.Page) []piece {
	all := []piece{}
	for _, r := range read {
		for _, p := range r.Passages {
			all = append(all, piece{list(p.Headings), p.Text, p.Page, r.Source.URL, r.Source.Title})
		}
	}
	return all
}

// offset reads a cursor that is a number of items.
func offset(cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(cursor)
	if err != nil || n < 0 {
		return 0, chat.Fail(chat.Invalid, "cursor", "This is not a place in the list. Please begin again at its start.")
	}
	return n, nil
}
