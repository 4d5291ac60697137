package redis

import (
	"fmt"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"parley/chat"
	"parley/persistence/testbed"
)

// benchmarks runs one on the Redis inside the process and on a real one.
func benchmarks(b *testing.B, bench func(b *testing.B, c *Client)) {
	for _, name := range []string{"embedded", "real"} {
		b.Run(name, func(b *testing.B) {
			url := ""
			if name == "real" {
				url = testbed.Redis(b)
			}
			c, err := Open(b.Context(), url, slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			defer func() {
				if err := c.Close(); err != nil {
					b.Error(err)
				}
			}()
			bench(b, c)
		})
	}
}

func BenchmarkAnnounce(b *testing.B) {
	benchmarks(b, func(b *testing.B, c *Client) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			if err := c.Announce(b.Context(), "x", strconv.Itoa(i)); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkBeat(b *testing.B) {
	benchmarks(b, func(b *testing.B, c *Client) {
		m := c.Membership()
		for i := range 3 {
			if _, err := m.Beat(b.Context(), chat.Member{ID: strconv.Itoa(i)}, years, true); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportAllocs()
		for b.Loop() {
			if _, err := m.Beat(b.Context(), chat.Member{ID: "0"}, years, false); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkPlacements(b *testing.B) {
	benchmarks(b, func(b *testing.B, c *Client) {
		if _, err := c.Membership().Beat(b.Context(), chat.Member{ID: "a"}, time.Hour, true); err != nil {
			b.Fatal(err)
		}
		if err := c.rdb.HSet(b.Context(), roll, "closed", 0).Err(); err != nil {
			b.Fatal(err)
		}
		p := c.Placements()
		b.Run("claim", func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := p.Claim(b.Context(), strconv.Itoa(i%3000), "a"); err != nil {
					b.Fatal(err)
				}
			}
		})
		var keys []string
		for i := range 3000 {
			keys = append(keys, fmt.Sprint("session/ten_x/cnv_", i))
		}
		b.Run("hold and release 3000", func(b *testing.B) {
			for b.Loop() {
				if lost, err := p.Hold(b.Context(), "a", keys); err != nil || len(lost) > 0 {
					b.Fatal(lost, err)
				}
				if err := p.Release(b.Context(), "a", keys); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}
