package apart

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"parley/chat"
	"parley/knowledge/extract"
)

// A frame is a byte that says its kind, four with its length (big endian), and JSON of that length.
type kind byte

// Kinds of frames. The parent sends a start, which the original's bytes follow as they are, and then, when it
// wants to, reads. The child answers a start by opened, and a read by blocks and a batch; either by failed.
const (
	kindStart  kind = 'S'
	kindRead   kind = 'R'
	kindOpened kind = 'o'
	kindBlock  kind = 'b'
	kindBatch  kind = 'e'
	kindFailed kind = 'f'
)

// start says what to open, and within which bounds.
type start struct {
	MediaType string        `json:"media_type"` // empty: nothing; the PDF engine is compiled into the cache
	Size      int           `json:"size"`       // of the original, in bytes
	CacheDir  string        `json:"cache_dir"`
	Timeout   time.Duration `json:"timeout"`
	Memory    int64         `json:"memory"` // bytes; 0: any
}

type opened struct {
	Title string `json:"title"`
	Pages int    `json:"pages"`
}

type read struct {
	From int `json:"from"`
}

// block is an extract.Block. What blocks share is sent once: a table's header
// stands in each of its rows.
type block struct {
	Kind     extract.Kind `json:"kind,omitempty"`
	Text     string       `json:"text"`
	Page     int          `json:"page,omitempty"`
	Headings *[]string    `json:"headings,omitempty"` // nil: those of the block before
	Lead     *string      `json:"lead,omitempty"`     // nil: that of the block before
}

// batch ends the blocks of a read.
type batch struct {
	Next int    `json:"next"`
	Note string `json:"note"`
}

// failed is an error. Without a Kind it is none for people.
type failed struct {
	Kind    chat.Kind `json:"kind"`
	Code    string    `json:"code"`
	Message string    `json:"message"`
	Cause   string    `json:"cause"` // for the log
}

// maxCause bounds what a child has logged of an error, in bytes.
const maxCause = 500

func failure(err error) failed {
	cause := err.Error()
	f := failed{Cause: cause[:min(len(cause), maxCause)]}
	var said *chat.Error
	if errors.As(err, &said) {
		f.Kind, f.Code, f.Message = said.Kind, said.Code, said.Message
	}
	return f
}

func (f failed) err() error {
	cause := errors.New(f.Cause[:min(len(f.Cause), maxCause)])
	if f.Kind == "" {
		return fmt.Errorf("read an original apart: %w", cause)
	}
	return chat.Fail(f.Kind, f.Code, f.Message).Because(cause)
}

func writeFrame(w io.Writer, k kind, content any) error {
	var body bytes.Buffer
	body.Write([]byte{byte(k), 0, 0, 0, 0})
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(content); err != nil {
		return fmt.Errorf("encode frame %q: %w", k, err)
	}
	frame := body.Bytes()
	binary.BigEndian.PutUint32(frame[1:], uint32(len(frame)-headSize))
	if _, err := w.Write(frame); err != nil {
		return fmt.Errorf("send frame %q: %w", k, err)
	}
	return nil
}

const headSize = 5

// errGarbage is what a child says that speaks another language.
var errGarbage = errors.New("not a frame that may come now")

// readFrame reads one frame of limit bytes at most. Memory is taken as bytes come, not as the length claims.
func readFrame(r io.Reader, limit int) (kind, []byte, error) {
	var head [headSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, fmt.Errorf("receive a frame: %w", err)
	}
	size := int64(binary.BigEndian.Uint32(head[1:]))
	if size > int64(limit) {
		return 0, nil, fmt.Errorf("%w: %d bytes, of %d at most", errGarbage, size, limit)
	}
	var body bytes.Buffer
	if _, err := io.CopyN(&body, r, size); err != nil {
		return 0, nil, fmt.Errorf("receive a frame: %w", err)
	}
	return kind(head[0]), body.Bytes(), nil
}

func decode(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%w: %w", errGarbage, err)
	}
	return nil
}
