package extract

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
	"unicode/utf8"
)

// Opener opens originals. It is safe for concurrent use; Close it when all documents are closed.
type Opener interface {
	// Open opens an original of one of the media types that Detect returns. data must not be changed while the document is open.
	Open(ctx context.Context, mediaType string, data []byte) (Document, error)
	Close() error
}

// Extractor is the Opener that reads in this process. A server reads apart from itself: see package apart.
type Extractor struct {
	pdf     *engine
	timeout time.Duration
}

// Options say how an Extractor works; zero values choose the defaults.
type Options struct {
	// CacheDir keeps the compiled PDF engine: opening the first PDF takes 0.3 s with
	// it and some 10 s without. Empty: none is kept.
	CacheDir string
	// Timeout bounds the reading of one page of a PDF, or of a whole original of
	// another kind; 20 s if 0.
	Timeout time.Duration
}

// New returns an Extractor. The PDF engine starts with the first PDF.
func New(options Options) *Extractor {
	if options.Timeout == 0 {
		options.Timeout = 20 * time.Second
	}
	return &Extractor{pdf: &engine{cacheDir: options.CacheDir}, timeout: options.Timeout}
}

// Close frees the PDF engine. Documents must be closed before.
func (e *Extractor) Close() error { return e.pdf.close() }

// Document is an opened original, for one goroutine at a time.
type Document interface {
	// Title is the document's own, "" if it has none.
	Title() string
	// Pages is how many there are to read, 1 at least.
	Pages() int
	// Read returns what stands on the pages from the given one (from 0) up to,
	// but without, next: one page at least, more while ctx's patience allows. The same
	// pages give the same blocks.
	Read(ctx context.Context, from int) (blocks []Block, next int, err error)
	// Note says in words for the owner what could not be read of the pages that were asked for, "" if all was. What
	// it says is true of the whole document, however much more is read.
	Note() string
	Close()
}

// Open opens an original.
func (e *Extractor) Open(ctx context.Context, mediaType string, data []byte) (Document, error) {
	if mediaType == PDF {
		return e.openPDF(ctx, data)
	}
	parse, known := formats[mediaType]
	if !known {
		return nil, unsupported("A file of the type " + mediaType)
	}
	if len(data) > maxText && mostlyText[mediaType] {
		// What is mostly text holds as much of it; parsing would take some ten times that in memory.
		return nil, ErrTooMuchText
	}
	read, err := guarded(ctx, e.timeout, func(ctx context.Context) (text, error) { return parse(ctx, data) })
	if err != nil {
		return nil, err
	}
	return newSheets(read), nil
}

// guarded runs a parser. If it takes too long nobody waits for its end: parsers look at ctx in their
// loops, and what they hand to a library in one piece is bounded, so that they do end soon after.
func guarded[T any](ctx context.Context, timeout time.Duration, parse func(context.Context) (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			if p := recover(); p != nil {
				// Ours or a library's fault as much as the file's: it must be seen by whoever can mend it.
				slog.Error("extract: parser panicked", "stack", string(debug.Stack()))
				r.err = ErrBroken.Because(fmt.Errorf("parser panicked: %v", p))
			}
			done <- r
		}()
		r.value, r.err = parse(limited)
	}()
	var r result
	select {
	case r = <-done:
	case <-limited.Done():
		r.err = limited.Err()
	}
	switch {
	case ctx.Err() != nil:
		return r.value, ctx.Err()
	case errors.Is(r.err, context.DeadlineExceeded):
		return r.value, ErrTooSlow.Because(fmt.Errorf("parser took longer than %v", timeout))
	}
	return r.value, r.err
}

// text is an original that is read in one go.
type text struct {
	title  string
	note   string // see Document.Note
	blocks []Block
}

// sheets shows text page by page: a step of a durable job must not store a whole book.
type sheets struct {
	text
	starts []int // index of each sheet's first block; the last is the end
}

// sheetSize is how much text makes a sheet, in characters: some 300 passages.
const sheetSize = 300_000

func newSheets(t text) *sheets {
	s := &sheets{text: t, starts: []int{0}}
	size := 0
	for i, b := range t.blocks {
		if size >= sheetSize {
			s.starts, size = append(s.starts, i), 0
		}
		size += utf8.RuneCountInString(b.Text)
	}
	s.starts = append(s.starts, len(t.blocks))
	return s
}

func (s *sheets) Title() string { return s.title }
func (s *sheets) Pages() int    { return len(s.starts) - 1 }
func (s *sheets) Note() string  { return s.note }
func (s *sheets) Close()        {}

func (s *sheets) Read(_ context.Context, from int) ([]Block, int, error) {
	if from < 0 || from >= s.Pages() {
		return nil, s.Pages(), nil
	}
	return s.blocks[s.starts[from]:s.starts[from+1]], from + 1, nil
}
