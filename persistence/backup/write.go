package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"parley/persistence/seal"
)

// Source is a database as it was at one instant, whatever is written meanwhile.
type Source interface {
	// Schema reads the tables and their version.
	Schema(ctx context.Context) (Schema, error)
	// Rows yields the rows of a table, in any order, each as slices of values as
	// appendRow takes them. An error is the last that it yields.
	Rows(ctx context.Context, table Table) iter.Seq2[[]any, error]
	// Database is its kind: sqlite or postgres.
	Database() string
}

// Summary is what a backup has in it.
type Summary struct {
	Header Header
	Rows   map[string]int64 // of each table
}

// Total is the number of all rows.
func (s Summary) Total() (n int64) {
	for _, rows := range s.Rows {
		n += rows
	}
	return n
}

// Write writes a backup of a source. program is the version of this program.
func Write(ctx context.Context, to io.Writer, source Source, master *seal.Master, program string) (Summary, error) {
	schema, err := source.Schema(ctx)
	if err != nil {
		return Summary{}, err
	}
	key, err := holderOf(ctx, source, schema.Tables, master)
	if err != nil {
		return Summary{}, fmt.Errorf("back up %s: %w", keysTable, err)
	}
	summary := Summary{Rows: make(map[string]int64), Header: Header{
		Format: Format, Schema: schema.Version, TakenAt: time.Now().UTC().Truncate(time.Millisecond), Program: program,
		Database: source.Database(), KeyCheck: key.Check(), Tables: schema.Tables,
	}}
	out := newWriter(to, summary.Header.TakenAt)
	if err := out.entry(headerName, encode(summary.Header)); err != nil {
		return Summary{}, err
	}
	for _, table := range schema.Tables {
		if summary.Rows[table.Name], err = writeTable(ctx, out, source, table, key, master); err != nil {
			return Summary{}, fmt.Errorf("back up %s: %w", table.Name, err)
		}
	}
	return summary, out.close(summary.Rows, key)
}

func writeTable(ctx context.Context, out *writer, source Source, table Table, key *seal.MasterKey, master *seal.Master) (int64, error) {
	p := &pieces{to: out, table: table}
	for row, err := range source.Rows(ctx, table) {
		if err != nil {
			return 0, err
		}
		if err := errors.Join(opens(table, row, key), settled(table, row, key, master)); err != nil {
			return 0, err
		}
		if err := p.add(row); err != nil {
			return 0, err
		}
	}
	return p.rows, p.flush()
}
