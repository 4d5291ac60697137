package storetest

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"parley/chat"
	"parley/knowledge"
)

var replacementTests = []test{
	{"What is edited is replaced at once, with its original", func(t *testing.T, w *world) {
		source := w.current(t, w.readySource(t, "Copper.", "Iron."))
		version := w.knowledgeVersion(t)
		original := bytes.Repeat([]byte("brass "), 100_000) // three chunks
		edited := source
		edited.Title, edited.Passages, edited.Note, edited.Language, edited.Size = "Edited", 1, "Some of it is left out.", "en", int64(len(original))
		edited.ChangedAt, edited.UpdatedAt = moment(40), time.Now()
		read := passages(source, 0, "Brass.")
		must(t, w.Replace(t.Context(), knowledge.Replacement{Source: edited, Was: source.UpdatedAt, Passages: read, Original: original}))
		found, stored, err := w.SourcePassages(t.Context(), w.tenant.ID, source.ID)
		must(t, err)
		if diff := cmp.Diff(edited, found, cmpopts.IgnoreFields(edited, "UpdatedAt", "ChangedAt")) + cmp.Diff(read, stored); diff != "" {
			t.Error(diff)
		}
		w.knows(t, version+1, map[string]bool{source.ID: true})
		stream, err := w.Original(t.Context(), w.tenant.ID, source.ID)
		must(t, err)
		if got, err := io.ReadAll(stream); err != nil || !bytes.Equal(got, original) {
			t.Errorf("the original has %d bytes, %v", len(got), err)
		}
		want(t, w.Replace(t.Context(), knowledge.Replacement{Source: edited, Was: source.UpdatedAt, Passages: read}), chat.ErrFenced)
		must(t, w.DeleteSource(t.Context(), w.tenant.ID, w.bot.ID, source.ID))
		want(t, w.Replace(t.Context(), knowledge.Replacement{Source: edited, Was: found.UpdatedAt, Passages: read}), chat.ErrFenced)
	}},
	{"A page is known while it is read again, and what is the same does not change it", func(t *testing.T, w *world) {
		page := knowledge.Source{
			ID: chat.NewID(chat.SourcePrefix), Tenant: w.tenant.ID, Bot: w.bot.ID, Kind: knowledge.KindURL, URL: "https://nails.example/a", CreatedAt: moment(5),
		}
		must(t, w.CreateSource(t.Context(), page, knowledge.Limits{}))
		must(t, w.Submit(t.Context(), page))
		w.knows(t, w.knowledgeVersion(t), nil)
		page.State, page.Pages, page.PagesRead, page.Passages, page.ReadAt = knowledge.Ready, 1, 1, 1, moment(20)
		page.Check, page.MediaType, page.Size = knowledge.Check{ETag: "1"}, "text/html", 9
		must(t, w.SaveStep(t.Context(), page, 0, passages(page, 0, "Copper."), knowledge.Limits{}))
		version, known := w.knowledgeVersion(t), map[string]bool{page.ID: true}
		w.knows(t, version, known)
		changed := w.current(t, page).ChangedAt

		again, err := w.NextRound(t.Context(), w.tenant.ID, w.bot.ID, page.ID)
		must(t, err)
		w.knows(t, version, known)
		again.State, again.PagesRead, again.Check.ETag, again.ReadAt = knowledge.Ready, 1, "2", moment(30)
		must(t, w.Replace(t.Context(), knowledge.Replacement{Source: again, Was: again.UpdatedAt}))
		w.knows(t, version, known)
		found := w.current(t, page)
		if found.Check.ETag != "2" || !found.ReadAt.Equal(moment(30)) || !found.ChangedAt.Equal(changed) || found.MediaType != "text/html" {
			t.Errorf("got %+v", found)
		}
		if _, stored, err := w.SourcePassages(t.Context(), w.tenant.ID, page.ID); err != nil || len(stored) != 1 {
			t.Errorf("got %d passages, %v", len(stored), err)
		}
	}},
	{"A source gets another title", func(t *testing.T, w *world) {
		source := w.readySource(t, "Copper.")
		version := w.knowledgeVersion(t)
		renamed, err := w.Rename(t.Context(), w.tenant.ID, w.bot.ID, source.ID, "Metals")
		if err != nil || renamed.Title != "Metals" {
			t.Errorf("got %+v, %v", renamed, err)
		}
		w.knows(t, version+1, map[string]bool{source.ID: true})
		_, err = w.Rename(t.Context(), w.tenant.ID, chat.NewID(chat.BotPrefix), source.ID, "Stolen")
		want(t, err, chat.ErrNotFound)
	}},
	{"Many sources are read at once, in the order that was asked for", func(t *testing.T, w *world) {
		site := w.site(t)
		var ids []string
		for range 3 { // more than one round trip takes
			var pages []knowledge.Page
			for range 100 {
				page := w.page(site, "Page", "Copper.", "Iron.")
				pages, ids = append(pages, page), append(ids, page.Source.ID)
			}
			w.step(t, &site, knowledge.Round{Pages: pages})
		}
		file := w.readySource(t, "A file.")
		ids = append(ids, chat.NewID(chat.SourcePrefix), file.ID)
		pages, err := w.PassagesOf(t.Context(), w.tenant.ID, w.bot.ID, ids)
		must(t, err)
		if len(pages) != 301 {
			t.Fatalf("got %d of %d", len(pages), len(ids))
		}
		for i, page := range pages {
			if i == 300 {
				ids[i] = file.ID
			}
			if page.Source.ID != ids[i] || len(page.Passages) != page.Source.Passages || page.Passages[0].Source != ids[i] {
				t.Fatalf("%d is %+v", i, page)
			}
		}
		if pages, err := w.PassagesOf(t.Context(), w.tenant.ID, chat.NewID(chat.BotPrefix), ids); err != nil || len(pages) != 0 {
			t.Errorf("another bot got %d, %v", len(pages), err)
		}
	}},
}

// current is a source as it is stored.
func (w *world) current(t testing.TB, source knowledge.Source) knowledge.Source {
	t.Helper()
	found, err := w.SourceOf(t.Context(), w.tenant.ID, source.ID)
	must(t, err)
	return found
}
