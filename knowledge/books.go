package knowledge

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"parley/chat"
	"parley/knowledge/index"
)

type shelfKey struct{ tenant, bot string }

// shelf is a bot's place in the library.
type shelf struct {
	books *books
	load  *load
	used  int64
}

// load is a refresh under way; err is set before done is closed.
type load struct {
	done chan struct{}
	err  error
}

// books is what a bot knew at a version. It is immutable.
type books struct {
	version  int64
	sources  map[string]book
	passages int
	index    *index.Index
	meanings *meanings // nil: there is no embedder
}

type book struct {
	source   Source
	passages []Passage // at their Order
	changed  time.Time
}

// refreshed returns the books as they are now. The version is read before
// the contents: they are of that version or later, never earlier.
func (b *books) refreshed(ctx context.Context, contents Contents, key shelfKey) (*books, error) {
	version, err := contents.KnowledgeVersion(ctx, key.tenant, key.bot)
	if err != nil {
		return nil, fmt.Errorf("read version: %w", err)
	}
	ready, err := contents.ReadyVersions(ctx, key.tenant, key.bot)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	next := &books{version: version, sources: maps.Clone(b.sources)}
	if next.sources == nil {
		next.sources = make(map[string]book, len(ready))
	}
	var remove []string
	for id := range next.sources {
		if _, still := ready[id]; !still {
			remove = append(remove, id)
			delete(next.sources, id)
		}
	}
	var add []index.Source
	for id, changed := range ready {
		if known, ok := next.sources[id]; ok && known.changed.Equal(changed) {
			continue
		}
		source, passages, err := contents.SourcePassages(ctx, key.tenant, id)
		if errors.Is(err, chat.ErrNotFound) {
			remove = append(remove, id) // deleted meanwhile: the version was raised again
			delete(next.sources, id)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("load source %s: %w", id, err)
		}
		next.sources[id] = book{source, passages, changed}
		add = append(add, analyzed(source, passages))
	}
	for _, book := range next.sources {
		next.passages += len(book.passages)
	}
	next.index = b.index.Update(remove, add)
	next.meanings = b.meanings.following(next.sources)
	return next, nil
}

func analyzed(source Source, passages []Passage) index.Source {
	pieces := make([]index.Passage, len(passages))
	for i, p := range passages {
		pieces[i] = index.Passage{Order: i, Headings: p.Headings, Text: p.Text}
	}
	return index.Analyze(source.ID, readable(source.Title), pieces)
}
