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

// engine makes sandboxes with PDFium compiled to WebAssembly in them: a file that
// breaks it breaks a sandbox without files, network or clock. The first one waits for the compilation, which
// takes seconds; each one after takes some 0.1 s.
type engine struct {
	cacheDir string

	mu       sync.Mutex
	compiled chan struct{} // closed when cache or err is set
	cache    wazero.CompilationCache
	err      error
}

// Bounds of a sandbox.
const (
	maxEngineBytes = 1 << 30 // of memory; a file is copied into it
	wasmPage       = 64 << 10
)

// errClosed ends the use of an engine that was closed.
var errClosed = errors.New("the PDF engine is closed")

// sandbox is one PDFium. Whatever runs in it ends when kill is called.
type sandbox struct {
	pdfium.Pdfium
	pool pdfium.Pool
	kill context.CancelFunc
}

// sandbox starts one, waiting for the compilation as long as ctx allows.
func (e *engine) sandbox(ctx context.Context) (*sandbox, error) {
	e.mu.Lock()
	if e.compiled == nil {
		e.compiled = make(chan struct{})
		go e.compile(e.compiled) // it belongs to no caller
	}
	compiled := e.compiled
	e.mu.Unlock()
	select {
	case <-compiled:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for the PDF engine: %w", ctx.Err())
	}
	e.mu.Lock()
	cache, err := e.cache, e.err
	e.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return startSandbox(cache)
}

// Prepare starts the PDF engine, which compiles it into the cache if it is not there.
func (e *Extractor) Prepare(ctx context.Context) error {
	box, err := e.pdf.sandbox(ctx)
	if err != nil {
		return err
	}
	box.close()
	return nil
}

// compile starts a sandbox for the sake of what it leaves in the cache.
func (e *engine) compile(done chan struct{}) {
	cache, err := openCache(e.cacheDir)
	if err == nil {
		var first *sandbox
		if first, err = startSandbox(cache); err == nil {
			first.close()
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.cache = cache; err != nil {
		e.err = fmt.Errorf("start the PDF engine: %w", err)
	}
	close(done)
}

func openCache(dir string) (wazero.CompilationCache, error) {
	if dir == "" {
		return wazero.NewCompilationCache(), nil
	}
	return wazero.NewCompilationCacheWithDir(dir)
}

func startSandbox(cache wazero.CompilationCache) (*sandbox, error) {
	ctx, kill := context.WithCancel(context.Background())
	pool, err := webassembly.Init(webassembly.Config{
		Context:  ctx,
		MaxTotal: 1,
		FSConfig: wazero.NewFSConfig(), // by default it would see the whole disk
		Stdout:   io.Discard,
		Stderr:   io.Discard,
		RuntimeConfig: wazero.NewRuntimeConfig().
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
			WithCloseOnContextDone(true). // what makes kill work
			WithMemoryLimitPages(maxEngineBytes / wasmPage).
			WithCompilationCache(cache),
	})
	if err != nil {
		kill()
		return nil, fmt.Errorf("start a PDF sandbox: %w", err)
	}
	instance, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		kill()
		return nil, errors.Join(fmt.Errorf("start a PDF sandbox: %w", err), pool.Close())
	}
	return &sandbox{instance, pool, kill}, nil
}

// close throws a sandbox away with all that is open in it. That one which was killed cannot end well is no error.
func (s *sandbox) close() {
	_ = s.Pdfium.Close()
	_ = s.pool.Close()
	s.kill()
}

// close frees what was compiled, once it is; a sandbox that still runs keeps its own.
func (e *engine) close() error {
	e.mu.Lock()
	compiled := e.compiled
	if compiled == nil {
		e.compiled, e.err = make(chan struct{}), errClosed
		close(e.compiled)
	}
	e.mu.Unlock()
	if compiled == nil {
		return nil
	}
	<-compiled
	e.mu.Lock()
	defer e.mu.Unlock()
	cache := e.cache
	e.cache, e.err = nil, errClosed
	if cache == nil {
		return nil
	}
	if err := cache.Close(context.Background()); err != nil {
		return fmt.Errorf("close the PDF engine: %w", err)
	}
	return nil
}
