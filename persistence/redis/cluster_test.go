package redis

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/chat"
	"parley/persistence/testbed"
)

const (
	ttl   = time.Second // of memberships that end in a test
	years = 9999 * time.Hour
)

// node is a member of a cluster with its connection to Redis.
type node struct {
	*Client
	*Membership
	Placements
	t    *testing.T
	self chat.Member
	ttl  time.Duration
	seen chat.Roll // of its last beat
}

func newNode(t *testing.T, c *Client, ttl time.Duration, id string) *node {
	return &node{
		Client: c, Membership: c.Membership(), Placements: c.Placements(), t: t, ttl: ttl,
		self: chat.Member{ID: id, Address: id + ":7400", Version: "1"},
	}
}

// beat beats and tells who is there: ids in order, and what came of it.
func (n *node) beat(joins bool) string {
	n.t.Helper()
	var got chat.Roll
	insist(n.t, n.self.ID+" beats", func() (err error) {
		got, err = n.Beat(n.t.Context(), n.self, n.ttl, joins)
		return err
	})
	var ids []string
	for _, m := range got.Members {
		ids = append(ids, m.ID)
	}
	text := strings.Join(ids, " ")
	if got.Evicted {
		text += " evicted"
	}
	if n.seen.Generation != "" && got.Generation != n.seen.Generation {
		text += " anew"
	}
	n.seen = got
	return text
}

func (n *node) claim(key string) (string, error) {
	n.t.Helper()
	return n.Claim(n.t.Context(), key, n.self.ID)
}

func (n *node) mustClaim(key, want string) {
	n.t.Helper()
	var got string
	insist(n.t, n.self.ID+" claims "+key, func() (err error) {
		got, err = n.claim(key)
		return err
	})
	expect(n.t, n.self.ID+" claims "+key, got, want)
}

func (n *node) refused(key string, why error) {
	n.t.Helper()
	var err error
	insist(n.t, n.self.ID+" is refused", func() error {
		if _, err = n.claim(key); errors.Is(err, ErrClosed) || errors.Is(err, ErrNoMember) {
			return nil
		}
		return err
	})
	if !errors.Is(err, why) || !errors.Is(err, chat.ErrUnavailable) {
		n.t.Errorf("%s claims %s: %v, want: %v", n.self.ID, key, err, why)
	}
}

func (n *node) mustRelease(keys ...string) {
	n.t.Helper()
	insist(n.t, n.self.ID+" releases", func() error { return n.Release(n.t.Context(), n.self.ID, keys) })
}

func (n *node) mustLeave() {
	n.t.Helper()
	n.mustSend(n.self.ID)
}

// mustSend lets another member leave.
func (n *node) mustSend(id string) {
	n.t.Helper()
	insist(n.t, id+" leaves", func() error { return n.Leave(n.t.Context(), id) })
}

func (n *node) mustHold(keys []string, want ...string) {
	n.t.Helper()
	var lost []string
	insist(n.t, n.self.ID+" holds", func() (err error) {
		lost, err = n.Hold(n.t.Context(), n.self.ID, keys)
		return err
	})
	if !slices.Equal(lost, want) {
		n.t.Errorf("%s holds: lost %d %.5q, want %.5q", n.self.ID, len(lost), lost, want)
	}
}

// reopened waits until claims are open, while all nodes beat.
func reopened(t *testing.T, nodes ...*node) {
	t.Helper()
	eventually(t, "claims open", func() bool {
		for _, n := range nodes {
			n.beat(false)
		}
		_, err := nodes[0].claim("probe")
		return err == nil
	})
	nodes[0].mustRelease("probe")
}

// cluster returns members of a new cluster, with their first beats done.
// Memberships of years have their claims opened.
func cluster(t *testing.T, url string, ttl time.Duration, ids ...string) []*node {
	t.Helper()
	var nodes []*node
	var c *Client
	for _, id := range ids {
		if c == nil || url != "" {
			c, _ = open(t, url)
		}
		n := newNode(t, c, ttl, id)
		n.beat(true)
		nodes = append(nodes, n)
	}
	if ttl == years {
		openClaims(t, c)
	}
	return nodes
}

// openClaims lets nobody wait for them.
func openClaims(t *testing.T, c *Client) {
	t.Helper()
	if err := c.rdb.HSet(t.Context(), roll, "closed", 0).Err(); err != nil {
		t.Fatal(err)
	}
}

// everywhere runs a test on the Redis inside the process and on a real one.
func everywhere(t *testing.T, test func(t *testing.T, url string)) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, "")
	})
	t.Run("real", func(t *testing.T) {
		t.Parallel()
		test(t, testbed.Redis(t))
	})
}

