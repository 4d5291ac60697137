package main

import (
	"net/http"
	"slices"
	"time"

	"parley/e2e/owner"
	"parley/e2e/server"
)

// subprotocol is what both sides speak.
const subprotocol = "parley.v1"

// site is a server under measurement.
type site struct {
	l      *lab
	socket string // ws://…
	pid    func() int
	bots   []string       // visitors are spread over them
	bearer string         // empty: none is asked for
	parley *server.Server // nil: the floor
	owner  *owner.Owner   // of the bots; nil: the floor
	model  string         // base URL of the model that it asks; empty: none

	profiles *profiles
}

// startFloor starts a floor server.
func startFloor(l *lab, args ...string) *site {
	l.step("start the floor")
	address, pid := l.spawn("floor", args...)
	return &site{l: l, socket: "ws://" + address + "/", pid: func() int { return pid }, bots: []string{"bot_floor"}}
}

// profiling is set when the flag -profile is.
var profiling *profiler

// quiet keeps Parley from mailing people who wait for an agent, half a minute later: nobody measures that. And it has each answer
// written by the model: everybody asks the same here, and would get what the first one got.
var quiet = []string{"PARLEY_MAIL_AFTER=24h", "PARLEY_ANSWER_CACHE=off"}

// startParley starts Parley with a business whose bots know a little.
func startParley(l *lab, bots int, env ...string) *site {
	l.step("start Parley with %d bots", bots)
	profiles, more := profiling.of(l)
	s := server.Start(l, slices.Concat(quiet, env, more)...)
	o := owner.Register(l, s.URL(), owner.Registration{
		Email: "owner@bench.example", Password: "correct horse battery", Company: "Bench", Name: "Owner",
	})
	at := &site{l: l, socket: "ws://" + s.Address + "/api/v1/socket", pid: s.PID, bearer: o.Token, parley: s, owner: o, profiles: profiles}
	for range bots {
		bot := o.MakeBot("Bench")
		o.AddText(bot, "Returns", "Returns are accepted within seven days of delivery.")
		at.bots = append(at.bots, bot)
	}
	return at
}

// costOf is the CPU time that the server spends while something is done, of which there may be a profile.
func (s *site) costOf(name string, do func()) time.Duration {
	before := s.l.cpu(s.pid())
	s.profiles.cpu(name, do)
	return s.l.cpu(s.pid()) - before
}

// question is one that the bots of startParley have something to say about.
const question = "Within how many days are returns accepted?"

func (s *site) header() http.Header {
	header := http.Header{}
	if s.bearer != "" {
		header.Set("Authorization", "Bearer "+s.bearer)
	}
	return header
}
