package redis

import (
	"context"
	"fmt"
	"strings"

	"parley/chat"
)

var _ chat.Announcer = (*Client)(nil)

// channel keeps our topics apart from what else uses the same Redis.
func channel(topic string) string { return "parley:announce:" + topic }

// betweenKeys stands between the keys of one announcement.
const betweenKeys = "\n"

// counter is where the announcements of a topic are counted.
func counter(topic string) string { return "parley:announced:" + topic }

// Announce implements chat.Announcer. While Redis is away it fails at once.
// After an error, all subscribers are told that they missed something as soon as
// this client reaches Redis again.
func (c *Client) Announce(ctx context.Context, topic string, keys ...string) error {
	err := c.announce(ctx, topic, strings.Join(keys, betweenKeys))
	if err != nil {
		c.owe(topic)
	}
	return err
}

func (c *Client) announce(ctx context.Context, topic, key string) error {
	if c.embedded != nil {
		return c.embedded.announce(topic, key)
	}
	_, err := c.run(ctx, c.rdb, "announce "+topic, announceScript, []string{counter(topic)}, channel(topic), key)
	return err
}

// Subscribe implements chat.Announcer. It returns once Redis knows of the
// subscription: what is announced after that is delivered, or missed. While Redis is away
// it returns after two seconds at most, the subscription begins when Redis
// comes, and the listener is told that it missed something; the only error is a
// ctx that has ended.
//
// The listener is called from one goroutine, which ends with ctx or Close. What
// it is too slow for, by a thousand announcements, it has missed. It is told that
// it missed something at most twice a second.
func (c *Client) Subscribe(ctx context.Context, topic string, listener chat.Listener) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("subscribe to %s: %w", topic, err)
	}
	s := newSubscription(c, topic, listener)
	if err := s.begin(ctx); err != nil {
		c.log.Debug("subscription waits for redis", "topic", topic, "error", err)
		s.outage.Store(true)
	}
	// It ends with Close, too.
	ctx, end := context.WithCancel(ctx)
	c.watched.add(s)
	c.running.Go(func() { s.receive(ctx) })
	c.running.Go(func() {
		s.listen(ctx, c.closed)
		end()
		c.watched.remove(s)
		s.hangUp()
	})
	return nil
}
