package knowledge

import (
	"context"
	"fmt"
	"math"

	"parley/chat"
)

// Room is how much more a tenant may have its bots know.
type Room struct {
	Passages int
	Pages    int // of the web
}

// Unbounded is the room of tenants without a limit.
var Unbounded = Room{Passages: math.MaxInt, Pages: math.MaxInt}

// Rooms tells how much room tenants have.
type Rooms interface {
	// Room returns what is left for a tenant beside all that it has now.
	Room(ctx context.Context, tenant string) (Room, error)
}

// WithRooms has the Reader take in no more than there is room for: a source that does not fit is refused as a whole, a site has the pages that fit.
// What is read again may grow. Several sources that are read at the same time may each take what is left. Without it there is no bound.
func WithRooms(rooms Rooms) ReaderOption { return func(r *Reader) { r.rooms = rooms } }

var errNoRoom = chat.Fail(chat.Forbidden, "plan_passages",
	"Your plan has no room for all of this. Remove what your bots need not know, or change to a larger plan, and add it again.")

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
