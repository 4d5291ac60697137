package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"parley/persistence/testbed"
)

// quota measures what it takes to count a request of a business, in Redis and for all nodes, before anything is
// asked of SQL: by how much longer a request takes where limits are on than where they are off. The floor is one
// round trip to Redis.
func quota(s sizes) experiment {
	return experiment{
		name: "quota",
		rows: []row{{"quota check ahead of SQL, p50", "ms", atMostOf(0.2)}},
		floor: func(l *lab) []float64 {
			redis := dialRedis(l, testbed.Redis(l))
			l.step("ask Redis %d times", s.searches)
			times := make([]float64, s.searches)
			for i := range times {
				begun := time.Now()
				redis.command("INCR", "floor")
				times[i] = milliseconds(time.Since(begun))
			}
			return []float64{median(times)}
		},
		parley: func(l *lab) []float64 {
			redis := testbed.Redis(l)
			counts := startParley(l, 1, "REDIS_URL="+redis, "PARLEY_LIMITS=on", "PARLEY_LIMIT_SEARCHES=1000000")
			free := startParley(l, 1, "REDIS_URL="+redis)
			l.step("search %d times", 2*s.searches)
			var counted, uncounted []float64
			for range s.searches { // in turn: both have the same machine
				counted = append(counted, counts.glance())
				uncounted = append(uncounted, free.glance())
			}
			return []float64{median(counted) - median(uncounted)}
		},
	}
}

// glance is the time of the least search, in milliseconds.
func (s *site) glance() float64 {
	body, err := json.Marshal(map[string]any{"query": question, "limit": 1})
	s.l.must("search", err)
	begun := time.Now()
	answer, err := s.owner.Try(http.MethodPost, "bots/"+s.bots[0]+"/search", "application/json", bytes.NewReader(body))
	took := milliseconds(time.Since(begun))
	s.l.must("search", err)
	if answer.Status != http.StatusOK {
		s.l.Fatalf("search: %d %.200s", answer.Status, answer.Body)
	}
	return took
}

// redis is a connection to one: a few commands are all that is needed of it.
type redis struct {
	l      *lab
	conn   net.Conn
	answer *bufio.Reader
}

// dialRedis connects to the Redis of that URL.
func dialRedis(l *lab, address string) *redis {
	at, err := url.Parse(address)
	l.must("read the address of Redis", err)
	conn, err := net.Dial("tcp", at.Host)
	l.must("connect to Redis", err)
	l.Cleanup(func() { _ = conn.Close() })
	r := &redis{l, conn, bufio.NewReader(conn)}
	if password, some := at.User.Password(); some {
		r.command("AUTH", password)
	}
	return r
}

// command sends a command and returns its answer, if that is a line or a text.
func (r *redis) command(words ...string) string {
	ask := fmt.Appendf(nil, "*%d\r\n", len(words))
	for _, word := range words {
		ask = fmt.Appendf(ask, "$%d\r\n%s\r\n", len(word), word)
	}
	_, err := r.conn.Write(ask)
	r.l.must("ask Redis", err)
	line, err := r.answer.ReadString('\n')
	r.l.must("read what Redis answers", err)
	line = line[:len(line)-len("\r\n")]
	switch line[0] {
	case '-':
		r.l.Fatalf("%s: Redis says %s", words[0], line)
	case '$':
		var size int
		_, err := fmt.Sscanf(line, "$%d", &size)
		r.l.must("read what Redis answers", err)
		text := make([]byte, size+len("\r\n"))
		_, err = io.ReadFull(r.answer, text)
		r.l.must("read what Redis answers", err)
		return string(text[:size])
	}
	return line[1:]
}
