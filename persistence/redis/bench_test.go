package redis

import (
	"log/slog"
	"strconv"
	"testing"

	"parley/persistence/testbed"
)

func BenchmarkAnnounce(b *testing.B) {
	for name, url := range map[string]func() string{"embedded": func() string { return "" }, "real": func() string { return testbed.Redis(b) }} {
		b.Run(name, func(b *testing.B) {
			c := openBench(b, url())
			for i := 0; b.Loop(); i++ {
				if err := c.Announce(b.Context(), "x", strconv.Itoa(i)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func openBench(b *testing.B, url string) *Client {
	c, err := Open(b.Context(), url, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	return c
}
func BenchmarkPublish(b *testing.B) {
	for name, url := range map[string]func() string{"embedded": func() string { return "" }, "real": func() string { return testbed.Redis(b) }} {
		b.Run(name, func(b *testing.B) {
			c := openBench(b, url())
			for i := 0; b.Loop(); i++ {
				c.rdb.Publish(b.Context(), "x", strconv.Itoa(i))
			}
		})
	}
}
