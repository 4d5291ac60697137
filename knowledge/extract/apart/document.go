package apart

import (
	"context"
	"fmt"
	"time"

	"parley/knowledge/extract"
)

// Bounds of what a child says: those of what extract gives, and some room for JSON.
const (
	maxAnswer = 64 << 10
	maxPages  = 20_000
	maxBatch  = 64 << 20 // bytes of all blocks of a read
)

// document is an original that a child has open.
type document struct {
	*process
	title string
	note  string
	pages int
	limit time.Duration // of a read
}

func (d *document) Title() string { return d.title }
func (d *document) Pages() int    { return d.pages }
func (d *document) Note() string  { return d.note }

// Close ends the child. Nothing of it is worth waiting for.
func (d *document) Close() { d.end() }

func (d *document) Read(ctx context.Context, from int) ([]extract.Block, int, error) {
	if from < 0 || from >= d.pages {
		return nil, d.pages, nil
	}
	var blocks []extract.Block
	var end batch
	err := d.within(ctx, d.limit, func() (err error) {
		if err := writeFrame(d.in, kindRead, read{From: from}); err != nil {
			return err
		}
		blocks, end, err = d.receiveBatch(from)
		return err
	})
	if err != nil {
		return nil, from, err
	}
	d.note = end.Note
	return blocks, end.Next, nil
}

func (d *document) receiveBatch(from int) (blocks []extract.Block, end batch, err error) {
	left := maxBatch
	var last extract.Block
	for {
		got, body, err := readFrame(d.out, left)
		if err != nil {
			return nil, end, err
		}
		left -= len(body) + headSize
		if got != kindBlock {
			if err := expect(got, kindBatch, body, &end); err != nil {
				return nil, end, err
			}
			if end.Next <= from || end.Next > d.pages {
				return nil, end, fmt.Errorf("%w: page %d follows page %d of %d", errGarbage, end.Next, from, d.pages)
			}
			return blocks, end, nil
		}
		var b block
		if err := decode(body, &b); err != nil {
			return nil, end, err
		}
		last.Kind, last.Text, last.Page = b.Kind, b.Text, b.Page
		if b.Headings != nil {
			last.Headings = *b.Headings
		}
		if b.Lead != nil {
			last.Lead = *b.Lead
		}
		blocks = append(blocks, last)
	}
}
