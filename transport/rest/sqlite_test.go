package rest

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/knowledge"
	"parley/persistence/jobs"
	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
)

// setupSQLite returns a world over the store, the reader and the library that
// the program itself uses.
func setupSQLite(t *testing.T, change ...func(*Config)) *world {
	t.Helper()
	store, reader, library := openSQLite(t)
	return setupOver(t, store, reader, library, change...)
}

// emptyFolder is a folder with nothing but a key and the tables: to copy one takes a hundredth of what its migrations take.
var emptyFolder = sync.OnceValues(func() (dir string, err error) {
	if dir, err = os.MkdirTemp("", "parley-rest"); err != nil {
		return "", err
	}
	master, _, err := seal.LoadOrCreate(filepath.Join(dir, "key"))
	if err != nil {
		return dir, err
	}
	store, err := sqlite.Open(context.Background(), dir, postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		return dir, err
	}
	return dir, errors.Join(store.Migrate(context.Background()), store.Close())
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := emptyFolder(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}

func openSQLite(t *testing.T) (*postgres.Store, *knowledge.Reader, *knowledge.Library) {
	t.Helper()
	dir := t.TempDir()
	from, err := emptyFolder()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	master, _, err := seal.LoadOrCreate(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	store, err := sqlite.Open(t.Context(), dir, postgres.Options{Master: master, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	library := knowledge.NewLibrary(store)
	reader := knowledge.NewReader(store, store, knowledge.WithMaxSize(1<<20), knowledge.WithCacheDir(dir), knowledge.WithSites(store.Sites()))
	t.Cleanup(func() { _, _ = library.Close(), reader.Close() })
	stop, err := store.StartJobs(context.WithoutCancel(t.Context()), jobs.Workers{ReadSource: reader.Read})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := stop(ctx); err != nil {
			t.Error(err)
		}
	})
	return store, reader, library
}

func TestTheSameScenariosHoldOverSQLite(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]func(*world){
		"sources":       (*world).playSources,
		"answers":       (*world).playAnswers,
		"repeats":       (*world).checkRepeats,
		"conversations": (*world).playConversations,
		"isolation":     (*world).checkIsolation,
		"bots":          (*world).playBots,
		"webhooks":      (*world).playWebhooks,
		"tests":         (*world).playTests,
		"assignment":    (*world).playAssignment,
		"finding":       (*world).playFinding,
		"triage":        (*world).playTriage,
		"labels":        (*world).playLabels,
		"replies":       (*world).playReplies,
		"notes":         (*world).playNotes,
		"team":          (*world).playTeam,
		"invitations":   (*world).playInvitations,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play(setupSQLite(t))
		})
	}
}

func TestAFileIsUploadedReadAndFound(t *testing.T) {
	t.Parallel()
	w := setupSQLite(t)
	body, kind := form("url", "https://acme.example/returns", "file", "@returns.md:# Returns\n\nYou have forty-five days to return a lamp.\n")
	got := w.do(request{"POST", "/api/v1/bots/" + w.mia.bot + "/sources", w.mia.tokens.AccessToken, string(body), map[string]string{"Content-Type": kind}})
	if got.status != 202 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	var added source
	for deadline := time.Now().Add(30 * time.Second); added.State != "ready"; time.Sleep(50 * time.Millisecond) {
		var list page[source]
		w.json("GET", "/api/v1/bots/"+w.mia.bot+"/sources?limit=1", w.mia.tokens.AccessToken, "", 200, &list)
		if added = list.Items[0]; added.State == "failed" || time.Now().After(deadline) {
			t.Fatalf("source %+v", added)
		}
	}
	var found passages
	w.json("POST", "/api/v1/bots/"+w.mia.bot+"/search", w.mia.tokens.AccessToken, `{"query":"how many days to return a lamp?"}`, 200, &found)
	if len(found.Passages) == 0 || found.Passages[0].Source != added.ID || found.Passages[0].URL != "https://acme.example/returns" || !strings.Contains(found.Passages[0].Text, "forty-five days") {
		t.Errorf("found %+v", found)
	}
	w.json("POST", "/api/v1/bots/"+w.sam.bot+"/search", w.sam.tokens.AccessToken, `{"query":"how many days to return a lamp?"}`, 200, &found)
	for _, p := range found.Passages {
		if p.Source == added.ID {
			t.Error("another business found it")
		}
	}
}
