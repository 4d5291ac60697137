package knowledge

import (
	"context"
	"fmt"
	"math"
	"slices"

	"parley/chat"
)

// Limits are how much a tenant may have its bots know in all. 0: as much as it likes.
type Limits struct {
	Passages int
	Pages    int // of the web
}

// Room is how much more a tenant may have its bots know.
type Room struct {
	Passages int
	Pages    int
	Of       Limits // of which it is left
}

// Unbounded is the room of tenants without a limit.
var Unbounded = Room{Passages: math.MaxInt, Pages: math.MaxInt}

// Left is what is left within limits beside so many passages and pages.
func (l Limits) Left(passages, pages int) Room {
	left := func(limit, has int) int {
		if limit == 0 {
			return math.MaxInt
		}
		return max(0, limit-has)
	}
	return Room{Passages: left(l.Passages, passages), Pages: left(l.Pages, pages), Of: l}
}

// Check returns ErrNoRoom or ErrNoPages if so many passages or pages are beyond the limits. It is what a Store makes of them, in the transaction that
// stores something new, when nobody else of the tenant can store something before that has ended.
func (l Limits) Check(passages, pages int) error {
	switch {
	case l.Passages > 0 && passages > l.Passages:
		return ErrNoRoom
	case l.Pages > 0 && pages > l.Pages:
		return ErrNoPages
	}
	return nil
}

// Rooms tells how much room tenants have.
type Rooms interface {
	// Room returns what is left for a tenant beside all that it has now.
	Room(ctx context.Context, tenant string) (Room, error)
}

// WithRooms has the Reader take in no more than there is room for: a source that does not fit is refused as a whole, a site has the pages that fit.
// What is read again may grow. What is left when a step begins saves work that comes to nothing; the store decides when it is saved, so that sources
// that are read at the same time, on whatever nodes, never take the same room twice. Without it there is no bound.
func WithRooms(rooms Rooms) ReaderOption { return func(r *Reader) { r.rooms = rooms } }

// What a Store refuses because of Limits.
var (
	ErrNoRoom = chat.Fail(chat.Forbidden, "plan_passages",
		"Your plan has no room for all of this. Remove what your bots need not know, or change to a larger plan, and add it again.")
	ErrNoPages = chat.Fail(chat.Forbidden, "plan_pages",
		"Your plan has no room for more pages of websites. Remove pages that your bots need not know, or change to a larger plan, and add it again.")
)

// noRoom is why a page of a site is left out, and what the site's owner is told.
const (
	noRoom     = "Your plan has no room for more pages, or for all that this one says."
	noRoomSite = "Your plan has no room for all pages of the site. Leave out paths that do not matter, or change to a larger plan, and read it again."
)

// room returns what is left for a tenant.
func (r *Reader) room(ctx context.Context, tenant string) (Room, error) {
	if r.rooms == nil {
		return Unbounded, nil
	}
	room, err := r.rooms.Room(ctx, tenant)
	if err != nil {
		return Room{}, fmt.Errorf("ask how much room %s has: %w", tenant, err)
	}
	return room, nil
}

// fits takes the room of one more page with so many passages, if there is any.
func (s *siteStep) fits(passages int) bool {
	if s.room.Pages < 1 || passages > s.room.Passages {
		s.trail.Cramped = true
		return false
	}
	s.room.Pages--
	s.room.Passages -= passages
	return true
}

// pointless tells whether an address need not be looked at: there is no room for another page, and nothing but pages hangs on it.
func (s *siteStep) pointless(a Address) bool {
	return s.room.Pages < 1 && a.Page == "" && a.URL != s.start && !s.isList(a)
}

// cram leaves out new pages, the last ones first, until the others fit into what is left now, and one at least: somebody else of the tenant was
// faster. It returns false if there is none.
func (s *siteStep) cram(ctx context.Context) (bool, error) {
	room, err := s.r.room(ctx, s.site().Tenant)
	if err != nil {
		return false, err
	}
	var need Room
	for _, page := range s.round.Pages {
		if s.fresh[page.Source.ID] {
			need.Pages++
			need.Passages += len(page.Passages)
		}
	}
	some := need.Pages > 0
	for i, page := range slices.Backward(s.round.Pages) {
		if !s.fresh[page.Source.ID] {
			continue
		}
		s.round.Pages = slices.Delete(s.round.Pages, i, i+1)
		s.unlearn(page)
		need.Pages--
		need.Passages -= len(page.Passages)
		if need.Pages <= room.Pages && need.Passages <= room.Passages {
			break
		}
	}
	return some, nil
}

// unlearn takes back that a new page was read.
func (s *siteStep) unlearn(page Page) {
	s.trail.Cramped = true
	s.site().Passages -= len(page.Passages)
	s.site().Crawl.Kept--
	a := s.done[page.Source.URL]
	a.Page, a.Check = "", Check{}
	s.settled(a, Left, noRoom)
}
