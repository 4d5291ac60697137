package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"path"

	"parley/persistence/seal"
)

// reader reads a file from its beginning to its end, once.
type reader struct {
	Header
	packed  *gzip.Reader
	archive *tar.Reader
	sum     hash.Hash
	next    *tar.Header // the entry that was come to and not read
	rows    map[string]int64
}

// open reads the header.
func open(from io.Reader) (*reader, error) {
	packed, err := gzip.NewReader(bufio.NewReaderSize(from, 1<<16))
	if err != nil {
		return nil, damaged("it does not begin as one: %w", err)
	}
	r := &reader{packed: packed, archive: tar.NewReader(packed), sum: sha256.New(), rows: make(map[string]int64)}
	if err := r.advance(); err != nil {
		return nil, err
	}
	if r.next.Name != headerName {
		return nil, damaged("it begins with %q", r.next.Name)
	}
	content, err := r.content()
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(content, &r.Header); err != nil {
		return nil, damaged("its header cannot be read: %w", err)
	}
	if r.Format != Format {
		return nil, fmt.Errorf("the backup has the format %d, this version of Parley reads %d: use the version that made it (%s)", r.Format, Format, r.Program)
	}
	return r, r.advance()
}

// advance comes to the next entry.
func (r *reader) advance() error {
	next, err := r.archive.Next()
	switch {
	case errors.Is(err, io.EOF):
		return damaged("it was cut off")
	case err != nil:
		return unreadable(err)
	case next.Size > largestEntry:
		return damaged("%s is too large", next.Name)
	}
	r.next = next
	return nil
}

// unreadable says that reading ended where it should not.
func unreadable(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return damaged("it was cut off")
	}
	return damaged("%w", err)
}

// content reads an entry, which counts in the checksum.
func (r *reader) content() ([]byte, error) {
	content := make([]byte, r.next.Size)
	if _, err := io.ReadFull(r.archive, content); err != nil {
		return nil, unreadable(err)
	}
	addEntry(r.sum, r.next.Name, r.next.Size)
	r.sum.Write(content)
	return content, nil
}

// table yields the rows of the next table, in the order of the header. All must be read.
func (r *reader) table(table Table) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for path.Dir(r.next.Name) == table.Name {
			content, err := r.content()
			if err != nil {
				yield(nil, err)
				return
			}
			for row, err := range rowsOf(table, content) {
				if err == nil {
					r.rows[table.Name]++
				}
				if !yield(row, err) || err != nil {
					return
				}
			}
			if err := r.advance(); err != nil {
				yield(nil, err)
				return
			}
		}
	}
}

// opened is table, but that keys must open with a master key, if there is one.
func (r *reader) opened(table Table, key *seal.MasterKey) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for row, err := range r.table(table) {
			if err == nil && key != nil {
				err = opens(table, row, key)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// end reads what the file ends with, and compares it with what came before.
// Without a master key it is not asked who made the file.
func (r *reader) end(key *seal.MasterKey) error {
	if r.next.Name != endName {
		return damaged("%s is in a wrong place", r.next.Name)
	}
	sum := r.sum.Sum(nil)
	content := make([]byte, r.next.Size)
	if _, err := io.ReadFull(r.archive, content); err != nil {
		return unreadable(err)
	}
	var told end
	if err := json.Unmarshal(content, &told); err != nil {
		return damaged("its end cannot be read: %w", err)
	}
	if told.Checksum != hex.EncodeToString(sum) {
		return damaged("its checksum is wrong")
	}
	if key != nil && !hmac.Equal([]byte(told.MAC), []byte(mac(key, sum))) {
		return damaged("it was changed by somebody without the master key")
	}
	for _, table := range r.Tables {
		if told.Rows[table.Name] != r.rows[table.Name] {
			return damaged("it has %d rows of %s, and says that it has %d", r.rows[table.Name], table.Name, told.Rows[table.Name])
		}
	}
	if _, err := r.archive.Next(); !errors.Is(err, io.EOF) {
		return damaged("it goes on behind its end")
	}
	if _, err := io.Copy(io.Discard, r.packed); err != nil { // and compares gzip's own checksum
		return unreadable(err)
	}
	return nil
}

// rowsOf yields the rows of a piece.
func rowsOf(table Table, piece []byte) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for line := range bytes.Lines(piece) {
			var values []json.RawMessage
			if err := json.Unmarshal(line, &values); err != nil {
				yield(nil, damaged("a row of %s cannot be read: %w", table.Name, err))
				return
			}
			row, err := parseRow(table, values)
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}
