package socket

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"time"
)

// handshake hands the websocket library a connection with small buffers: the
// server's own are 4 KiB each, and an idle visitor keeps them (6 KB less a visitor, PERFORMANCE.md).
type handshake struct {
	http.ResponseWriter
	patience time.Duration
	peer     *peer // once it is taken over
}

// bufferSize holds an ordinary frame with its header.
const bufferSize = 512

// Hijack implements http.Hijacker.
func (h *handshake) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, fmt.Errorf("take over the connection: %w", err)
	}
	p := &peer{Conn: conn, patience: h.patience}
	h.peer = p
	// A client may have sent its first frame along with the upgrade; the server read it already.
	if n := buffered.Reader.Buffered(); n > 0 {
		early, err := buffered.Reader.Peek(n)
		if err != nil {
			return nil, nil, fmt.Errorf("read what came with the upgrade: %w", err)
		}
		p.early = append(p.early, early...)
	}
	return p, bufio.NewReadWriter(bufio.NewReaderSize(p, bufferSize), bufio.NewWriterSize(p, bufferSize)), nil
}

// peer is the connection to a client. No write takes longer than its patience.
type peer struct {
	net.Conn
	early    []byte
	patience time.Duration
}

func (p *peer) Read(b []byte) (int, error) {
	if len(p.early) == 0 {
		return p.Conn.Read(b)
	}
	n := copy(b, p.early)
	p.early = p.early[n:]
	if len(p.early) == 0 {
		p.early = nil
	}
	return n, nil
}

func (p *peer) Write(b []byte) (int, error) {
	if err := p.Conn.SetWriteDeadline(time.Now().Add(p.patience)); err != nil {
		return 0, err
	}
	return p.Conn.Write(b)
}
