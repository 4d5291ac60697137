package knowledge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"parley/chat"
	"parley/knowledge/extract"
	"parley/knowledge/fetch"
)

// Reader takes sources in and reads them. Close it to free the PDF engine.
type Reader struct {
	store     Store
	steps     Steps
	maxSize   int64
	stepTime  time.Duration
	options   extract.Options
	extractor extract.Opener
	web       Web
	slots     chan struct{} // each may hold an original in memory

	sites  Sites
	rooms  Rooms // nil: without a bound
	turns  *fetch.Turns
	pause  time.Duration
	robots robots
}

// Web gets pages from the web: a fetch.Client, but in tests.
type Web interface {
	Get(ctx context.Context, wanted fetch.Request) (fetch.Page, error)
}

// What a Reader takes in unless an option says otherwise.
const (
	DefaultMaxSize = 50 << 20 // bytes of an original
	DefaultAtOnce  = 2        // originals that are read at the same time
)

// A ReaderOption changes how a Reader works.
type ReaderOption func(*Reader)

// WithMaxSize bounds the bytes of an original.
func WithMaxSize(bytes int64) ReaderOption { return func(r *Reader) { r.maxSize = bytes } }

// WithAtOnce bounds how many originals are read at the same time; each may take
// some 10 times its size of memory.
func WithAtOnce(n int) ReaderOption { return func(r *Reader) { r.slots = make(chan struct{}, n) } }

// WithCacheDir keeps the compiled PDF engine in a folder: the first PDF is opened in
// 0.3 s instead of some 10 s after a start.
func WithCacheDir(dir string) ReaderOption { return func(r *Reader) { r.options.CacheDir = dir } }

// WithTimeout bounds the reading of one page of a PDF, or of one other original; 20 s unless given.
func WithTimeout(d time.Duration) ReaderOption { return func(r *Reader) { r.options.Timeout = d } }

// WithStepTime sets after how long a step ends at the next batch of pages and saves; 5 s unless given.
func WithStepTime(d time.Duration) ReaderOption { return func(r *Reader) { r.stepTime = d } }

// WithOpener sets what opens originals, which Close closes. Unless given they are read in this process.
func WithOpener(opener extract.Opener) ReaderOption { return func(r *Reader) { r.extractor = opener } }

// WithWeb sets the way to the web.
func WithWeb(web Web) ReaderOption { return func(r *Reader) { r.web = web } }

// WithSites sets where sites are kept, and what is read again. Without it neither is.
func WithSites(sites Sites) ReaderOption { return func(r *Reader) { r.sites = sites } }

// WithPause sets how long a site is left alone between two requests, at least; a slow one longer. 200 ms unless given.
func WithPause(d time.Duration) ReaderOption { return func(r *Reader) { r.pause = d } }

// NewReader returns a reader over the given stores.
func NewReader(store Store, steps Steps, options ...ReaderOption) *Reader {
	r := &Reader{store: store, steps: steps, maxSize: DefaultMaxSize, stepTime: defaultStepTime, slots: make(chan struct{}, DefaultAtOnce),
		turns: fetch.NewTurns(), pause: defaultPause}
	for _, option := range options {
		option(r)
	}
	if r.extractor == nil {
		r.extractor = extract.New(r.options)
	}
	if r.web == nil {
		r.web = fetch.New()
	}
	return r
}

// Close frees the PDF engine. No Read may be under way.
func (r *Reader) Close() error { return r.extractor.Close() }

// A step goes on with the next pages until either is reached: each begins by
// opening the original again, which takes as long for a few pages as for many.
const (
	defaultStepTime = 5 * time.Second
	stepPassages    = 2_000
)

// maxPassages bounds a source: its passages are loaded into memory together.
const maxPassages = 20_000

