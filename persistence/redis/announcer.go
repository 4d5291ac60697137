package redis

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/chat"
)

var _ chat.Announcer = (*Client)(nil)

// channel keeps our topics apart from what else uses the same Redis.
func channel(topic string) string { return "parley:announce:" + topic }

// Announce implements chat.Announcer. While Redis is away it fails at once.
func (c *Client) Announce(ctx context.Context, topic, key string) error {
	if !c.Up() {
		return fmt.Errorf("announce %s: %w", topic, chat.ErrUnavailable)
	}
	if err := c.rdb.Publish(ctx, channel(topic), key).Err(); err != nil {
		return fmt.Errorf("announce %s: %w", topic, err)
	}
	return nil
}

// Subscribe implements chat.Announcer. It returns once Redis knows of the
// subscription: what is announced after that is delivered. While Redis is away
// it returns after two seconds at most, and the subscription begins when Redis
// comes; the only error is a ctx that has ended. The listener is called from a goroutine that ends with ctx or Close.
func (c *Client) Subscribe(ctx context.Context, topic string, listener chat.Listener) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("subscribe to %s: %w", topic, err)
	}
	sub := c.rdb.Subscribe(ctx, channel(topic))
	if _, err := sub.ReceiveTimeout(ctx, commandTimeout); err != nil {
		c.log.Debug("subscription waits for redis", "topic", topic, "error", err)
	}
	// It subscribes anew by itself whenever the connection was lost, which it
	// notices by a ping after three quiet seconds. A subscriber that blocks loses
	// announcements after a second instead of holding up the others.
	received := sub.Channel(redis.WithChannelSize(1000), redis.WithChannelSendTimeout(time.Second))
	c.running.Go(func() {
		defer sub.Close()
		for {
			select {
			case <-ctx.Done():
				return
			case <-c.closed:
				return
			case message, ok := <-received:
				if !ok {
					return
				}
				listener.Heard(message.Payload)
			}
		}
	})
	return nil
}
