package main

import (
	"context"
	"strconv"
	"time"
)

const (
	// everySo is the time from one message of a visitor to the next while nodes are compared.
	everySo = 50 * time.Millisecond
	// scaleAtMost is how much more the same work may cost all nodes together when there are three.
	scaleAtMost = 1.15
)

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
func scale(s sizes) experiment {
	words := strconv.Itoa(s.words)
	begin := func(l *lab, nodes int) *cluster {
		url, _ := l.spawn("model", "-words", words)
		return startCluster(l, nodes, (2*s.streams+answersOfBot-1)/answersOfBot, "OPENAI_BASE_URL="+url, "OPENAI_API_KEY=sk-bench")
	}
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
		floor: func(l *lab) []float64 {
			c := begin(l, 1)
			message, token := c.messages(s, local(1)), c.tokens(s, local(1))
			return []float64{message, message, message, token, token, token, c.rest()}
		},
		parley: func(l *lab) []float64 {
			c := begin(l, 2)
			messages2, tokens2 := c.messages(s, local(2)), c.tokens(s, local(2))
			c.grow()
			return []float64{
				c.messages(s, local(3)), messages2, c.messages(s, crossing(3)),
				c.tokens(s, local(3)), tokens2, c.tokens(s, crossing(3)), c.rest(),
			}
		},
	}
}

// pair is a visitor with two tabs.
type pair struct{ looks, writes *visitor }

// pairs opens both tabs of so many visitors, whose conversations begin in the first one.
func (c *cluster) pairs(n int, at func(i int) place, begin func(ctx context.Context, v *visitor) error) []pair {
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
	return pairs
}

// messages has visitors write at an even pace, and returns what one message costs all nodes, in microseconds.
func (c *cluster) messages(s sizes, at func(i int) place) float64 {
	pairs := c.pairs(s.sessions, at, func(ctx context.Context, v *visitor) error { return v.askForPerson(ctx) })
	each := int(s.sending / everySo)
	c.l.step("send %d messages of each visitor", each)
	cost := c.costOf(func() {
		begun := time.Now()
		c.both(pairs, func(ctx context.Context, i int) error {
			for n := range each {
				due := begun.Add(everySo*time.Duration(n) + everySo*time.Duration(i)/time.Duration(len(pairs)))
				select {
				case <-time.After(time.Until(due)):
				case <-ctx.Done():
					return ctx.Err()
				}
				if err := pairs[i].writes.say(ctx, smallMessage); err != nil {
					return err
				}
			}
			return nil
		}, "message.created", each)
	})
	return microseconds(cost) / float64(each*len(pairs))
}

// tokens has the bot answer visitors, and returns what a million streamed words cost all nodes, in seconds.
func (c *cluster) tokens(s sizes, at func(i int) place) float64 {
	pairs := c.pairs(s.streams, at, func(ctx context.Context, v *visitor) error { // the session comes to life, and stays
		if err := v.askForPerson(ctx); err != nil {
			return err
		}
		return v.request(ctx, "handoff.cancel", "ack")
	})
	c.l.step("stream %d answers", len(pairs))
	cost := c.costOf(func() {
		begun := time.Now()
		c.both(pairs, func(ctx context.Context, i int) error {
			select {
			case <-time.After(time.Until(begun.Add(ramp * time.Duration(i) / time.Duration(len(pairs))))):
			case <-ctx.Done():
				return ctx.Err()
			}
			_, err := pairs[i].writes.hear(ctx, time.Now())
			return err
		}, "message.completed", 1)
	})
	return cost.Seconds() / float64(len(pairs)*s.words) * 1e6
}

// both has each visitor write in one tab until that is done, and the other one read until so many frames of a type came.
func (c *cluster) both(pairs []pair, write func(ctx context.Context, i int) error, kind string, frames int) {
	c.l.all(2*len(pairs), 2*len(pairs), func(ctx context.Context, i int) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		if i < len(pairs) {
			return write(ctx, i)
		}
		for range frames {
			if _, err := pairs[i-len(pairs)].looks.await(ctx, kind); err != nil {
				return err
			}
		}
		return nil
	})
}

// rest is what the nodes spend when nobody does anything, in milliseconds of each second.
func (c *cluster) rest() float64 {
	const length = 3 * time.Second
	c.l.step("do nothing")
	return milliseconds(c.costOf(func() { c.l.pause(length) })) / length.Seconds()
}
