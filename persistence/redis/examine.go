package redis

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"parley/chat"
)

// Examination is what can be seen of a Redis without changing it.
type Examination struct {
	Version string
	Ahead   time.Duration // of its clock, before ours
	Policy  string        // what it does when its memory is full; empty: it does not tell
	Bounded bool          // it has a limit of memory
	// Members are on the cluster's roll, and have not been silent for longer than they may.
	Members []chat.Member
}

// Examine connects to the Redis at url, asks it about itself and leaves. No error repeats the url.
func Examine(ctx context.Context, url string) (e Examination, err error) {
	options, err := redis.ParseURL(url)
	if err != nil {
		return e, errors.New("REDIS_URL is not the address of a Redis: it looks like redis://user:password@host:6379/0")
	}
	options.DialTimeout, options.DialerRetries, options.MaxRetries, options.DisableIdentity = dialTimeout, 1, -1, true
	client := redis.NewClient(options)
	defer client.Close()
	before := time.Now()
	there, err := client.Time(ctx).Result()
	if err != nil {
		return e, fmt.Errorf("reach Redis at %s: %w", options.Addr, err)
	}
	e.Ahead = there.Sub(before.Add(time.Since(before) / 2))
	about, err := client.Info(ctx, "server", "memory").Result()
	if err != nil {
		return e, fmt.Errorf("ask Redis about itself: %w", err)
	}
	for line := range strings.Lines(about) {
		switch key, value, _ := strings.Cut(strings.TrimSpace(line), ":"); key {
		case "redis_version":
			e.Version = value
		case "maxmemory":
			e.Bounded = value != "0"
		case "maxmemory_policy":
			e.Policy = value
		}
	}
	fields, err := client.HGetAll(ctx, roll).Result()
	if err != nil {
		return e, fmt.Errorf("read the cluster's roll: %w", err)
	}
	for key, value := range fields {
		ends, said, _ := strings.Cut(value, " ")
		until, err := strconv.ParseFloat(ends, 64)
		var told entry
		if !strings.HasPrefix(key, "m:") || err != nil || int64(until) < there.UnixMilli() || json.Unmarshal([]byte(said), &told) != nil {
			continue
		}
		e.Members = append(e.Members, chat.Member(told))
	}
	slices.SortFunc(e.Members, func(a, b chat.Member) int { return strings.Compare(a.Address, b.Address) })
	return e, nil
}
