package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/knowledge"
	"parley/persistence/jobs"
	"parley/persistence/postgres/db"
)

// Sites is the store as knowledge.Sites: two methods have the names of others that it has for webhooks.
type Sites struct{ *Store }

var _ knowledge.Sites = Sites{}

// Sites returns the store as knowledge.Sites.
func (s *Store) Sites() Sites { return Sites{s} }

var errNotOnTheWeb = chat.Fail(chat.Invalid, "not_on_the_web", "Only a site or a web page can be read again. Upload a newer version instead.")

// NextRound has a site or a single page read again.
func (s *Store) NextRound(ctx context.Context, tenant, bot, id string) (knowledge.Source, error) {
	source, _, err := s.nextRound(ctx, tenant, bot, id, nil)
	return source, err
}

// nextRound begins a round if allowed, which may be nil, says so of the source as it is now.
func (s *Store) nextRound(ctx context.Context, tenant, bot, id string, allowed func(knowledge.Source) bool) (found knowledge.Source, begun bool, err error) {
	found, err = s.change(ctx, tenant, bot, id, "read source "+id+" again", func(tx Tx, q *db.Queries, source *locked) error {
		begun = false
		switch {
		case !onTheWeb(source.Kind):
			return errNotOnTheWeb
		case source.State == knowledge.Queued || source.State == knowledge.Reading || allowed != nil && !allowed(source.Source):
			return nil
		}
		begun = true
		source.State, source.Error, source.PagesRead, source.UpdatedAt = knowledge.Queued, "", 0, source.later(now())
		source.Crawl = knowledge.Crawl{Round: source.Crawl.Round + 1, Trail: source.Crawl.Trail}
		return putTurn(ctx, tx, q, tenant, jobs.Read, id)
	})
	return found, begun, err
}

func onTheWeb(kind knowledge.Kind) bool {
	return kind == knowledge.KindSite || kind == knowledge.KindURL
}

// Due begins the rounds whose time has come. A source that is gone, or whose plan was changed, meanwhile is left out.
func (s Sites) Due(ctx context.Context, at time.Time, limit int) (begun int, err error) {
	at = storable(at)
	due, err := s.reads.DueSources(ctx, db.DueSourcesParams{Now: &at, Count: int32(limit)})
	if err != nil {
		return 0, s.explain(err, "list what is to be read again")
	}
	for _, source := range due {
		_, now, err := s.nextRound(ctx, source.Tenant, source.Bot, source.ID, func(s knowledge.Source) bool {
			return !s.NextRead.IsZero() && !s.NextRead.After(at)
		})
		if err != nil && !errors.Is(err, chat.ErrNotFound) {
			return begun, err
		}
		if now {
			begun++
		}
	}
	return begun, nil
}

// SetPlan changes when and how a site or a page is read. No step that is under way stores a plan, so that none is fenced by this.
func (s *Store) SetPlan(ctx context.Context, tenant, bot, id string, plan knowledge.Plan) (knowledge.Source, error) {
	return s.change(ctx, tenant, bot, id, "plan source "+id, func(_ Tx, _ *db.Queries, source *locked) error {
		if !onTheWeb(source.Kind) {
			return errNotOnTheWeb
		}
		source.Plan, source.NextRead = plan, nextRead(source.ReadAt, plan)
		return nil
	})
}

// nextRead is when a source is due that was read at a time, which may be never.
func nextRead(readAt time.Time, plan knowledge.Plan) time.Time {
	if plan.Every <= 0 || readAt.IsZero() {
		return time.Time{}
	}
	return readAt.Add(plan.Every)
}

// SaveRound stores a step of reading a site.
func (s *Store) SaveRound(ctx context.Context, round knowledge.Round) error {
	err := s.inTx(ctx, func(tx Tx, q *db.Queries) error { return s.saveRound(ctx, tx, q, round) })
	return s.explain(err, "save a step of site "+round.Site.ID)
}

func (s *Store) saveRound(ctx context.Context, tx Tx, q *db.Queries, round knowledge.Round) error {
	before, key, err := s.lockStep(ctx, q, round.Site, round.From)
	if err != nil {
		return err
	}
	for _, id := range round.Gone {
		if err := s.forgetPage(ctx, q, before, id); err != nil {
			return fmt.Errorf("forget page %s: %w", id, err)
		}
	}
	next := before.moved(round.Site)
	grown := false
	for _, page := range round.Pages {
		isNew, err := s.savePage(ctx, q, next, page)
		if err != nil {
			return fmt.Errorf("save page %s: %w", page.Source.ID, err)
		}
		grown = grown || isNew
	}
	if grown {
		if err := holdKnown(ctx, q, next.Tenant, round.Limits); err != nil {
			return err
		}
	}
	if err := s.saveAddresses(ctx, q, key, next, round); err != nil {
		return err
	}
	pages, err := q.SumPages(ctx, db.SumPagesParams{Tenant: next.Tenant, Site: &next.ID})
	if err != nil {
		return fmt.Errorf("sum up the pages: %w", err)
	}
	next.Passages, next.Size = int(pages.Passages), pages.Size
	changed := len(round.Pages) > 0 || len(round.Gone) > 0
	if changed {
		next = next.changedNow()
	}
	if err := writeSource(ctx, q, key, next); err != nil {
		return err
	}
	if next.State == knowledge.Reading {
		if err := putTurn(ctx, tx, q, next.Tenant, jobs.Read, next.ID); err != nil {
			return err
		}
	}
	if !changed {
		return nil
	}
	return raiseVersion(ctx, q, next.Tenant, next.Bot)
}

func (s *Store) forgetPage(ctx context.Context, q *db.Queries, site locked, id string) error {
	if err := mourn(ctx, q, site.Tenant, id); err != nil {
		return err
	}
	if _, err := q.DeletePage(ctx, db.DeletePageParams{Tenant: site.Tenant, Site: &site.ID, ID: id}); err != nil {
		return err
	}
	return q.ForgetPage(ctx, db.ForgetPageParams{Tenant: site.Tenant, Site: site.ID, Page: id})
}

// savePage makes a page, or replaces what is known of it. An id that is of something else is chat.ErrNotFound.
func (s *Store) savePage(ctx context.Context, q *db.Queries, site locked, page knowledge.Page) (isNew bool, err error) {
	source := page.Source
	source.Tenant, source.Bot, source.Kind, source.Parent = site.Tenant, site.Bot, knowledge.KindPage, site.ID
	before, key, err := s.lockSource(ctx, q, source.Tenant, source.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		before, isNew = locked{source}, true
		key, err = s.insertSource(ctx, q, source, knowledge.Ready)
	}
	if err != nil {
		return isNew, err
	}
	if before.Parent != site.ID {
		return isNew, chat.ErrNotFound
	}
	next := before.moved(source)
	next.State, next.Passages, next.URL = knowledge.Ready, len(page.Passages), source.URL
	next.MediaType, next.Size = source.MediaType, source.Size
	next.ReadAt, next.NextRead = first(next.ReadAt, now()), time.Time{} // it is read with its site
	next = next.changedNow()
	if err := writeSource(ctx, q, key, next); err != nil {
		return isNew, err
	}
	return isNew, s.replacePassages(ctx, q, key, next, page.Passages)
}
