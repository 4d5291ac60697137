package extract

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"
)

// engine runs PDFium compiled to WebAssembly: a file that breaks it breaks a
// sandbox without files, network or clock. It starts when first asked for, as that takes seconds.
type engine struct {
	cacheDir string

	mu      sync.Mutex
	started chan struct{} // closed when pool or err is set
	pool    pdfium.Pool
	err     error
}

// Bounds of the sandboxes.
const (
	maxEngines     = 4
	maxEngineBytes = 1 << 30 // of memory each; a 50 MB file is copied into it
	wasmPage       = 64 << 10
)

// get returns the pool, waiting for its start as long as ctx allows. The start belongs to no caller.
func (e *engine) get(ctx context.Context) (pdfium.Pool, error) {
	e.mu.Lock()
	if e.started == nil {
		e.started = make(chan struct{})
		go e.start(e.started)
	}
	started := e.started
	e.mu.Unlock()
	select {
	case <-started:
		e.mu.Lock()
		defer e.mu.Unlock()
		return e.pool, e.err
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the PDF engine: %w", ctx.Err())
	}
}

func (e *engine) start(started chan struct{}) {
	pool, err := startPDFium(e.cacheDir)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.pool, e.err = pool, err
	if err != nil {
		e.err = fmt.Errorf("start the PDF engine: %w", err)
	}
	close(started)
}

func startPDFium(cacheDir string) (pdfium.Pool, error) {
	config := wazero.NewRuntimeConfig().
		WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
		WithCloseOnContextDone(true). // what cuts a page that never ends
		WithMemoryLimitPages(maxEngineBytes / wasmPage)
	if cacheDir != "" {
		cache, err := wazero.NewCompilationCacheWithDir(cacheDir)
		if err != nil {
			return nil, fmt.Errorf("open cache: %w", err)
		}
		config = config.WithCompilationCache(cache)
	}
	return webassembly.Init(webassembly.Config{
		MaxIdle:       1,
		MaxTotal:      maxEngines,
		FSConfig:      wazero.NewFSConfig(), // by default it would see the whole disk
		RuntimeConfig: config,
		Stdout:        io.Discard,
		Stderr:        io.Discard,
	})
}

// errClosed ends the use of an engine that was closed.
var errClosed = errors.New("the PDF engine is closed")

func (e *engine) close() error {
	e.mu.Lock()
	started := e.started
	if started == nil {
		e.started, e.err = make(chan struct{}), errClosed
		close(e.started)
	}
	e.mu.Unlock()
	if started == nil {
		return nil
	}
	<-started
	e.mu.Lock()
	defer e.mu.Unlock()
	pool := e.pool
	e.pool, e.err = nil, errClosed
	if pool == nil {
		return nil
	}
	if err := pool.Close(); err != nil {
		return fmt.Errorf("close the PDF engine: %w", err)
	}
	return nil
}
