package redis

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"parley/chat"
)

// watched are the subscriptions of a client, and the topics whose announcements failed.
type watched struct {
	mu            sync.Mutex
	subscriptions map[*subscription]struct{}
	owed          map[string]struct{}
}

func (w *watched) add(s *subscription) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.subscriptions == nil {
		w.subscriptions = map[*subscription]struct{}{}
	}
	w.subscriptions[s] = struct{}{}
}

func (w *watched) remove(s *subscription) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.subscriptions, s)
}

// owe notes that an announcement failed: whoever subscribes to the topic has missed something.
func (c *Client) owe(topics ...string) {
	c.watched.mu.Lock()
	defer c.watched.mu.Unlock()
	if c.watched.owed == nil {
		c.watched.owed = map[string]struct{}{}
	}
	for _, topic := range topics {
		c.watched.owed[topic] = struct{}{}
	}
}

// take returns the subscriptions, and what is owed, which is owed no longer.
func (w *watched) take() ([]*subscription, []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	owed := slices.Collect(maps.Keys(w.owed))
	clear(w.owed)
	return slices.Collect(maps.Keys(w.subscriptions)), owed
}

// keepCount compares each pulse what was announced with what was heard.
func (c *Client) keepCount(ctx context.Context) {
	tick := time.NewTicker(pulse)
	defer tick.Stop()
	outages := c.outages.Load()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if !c.Up() {
				continue
			}
			ended := c.outages.Load()
			c.compare(ctx, ended != outages)
			outages = ended
		}
	}
}

// compare asks for the numbers of the last announcements and sends each
// subscription its topic's through its own connection, behind all announcements
// up to it. again: an outage has ended.
func (c *Client) compare(ctx context.Context, again bool) {
	subscriptions, owed := c.watched.take()
	topics := slices.Clone(owed)
	heard := make([]int64, len(subscriptions))
	for i, s := range subscriptions {
		if again {
			s.outage.Store(true)
		}
		heard[i] = s.heard.Load()
		topics = append(topics, s.topic)
	}
	if len(topics) == 0 {
		return
	}
	slices.Sort(topics)
	topics = slices.Compact(topics)
	counts, err := c.counts(ctx, topics, owed)
	if err != nil {
		c.owe(owed...)
		c.log.Debug("count announcements", "error", err)
		return
	}
	for i, s := range subscriptions {
		at, _ := slices.BinarySearch(topics, s.topic)
		n := counts[at]
		// Fewer than we heard: Redis lost its data, and its clock was set back.
		if n < heard[i] && s.heard.CompareAndSwap(heard[i], n) {
			s.miss()
		}
		// A number that neither arrived for a pulse, nor came back: the connection
		// is broken without anybody having noticed.
		if asked := s.asked.Load(); s.told.Load() != asked && asked > s.heard.Load() {
			s.heard.Store(asked)
			s.miss()
		}
		s.ping(ctx, n)
	}
}

// ping asks the subscription's connection to bring n back.
func (s *subscription) ping(ctx context.Context, n int64) {
	conn := s.conn.Load()
	if conn == nil {
		return
	}
	s.asked.Store(n)
	within, cancel := context.WithTimeout(ctx, pulse)
	defer cancel()
	if err := conn.Ping(within, strconv.FormatInt(n, 10)); err != nil {
		s.client.log.Debug("ping a subscription", "topic", s.topic, "error", err)
	}
}

// counts returns the number of the last announcement for each topic. It skips a number of those that are owed.
func (c *Client) counts(ctx context.Context, topics, owed []string) ([]int64, error) {
	if c.embedded != nil {
		return c.embedded.counts(topics, owed)
	}
	keys, skip := make([]string, len(topics)), make([]any, len(topics))
	for i, topic := range topics {
		keys[i], skip[i] = counter(topic), slices.Contains(owed, topic)
	}
	result, err := c.run(ctx, c.vital, "count announcements", countScript, keys, skip...)
	if err != nil {
		return nil, err
	}
	list, _ := result.([]any)
	if len(list) != len(topics) {
		return nil, fmt.Errorf("count announcements: %w: %d numbers for %d topics", chat.ErrUnavailable, len(list), len(topics))
	}
	counts := make([]int64, len(list))
	for i, one := range list {
		text, _ := one.(string)
		if counts[i], err = strconv.ParseInt(text, 10, 64); err != nil {
			return nil, fmt.Errorf("count announcements: %w", err)
		}
	}
	return counts, nil
}
