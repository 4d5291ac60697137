package billing

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"
)

// catalogueEvery is how often the file is looked at. It is read whole each time, some kilobytes: a volume that is exchanged by links, as Kubernetes does, shows
// in neither time nor size.
const catalogueEvery = 5 * time.Second

// CatalogueFile is a catalogue that the operator edits while we run. It is safe for concurrent use.
type CatalogueFile struct {
	path    string
	logger  *slog.Logger
	current atomic.Pointer[Catalogue]

	seen []byte // when it was last looked at, good or not
	away bool   // it could not be read then
}

// OpenCatalogue reads a catalogue. A file that is missing or wrong is an error: nobody starts with plans that were not meant.
func OpenCatalogue(path string, logger *slog.Logger) (*CatalogueFile, error) {
	text, err := readCatalogue(path)
	if err != nil {
		return nil, err
	}
	catalogue, err := ParseCatalogue(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	f := &CatalogueFile{path: path, logger: logger, seen: text}
	f.current.Store(catalogue)
	return f, nil
}

// Catalogue returns the last good one. It must not be changed.
func (f *CatalogueFile) Catalogue() *Catalogue { return f.current.Load() }

// Follow reads the file again whenever it has changed, until the context ends. An edit that is wrong is logged, once, and changes nothing.
func (f *CatalogueFile) Follow(ctx context.Context) {
	ticker := time.NewTicker(catalogueEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			f.look()
		}
	}
}

func (f *CatalogueFile) look() {
	text, err := readCatalogue(f.path)
	if err != nil {
		if !f.away {
			f.logger.Error("the catalogue of plans cannot be read: the last one holds on", slog.Any("error", err))
		}
		f.away = true
		return
	}
	f.away = false
	if bytes.Equal(text, f.seen) {
		return
	}
	f.seen = text
	catalogue, err := ParseCatalogue(text)
	if err != nil {
		f.logger.Error("the catalogue of plans is wrong: the last good one holds on", slog.String("file", f.path), slog.Any("error", err))
		return
	}
	f.current.Store(catalogue)
	f.logger.Info("the catalogue of plans has changed: subscribers keep what they bought", slog.String("file", f.path), slog.Int("plans", len(catalogue.Plans)))
}

func readCatalogue(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue of plans: %w", err)
	}
	return text, nil
}
