package main

import (
	"context"
	"strconv"
	"time"
)

// scaleAtMost is how much more the same work may cost all nodes together when there are three.
const scaleAtMost = 1.15

// place is where a visitor who has two tabs open connects: the session lives where the first one did.
type place struct{ first, second int }

// local has everybody on one node, and as many visitors on each.
func local(nodes int) func(i int) place {
	return func(i int) place { return place{i % nodes, i % nodes} }
}

// crossing has everybody write on another node than the one with the session.
func crossing(nodes int) func(i int) place {
	return func(i int) place { return place{i % nodes, (i + 1) % nodes} }
}

// scale measures what the same work costs all processes of Parley together, when one, two or three nodes share it.
// The figures of one node stand where other rows have the floor's. Each visitor has two tabs: one only looks, and keeps
// the session on its node; the other writes, and both are shown all that happens.
//
// Nodes are added when those that are there are full: so all write as fast as they are answered, and there are visitors enough
// for three nodes.
//
// Each node has one core, the single one too: nodes are added for want of cores. With two cores and a third of the work each of three
// nodes wakes threads for most pieces of an answer, to look for work that is not there: half as much again for each token.
//
// The clusters are there at the same time and work in turn, some times each: what else the machine does meets all of them.
func scale(s sizes) experiment {
	words := strconv.Itoa(s.words)
	return experiment{
		name: "scale",
		rows: []row{
			{"CPU per message, 3 nodes to 1, all local", "µs", ratioAtMost(scaleAtMost)},
			{"… 2 nodes to 1, all local", "µs", nil},
			{"… 3 nodes to 1, all crossing", "µs", nil},
			{"CPU per 1M tokens, 3 nodes to 1, all local", "s", ratioAtMost(scaleAtMost)},
			{"… 2 nodes to 1, all local", "s", nil},
			{"… 3 nodes to 1, all crossing", "s", nil},
			{"… CPU of nodes at rest, 3 to 1", "ms/s", nil},
		},
		both: func(l *lab) (floors, parleys []float64) {
			url, _ := l.spawn("model", "-words", words)
			start := func(nodes int) *cluster {
				return startCluster(l, nodes, (2*s.streams+answersOfBot-1)/answersOfBot, "OPENAI_BASE_URL="+url, "OPENAI_API_KEY=sk-bench", "GOMAXPROCS=1")
			}
			one, two, three := start(1), start(2), start(3)
			crews := func(visitors int, begin func(ctx context.Context, v *visitor) error) []crew {
				return []crew{
					three.pairs(visitors, local(3), begin), two.pairs(visitors, local(2), begin),
					three.pairs(visitors, crossing(3), begin), one.pairs(visitors, local(1), begin),
				}
			}
			messages := inTurn(crews(3*s.sessions, func(ctx context.Context, v *visitor) error { return v.askForPerson(ctx) }), s.turns, func(c crew) float64 { return c.messages(s.each) })
			tokens := inTurn(crews(2*s.streams, func(ctx context.Context, v *visitor) error { // the session comes to life, and stays
				if err := v.askForPerson(ctx); err != nil {
					return err
				}
				return v.request(ctx, "handoff.cancel", "ack")
			}), s.turns, func(c crew) float64 { return c.tokens(s.words) })
			last := len(messages) - 1
			floors = append(floors, messages[last], messages[last], messages[last], tokens[last], tokens[last], tokens[last], one.rest())
			parleys = append(append(append(parleys, messages[:last]...), tokens[:last]...), three.rest())
			return floors, parleys
		},
	}
}

// inTurn has crews work one after the other, some times, and returns the means of their figures.
func inTurn(crews []crew, turns int, work func(c crew) float64) []float64 {
	figures := make([]float64, len(crews))
	for range turns {
		for i, c := range crews {
			figures[i] += work(c) / float64(turns)
		}
	}
	return figures
}

// pair is a visitor with two tabs.
type pair struct{ looks, writes *visitor }

// crew is visitors of one cluster.
type crew struct {
	*cluster
	pairs []pair
}

// pairs opens both tabs of so many visitors, whose conversations begin in the first one.
func (c *cluster) pairs(n int, at func(i int) place, begin func(ctx context.Context, v *visitor) error) crew {
	c.l.step("open %d sessions twice", n)
	pairs := make([]pair, n)
	c.l.Cleanup(func() {
		for _, p := range pairs {
			for _, tab := range []*visitor{p.looks, p.writes} {
				if tab != nil {
					tab.leave()
				}
			}
		}
	})
	c.l.all(n, dialling, func(ctx context.Context, i int) (err error) {
		p, where, name := &pairs[i], at(i), "v"+strconv.Itoa(i)
		first, second := c.nodes[where.first], c.nodes[where.second]
		bot := first.bots[i%len(first.bots)]
		if p.looks, err = first.open(ctx, bot, name, nil); err != nil {
			return err
		}
		if err := begin(ctx, p.looks); err != nil {
			return err
		}
		p.writes, err = second.open(ctx, bot, name+" again", p.looks)
		return err
	})
	return crew{c, pairs}
}

// messages has everybody write, each the next message when the last one is acknowledged, and returns what one message
// costs all nodes, in microseconds.
func (c crew) messages(each int) float64 {
	c.l.step("send %d messages of each visitor to %d nodes", each, len(c.nodes))
	cost := c.costOf(func() {
		c.work(func(ctx context.Context, i int) error {
			for range each {
				if err := c.pairs[i].writes.say(ctx, smallMessage); err != nil {
					return err
				}
			}
			return nil
		}, "message.created", each)
	})
	return microseconds(cost) / float64(each*len(c.pairs))
}

// tokens has the bot answer visitors, and returns what a million streamed words cost all nodes, in seconds.
func (c crew) tokens(words int) float64 {
	c.l.step("stream %d answers from %d nodes", len(c.pairs), len(c.nodes))
	cost := c.costOf(func() {
		begun := time.Now()
		c.work(func(ctx context.Context, i int) error {
			if err := until(ctx, begun.Add(ramp*time.Duration(i)/time.Duration(len(c.pairs)))); err != nil {
				return err
			}
			_, err := c.pairs[i].writes.hear(ctx, time.Now())
			return err
		}, "message.completed", 1)
	})
	return cost.Seconds() / float64(len(c.pairs)*words) * 1e6
}

// work has each visitor write in one tab until that is done, and the other one read until so many frames of a type came.
func (c crew) work(write func(ctx context.Context, i int) error, kind string, frames int) {
	c.l.all(2*len(c.pairs), 2*len(c.pairs), func(ctx context.Context, i int) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if i < len(c.pairs) {
			return write(ctx, i)
		}
		for range frames {
			if _, err := c.pairs[i-len(c.pairs)].looks.await(ctx, kind); err != nil {
				return err
			}
		}
		return nil
	})
}

func until(ctx context.Context, due time.Time) error {
	select {
	case <-time.After(time.Until(due)):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// rest is what the nodes spend when nobody does anything, in milliseconds of each second.
func (c *cluster) rest() float64 {
	const length = 3 * time.Second
	c.l.step("do nothing")
	return milliseconds(c.costOf(func() { c.l.pause(length) })) / length.Seconds()
}
