package sealed

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"parley/e2e/owner"
	"parley/e2e/server"
	"parley/persistence/seal"
	"parley/persistence/testbed"
)

func TestMain(m *testing.M) { os.Exit(server.Main(m)) }

func TestAFolderTellsNothingAndItsKeyChangesWhileEverybodyGoesOn(t *testing.T) {
	t.Parallel()
	s := server.Start(t)
	b := begin(t, s)
	b.found(t, 0)
	keyFile := filepath.Join(s.Data, "key")
	before, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}

	b.rotateUnderLoad(t)
	b.found(t, 1)
	said(t, s, "keys", "forget")
	b.nothingIn(t, "the folder while the server runs", files(t, s.Data, "mail")) // mails are what people get
	b.backedUp(t)
	b.hush()
	s.Stop()
	b.nothingIn(t, "the folder of a server that has ended", files(t, s.Data, "mail"))

	// The old key opens nothing, also not what is read without a server.
	after, err := os.ReadFile(keyFile)
	if err != nil || bytes.Contains(after, bytes.TrimSpace(before)) {
		t.Errorf("the old key is still in the file: %v", err)
	}
	b.refused(t, "PARLEY_KEY="+strings.TrimSpace(string(before)))
	s.Run() // and the new one all
	b.goesOn(t)
}

func TestPostgresTellsNothingAndItsKeyChangesWhileEverybodyGoesOn(t *testing.T) {
	t.Parallel()
	database := testbed.PostgresServer(t)
	was, is := seal.GenerateKey(), seal.GenerateKey()
	s := server.Start(t, "DATABASE_URL="+database.URL(), "REDIS_URL="+testbed.Redis(t), "PARLEY_KEY="+was)
	b := begin(t, s)
	b.found(t, 0)
	s.Stop() // visitors come back by themselves
	s.Set("PARLEY_KEY="+is, "PARLEY_KEY_OLD="+was)
	s.Run()

	b.rotateUnderLoad(t)
	b.found(t, 1)
	b.nothingIn(t, "a dump", map[string][]byte{"pg_dump": dump(t, database.URL())})
	b.backedUp(t)
	b.hush()
	s.Stop()
	database.Stop(t)
	b.nothingIn(t, "the files of Postgres", files(t, database.Folder()))
	database.Start(t)

	s.Set("PARLEY_KEY_OLD=")
	b.refused(t, "PARLEY_KEY="+was)
	s.Run()
	b.goesOn(t)
}

// rotateUnderLoad changes the master key while everybody reads, writes and registers.
func (b *busy) rotateUnderLoad(t *testing.T) {
	t.Helper()
	l := b.press(t)
	await(t, "the load has begun", func() bool { return l.requests.Load() > 50 })
	first := l.requests.Load()
	printed := said(t, b.Server, "keys", "rotate")
	if !strings.Contains(printed, "all are under the new master key") {
		t.Error(printed)
	}
	until := l.requests.Load()
	await(t, "the load goes on", func() bool { return l.requests.Load() > until+100 || l.failed.Load() > 0 })
	for _, v := range b.visitors {
		b.answered(t, v, 1)
	}
	l.stop()
	if now := said(t, b.Server, "keys", "status"); !strings.Contains(now, "Everything is sealed under the new key") {
		t.Errorf("something was left, or made since, under the old key: %s", now)
	}
	t.Logf("%d requests before, %d during and %d after the rotation, %d failed; it says: %s", first, until-first, l.requests.Load()-until, l.failed.Load(), printed)
}

// nothingIn searches files, and the log, for all that was planted.
func (b *busy) nothingIn(t *testing.T, where string, all map[string][]byte) {
	t.Helper()
	all["the log"] = b.Log()
	size, seen := 0, false
	for name, content := range all {
		size += len(content)
		seen = seen || bytes.Contains(content, []byte(b.bot))
		search(t, where+", "+name, content, b.planted)
	}
	if !seen {
		t.Errorf("%s: the bot's id must be there and is not: the search is blind", where)
	}
	t.Logf("%s: %d files of %d KB have none of %d words", where, len(all), size>>10, len(b.planted))
}

// backedUp makes a backup, and searches it under its compression.
func (b *busy) backedUp(t *testing.T) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "parley.backup")
	said(t, b.Server, "backup", path)
	b.nothingIn(t, "a backup", map[string][]byte{"unpacked": unpacked(t, path)})
}

// refused tries commands that read under a key that is not good any more.
func (b *busy) refused(t *testing.T, env ...string) {
	t.Helper()
	for _, args := range [][]string{{"migrate"}, {"backup", filepath.Join(t.TempDir(), "parley.backup")}} {
		command := b.Command(args...)
		command.Env = append(command.Env, env...)
		out, err := command.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "master key") {
			t.Errorf("%s with the old key: %v %s", args[0], err, out)
		}
	}
}

// goesOn wants the owner to sign in, and what visitors wrote to be there and to be found.
func (b *busy) goesOn(t *testing.T) {
	t.Helper()
	b.shop = owner.SignIn(t, b.URL(), b.business)
	b.found(t, 2)
	for i, v := range b.visitors {
		if breaches := v.Violations(); len(breaches) > 0 {
			t.Errorf("%s: %v", v.Name(), breaches)
		}
		if log := b.shop.Log(v.Conversation()); len(log) == 0 || !strings.Contains(log[0].Data.Text, b.word("what visitor "+string(rune('0'+i))+" wrote")) {
			t.Errorf("the log of %s does not say what was written", v.Name())
		}
	}
}

// said runs a command with a server's settings, which must succeed, and returns what it prints.
func said(t *testing.T, s *server.Server, args ...string) string {
	t.Helper()
	out, err := s.Command(args...).CombinedOutput()
	if err != nil {
		t.Fatalf("parley %s: %v: %s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// dump is what pg_dump writes.
func dump(t *testing.T, url string) []byte {
	t.Helper()
	program, err := exec.LookPath("pg_dump")
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
		if len(found) == 0 {
			t.Skip("there is no pg_dump")
		}
		program = found[len(found)-1]
	}
	out, err := exec.Command(program, url).Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}
