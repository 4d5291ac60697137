package storetest

import (
	"bytes"
	"crypto/rand"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley/chat"
	"parley/knowledge"
)

var sourceTests = []test{
	{"A source is shown once its upload has ended", func(t *testing.T, w *world) {
		source := w.newSource(t)
		_, err := w.Source(t.Context(), w.tenant.ID, w.bot.ID, source.ID)
		want(t, err, chat.ErrNotFound)
		if page, _, err := w.Sources(t.Context(), w.tenant.ID, w.bot.ID, "", 0); err != nil || len(page) != 0 {
			t.Errorf("listed: %v, %v", page, err)
		}
		found, err := w.SourceOf(t.Context(), w.tenant.ID, source.ID)
		must(t, err)
		source.State = knowledge.Receiving
		source.UpdatedAt = source.CreatedAt
		if diff := cmp.Diff(source, found); diff != "" {
			t.Error(diff)
		}
		source.Title, source.URL, source.MediaType, source.Size = "Nails", "https://nails.example/a", "text/plain", 17
		must(t, w.Submit(t.Context(), source))
		source.State = knowledge.Queued
		found, err = w.Source(t.Context(), w.tenant.ID, w.bot.ID, source.ID)
		must(t, err)
		if diff := cmp.Diff(source, found, cmpopts.IgnoreFields(source, "UpdatedAt")); diff != "" || !found.UpdatedAt.After(source.UpdatedAt) {
			t.Error(diff, found.UpdatedAt)
		}
		want(t, w.Submit(t.Context(), source), chat.ErrNotFound)
		want(t, w.AppendOriginal(t.Context(), w.tenant.ID, source.ID, 0, []byte("late")), chat.ErrNotFound)
	}},
	{"A source needs a bot of its tenant", func(t *testing.T, w *world) {
		source := knowledge.Source{ID: chat.NewID(chat.SourcePrefix), Tenant: w.tenant.ID, Bot: newWorld(t, w.Store).bot.ID, Kind: knowledge.KindText}
		want(t, w.CreateSource(t.Context(), source, knowledge.Limits{}), chat.ErrNotFound)
		source.Tenant, source.Bot = chat.NewID(chat.TenantPrefix), w.bot.ID
		want(t, w.CreateSource(t.Context(), source, knowledge.Limits{}), chat.ErrNotFound)
	}},
	{"An original comes back byte by byte", func(t *testing.T, w *world) {
		source := w.newSource(t)
		whole := make([]byte, 2*(256<<10)+999)
		rand.Read(whole)
		for n, chunk := range slices.Collect(slices.Chunk(whole, 256<<10)) {
			must(t, w.AppendOriginal(t.Context(), w.tenant.ID, source.ID, n, []byte("a first attempt that was cut")))
			must(t, w.AppendOriginal(t.Context(), w.tenant.ID, source.ID, n, chunk))
		}
		source.Size = int64(len(whole))
		must(t, w.Submit(t.Context(), source))
		original, err := w.Original(t.Context(), w.tenant.ID, source.ID)
		must(t, err)
		defer original.Close()
		got, err := io.ReadAll(original)
		must(t, err)
		if !bytes.Equal(got, whole) {
			t.Errorf("%d bytes came back of %d", len(got), len(whole))
		}
	}},
	{"An original that is shorter than it should be does not end well", func(t *testing.T, w *world) {
		source := w.newSource(t)
		must(t, w.AppendOriginal(t.Context(), w.tenant.ID, source.ID, 0, []byte("half")))
		source.Size = 8
		must(t, w.Submit(t.Context(), source))
		original, err := w.Original(t.Context(), w.tenant.ID, source.ID)
		must(t, err)
		_, err = io.ReadAll(original)
		want(t, err, io.ErrUnexpectedEOF)
	}},
	{"A chunk has 256 KiB at most, and a source to belong to", func(t *testing.T, w *world) {
		source := w.newSource(t)
		if err := w.AppendOriginal(t.Context(), w.tenant.ID, source.ID, 0, make([]byte, 256<<10+1)); err == nil {
			t.Error("a larger one was accepted")
		}
		want(t, w.AppendOriginal(t.Context(), w.tenant.ID, chat.NewID(chat.SourcePrefix), 0, []byte("a")), chat.ErrNotFound)
		_, err := w.Original(t.Context(), w.tenant.ID, chat.NewID(chat.SourcePrefix))
		want(t, err, chat.ErrNotFound)
	}},
	{"Sources are listed newest first, in pages", func(t *testing.T, w *world) {
		var expected []string
		for i := range 5 {
			source := knowledge.Source{
				ID: chat.NewID(chat.SourcePrefix), Tenant: w.tenant.ID, Bot: w.bot.ID, Kind: knowledge.KindText, CreatedAt: moment(i / 2),
			}
			must(t, w.CreateSource(t.Context(), source, knowledge.Limits{}))
			must(t, w.Submit(t.Context(), source))
			expected = append(expected, source.ID)
		}
		slices.Reverse(expected)
		for _, pair := range [][]string{expected[1:3], expected[3:5]} { // of the same second
			slices.Sort(pair)
			slices.Reverse(pair)
		}
		var got []string
		for cursor, pages := "", 0; ; {
			page, next, err := w.Sources(t.Context(), w.tenant.ID, w.bot.ID, cursor, 2)
			must(t, err)
			for _, s := range page {
				got = append(got, s.ID)
			}
			if pages++; pages > 3 {
				t.Fatal("there are too many pages")
			}
			if cursor = next; cursor == "" {
				break
			}
		}
		if diff := cmp.Diff(expected, got); diff != "" {
			t.Error(diff)
		}
	}},
	{"Deleting a source takes all of it and raises the bot's version", func(t *testing.T, w *world) {
		source := w.readySource(t, "Copper nails do not rust.")
		before, err := w.KnowledgeVersion(t.Context(), w.tenant.ID, w.bot.ID)
		must(t, err)
		want(t, w.DeleteSource(t.Context(), w.tenant.ID, chat.NewID(chat.BotPrefix), source.ID), chat.ErrNotFound)
		must(t, w.DeleteSource(t.Context(), w.tenant.ID, w.bot.ID, source.ID))
		want(t, w.DeleteSource(t.Context(), w.tenant.ID, w.bot.ID, source.ID), chat.ErrNotFound)
		after, err := w.KnowledgeVersion(t.Context(), w.tenant.ID, w.bot.ID)
		must(t, err)
		if after != before+1 {
			t.Errorf("the version went from %d to %d", before, after)
		}
		_, err = w.Original(t.Context(), w.tenant.ID, source.ID)
		want(t, err, chat.ErrNotFound)
		_, _, err = w.SourcePassages(t.Context(), w.tenant.ID, source.ID)
		want(t, err, chat.ErrNotFound)
		versions, err := w.ReadyVersions(t.Context(), w.tenant.ID, w.bot.ID)
		must(t, err)
		if diff := cmp.Diff(map[string]time.Time{}, versions); diff != "" {
			t.Error(diff)
		}
	}},
}
