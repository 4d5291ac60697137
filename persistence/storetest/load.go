package storetest

import (
	"fmt"
	"testing"
	"time"

	"parley/chat"
	"parley/knowledge"
)

// BenchmarkLoad measures how long it takes to read all that bots know: one of ten thousand small pages, and a hundred of five
// hundred passages each, in pages of five.
func BenchmarkLoad(b *testing.B, open func(t testing.TB) Database) {
	for _, size := range []struct{ bots, pages, passages int }{{1, 10_000, 1}, {100, 100, 5}} {
		b.Run(fmt.Sprintf("bots=%d/pages=%d/passages=%d", size.bots, size.pages, size.passages), func(b *testing.B) {
			store := open(b).Open(b)
			defer store.Close()
			w := newWorld(b, store)
			bots := make([]chat.Bot, size.bots)
			for i := range bots {
				bots[i] = w.newBot()
				must(b, store.CreateBot(b.Context(), bots[i]))
				w.bot = bots[i]
				w.grownSite(b, size.pages, size.passages)
			}
			for b.Loop() {
				for _, bot := range bots {
					begun := time.Now()
					ready, err := store.ReadyVersions(b.Context(), w.tenant.ID, bot.ID)
					must(b, err)
					ids := make([]string, 0, len(ready))
					for id := range ready {
						ids = append(ids, id)
					}
					pages, err := store.PassagesOf(b.Context(), w.tenant.ID, bot.ID, ids)
					must(b, err)
					if len(pages) != size.pages {
						b.Fatalf("read %d pages of %d", len(pages), size.pages)
					}
					b.ReportMetric(time.Since(begun).Seconds(), "s/last-bot")
				}
			}
		})
	}
}

// grownSite makes a site of so many pages.
func (w *world) grownSite(t testing.TB, pages, size int) {
	t.Helper()
	site := w.site(t)
	texts := make([]string, size)
	for i := range texts {
		texts[i] = "Copper nails do not rust, and last by the sea for a hundred years and more, as those of old ships show."
	}
	for range pages / 100 {
		var some []knowledge.Page
		for range 100 {
			some = append(some, w.page(site, "Page", texts...))
		}
		w.step(t, &site, knowledge.Round{Pages: some})
	}
}
