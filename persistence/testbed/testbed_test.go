package testbed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
)

func query(t *testing.T, url, sql string) (string, error) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		return "", err
	}
	defer conn.Close(context.Background())
	var got string
	err = conn.QueryRow(t.Context(), sql).Scan(&got)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return got, err
}

func mustQuery(t *testing.T, url, sql string) string {
	t.Helper()
	got, err := query(t, url, sql)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return got
}

func TestEachTestGetsAnEmptyDatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	first, second := Postgres(t), Postgres(t)
	mustQuery(t, first, "CREATE TABLE only_here (x int)")
	if got := mustQuery(t, second, "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"); got != "0" {
		t.Errorf("a fresh database has %s tables", got)
	}
}

func TestADatabaseIsGoneAfterItsTest(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("a test", func(t *testing.T) {
		url = Postgres(t)
		// A connection that the test forgets must not keep the database.
		forgotten, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("connected as %d", forgotten.PgConn().PID())
	})
	if _, err := query(t, url, "SELECT 'still here'"); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("connecting to it: %v", err)
	}
}

func TestPostgresSyncsUnlessToldNotTo(t *testing.T) {
	t.Parallel()
	if got := mustQuery(t, Postgres(t), "SELECT current_setting('fsync')"); got != "on" {
		t.Errorf("fsync is %s", got)
	}
	if got := mustQuery(t, Postgres(t, NoSync), "SELECT current_setting('fsync')"); got != "off" {
		t.Errorf("with NoSync, fsync is %s", got)
	}
}

func TestAPostgresServerKeepsItsDataOverStopAndKill(t *testing.T) {
	t.Parallel()
	s := PostgresServer(t)
	url := s.URL()
	mustQuery(t, url, "CREATE TABLE kept (x text)")
	mustQuery(t, url, "INSERT INTO kept VALUES ('kept')")
	for name, end := range map[string]func(testing.TB){"stop": s.Stop, "kill": s.Kill} {
		end(t)
		if _, err := query(t, url, "SELECT 'serving'"); err == nil {
			t.Errorf("it serves after %s", name)
		}
		s.Start(t)
		if got := mustQuery(t, s.URL(), "SELECT x FROM kept"); got != "kept" || s.URL() != url {
			t.Errorf("after %s and start: %q at %s, before at %s", name, got, s.URL(), url)
		}
	}
}

func TestARedisServerIsEmptyAfterARestart(t *testing.T) {
	t.Parallel()
	s := RedisServer(t)
	options, err := redis.ParseURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	options.MaxRetries = -1
	client := redis.NewClient(options)
	defer client.Close()
	if err := client.Set(t.Context(), "k", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	s.Kill(t)
	if err := client.Ping(t.Context()).Err(); err == nil {
		t.Error("it serves after a kill")
	}
	s.Start(t)
	if err := client.Get(t.Context(), "k").Err(); err != redis.Nil {
		t.Errorf("reading a key of before: %v, want nil of Redis", err)
	}
	s.Stop(t)
}

func TestServersStrangersCannotUse(t *testing.T) {
	t.Parallel()
	s := RedisServer(t)
	options, _ := redis.ParseURL(s.URL())
	options.Password = ""
	client := redis.NewClient(options)
	defer client.Close()
	if err := client.Ping(t.Context()).Err(); err == nil || !strings.Contains(err.Error(), "NOAUTH") {
		t.Errorf("without the password: %v", err)
	}
}

// The test runs itself as another process and kills that while its servers run.
func TestServersAndFoldersEndWithAKilledTestProcess(t *testing.T) {
	if os.Getenv("TESTBED_VICTIM") != "" {
		fmt.Println("serving", Postgres(t), Redis(t))
		select {}
	}
	t.Parallel()
	place, err := os.MkdirTemp("/tmp", "parley-victim-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(place)
	if err := os.Chmod(place, 0o755); err != nil {
		t.Fatal(err)
	}
	victim := exec.Command(os.Args[0], "-test.run=^TestServersAndFoldersEndWithAKilledTestProcess$")
	victim.Env = append(os.Environ(), "TESTBED_VICTIM=1", "TMPDIR="+place)
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	var postgres, redis string
	if _, err := fmt.Fscanf(out, "serving %s %s\n", &postgres, &redis); err != nil {
		t.Fatalf("read what serves: %v", err)
	}
	if folders, _ := os.ReadDir(place); len(folders) != 2 {
		t.Fatalf("%d folders while two servers run", len(folders))
	}
	victim.Process.Signal(syscall.SIGKILL)
	victim.Wait()
	// Its undertakers go to work now; they are no children of ours to wait for.
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		folders, _ := os.ReadDir(place)
		_, err := query(t, postgres, "SELECT 'serving'")
		if len(folders) == 0 && err != nil && ping(t.Context(), redis) != nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left behind after %v: %v; Postgres: %v", patience, folders, err)
		}
	}
}
