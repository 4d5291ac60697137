package knowledge

import (
	"context"
	"io"
)

// Reader takes sources in and reads them.
type Reader struct {
	store Store
	steps Steps
}

// NewReader returns a reader over the given stores.
func NewReader(store Store, steps Steps) *Reader { return &Reader{store: store, steps: steps} }

// Receive stores an upload as it streams in, never whole in memory, and queues it to be read.
// source needs Tenant, Bot, Kind and Title. Errors for people: "file_too_large", "file_empty", "file_type".
func (r *Reader) Receive(ctx context.Context, source Source, original io.Reader) (Source, error) {
	return Source{}, nil
}

// Read does one step of reading a source: a batch of pages, 60 s at most. It
// is what the job calls; repeating a step changes nothing twice. A source that
// cannot be read becomes Broken with an error in words, which is not an error here;
// an error means: try this step again later.
func (r *Reader) Read(ctx context.Context, tenant, source string) error { return nil }
