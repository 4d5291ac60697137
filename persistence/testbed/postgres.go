package testbed

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Option changes how a server is started.
type Option func(*setting)

type setting struct {
	sync  bool
	hosts []string // to listen on
}

// NoSync lets Postgres answer before data is on disk: quicker, for tests that
// are not about durability.
func NoSync(s *setting) { s.sync = false }

// Beside has a server listen on another address of this machine as well: one that
// network namespaces reach.
func Beside(host string) Option {
	return func(s *setting) { s.hosts = append(s.hosts, host) }
}

func settingOf(options []Option) setting {
	s := setting{sync: true, hosts: []string{"127.0.0.1"}}
	for _, o := range options {
		o(&s)
	}
	return s
}

// Postgres returns the URL of an empty database of the test's own, in a cluster
// that all tests of the process share. The database is dropped when the test ends, with
// whoever is still connected to it.
func Postgres(t testing.TB, options ...Option) string {
	t.Helper()
	requirePostgres(t)
	shared := clusterOf(settingOf(options))
	server, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("test_%d", databases.Add(1))
	if err := execute(server.URL(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		if err := execute(server.URL(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return postgresURL(server, name)
}

// PostgresServer starts a cluster of the test's own, for tests that stop or
// kill it. Its URL is that of an empty database.
func PostgresServer(t testing.TB, options ...Option) *Server {
	t.Helper()
	requirePostgres(t)
	s, err := startPostgres(settingOf(options))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.dispose)
	return s
}

var (
	databases atomic.Int64
	// The shared clusters, each started when a test first asks for it.
	durable = sync.OnceValues(func() (*Server, error) { return startPostgres(settingOf(nil)) })
	quick   = sync.OnceValues(func() (*Server, error) { return startPostgres(settingOf([]Option{NoSync})) })
)

func clusterOf(s setting) func() (*Server, error) {
	if s.sync {
		return durable
	}
	return quick
}

func startPostgres(setting setting) (*Server, error) {
	bin := postgresBin()
	f, err := newFolder("postgres", "nobody") // Postgres refuses to run as root
	if err != nil {
		return nil, fmt.Errorf("make a folder for Postgres: %w", err)
	}
	s := &Server{
		folder:  f,
		probe:   func(ctx context.Context, url string) error { return executeWithin(ctx, url, "SELECT 1") },
		address: func(s *Server) string { return postgresURL(s, "postgres") },
		end:     syscall.SIGINT, // "fast": does not wait for clients
	}
	s.command = func(s *Server) *exec.Cmd {
		args := []string{"-D", "data", "-p", fmt.Sprint(s.port)}
		for _, set := range []string{
			"listen_addresses=" + strings.Join(setting.hosts, ","), "unix_socket_directories=", "max_connections=200", "shared_buffers=32MB",
			fmt.Sprintf("fsync=%t", setting.sync), fmt.Sprintf("full_page_writes=%t", setting.sync),
		} {
			args = append(args, "-c", set)
		}
		return f.command(filepath.Join(bin, "postgres"), args...)
	}
	err = s.first(func() error {
		secret := filepath.Join(f.path, "password")
		if err := os.WriteFile(secret, []byte(s.password), 0o644); err != nil {
			return err
		}
		out, err := f.command(filepath.Join(bin, "initdb"), "-D", "data", "--no-sync", "--username=parley",
			"--auth=scram-sha-256", "--pwfile=password", "--encoding=UTF8", "--locale=C.UTF-8").CombinedOutput()
		if err != nil {
			return fmt.Errorf("initdb: %w\n%s", err, out)
		}
		if len(setting.hosts) > 1 {
			return f.add(filepath.Join("data", "pg_hba.conf"), "host all all samenet scram-sha-256\n")
		}
		return nil
	})
	if err != nil {
		s.dispose()
		return nil, fmt.Errorf("start Postgres: %w", err)
	}
	return s, nil
}

func postgresURL(s *Server, database string) string {
	return (&url.URL{
		Scheme: "postgres", User: url.UserPassword("parley", s.password),
		Host: fmt.Sprintf("127.0.0.1:%d", s.port), Path: database, RawQuery: "sslmode=disable",
	}).String()
}

func execute(url, sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return executeWithin(ctx, url, sql)
}

func executeWithin(ctx context.Context, url, sql string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	_, err = conn.Exec(ctx, sql)
	return err
}

func requirePostgres(t testing.TB) {
	t.Helper()
	if postgresBin() == "" {
		t.Fatal("Postgres is not installed: apt-get install postgresql (or put the folder of initdb and postgres into PATH)")
	}
}

// postgresBin is the folder of the Postgres programs: PATH first, then the
// newest of those that Debian keeps out of it. Empty: there are none.
func postgresBin() string {
	if path, err := exec.LookPath("initdb"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			return filepath.Dir(path)
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	best, bestVersion := "", -1
	for _, path := range found {
		var version int
		fmt.Sscanf(path, "/usr/lib/postgresql/%d/", &version)
		if version > bestVersion {
			best, bestVersion = filepath.Dir(path), version
		}
	}
	return best
}
