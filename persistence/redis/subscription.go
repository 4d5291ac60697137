package redis

import (
	"context"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/chat"
)

const (
	// backlog is how many announcements wait for a listener. At 100 bytes each they take 100 kB.
	backlog = 1000
	// silence is how long a connection may bring nothing, although it is pinged
	// each pulse, until another one replaces it.
	silence = 3 * pulse
	// redial is the pause before a connection that failed is replaced.
	redial = 200 * time.Millisecond
	// missedPause is the least time between two calls of Missed.
	missedPause = 500 * time.Millisecond
)

// subscription is one listener to one topic, with a connection of its own.
//
// Announcements are numbered. A number that is skipped was lost; so was one that
// has been given but is not here when the answer to a ping arrives that was sent after it was given.
type subscription struct {
	client   *Client
	topic    string
	listener chat.Listener

	conn   atomic.Pointer[redis.PubSub] // nil until Redis was there once
	heard  atomic.Int64                 // the last number that arrived, or is known to be missed
	outage atomic.Bool                  // one has ended; its losses may have no number
	asked  atomic.Int64                 // the number that was sent with the last ping
	told   atomic.Int64                 // the number that came back last

	arrived chan string   // keys, for listen
	missed  chan struct{} // holds one: for listen
}

func newSubscription(c *Client, topic string, listener chat.Listener) *subscription {
	return &subscription{
		client: c, topic: topic, listener: listener,
		arrived: make(chan string, backlog), missed: make(chan struct{}, 1),
	}
}

// begin subscribes, and learns what counts as heard.
func (s *subscription) begin(ctx context.Context) error {
	if !s.client.Up() {
		return chat.ErrUnavailable
	}
	within, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	if err := s.dial(within); err != nil {
		return err
	}
	if _, err := s.conn.Load().ReceiveTimeout(within, commandTimeout); err != nil {
		return err
	}
	counts, err := s.client.counts(within, []string{s.topic}, nil)
	if err != nil {
		return err
	}
	s.heard.Store(counts[0])
	return nil
}

// dial replaces the connection.
func (s *subscription) dial(ctx context.Context) error {
	s.hangUp()
	conn := s.client.rdb.Subscribe(ctx) // to nothing: that would swallow the error
	s.conn.Store(conn)
	return conn.Subscribe(ctx, channel(s.topic))
}

func (s *subscription) hangUp() {
	if conn := s.conn.Load(); conn != nil {
		conn.Close() //nolint:errcheck // it is closed already, or broken
	}
}

// receive takes what arrives until ctx ends. It never waits for the listener,
// which would hold up Redis.
func (s *subscription) receive(ctx context.Context) {
	for ctx.Err() == nil {
		conn := s.conn.Load()
		if conn != nil {
			message, err := conn.ReceiveTimeout(ctx, silence)
			if err == nil {
				s.take(message)
				continue
			}
		}
		// After any error, even a quiet while: half a message may have been read, and an
		// answer such as LOADING leaves a connection that is subscribed to nothing.
		select {
		case <-ctx.Done():
		case <-time.After(redial):
			if s.client.Up() {
				if err := s.dial(ctx); err != nil {
					s.client.log.Debug("subscribe again", "topic", s.topic, "error", err)
				}
			}
		}
	}
	s.hangUp() // it may have been dialed after listen ended
}

func (s *subscription) take(message any) {
	switch m := message.(type) {
	case *redis.Message:
		number, keys, _ := strings.Cut(m.Payload, ":")
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			s.client.log.Warn("an announcement without a number", "topic", s.topic)
			return
		}
		// Below what was heard is what came between subscribing and counting.
		if heard := s.heard.Load(); n > heard {
			if n > heard+1 {
				s.miss()
			}
			s.heard.Store(n)
		}
		for key := range strings.SplitSeq(keys, betweenKeys) {
			select {
			case s.arrived <- key:
			default:
				s.miss()
			}
		}
	case *redis.Pong:
		n, err := strconv.ParseInt(m.Payload, 10, 64)
		if err != nil {
			return
		}
		s.told.Store(n)
		if n > s.heard.Load() {
			s.heard.Store(n)
			s.miss()
		}
		if s.outage.Swap(false) {
			s.miss()
		}
	}
}

// miss lets listen call Missed after what was lost until now.
func (s *subscription) miss() {
	select {
	case s.missed <- struct{}{}:
	default:
	}
}

// listen calls the listener until ctx or closed ends.
func (s *subscription) listen(ctx context.Context, closed <-chan struct{}) {
	missed := s.missed
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-closed:
			return
		case key := <-s.arrived:
			s.listener.Heard(key)
		case <-missed:
			if s.listener.Missed != nil {
				s.listener.Missed()
			}
			missed = nil
			pause.Reset(missedPause)
		case <-pause.C:
			missed = s.missed
		}
	}
}
