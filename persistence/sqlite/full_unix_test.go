//go:build unix

package sqlite_test

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley/account"
	"parley/chat"
	"parley/persistence/sqlite"
)

// What a process may write is bounded in place of the disk: that needs no
// rights, but a process of its own. The test binary runs this very test again.
func TestADiskThatIsFullFailsACommitAndIsUsedAgainWhenThereIsRoom(t *testing.T) {
	t.Parallel()
	if os.Getenv("FULL_DISK") != "" {
		fillTheDisk(t)
		return
	}
	full := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	full.Env = append(os.Environ(), "FULL_DISK=yes")
	if out, err := full.CombinedOutput(); err != nil || !strings.Contains(string(out), "PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}

func fillTheDisk(t *testing.T) {
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), dir, options(t))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	const tenant = "tnt_1"
	err = store.Register(t.Context(), account.Tenant{ID: tenant}, account.User{ID: "usr_1", Email: "a@example.com"}, account.Member{Tenant: tenant, User: "usr_1"})
	if err != nil {
		t.Fatal(err)
	}
	ref := chat.Ref{Tenant: tenant, Conversation: "cnv_1"}
	say := func(head int64, clientID, text string) error {
		a := chat.Append{Ref: ref, Epoch: 1, Head: head, At: time.Now(), Status: chat.WithBot, Bodies: []chat.Body{chat.MessageCreated{Text: text, ClientID: clientID}}}
		if head == 0 {
			a.Birth = &chat.Birth{Bot: "bot_1", Visitor: "vis_1"}
		}
		outcomes, err := store.Append(t.Context(), []chat.Append{a})
		if err == nil {
			err = outcomes[0].Err
		}
		return err
	}
	if err := say(0, "a", "Hello"); err != nil {
		t.Fatal(err)
	}

	log, err := os.Stat(filepath.Join(dir, "parley.db-wal"))
	if err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ) // as if the disk said no
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	limit := before
	limit.Cur = uint64(log.Size()) + 10_000
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := say(1, "b", strings.Repeat("long ", 20_000)); !errors.Is(err, chat.ErrUnavailable) || chat.AsError(err).Unwrap() == nil {
			t.Errorf("got %v", err)
		}
	}
	if events, err := store.Events(t.Context(), ref, 0, 10); err != nil || len(events) != 1 {
		t.Errorf("got %d events, %v", len(events), err)
	}

	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err := say(1, "b", "there is room"); err != nil {
		t.Error(err)
	}
	if events, err := store.Events(t.Context(), ref, 0, 10); err != nil || len(events) != 2 {
		t.Errorf("got %d events, %v", len(events), err)
	}
}
