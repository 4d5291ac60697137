package rest

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"parley/knowledge"
	"parley/knowledge/index"
	"parley/persistence/postgres"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
)

func TestConversationsAreFoundByWhatWasSaidInThem(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	master, _, err := seal.LoadOrCreate(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	store, err := sqlite.Open(t.Context(), dir, postgres.Options{Master: master, Logger: slog.New(slog.DiscardHandler), Texts: index.Texts{}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	if err := store.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	library := knowledge.NewLibrary(store)
	reader := knowledge.NewReader(store, store, knowledge.WithMaxSize(1<<20), knowledge.WithCacheDir(dir))
	t.Cleanup(func() { _, _ = library.Close(), reader.Close() })
	w := setupOver(t, store, reader, library)
	if _, err := store.CatchUpWords(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	mia, sam := w.mia.tokens.AccessToken, w.sam.tokens.AccessToken
	const at = "/api/v1/conversations?text="
	w.play([]scenario{
		{name: "a word", method: "GET", path: at + "ACME", token: mia, status: 200, has: []string{`"id":"{conversation}"`}, hasNot: []string{"Rival"}},
		{name: "a form of two words", method: "GET", path: at + "acme+asks", token: mia, status: 200, has: []string{`"id":"{conversation}"`}},
		{name: "with a status", method: "GET", path: at + "acme&status=closed", token: mia, status: 200, has: []string{`{"items":[],"next":""}`}},
		{name: "a word that was not said", method: "GET", path: at + "zugzwang", token: mia, status: 200, has: []string{`{"items":[],"next":""}`}},
		{name: "another's word", method: "GET", path: at + "acme", token: sam, status: 200, has: []string{`{"items":[],"next":""}`}},
		{name: "no word", method: "GET", path: at + "%3F", token: mia, status: 200, has: []string{`{"items":[],"next":""}`}},
		{name: "too long", method: "GET", path: at + strings.Repeat("a", 201), token: mia, status: 422, has: []string{"text"}},
		{name: "nobody", method: "GET", path: at + "acme", status: 401},
	})
}
