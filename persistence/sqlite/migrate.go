package sqlite

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"

	"parley/persistence/postgres"
)

func (d *database) Migrate(ctx context.Context, migrations fs.FS) error {
	provider, err := goose.NewProvider(goose.DialectSQLite3, d.writer, plain{migrations}, goose.WithTableName(postgres.VersionTable))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return err
	}
	return d.queue.Migrate(ctx)
}

// plain are migrations without the word CONCURRENTLY, which SQLite does not know: nobody else
// is there while it migrates.
type plain struct{ fs.FS }

func (p plain) Open(name string) (fs.File, error) {
	file, err := p.FS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return file, err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return plainFile{file, strings.NewReader(strings.ReplaceAll(string(text), " CONCURRENTLY", ""))}, nil
}

type plainFile struct {
	fs.File
	text io.Reader
}

func (f plainFile) Read(to []byte) (int, error) { return f.text.Read(to) }