// expect compares what beats told.
func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestMembersJoinStayAndLeave(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		nodes := cluster(t, url, years, "b", "a")
		b, a := nodes[0], nodes[1]
		expect(t, "b beats", b.beat(false), "a b")
		b.self.Draining, b.self.Unreachable = true, []string{"a"}
		b.beat(false)
		a.beat(false)
		if got := a.seen.Members[1]; !got.Draining || got.Address != "b:7400" || got.Version != "1" || !slices.Equal(got.Unreachable, []string{"a"}) {
			t.Errorf("a knows b as %+v", got)
		}
		for range 2 {
			a.mustSend("b")
		}
		expect(t, "after b left, a beats", a.beat(false), "a")
		expect(t, "b, who left, beats", b.beat(false), "a evicted")
		b.self.ID = "b2"
		expect(t, "b joins under another id", b.beat(true), "a b2")
	})
}

func TestAMemberWhoseTimeIsOverIsEvictedAndComesBackUnderAnotherID(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		start := time.Now()
		nodes := cluster(t, url, ttl, "a", "b")
		a, b := nodes[0], nodes[1]
		eventually(t, "a is alone", func() bool { return a.beat(false) == "a" })
		if took := time.Since(start); took < ttl {
			t.Errorf("b was evicted after %v", took)
		}
		expect(t, "b beats", b.beat(false), "a evicted")
		expect(t, "b beats again", b.beat(false), "a evicted")
		b.self.ID = "b2"
		expect(t, "b joins", b.beat(true), "a b2")
		expect(t, "b stays", b.beat(false), "a b2")
	})
}

func TestAProcessThatStartedAnewTakesThePlaceOfTheOneBefore(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		nodes := cluster(t, url, time.Hour, "a", "b") // nobody's time is over
		a, b := nodes[0], nodes[1]
		openClaims(t, a.Client)
		b.mustClaim("session/x", "b")
		again := newNode(t, b.Client, time.Hour, "b2")
		again.self.Address = b.self.Address
		expect(t, "b has crashed and joins again", again.beat(true), "a b2")
		a.mustClaim("session/x", "a") // what the dead process held is free
		expect(t, "what is left of it beats", b.beat(false), "a b2 evicted")
	})
}

func TestNobodyIsEvictedWhenNobodyBeat(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		nodes := cluster(t, url, ttl, "a", "b", "c")
		time.Sleep(2 * ttl) // the nodes' silence is what is tested
		expect(t, "a beats", nodes[0].beat(false), "a b c")
		expect(t, "b beats", nodes[1].beat(false), "a b c")
		eventually(t, "c, who died meanwhile, is evicted", func() bool {
			nodes[1].beat(false)
			return nodes[0].beat(false) == "a b"
		})
	})
}

func TestAFrozenRedisEvictsNobody(t *testing.T) {
	t.Parallel()
	server := testbed.RedisServer(t)
	nodes := cluster(t, server.URL(), ttl, "a", "b", "c")
	for name, pause := range map[string]func(){
		"SIGSTOP": func() {
			server.Freeze(t)
			time.Sleep(3 * ttl)
			server.Thaw(t)
		},
		"CLIENT PAUSE": func() {
			if err := nodes[0].rdb.Do(t.Context(), "CLIENT", "PAUSE", (3 * ttl).Milliseconds(), "ALL").Err(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(3 * ttl)
		},
	} {
		for _, n := range nodes {
			eventually(t, "redis is up", n.Up)
			n.beat(false)
		}
		pause()
		for _, n := range nodes {
			eventually(t, "redis is up again", n.Up)
			expect(t, n.self.ID+" beats after "+name, n.beat(false), "a b c")
		}
	}
}

func TestWhenRedisLosesItsDataNobodyIsEvictedAndClaimsWait(t *testing.T) {
	t.Parallel()
	server := testbed.RedisServer(t)
	nodes := cluster(t, server.URL(), 3*ttl, "a", "b")
	a, b := nodes[0], nodes[1]
	for name, lose := range map[string]func(){
		"a restart": func() {
			server.Kill(t)
			eventually(t, "redis is away", func() bool { return !a.Up() && !b.Up() })
			if _, err := a.Beat(t.Context(), a.self, 3*ttl, false); !errors.Is(err, chat.ErrUnavailable) {
				t.Errorf("a beat without Redis: %v", err)
			}
			if _, err := a.claim("k"); !errors.Is(err, chat.ErrUnavailable) || errors.Is(err, ErrClosed) {
				t.Errorf("a claim without Redis: %v", err)
			}
			server.Start(t)
			eventually(t, "redis is back", func() bool { return a.Up() && b.Up() })
		},
		"FLUSHALL": func() {
			if err := a.rdb.FlushAll(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
		},
	} {
		reopened(t, a, b)
		a.mustClaim("ka", "a")
		b.mustClaim("kb", "b")
		lose()
		a.refused("kb", ErrClosed) // nobody beat yet
		if _, err := a.Hold(t.Context(), "a", []string{"ka"}); !errors.Is(err, ErrNoMember) || !errors.Is(err, chat.ErrUnavailable) {
			t.Errorf("holding before beating after %s: %v", name, err)
		}
		closed := time.Now()
		expect(t, "a beats after "+name, a.beat(false), "a anew")
		a.mustHold([]string{"ka"})
		a.refused("kb", ErrClosed) // b has not said what it holds
		expect(t, "b beats after "+name, b.beat(false), "a b anew")
		b.mustHold([]string{"kb"})
		reopened(t, a, b)
		if took := time.Since(closed); took < 3*ttl {
			t.Errorf("claims were closed for %v after %s", took, name)
		}
		a.mustClaim("kb", "b")
		b.mustClaim("ka", "a")
		a.mustHold([]string{"ka", "kb"}, "kb")
	}
}

func TestAnOldCopyOfTheDataIsALoss(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		nodes := cluster(t, url, years, "a", "b")
		a, b := nodes[0], nodes[1]
		b.mustClaim("k", "b")
		old, err := a.rdb.HGetAll(t.Context(), roll).Result()
		if err != nil {
			t.Fatal(err)
		}
		a.beat(false)
		b.beat(false)
		if err := a.rdb.HSet(t.Context(), roll, old).Err(); err != nil {
			t.Fatal(err)
		}
		expect(t, "a beats", a.beat(false), "a b anew")
		a.refused("k", ErrClosed)
		expect(t, "b beats", b.beat(false), "a b anew")
		a.mustHold([]string{"k"}) // what the copy says of placements does not count
	})
}

