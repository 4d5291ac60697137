package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// Clerk is an agent who stays: cut off, they come back to the desk, watch again what they watched, and ask
// again what got no answer. Use it from any goroutine.
type Clerk struct {
	Name string
	User string // id

	at    Entrance
	token func() string

	mu       sync.Mutex
	changed  chan struct{} // closed and replaced whenever desk changes
	desk     *Agent        // nil: away
	sittings []*Agent      // all there were, oldest first
	watched  []string      // conversations
}

// Told is the answer to what a clerk asked: it was given between Asked and At.
type Told struct {
	First   time.Time  // when it was asked for the first time
	Asked   time.Time  // when it was asked on the connection that answered
	At      time.Time  // when the answer came
	Refusal *RefusedTo // nil: it was done
	Receipt Receipt    // of a message
}

// Entrance is where a clerk comes in.
type Entrance struct {
	URL     string        // ws://host:port/api/v1/socket
	Others  []string      // more of them: each connection goes to any of all
	Silence time.Duration // of a connection after which it is given up; 0: never
}

// NewClerk sits a clerk down at the desk for the first time; token gives a member's access token. Run keeps them there.
func NewClerk(ctx context.Context, at Entrance, token func() string) (*Clerk, error) {
	c := &Clerk{at: at, token: token, changed: make(chan struct{})}
	desk, err := c.sit(ctx)
	if err != nil {
		return nil, err
	}
	c.Name, c.User = desk.Name, desk.User
	c.sat(desk)
	return c, nil
}

// Run brings the clerk back whenever the connection ends, until ctx does.
func (c *Clerk) Run(ctx context.Context) {
	for pause := firstPause; ; {
		c.mu.Lock()
		desk := c.desk
		c.mu.Unlock()
		if desk != nil {
			pause = firstPause
			select {
			case <-desk.gone:
			case <-ctx.Done():
				desk.Leave()
				<-desk.gone
				return
			}
			c.left()
		}
		wait := pause/2 + rand.N(pause)
		if desk != nil && desk.within > 0 { // which nobody changes any more
			wait = rand.N(desk.within)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		pause = min(2*pause, lastPause)
		c.comeBack(ctx)
	}
}

// comeBack sits down again, and watches what was watched. What fails is tried again by Run.
func (c *Clerk) comeBack(ctx context.Context) {
	limited, cancel := context.WithTimeout(ctx, dialing)
	defer cancel()
	if desk, err := c.sit(limited); err == nil {
		c.sat(desk)
		c.mu.Lock()
		watched := c.watched
		c.mu.Unlock()
		for _, conversation := range watched {
			c.look(ctx, desk, conversation)
		}
	}
}

func (c *Clerk) sit(ctx context.Context) (*Agent, error) {
	desk, err := Sit(ctx, anyOf(c.at.URL, c.at.Others), c.token())
	if err == nil && c.at.Silence > 0 {
		go desk.mind(c.at.Silence)
	}
	return desk, err
}

func (c *Clerk) sat(desk *Agent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.desk, c.sittings = desk, append(c.sittings, desk)
	c.announce()
}

func (c *Clerk) left() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.desk = nil
	c.announce()
}

// announce tells whoever waits that the desk changed. The caller holds mu.
func (c *Clerk) announce() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// seat waits until the clerk is at the desk.
func (c *Clerk) seat(ctx context.Context) (*Agent, error) {
	for {
		c.mu.Lock()
		desk, changed := c.desk, c.changed
		c.mu.Unlock()
		if desk != nil {
			return desk, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("%s does not come back to the desk: %w", c.Name, ctx.Err())
		}
	}
}

// Do asks for something until it is answered. An error says that nobody knows what became of it.
func (c *Clerk) Do(ctx context.Context, kind string, data map[string]any) (told Told, err error) {
	told.First = time.Now()
	for {
		desk, err := c.seat(ctx)
		if err != nil {
			return told, err
		}
		told.Asked = time.Now()
		f, err := desk.request(ctx, kind, data)
		told.At = time.Now()
		switch {
		case errors.As(err, &told.Refusal):
			return told, nil
		case errors.Is(err, errCut) && ctx.Err() == nil:
			select { // until it is noticed by Run too
			case <-desk.gone:
			case <-ctx.Done():
			}
			c.forget(desk)
			continue
		}
		told.Receipt = Receipt{f.Data.Seq, f.Data.Message}
		return told, err
	}
}

// forget leaves a desk whose connection has ended, which Run may not know yet.
func (c *Clerk) forget(desk *Agent) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.desk == desk {
		c.desk = nil
	}
}

// Cut breaks the clerk's connection, if there is one.
func (c *Clerk) Cut() {
	c.mu.Lock()
	desk := c.desk
	c.mu.Unlock()
	if desk != nil {
		desk.Leave()
	}
}

// Watch has a conversation shown from now on, its past first.
func (c *Clerk) Watch(ctx context.Context, conversation string) {
	c.mu.Lock()
	c.watched = append(c.watched, conversation)
	desk := c.desk
	c.mu.Unlock()
	if desk != nil {
		c.look(ctx, desk, conversation)
	}
}

// look asks to be shown what the clerk has not seen yet. If that fails, another connection is to do better.
func (c *Clerk) look(ctx context.Context, desk *Agent, conversation string) {
	after := int64(0)
	for _, shown := range c.Shown(conversation) {
		after = max(after, shown.Seq)
	}
	if err := desk.Do(ctx, "conversation.watch", map[string]any{"conversation": conversation, "after": after}); err != nil {
		desk.Leave()
	}
}

// Watched are the conversations that the clerk watches.
func (c *Clerk) Watched() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.watched)
}

// Shown is all that was shown of a conversation, on one connection after the other. An event may be there again.
func (c *Clerk) Shown(conversation string) (all []Shown) {
	c.mu.Lock()
	sittings := c.sittings
	c.mu.Unlock()
	for _, desk := range sittings {
		all = append(all, desk.Shown(conversation)...)
	}
	return all
}

// Sittings is how often the clerk sat down.
func (c *Clerk) Sittings() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.sittings)
}

// CatchUp waits until the clerk was shown a conversation up to seq.
func (c *Clerk) CatchUp(ctx context.Context, conversation string, seq int64) error {
	for {
		desk, err := c.seat(ctx)
		if err != nil {
			return err
		}
		for _, shown := range c.Shown(conversation) {
			if shown.Seq >= seq {
				return nil
			}
		}
		err = desk.Await(ctx, conversation, func(here []Shown) bool {
			return slices.ContainsFunc(here, func(shown Shown) bool { return shown.Seq >= seq })
		})
		if err == nil || ctx.Err() != nil {
			return err
		}
		c.forget(desk) // the next connection shows it
	}
}
