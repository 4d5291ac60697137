package socket

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// handshake hands the websocket library a connection with small buffers: the
// server's own are 4 KiB each, and an idle visitor keeps them (6 KB less a visitor, PERFORMANCE.md).
type handshake struct {
	http.ResponseWriter
	patience time.Duration
	peer     *peer // once it is taken over
}

const (
	// readBuffer holds an ordinary frame with its header.
	readBuffer = 512
	// controlBuffer holds the largest control frame (RFC 6455, 5.5): the library writes no others,
	// and each of them reaches the peer in one write.
	controlBuffer = 2 + 125
)

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
	return p, bufio.NewReadWriter(bufio.NewReaderSize(p, readBuffer), bufio.NewWriterSize(p, controlBuffer)), nil
}

// peer is the connection to a client. No write takes longer than its patience.
// The library reads frames and writes control frames; frames of data are written by
// writeFrames, many with one call of the system.
type peer struct {
	net.Conn
	early    []byte
	patience time.Duration

	mu    sync.Mutex // no frame is written into another
	ended bool       // a close frame was sent, after which there are no frames of data
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

// Write is the library's, for one control frame.
func (p *peer) Write(frame []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ended = p.ended || len(frame) > 0 && frame[0]&0xf == opClose
	return p.write(frame)
}

// writeFrames writes frames that were made by appendFrame.
func (p *peer) writeFrames(frames []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return net.ErrClosed
	}
	_, err := p.write(frames)
	return err
}

func (p *peer) write(b []byte) (int, error) {
	if err := p.SetWriteDeadline(time.Now().Add(p.patience)); err != nil {
		return 0, err
	}
	return p.Conn.Write(b)
}

// Of a frame's first two bytes: RFC 6455, section 5.2.
const (
	finalText = 0x81 // the whole of a text message
	opClose   = 0x8
	length16  = 126 // the length follows in two bytes
	length64  = 127 // the length follows in eight
)

// appendFrame appends a text message in one frame, as servers send them: not masked.
func appendFrame(dst, text []byte) []byte {
	dst = append(dst, finalText)
	switch n := len(text); {
	case n < length16:
		dst = append(dst, byte(n))
	case n < 1<<16:
		dst = binary.BigEndian.AppendUint16(append(dst, length16), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, length64), uint64(n))
	}
	return append(dst, text...)
}