func TestADeadHolderIsReplaced(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		nodes := cluster(t, url, years, "a", "b")
		a, b := nodes[0], nodes[1]
		b.mustClaim("k", "b")
		b.mustClaim("k", "b")
		a.mustClaim("k", "b")
		// Its time is over, and nobody has taken it off the roll yet.
		if err := a.rdb.HSet(t.Context(), roll, "m:b", "1 {}").Err(); err != nil {
			t.Fatal(err)
		}
		a.mustClaim("k", "a")
		b.refused("k", ErrNoMember) // b is dead
		if _, err := b.Hold(t.Context(), "b", []string{"k"}); !errors.Is(err, ErrNoMember) {
			t.Errorf("the dead holds: %v", err)
		}
		expect(t, "b beats", b.beat(false), "a evicted")
		a.mustClaim("k", "a")
		a.mustLeave()
		b.self.ID = "b2"
		b.beat(true)
		b.mustClaim("k", "b2") // whoever left holds nothing
	})
}

func TestPlacementsInBatches(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		nodes := cluster(t, url, years, "a", "b")
		a, b := nodes[0], nodes[1]
		var keys []string
		for i := range 3000 {
			keys = append(keys, fmt.Sprintf("session/ten/%d", i))
		}
		b.mustClaim(keys[0], "b")
		b.mustClaim(keys[2999], "b")
		a.mustHold(keys, keys[0], keys[2999])
		b.mustClaim(keys[1500], "a")
		b.mustHold(nil)
		a.mustRelease(keys...)
		left, err := a.rdb.Keys(t.Context(), placement("*")).Result()
		slices.Sort(left)
		if want := []string{placement(keys[0]), placement(keys[2999])}; err != nil || !slices.Equal(left, want) {
			t.Errorf("after the release there are %d, %.5q, %v", len(left), left, err)
		}
	})
}

func TestPlacementsExpireUnlessHeldAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, url string) {
		a := cluster(t, url, years, "a")[0]
		a.mustClaim("k", "a")
		for name, again := range map[string]func(){
			"held again":    func() { a.mustHold([]string{"k"}) },
			"claimed again": func() { a.mustClaim("k", "a") },
		} {
			if err := a.rdb.PExpire(t.Context(), placement("k"), time.Minute).Err(); err != nil {
				t.Fatal(err)
			}
			again()
			if left := a.rdb.PTTL(t.Context(), placement("k")).Val(); left < placementStay-time.Minute || left > placementStay {
				t.Errorf("%s, it stays for %v", name, left)
			}
		}
		if err := a.rdb.PExpire(t.Context(), placement("k"), time.Millisecond).Err(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it expires", func() bool { return a.rdb.Exists(t.Context(), placement("k")).Val() == 0 })
	})
}
