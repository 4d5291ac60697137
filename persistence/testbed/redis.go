package testbed

import (
	"context"
	"fmt"
	"net/url"
	"os/exec"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Redis starts an empty Redis of the test's own and returns its URL.
func Redis(t testing.TB) string {
	t.Helper()
	return RedisServer(t).URL()
}

// RedisServer starts an empty Redis of the test's own, for tests that stop or
// kill it. It keeps nothing over a restart, as Parley expects of it.
func RedisServer(t testing.TB, options ...Option) *Server {
	t.Helper()
	setting := settingOf(options)
	program, err := exec.LookPath("redis-server")
	if err != nil {
		t.Fatal("Redis is not installed: apt-get install redis-server (or put redis-server into PATH)")
	}
	f, err := newFolder()
	if err != nil {
		t.Fatalf("make a folder for Redis: %v", err)
	}
	s := &Server{folder: f, probe: ping, address: redisURL, end: syscall.SIGTERM}
	s.command = func(s *Server) *exec.Cmd {
		args := append([]string{"--bind"}, setting.hosts...)
		return f.command(program, append(args, "--port", fmt.Sprint(s.port),
			"--requirepass", s.password, "--save", "", "--appendonly", "no")...)
	}
	t.Cleanup(s.dispose)
	if err := s.first(func() error { return nil }); err != nil {
		t.Fatalf("start Redis: %v", err)
	}
	return s
}

// Flush has a Redis forget all that it knows.
func (s *Server) Flush(ctx context.Context) error {
	options, err := redis.ParseURL(s.URL())
	if err != nil {
		return err
	}
	client := redis.NewClient(options)
	defer client.Close()
	return client.FlushAll(ctx).Err()
}

func redisURL(s *Server) string {
	return (&url.URL{Scheme: "redis", User: url.UserPassword("", s.password), Host: fmt.Sprintf("127.0.0.1:%d", s.port)}).String()
}

func ping(ctx context.Context, url string) error {
	options, err := redis.ParseURL(url)
	if err != nil {
		return err
	}
	options.MaxRetries = -1
	client := redis.NewClient(options)
	defer client.Close()
	return client.Ping(ctx).Err()
}
