package apart

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"parley/knowledge/extract"
)

// Options say how an Opener works; zero values choose the defaults.
type Options struct {
	// CacheDir keeps the compiled PDF engine for all children. Empty: a folder for as long as the Opener is open.
	CacheDir string
	// Timeout is extract.Options.Timeout; 20 s if 0. A child that does not keep to it is killed after some more.
	Timeout time.Duration
	// Memory is how much a child may have, in bytes; 1 GiB if 0.
	Memory int64

	// For tests: the child, this program's "extract" unless given, and what it has of time besides parsing.
	command []string
	slack   time.Duration
}

// Defaults of Options.
const (
	defaultTimeout = 20 * time.Second
	defaultMemory  = 1 << 30
)

// Time that a child has for other things than parsing.
const (
	defaultSlack = 10 * time.Second // to start and to get an original of 50 MB, on a busy machine
	compile      = 5 * time.Minute  // to compile the PDF engine, which takes some 10 s on an idle one
)

// maxHere is how large plain text and typed questions may be to be read in this process, in bytes: no format is in
// them that could be malformed, no library parses them, and starting a child takes longer than reading them.
const maxHere = 1 << 20

// Opener is an extract.Opener. The zero value is not usable.
type Opener struct {
	options Options
	here    *extract.Extractor

	mu       sync.Mutex
	prepared chan struct{} // closed when failed is set; nil: the PDF engine was not asked for, or could not be made
	failed   error
	temp     string // folder made for the cache
}

var _ extract.Opener = (*Opener)(nil)

// New returns an Opener. Nothing is started before the first original.
func New(options Options) *Opener {
	if options.Timeout == 0 {
		options.Timeout = defaultTimeout
	}
	if options.Memory == 0 {
		options.Memory = defaultMemory
	}
	if options.slack == 0 {
		options.slack = defaultSlack
	}
	return &Opener{options: options, here: extract.New(extract.Options{Timeout: options.Timeout})}
}

// Close removes what was kept for the time between. Documents must be closed before.
func (o *Opener) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.here.Close(); err != nil {
		return err
	}
	if o.temp == "" {
		return nil
	}
	if err := os.RemoveAll(o.temp); err != nil {
		return fmt.Errorf("remove the PDF engine: %w", err)
	}
	return nil
}

// Open starts a child with the original.
func (o *Opener) Open(ctx context.Context, mediaType string, data []byte) (extract.Document, error) {
	if (mediaType == extract.Plain || mediaType == extract.FAQ) && len(data) <= maxHere {
		return o.here.Open(ctx, mediaType, data)
	}
	begin := start{MediaType: mediaType, Size: len(data), Timeout: o.options.Timeout, Memory: o.options.Memory}
	if mediaType == extract.PDF {
		var err error
		if begin.CacheDir, err = o.engine(ctx); err != nil {
			return nil, err
		}
	}
	child, answer, err := o.begin(ctx, o.options.Timeout+o.options.slack, begin, data)
	if err != nil {
		return nil, err
	}
	return &document{process: child, title: answer.Title, pages: answer.Pages, limit: 2*o.options.Timeout + o.options.slack}, nil
}

// begin starts a child and waits until it has opened the original.
func (o *Opener) begin(ctx context.Context, limit time.Duration, begin start, data []byte) (*process, opened, error) {
	var answer opened
	command := o.options.command
	if command == nil {
		name, err := program()
		if err != nil {
			return nil, answer, fmt.Errorf("find the program to start: %w", err)
		}
		command = []string{name, "extract"}
	}
	child, err := launch(ctx, command)
	if err != nil {
		return nil, answer, err
	}
	err = child.within(ctx, limit, func() error {
		sent := writeFrame(child.in, kindStart, begin)
		if sent == nil {
			_, sent = child.in.Write(data)
		}
		// A child that did not want all of the original may have said why.
		if err := child.receive(maxAnswer, kindOpened, &answer); err != nil {
			return errors.Join(err, sent)
		}
		if answer.Pages < 1 || answer.Pages > maxPages {
			return fmt.Errorf("%w: %d pages", errGarbage, answer.Pages)
		}
		return nil
	})
	if err != nil {
		child.end()
		return nil, answer, err
	}
	return child, answer, nil
}

// engine returns the folder with the compiled PDF engine. The first caller has it compiled, by a child that opens
// nothing, and all wait as long as their ctx allows. If that fails it is tried again for the next original.
func (o *Opener) engine(ctx context.Context) (string, error) {
	o.mu.Lock()
	dir, err := o.cacheDir()
	if err != nil {
		o.mu.Unlock()
		return "", err
	}
	prepared := o.prepared
	if prepared == nil {
		prepared = make(chan struct{})
		o.prepared = prepared
		go o.prepare(context.WithoutCancel(ctx), dir, prepared) // it belongs to no caller
	}
	o.mu.Unlock()
	select {
	case <-prepared:
	case <-ctx.Done():
		return "", fmt.Errorf("wait for the PDF engine: %w", ctx.Err())
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return dir, o.failed
}

func (o *Opener) prepare(ctx context.Context, dir string, done chan struct{}) {
	child, _, err := o.begin(ctx, compile, start{CacheDir: dir, Timeout: compile}, nil)
	if err == nil {
		child.end()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.failed = nil
	if err != nil {
		// Not %w: whatever it is, it is none of an original's.
		o.prepared, o.failed = nil, fmt.Errorf("prepare the PDF engine: %v", err) //nolint:errorlint // see above
	}
	close(done)
}

// cacheDir needs the lock.
func (o *Opener) cacheDir() (string, error) {
	if o.options.CacheDir != "" {
		dir, err := filepath.Abs(o.options.CacheDir)
		if err != nil {
			return "", fmt.Errorf("find the cache folder: %w", err)
		}
		return dir, nil
	}
	if o.temp == "" {
		temp, err := os.MkdirTemp("", "parley-pdf-")
		if err != nil {
			return "", fmt.Errorf("make a cache folder: %w", err)
		}
		o.temp = temp
	}
	return o.temp, nil
}
