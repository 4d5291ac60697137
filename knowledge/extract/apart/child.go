package apart

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"

	"parley/knowledge/extract"
)

// maxStack ends a recursion that has no end, in bytes: documents are nested some hundred levels deep.
const maxStack = 64 << 20

// maxRequest bounds what the parent sends besides the original, in bytes.
const maxRequest = 64 << 10

// Child reads one original for the process that started this one, asked through in, and
// answers through out. It ends the process when in ends: whoever asked is gone then. Only a fault of the pipes is an error.
func Child(in io.Reader, out io.Writer) error {
	return serve(in, out, func(options extract.Options) opener { return extract.New(options) })
}

// opener is what a child opens its original with: an extract.Extractor, but in tests.
type opener interface {
	extract.Opener
	Prepare(ctx context.Context) error
}

func serve(in io.Reader, out io.Writer, open func(extract.Options) opener) error {
	debug.SetMaxStack(maxStack)
	answers := bufio.NewWriter(out)
	var begin start
	if err := receive(in, kindStart, &begin); err != nil {
		return err
	}
	if err := confine(begin); err != nil {
		return answer(answers, kindFailed, failure(fmt.Errorf("confine the process: %w", err)))
	}
	original := make([]byte, begin.Size)
	if _, err := io.ReadFull(in, original); err != nil {
		return fmt.Errorf("receive an original: %w", err)
	}
	reads := make(chan read)
	go func() {
		for {
			var next read
			if err := receive(in, kindRead, &next); err != nil {
				os.Exit(0) // also out of a parser that never ends
			}
			reads <- next
		}
	}()
	ctx := context.Background() // the time limits are the parsers', and the parent's
	extractor := open(extract.Options{CacheDir: begin.CacheDir, Timeout: begin.Timeout})
	if begin.MediaType == "" {
		if err := extractor.Prepare(ctx); err != nil {
			return answer(answers, kindFailed, failure(err))
		}
		return answer(answers, kindOpened, opened{Pages: 1})
	}
	document, err := extractor.Open(ctx, begin.MediaType, original)
	if err != nil {
		return answer(answers, kindFailed, failure(err))
	}
	if err := answer(answers, kindOpened, opened{Title: document.Title(), Pages: document.Pages()}); err != nil {
		return err
	}
	for next := range reads {
		if err := answerRead(ctx, answers, document, next.From); err != nil {
			return err
		}
	}
	return nil
}

// receive reads a frame of the parent, which is trusted to send the right one.
func receive(in io.Reader, want kind, into any) error {
	got, body, err := readFrame(in, maxRequest)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("%w: %q instead of %q", errGarbage, got, want)
	}
	return decode(body, into)
}

func answer(out *bufio.Writer, k kind, content any) error {
	if err := writeFrame(out, k, content); err != nil {
		return err
	}
	return out.Flush()
}

func answerRead(ctx context.Context, out *bufio.Writer, document extract.Document, from int) error {
	blocks, next, err := document.Read(ctx, from)
	if err != nil {
		return answer(out, kindFailed, failure(err))
	}
	var last extract.Block
	for _, b := range blocks {
		sent := block{Kind: b.Kind, Text: b.Text, Page: b.Page}
		if !slices.Equal(b.Headings, last.Headings) {
			sent.Headings = &b.Headings
		}
		if b.Lead != last.Lead {
			sent.Lead = &b.Lead
		}
		if err := writeFrame(out, kindBlock, sent); err != nil {
			return err
		}
		last = b
	}
	return answer(out, kindBatch, batch{Next: next, Note: document.Note()})
}
