package rest

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"parley/chat"
)

// assets serves embedded files, each read and compressed once.
type assets struct {
	files fs.FS
	mu    sync.Mutex
	read  map[string]*asset
}

// asset is a file as browsers get it.
type asset struct {
	kind   string
	tag    string
	plain  []byte
	zipped []byte // nil: not worth it
}

// kinds are what pages are made of. The system's own table differs between systems.
var kinds = map[string]string{
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".css":   "text/css; charset=utf-8",
	".json":  "application/json",
	".map":   "application/json",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".jpg":   "image/jpeg",
	".webp":  "image/webp",
	".ico":   "image/x-icon",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
}

func newAssets(files fs.FS) *assets { return &assets{files: files, read: map[string]*asset{}} }

var errNotBuilt = chat.Fail(chat.Unavailable, "not_built", "The pages are not part of this program. Build it with: make build")

func (a *assets) has(name string) bool {
	info, err := fs.Stat(a.files, name)
	return err == nil && !info.IsDir()
}

func (a *assets) serve(w http.ResponseWriter, r *http.Request, name, cache string) {
	a.serveWith(w, r, name, cache, func(page []byte) []byte { return page })
}

// serveWith serves a file as change makes it; change gives the same each time.
func (a *assets) serveWith(w http.ResponseWriter, r *http.Request, name, cache string, change func([]byte) []byte) {
	file, err := a.load(name, change)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		err = chat.ErrNotFound
		if !a.has("index.html") && !a.has("widget.js") {
			err = errNotBuilt
		}
	}
	if err != nil {
		writeProblem(w, r, err)
		return
	}
	header := w.Header()
	header.Set("Content-Type", file.kind)
	header.Set("Cache-Control", cache)
	header.Add("Vary", "Accept-Encoding")
	content, tag := file.plain, file.tag
	if file.zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		header.Set("Content-Encoding", "gzip")
		content, tag = file.zipped, file.tag+"-gzip"
	}
	header.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

func (a *assets) load(name string, change func([]byte) []byte) (*asset, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if file := a.read[name]; file != nil {
		return file, nil
	}
	content, err := fs.ReadFile(a.files, name)
	if err != nil {
		if !a.has(name) { // a folder too
			err = fs.ErrNotExist
		}
		return nil, fmt.Errorf("read page: %w", err)
	}
	content = change(content)
	sum := sha256.Sum256(content)
	file := &asset{kind: kinds[path.Ext(name)], tag: hex.EncodeToString(sum[:8]), plain: content}
	if file.kind == "" {
		file.kind = "application/octet-stream"
	}
	var zipped bytes.Buffer
	zipper, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress page: %w", err)
	}
	_, _ = zipper.Write(content) // into memory: cannot fail
	_ = zipper.Close()
	if zipped.Len() < len(content)*9/10 { // pictures and fonts are compressed already
		file.zipped = zipped.Bytes()
	}
	a.read[name] = file
	return file, nil
}
