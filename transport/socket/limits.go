package socket

import (
	"sync/atomic"
	"time"

	"parley/chat"
	"parley/transport/pace"
)

// gates are what a peer has to pass. They combine who somebody is with where they come from: an address may be an office of
// hundreds, and a visitor is made by saying nothing. docs/limits.md has them in a table, with their reasons.
// What counts visitors, members or businesses by where they are is a whole on each node; addresses, and businesses'
// connections, have their nodes' share.
type gates struct {
	upgrades  *pace.Pace // by address
	newcomers *pace.Pace // first visits, by address
	returns   *pace.Pace // opens of those who have a token, by visitor

	posts    *pace.Pace // by visitor
	assured  *pace.Pace // by visitor: what passes whatever else comes from their address
	together *pace.Pace // what is beyond that, by address
	business *pace.Pace // posts to all bots of a business

	letters   *pace.Pace // transcripts, by visitor
	strangers *pace.Pace // transcripts, by address

	here     *pace.Crowd // connections, by address
	selves   *pace.Crowd // connections, by visitor or member
	visitors *pace.Crowd // visitors' connections, by business
}

// assured of what one visitor may send in a minute passes whatever others at their address do.
const assuredPart = 5

func newGates(l Limits) gates {
	share := pace.ShareOf(l.Nodes)
	return gates{
		upgrades:  pace.New(l.OpensPerMinute, time.Minute, share),
		newcomers: pace.New(l.NewcomersPerMinute, time.Minute, share),
		returns:   pace.New(opensOfOne, time.Minute, nil),
		posts:     pace.New(l.MessagesPerMinute, time.Minute, nil),
		assured:   pace.New(max(l.MessagesPerMinute/assuredPart, 1), time.Minute, nil),
		together:  pace.New(l.MessagesPerAddress, time.Minute, share),
		business:  pace.New(l.MessagesPerBusiness, time.Minute, share),
		letters:   pace.New(1, time.Minute, nil),
		strangers: pace.New(transcriptsPerHour, time.Hour, share),
		here:      pace.NewCrowd(l.ConnectionsPerAddress, share),
		selves:    pace.NewCrowd(l.ConnectionsPerPerson, nil),
		visitors:  pace.NewCrowd(l.ConnectionsPerBusiness, share),
	}
}

// opensOfOne is how often one visitor may open a session in a minute: one a second is somebody who clicks through a site's
// pages, each of which opens its own.
const opensOfOne = 60

// crowded is when somebody is told to come back for whom there is no room: it is known only of rates.
const crowded = 30 * time.Second

// admit decides about a connection before it costs anything. Whoever is admitted must leave.
func (g *gates) admit(address string, now time.Time) (wait time.Duration) {
	if wait := g.upgrades.Wait(address, now); wait > 0 {
		return wait
	}
	if !g.here.Enter(address) {
		return crowded
	}
	return 0
}

// visit decides about a session that is opened. Whoever has a token is counted by themselves, so that newcomers at
// their address do not keep them out.
func (g *gates) visit(address, person string, known bool, now time.Time) error {
	if known {
		return limited(g.returns.Wait(person, now))
	}
	return limited(g.newcomers.Wait(address, now))
}

// sit takes a place for the connection of a visitor, or of a member where no business is counted. Whoever has one must leave it.
func (g *gates) sit(business, person string) (leave func(), err error) {
	if !g.selves.Enter(person) {
		return nil, limited(crowded)
	}
	if business == "" {
		return func() { g.selves.Leave(person) }, nil
	}
	if !g.visitors.Enter(business) {
		g.selves.Leave(person)
		return nil, limited(crowded)
	}
	return func() { g.selves.Leave(person); g.visitors.Leave(business) }, nil
}

// post decides about what adds to a conversation. The narrowest gate comes first, so that what one visitor may
// not send counts against nobody else's.
func (g *gates) post(address, business, person string, now time.Time) error {
	if err := limited(g.posts.Wait(person, now)); err != nil {
		return err
	}
	if g.assured.Wait(person, now) > 0 {
		if err := limited(g.together.Wait(address, now)); err != nil {
			return err
		}
	}
	return limited(g.business.Wait(business, now))
}

// limited is what is said to whoever has to wait.
func limited(wait time.Duration) error {
	if wait == 0 {
		return nil
	}
	e := *errFlood
	e.RetryAfter = wait
	return &e
}

// errFlood is for whoever sends more than there is room for.
var errFlood = &chat.Error{Kind: chat.Limited, Code: "rate_limited", Message: "You are sending faster than we can answer. Please wait a moment.", RetryAfter: time.Second}

// throttle lets something through now and then.
type throttle struct{ last atomic.Int64 }

// may tells whether the last time was long enough ago, and counts this one if so.
func (t *throttle) may(now time.Time, pause time.Duration) bool {
	last := t.last.Load()
	return now.UnixNano()-last >= int64(pause) && t.last.CompareAndSwap(last, now.UnixNano())
}
