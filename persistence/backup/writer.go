package backup

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"time"

	"parley/persistence/seal"
)

// writer puts entries into a file.
type writer struct {
	packed  *gzip.Writer
	archive *tar.Writer
	sum     hash.Hash
	at      time.Time
}

// newWriter compresses little: sealed bytes do not become smaller, and the rest does at any effort.
func newWriter(to io.Writer, at time.Time) *writer {
	packed, err := gzip.NewWriterLevel(to, gzip.BestSpeed)
	if err != nil {
		panic("backup: " + err.Error()) // there is no such level
	}
	return &writer{packed: packed, archive: tar.NewWriter(packed), sum: sha256.New(), at: at}
}

// entry adds one, which counts in the checksum.
func (w *writer) entry(name string, content []byte) error {
	addEntry(w.sum, name, int64(len(content)))
	w.sum.Write(content)
	return w.put(name, content)
}

// addEntry tells a checksum where an entry begins and how long it is.
func addEntry(sum hash.Hash, name string, size int64) { fmt.Fprintf(sum, "%s %d\n", name, size) }

func (w *writer) put(name string, content []byte) error {
	header := &tar.Header{Name: name, Mode: 0o600, Size: int64(len(content)), ModTime: w.at, Format: tar.FormatPAX}
	if err := w.archive.WriteHeader(header); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if _, err := w.archive.Write(content); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

// close writes the end.
func (w *writer) close(rows map[string]int64, key *seal.MasterKey) error {
	sum := w.sum.Sum(nil)
	if err := w.put(endName, encode(end{Rows: rows, Checksum: hex.EncodeToString(sum), MAC: mac(key, sum)})); err != nil {
		return err
	}
	if err := w.archive.Close(); err != nil {
		return fmt.Errorf("end the archive: %w", err)
	}
	if err := w.packed.Close(); err != nil {
		return fmt.Errorf("end the archive: %w", err)
	}
	return nil
}

// pieces gathers the rows of a table and writes them by the megabyte.
type pieces struct {
	to     *writer
	table  Table
	number int
	rows   int64
	buffer bytes.Buffer
}

func (p *pieces) add(row []any) error {
	if err := appendRow(&p.buffer, p.table, row); err != nil {
		return err
	}
	p.rows++
	if p.buffer.Len() < pieceSize {
		return nil
	}
	return p.flush()
}

func (p *pieces) flush() error {
	if p.buffer.Len() == 0 {
		return nil
	}
	p.number++
	err := p.to.entry(fmt.Sprintf("%s/%08d.jsonl", p.table.Name, p.number), p.buffer.Bytes())
	p.buffer.Reset()
	return err
}
