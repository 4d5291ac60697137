package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"

	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// Original streams the original of a source, one chunk in memory at a time. It
// reads until ctx ends; an original that is shorter than its source says ends
// with io.ErrUnexpectedEOF.
func (s *Store) Original(ctx context.Context, tenant, source string) (io.ReadCloser, error) {
	row, err := s.reads.Source(ctx, db.SourceParams{Tenant: tenant, ID: source})
	if err != nil {
		return nil, s.explain(err, "read source "+source)
	}
	key, err := s.keys.source(ctx, s.reads, tenant, source)
	if err != nil {
		return nil, s.explain(err, "read source "+source)
	}
	return &original{ctx: ctx, store: s, key: key, tenant: tenant, source: source, left: row.Size}, nil
}

// original is an open stream. It keeps the context of its opening, since
// io.Reader has none.
type original struct {
	ctx            context.Context
	store          *Store
	key            *seal.Key
	tenant, source string
	next           int64  // chunk to read
	chunk          []byte // what is left of the last one
	left           int64  // bytes that must follow
}

func (o *original) Read(p []byte) (int, error) {
	for len(o.chunk) == 0 {
		if err := o.load(); err != nil {
			return 0, err
		}
	}
	n := copy(p, o.chunk)
	o.chunk = o.chunk[n:]
	return n, nil
}

// load reads the next chunk.
func (o *original) load() error {
	sealed, err := o.store.reads.OriginalChunk(o.ctx, db.OriginalChunkParams{Tenant: o.tenant, Source: o.source, N: o.next})
	if errors.Is(err, pgx.ErrNoRows) {
		if o.left > 0 {
			return io.ErrUnexpectedEOF
		}
		return io.EOF
	}
	attempt := fmt.Sprintf("read chunk %d of source %s", o.next, o.source)
	if err != nil {
		return o.store.explain(err, attempt)
	}
	if o.chunk, err = o.key.Open(sealed, o.tenant, tableOriginals, originalRow(o.source, o.next)); err != nil {
		return o.store.explain(err, attempt)
	}
	o.next++
	o.left -= int64(len(o.chunk))
	return nil
}

func (o *original) Close() error { return nil }
