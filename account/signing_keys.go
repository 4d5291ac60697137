package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

const (
	// keyLife is how long a key signs before the next one does.
	keyLife = 30 * 24 * time.Hour
	// keyLead is how long before it signs a key is made: every node knows it by then, and programs of the version
	// before, which know one key only, have been replaced.
	keyLead = time.Hour
	// keyPoll is how often it is looked for keys that another node has made.
	keyPoll = time.Minute
	// keyGrace is how far apart the clocks of nodes may be.
	keyGrace = 5 * time.Minute
)

// SigningKey is what access tokens are signed with from some time on, until the next one starts.
type SigningKey struct {
	Number int64 // from 1
	Secret []byte
	Starts time.Time
}

// SigningKeys keeps them, for all nodes.
type SigningKeys interface {
	// SigningKeys returns all, lowest number first.
	SigningKeys(ctx context.Context) ([]SigningKey, error)
	// AddSigningKey keeps a key, unless there is one of its number, and deletes those of lower numbers but the one before it.
	AddSigningKey(ctx context.Context, key SigningKey) error
}

// keyChain is what a node knows of the keys. The first one comes from the master key: it signs until a kept one has started.
type keyChain struct {
	stored SigningKeys // nil: there is the first one only
	now    func() time.Time

	mu    sync.RWMutex
	chain []linkOfChain // by when they start; the first one first
}

// linkOfChain is a key as tokens name it.
type linkOfChain struct {
	id     string
	secret []byte
	number int64 // 0: the first one
	starts time.Time
}

func newLink(secret []byte, number int64, starts time.Time) linkOfChain {
	sum := sha256.Sum256(secret)
	return linkOfChain{id: hex.EncodeToString(sum[:4]), secret: secret, number: number, starts: starts}
}

func newKeyChain(first []byte, stored SigningKeys, now func() time.Time) *keyChain {
	return &keyChain{stored: stored, now: now, chain: []linkOfChain{newLink(first, 0, time.Time{})}}
}

// signing returns the key that signs now: the last one that has started.
func (c *keyChain) signing() linkOfChain {
	c.mu.RLock()
	defer c.mu.RUnlock()
	for _, link := range slices.Backward(c.chain) {
		if !link.starts.After(c.now()) {
			return link
		}
	}
	return c.chain[0] // which starts at no time
}

// checking returns a key by its id, if tokens that it signed can be good: it may have started, by another node's clock, and the
// next one has not done so for longer than a token lives.
func (c *keyChain) checking(id string) (linkOfChain, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	now := c.now()
	for i, link := range c.chain {
		if link.id != id {
			continue
		}
		ended := i+1 < len(c.chain) && now.After(c.chain[i+1].starts.Add(AccessLife+keyGrace))
		return link, !ended && !now.Before(link.starts.Add(-keyGrace))
	}
	return linkOfChain{}, false
}

// keepUp reads which keys there are, and makes the next one when it is time.
func (c *keyChain) keepUp(ctx context.Context) error {
	if c.stored == nil {
		return nil
	}
	if err := c.read(ctx); err != nil {
		return err
	}
	next, due, err := c.next()
	if err != nil || !due {
		return err
	}
	if err := c.stored.AddSigningKey(ctx, next); err != nil {
		return fmt.Errorf("keep the next key for access tokens: %w", err)
	}
	return c.read(ctx) // another node's may have been first
}

func (c *keyChain) read(ctx context.Context) error {
	keys, err := c.stored.SigningKeys(ctx)
	if err != nil {
		return fmt.Errorf("read the keys for access tokens: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.chain = c.chain[:1:1]
	for _, key := range keys {
		c.chain = append(c.chain, newLink(key.Secret, key.Number, key.Starts))
	}
	return nil
}

// next returns the key to make if it is time for one.
func (c *keyChain) next() (key SigningKey, due bool, err error) {
	c.mu.RLock()
	last := c.chain[len(c.chain)-1]
	c.mu.RUnlock()
	starts := c.now().UTC().Add(keyLead)
	if last.number > 0 && starts.Before(last.starts.Add(keyLife)) {
		return SigningKey{}, false, nil
	}
	secret := make([]byte, sha256.Size)
	if _, err := rand.Read(secret); err != nil {
		return SigningKey{}, false, fmt.Errorf("make a key for access tokens: %w", err)
	}
	return SigningKey{Number: last.number + 1, Secret: secret, Starts: starts}, true, nil
}

// FollowKeys keeps up with the keys for access tokens, and makes new ones, until stop is called. It returns when those are known
// that there are; ctx bounds that only.
func (s *Service) FollowKeys(ctx context.Context) (stop func(), err error) {
	keys := s.signer.keys
	if err := keys.keepUp(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var running sync.WaitGroup
	running.Go(func() {
		tick := time.NewTicker(keyPoll)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if err := keys.keepUp(ctx); err != nil && ctx.Err() == nil {
				s.logger.Warn("cannot keep up with the keys for access tokens", slog.Any("error", err))
			}
		}
	})
	return func() { cancel(); running.Wait() }, nil
}
