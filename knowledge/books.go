package knowledge

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"parley/knowledge/index"
)

// Books are what a bot knows, as it was when they were opened.
type Books interface {
	// Search returns the passages that answer the query best, best first, limit at
	// most (1–200). Words that say nothing (how, is, please) find nothing. With an embedder it asks that
	// for the query's vector, and goes by the words alone if the answer is late or ctx ends.
	// Within names sources to search, a site for its pages; none: all. Of passages that say the same, the best is returned.
	Search(ctx context.Context, query string, limit int, within ...string) []Hit
	// Empty tells whether there is nothing at all.
	Empty() bool
}

// books is what a bot knew at a version. It is immutable.
type books struct {
	version  int64
	sources  map[string]book
	passages int
	bytes    int      // of texts and index, without the vectors
	left     []string // sources for which there was no room
	index    *index.Index
	meanings *meanings // nil: there is no embedder
}

type book struct {
	source   Source
	passages []Passage // at their Order
	sketches []sketch  // of the passages
	changed  time.Time
	bytes    int
}

const (
	// maxQuery is how much of a question is searched for, in bytes.
	maxQuery = 4 << 10
	// maxHits is the most that a search returns.
	maxHits = 200
	// spare is how many more passages than asked for are looked at, since some say the same or are of one source.
	spare = 32
)

func (b *books) Search(ctx context.Context, query string, limit int, within ...string) []Hit {
	if len(query) > maxQuery {
		query = strings.ToValidUTF8(query[:maxQuery], "")
	}
	limit = min(max(limit, 1), maxHits)
	depth := 2*limit + spare
	if b.meanings != nil {
		depth = max(depth, fusedDepth)
	}
	allowed := b.allowed(within)
	matches := b.index.Search(query, depth, allowed)
	matches = b.fused(ctx, query, matches, depth, allowed)
	index.Vary(matches, b.length)
	hits := make([]Hit, 0, limit)
	var before echoes
	for _, m := range matches {
		book, known := b.sources[m.Source]
		if !known || m.Order >= len(book.passages) {
			continue // a vector of what is known no more
		}
		passage := book.passages[m.Order]
		if before.said(passage, book.sketches[m.Order]) {
			continue
		}
		hit := Hit{
			Passage: passage, Added: book.source.ID, Kind: book.source.Kind, Title: book.source.Title, URL: book.source.URL,
			Score: m.Score, Confidence: m.Confidence, LexicalRank: m.LexicalRank, VectorRank: m.VectorRank,
		}
		if book.source.Parent != "" {
			hit.Added, hit.Kind = book.source.Parent, KindSite
		}
		if hits = append(hits, hit); len(hits) == limit {
			break
		}
	}
	return hits
}

func (b *books) length(source string) int { return len(b.sources[source].passages) }

// allowed returns which sources are within those named; nil: all.
func (b *books) allowed(within []string) func(source string) bool {
	if len(within) == 0 {
		return nil
	}
	return func(source string) bool {
		return slices.Contains(within, source) || slices.Contains(within, cmp.Or(b.sources[source].source.Parent, source))
	}
}

func (b *books) Empty() bool { return b.passages == 0 }

// Version is the bot's, as of which these are. While what takes long is loaded, it is that of before.
func (b *books) Version() int64 { return b.version }

// held is what the books take in memory.
func (b *books) held() int {
	held := b.bytes
	if b.meanings != nil {
		held += int(b.meanings.bytes())
	}
	return held
}

// batch is how many sources are loaded at once. Between two batches what is there is shown already.
const batch = 256

