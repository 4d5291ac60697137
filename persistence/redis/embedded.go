package redis

import (
	"crypto/rand"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// embedded is a Redis inside the process. It listens on the loopback interface,
// where other users of the machine can reach it: hence its password.
type embedded struct {
	server   *miniredis.Miniredis
	password string
	stop     chan struct{}
	stopped  chan struct{}
}

func embed() (*embedded, error) {
	e := &embedded{
		server:   miniredis.NewMiniRedis(),
		password: rand.Text(),
		stop:     make(chan struct{}),
		stopped:  make(chan struct{}),
	}
	e.server.RequireAuth(e.password)
	if err := e.server.Start(); err != nil {
		return nil, err
	}
	go e.age()
	return e, nil
}

func (e *embedded) options() *redis.Options {
	return &redis.Options{Addr: e.server.Addr(), Password: e.password}
}

// age makes keys expire: miniredis ignores the clock. Its own ClockTTL walks
// through all keys at each command; once a second costs 2 ms at 10,000 keys.
func (e *embedded) age() {
	defer close(e.stopped)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	last := time.Now()
	for {
		select {
		case <-e.stop:
			return
		case <-tick.C:
			now := time.Now()
			e.server.FastForward(now.Sub(last))
			last = now
		}
	}
}

func (e *embedded) close() {
	close(e.stop)
	<-e.stopped
	e.server.Close()
}