// Read does one step of reading a source: a batch of pages, 60 s at most. It
// is what the job calls; repeating a step changes nothing twice. A source that
// cannot be read becomes Broken with an error in words, which is not an error here;
// an error means: try this step again later.
func (r *Reader) Read(ctx context.Context, tenant, id string) error {
	source, err := r.store.SourceOf(ctx, tenant, id)
	if errors.Is(err, chat.ErrNotFound) {
		return nil // deleted while it waited
	}
	if err != nil {
		return fmt.Errorf("look up source %s: %w", id, err)
	}
	if source.State != Queued && source.State != Reading {
		return nil
	}
	switch source.Kind { //nolint:exhaustive // the others have an original
	case KindSite:
		return r.readSite(ctx, source)
	case KindURL:
		return r.readURL(ctx, source)
	}
	done, err := r.slot(ctx)
	if err != nil {
		return err
	}
	defer done()
	original, err := r.load(ctx, source)
	if err != nil {
		return fmt.Errorf("load original of source %s: %w", id, err)
	}
	room, err := r.room(ctx, tenant)
	if err != nil {
		return err
	}
	from := source.PagesRead
	next, passages, err := r.step(ctx, source, original, room)
	var wrong *chat.Error
	switch {
	case errors.As(err, &wrong) && wrong.Kind != chat.Internal && wrong.Kind != chat.Unavailable:
		next, passages = unreadable(source, wrong), nil
	case err != nil:
		return fmt.Errorf("read source %s from page %d: %w", id, from, err)
	}
	return r.saveStep(ctx, source, next, passages, room.Of)
}

// unreadable is a source that could not be read. What was read of it stays out of answers: a source is there as a whole or not at all.
func unreadable(source Source, why *chat.Error) Source {
	now := time.Now().UTC()
	source.State, source.Error, source.Note, source.Passages, source.Check = Broken, why.Message, "", 0, Check{}
	source.ChangedAt, source.NextRead = now, after(now, source.Plan.Every)
	return source
}

// saveStep stores what a step made of a source. One for which there is no room any more is refused.
func (r *Reader) saveStep(ctx context.Context, source, next Source, passages []Passage, limits Limits) error {
	next.UpdatedAt = time.Now().UTC()
	err := r.steps.SaveStep(ctx, next, source.PagesRead, passages, limits)
	if errors.Is(err, ErrNoRoom) {
		next = unreadable(source, ErrNoRoom)
		next.UpdatedAt = time.Now().UTC()
		err = r.steps.SaveStep(ctx, next, source.PagesRead, nil, limits)
	}
	if err != nil && !errors.Is(err, chat.ErrFenced) {
		return fmt.Errorf("save a step of source %s: %w", source.ID, err)
	}
	return nil
}

// slot waits until there is room for one more original in memory.
func (r *Reader) slot(ctx context.Context) (done func(), err error) {
	select {
	case r.slots <- struct{}{}:
		return func() { <-r.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// step reads the next pages and returns what the source is after them.
func (r *Reader) step(ctx context.Context, source Source, original []byte, room Room) (Source, []Passage, error) {
	document, err := r.extractor.Open(ctx, source.MediaType, original)
	if err != nil {
		return source, nil, err
	}
	defer document.Close()
	source.Pages = document.Pages()
	title := document.Title()
	if title == source.Title {
		title = "" // it is indexed as the source's
	}

	var passages []Passage
	begun := time.Now()
	for source.PagesRead < source.Pages {
		blocks, next, err := document.Read(ctx, source.PagesRead)
		if err != nil {
			return source, nil, err
		}
		for _, p := range split(source.ID, title, blocks) {
			p.Order = source.Passages
			source.Passages++
			passages = append(passages, p)
		}
		source.PagesRead = next
		if source.Passages > maxPassages {
			return source, nil, extract.ErrTooMuchText
		}
		if len(passages) > room.Passages {
			return source, nil, ErrNoRoom
		}
		if time.Since(begun) >= r.stepTime || len(passages) >= stepPassages {
			break
		}
	}
	if source.Note == "" {
		source.Note = document.Note()
	}
	if source.Language == "" {
		source.Language = languageOf(passages)
	}
	source.State = Reading
	if source.PagesRead >= source.Pages {
		if source.Passages == 0 {
			return source, nil, extract.ErrNoText
		}
		source.State, source.ReadAt = Ready, time.Now().UTC()
	}
	return source, passages, nil
}

// load gets the whole original: page formats need all of it, whichever page is read.
func (r *Reader) load(ctx context.Context, source Source) ([]byte, error) {
	original, err := r.store.Original(ctx, source.Tenant, source.ID)
	if err != nil {
		return nil, err
	}
	defer original.Close()
	data, err := io.ReadAll(io.LimitReader(original, source.Size+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) != source.Size {
		return nil, fmt.Errorf("%d bytes of %d", len(data), source.Size)
	}
	return data, nil
}