// refreshed returns the books as they are now. The version is read before
// the contents: they are of that version or later, never earlier. What takes long is shown on the way, as of the old version.
// Sources beyond room, in bytes, are left out, those that changed last first.
func (b *books) refreshed(ctx context.Context, contents Contents, key shelfKey, room int, show func(*books)) (*books, error) {
	version, err := contents.KnowledgeVersion(ctx, key.tenant, key.bot)
	if err != nil {
		return nil, fmt.Errorf("read version: %w", err)
	}
	ready, err := contents.ReadyVersions(ctx, key.tenant, key.bot)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	var remove, changed []string
	for id := range b.sources {
		if _, still := ready[id]; !still {
			remove = append(remove, id)
		}
	}
	for id, at := range ready {
		if known, ok := b.sources[id]; !ok || !known.changed.Equal(at) {
			changed = append(changed, id)
		}
	}
	// Oldest first, so that it is always the same ones that have no room.
	slices.SortFunc(changed, func(x, y string) int { return cmp.Or(ready[x].Compare(ready[y]), cmp.Compare(x, y)) })
	next := b.updated(remove, nil, ready)
	next.left = nil
	for start := 0; start < len(changed); start += batch {
		some := changed[start:min(start+batch, len(changed))]
		if next.held() >= room {
			next.left = append(next.left, some...)
			next = next.updated(some, nil, ready) // what was known of them is not so any more
			continue
		}
		pages, err := contents.PassagesOf(ctx, key.tenant, key.bot, some)
		if err != nil {
			return nil, fmt.Errorf("load sources: %w", err)
		}
		gone := slices.DeleteFunc(slices.Clone(some), func(id string) bool {
			return slices.ContainsFunc(pages, func(p Page) bool { return p.Source.ID == id })
		})
		pages, left := fitting(pages, room-next.held())
		next = next.updated(append(gone, left...), pages, ready)
		next.left = append(next.left, left...)
		if start+batch < len(changed) && b.version >= 0 {
			show(next)
		}
	}
	next.version = version
	return next, nil
}

// fitting returns the pages for which there is room, and the ids of the others. The index takes about a third of a text.
func fitting(pages []Page, room int) (fit []Page, left []string) {
	for _, p := range pages {
		if room -= size(p.Passages) * 4 / 3; room < 0 {
			left = append(left, p.Source.ID)
			continue
		}
		fit = append(fit, p)
	}
	return fit, left
}

// updated returns the books without some sources, and with others.
func (b *books) updated(remove []string, add []Page, ready map[string]time.Time) *books {
	next := &books{version: b.version, sources: maps.Clone(b.sources), left: b.left}
	if next.sources == nil {
		next.sources = make(map[string]book, len(ready))
	}
	if len(add) == 0 && len(remove) == 0 {
		next.index, next.passages, next.bytes, next.meanings = b.index, b.passages, b.bytes, b.meanings.following(next.sources)
		return next
	}
	for _, id := range remove {
		delete(next.sources, id)
	}
	analysed := make([]index.Source, 0, len(add))
	for _, page := range add {
		passages := sharing(page.Source, page.Passages)
		next.sources[page.Source.ID] = book{page.Source, passages, sketchesOf(passages), ready[page.Source.ID], size(passages)}
		analysed = append(analysed, analyzed(page.Source, passages))
	}
	for _, book := range next.sources {
		next.passages += len(book.passages)
		next.bytes += book.bytes
	}
	next.index = b.index.Update(remove, analysed)
	next.bytes += next.index.Bytes()
	next.meanings = b.meanings.following(next.sources)
	return next
}

func analyzed(source Source, passages []Passage) index.Source {
	title := source.Title
	madeUp := len(passages) > 0 && begins(passages[0].Text, title)
	if madeUp {
		title = ""
	}
	pieces := make([]index.Passage, len(passages))
	for i, p := range passages {
		pieces[i] = index.Passage{Order: i, Headings: p.Headings, Text: p.Text}
		if madeUp && len(p.Headings) > 0 && p.Headings[0] == source.Title {
			pieces[i].Headings = p.Headings[1:]
		}
	}
	return index.Analyze(source.ID, readable(title), pieces)
}

// begins tells whether a title is but the beginning of a text that was given none: its words would count twice.
func begins(text, title string) bool {
	cut, goesOn := strings.CutSuffix(title, "…")
	return (goesOn || text == title) && strings.HasPrefix(clip(text, maxTitle), strings.TrimSuffix(cut, "…"))
}

// sharing has passages share what they have in common: the id of their source, and the headings above them.
func sharing(source Source, passages []Passage) []Passage {
	for i := range passages {
		passages[i].Source = source.ID
		if i > 0 && slices.Equal(passages[i].Headings, passages[i-1].Headings) {
			passages[i].Headings = passages[i-1].Headings
		}
	}
	return passages
}

func sketchesOf(passages []Passage) []sketch {
	sketches := make([]sketch, len(passages))
	for i, p := range passages {
		sketches[i] = sketchOf(p)
	}
	return sketches
}

// size is what passages take in memory, with their source.
func size(passages []Passage) int {
	const source, passage, heading = 600, 160, 16 // with its sketch
	bytes := source
	for i, p := range passages {
		bytes += passage + len(p.ID) + len(p.Text)
		if i == 0 || len(p.Headings) > 0 && (len(passages[i-1].Headings) == 0 || &p.Headings[0] != &passages[i-1].Headings[0]) {
			for _, h := range p.Headings {
				bytes += heading + len(h)
			}
		}
	}
	return bytes
}
