package canary

import (
	"archive/zip"
	"bytes"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
)

// received is something that somebody got.
type received struct {
	where   string
	content []byte
}

// gate is the one way from a business to the nodes, to one after the other: whatever comes back through it is written down as
// it is, before any client reads it.
type gate struct {
	URL string

	mu  sync.Mutex
	all []*tape
}

// tape is one response, or one connection.
type tape struct {
	where string
	mu    sync.Mutex
	b     bytes.Buffer
}

func (p *tape) Write(piece []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.b.Write(piece)
}

func (p *tape) received() received {
	p.mu.Lock()
	defer p.mu.Unlock()
	return received{p.where, bytes.Clone(p.b.Bytes())}
}

// heard reads a body and writes it down.
type heard struct {
	io.ReadCloser
	tape *tape
}

func (h heard) Read(into []byte) (int, error) {
	n, err := h.ReadCloser.Read(into)
	_, _ = h.tape.Write(into[:n]) // a buffer takes everything
	return n, err
}

// heardBoth is a connection that is written to as well.
type heardBoth struct {
	heard
	io.Writer
}

func openGate(t *testing.T, to []string) *gate {
	t.Helper()
	targets := make([]*url.URL, len(to))
	for i, one := range to {
		target, err := url.Parse(one)
		if err != nil {
			t.Fatal(err)
		}
		targets[i] = target
	}
	g := &gate{}
	var came atomic.Int64
	transport := &http.Transport{DisableCompression: true}
	server := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(targets[int(came.Add(1))%len(targets)])
			r.Out.Header.Del("Accept-Encoding")          // what is compressed
			r.Out.Header.Del("Sec-WebSocket-Extensions") // cannot be searched
		},
		Transport: transport,
		ErrorLog:  log.New(io.Discard, "", 0), // of connections that end with the server; requests get a 502
		ModifyResponse: func(response *http.Response) error {
			p := &tape{where: response.Request.Method + " " + response.Request.URL.RequestURI()}
			_ = response.Header.Write(p)
			g.mu.Lock()
			g.all = append(g.all, p)
			g.mu.Unlock()
			if both, upgraded := response.Body.(io.ReadWriteCloser); upgraded {
				response.Body = heardBoth{heard{both, p}, both}
				return nil
			}
			response.Body = heard{response.Body, p}
			return nil
		},
	})
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		transport.CloseIdleConnections()
	})
	g.URL = server.URL
	return g
}

// received is all that came through so far. What is packed is unpacked.
func (g *gate) received() (all []received) {
	g.mu.Lock()
	tapes := g.all
	g.mu.Unlock()
	for _, p := range tapes {
		got := p.received()
		all = append(all, got)
		if at := bytes.Index(got.content, []byte("PK\x03\x04")); at >= 0 {
			all = append(all, unpacked(p.where, got.content[at:])...)
		}
	}
	return all
}

// unpacked are the files of an archive, if it is one.
func unpacked(where string, content []byte) (all []received) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil
	}
	for _, file := range archive.File {
		packed, err := file.Open()
		if err != nil {
			continue
		}
		content, err := io.ReadAll(packed)
		_ = packed.Close()
		if err == nil {
			all = append(all, received{where + ", " + file.Name, content})
		}
	}
	return all
}
