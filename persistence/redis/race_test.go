package redis

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"parley/chat"
)

func TestAllWhoClaimAKeyAreToldOfOneHolder(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		nodes := cluster(t, url, years, "a", "b", "c")
		const keys = 20
		claimants := 64
		if url == "" {
			claimants = 8 // the Redis inside the process takes half a millisecond for a script
		}
		var (
			mu   sync.Mutex
			told = map[string]map[string]bool{}
			all  sync.WaitGroup
		)
		for i := range claimants {
			for _, n := range nodes {
				all.Go(func() {
					for k := range keys {
						key := fmt.Sprint("k", (k+i)%keys)
						holder, err := n.claim(key)
						for start := time.Now(); err != nil && time.Since(start) < patience; {
							holder, err = n.claim(key) // a busy machine does not answer each in time
						}
						if err != nil {
							t.Errorf("%s claims %s: %v", n.self.ID, key, err)
							return
						}
						mu.Lock()
						if told[key] == nil {
							told[key] = map[string]bool{}
						}
						told[key][holder] = true
						mu.Unlock()
					}
				})
			}
		}
		all.Wait()
		for key, holders := range told {
			if len(holders) != 1 {
				t.Errorf("%s is held by %v", key, holders)
			}
		}
		if len(told) != keys {
			t.Errorf("%d keys are held, want %d", len(told), keys)
		}
	})
}

// told is what a member was told at some moment between two: that it holds a key.
type told struct {
	key, member, generation string
	sent, received          time.Time
}

// held is that a member held a key, for sure, from one moment to another: it
// was told so before, it had not given it up, and it was on the roll after.
type held struct {
	key, member, generation string
	from, to                time.Time
}

// player is a node that does everything a node may do, at random.
type player struct {
	*node
	dice  *rand.Rand
	lives int
	holds map[string]*held

	told []told
	held []held
}

// TestNoTwoLivingMembersHoldOneKey lets members claim, hold, release, sleep
// through their time, leave and come back, while Redis loses its data.
func TestNoTwoLivingMembersHoldOneKey(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		lasts := 10 * time.Second
		if testing.Short() {
			lasts = 5 * time.Second
		}
		ctx, cancel := context.WithTimeout(t.Context(), lasts)
		defer cancel()
		c, _ := open(t, url)
		var all sync.WaitGroup
		var players []*player
		for i := range 4 {
			if url != "" {
				c, _ = open(t, url)
			}
			p := &player{node: newNode(t, c, ttl, ""), dice: rand.New(rand.NewPCG(7, uint64(i))), holds: map[string]*held{}}
			players = append(players, p)
			all.Go(func() { p.play(ctx, fmt.Sprint("n", i)) })
		}
		select {
		case <-ctx.Done():
		case <-time.After(lasts / 2):
			if err := c.rdb.FlushAll(ctx).Err(); err != nil {
				t.Error(err)
			}
		}
		all.Wait()

		var tellings, evictions, moves int
		for _, p := range players {
			tellings += len(p.told)
			evictions += p.lives
			for _, other := range players {
				moves += judge(t, p.told, other.held)
			}
		}
		t.Logf("%d times a member was told that it holds a key, %d came to another; %d lives", tellings, moves, evictions)
		if tellings < 100 || moves < 10 || evictions <= len(players) {
			t.Error("this is too little to tell")
		}
	})
}

// judge compares what some were told with what others held for sure, and counts
// the keys that had been another's before.
func judge(t *testing.T, told []told, held []held) (moves int) {
	for _, a := range told {
		for _, b := range held {
			if a.key != b.key || a.member == b.member || a.generation != b.generation {
				continue
			}
			if b.to.Before(a.sent) {
				moves++
			}
			if b.from.Before(a.sent) && a.received.Before(b.to) {
				t.Errorf("%s was told that it holds %s while %s held it", a.member, a.key, b.member)
			}
		}
	}
	return moves
}

func (p *player) play(ctx context.Context, name string) {
	for ctx.Err() == nil {
		p.lives++
		p.self.ID = fmt.Sprintf("%s-%d", name, p.lives)
		p.live(ctx)
		for key := range p.holds {
			p.forget(key)
		}
	}
}

// live ends when the member left or was evicted.
func (p *player) live(ctx context.Context) {
	p.seen = chat.Roll{}
	joins, beaten := true, time.Time{}
	for ctx.Err() == nil {
		if time.Since(beaten) > ttl/4 {
			sent := time.Now()
			before := p.seen.Generation
			roll, err := p.Beat(ctx, p.self, p.ttl, joins)
			if err != nil {
				continue
			}
			if roll.Evicted {
				return
			}
			joins, beaten, p.seen = false, time.Now(), roll
			if before == roll.Generation {
				p.confirm(sent)
			} else if before != "" {
				p.holdAll(ctx)
			}
		}
		switch roll := p.dice.IntN(1000); {
		case roll < 700:
			p.claimOne(ctx)
		case roll < 950:
			if !p.releaseSome(ctx) {
				return // it may be released later, when it has been claimed again
			}
		case roll < 990:
			p.holdAll(ctx)
		case roll < 997:
			time.Sleep(ttl + ttl/4) // through its time
		default:
			for key := range p.holds {
				p.forget(key)
			}
			if p.Leave(ctx, p.self.ID) == nil {
				return
			}
		}
		time.Sleep(time.Millisecond)
	}
}

func (p *player) confirm(at time.Time) {
	for _, h := range p.holds {
		h.to = at
	}
}

func (p *player) gain(key string, sent time.Time) {
	now := time.Now()
	p.told = append(p.told, told{key, p.self.ID, p.seen.Generation, sent, now})
	if h := p.holds[key]; h != nil && h.generation == p.seen.Generation {
		h.to = sent
		return
	}
	p.forget(key)
	p.holds[key] = &held{key, p.self.ID, p.seen.Generation, now, now}
}

func (p *player) forget(key string) {
	if h := p.holds[key]; h != nil {
		p.held = append(p.held, *h)
		delete(p.holds, key)
	}
}

func (p *player) claimOne(ctx context.Context) {
	key, sent := fmt.Sprint("k", p.dice.IntN(12)), time.Now()
	holder, err := p.Claim(ctx, key, p.self.ID)
	switch {
	case err != nil && !errors.Is(err, chat.ErrUnavailable) && ctx.Err() == nil:
		p.t.Errorf("claim: %v", err)
	case err == nil && holder == p.self.ID:
		p.gain(key, sent)
	case err == nil:
		p.forget(key)
	}
}

func (p *player) releaseSome(ctx context.Context) bool {
	var keys []string
	for key := range p.holds {
		if p.dice.IntN(2) == 0 {
			keys = append(keys, key)
			p.forget(key) // before it is sent
		}
	}
	err := p.Release(ctx, p.self.ID, keys)
	if err != nil && !errors.Is(err, chat.ErrUnavailable) && ctx.Err() == nil {
		p.t.Errorf("release: %v", err)
	}
	return err == nil
}

func (p *player) holdAll(ctx context.Context) {
	var keys []string
	for key := range p.holds {
		keys = append(keys, key)
	}
	sent := time.Now()
	lost, err := p.Hold(ctx, p.self.ID, keys)
	if err != nil {
		return // a beat tells what became of it
	}
	for _, key := range lost {
		p.forget(key)
	}
	for _, key := range keys {
		if p.holds[key] != nil {
			p.gain(key, sent)
		}
	}
}
