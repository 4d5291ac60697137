package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"parley/transport/wire"
)

// reader is a raw connection that keeps sums of what it is shown.
type reader struct {
	*run
	ws           *websocket.Conn
	agent        bool
	conversation string
	epoch        time.Time
	at           int64 // seq of the last event
	wrong        atomic.Pointer[string]
	ends         chan int64 // seqs of the answers' ends

	// The reading goroutine's, until all has ended.
	seen    hash.Hash // of events, but for the conversation that agents' name, and of deltas' text
	marks   [][]byte  // sums of seen, behind each event
	message string    // that is being written
	text    strings.Builder
	frames  hash.Hash // of the present answer, as they came
	deltas  int       // of the present answer
	answers []answered

	mu    sync.Mutex
	delay []time.Duration // from the model to here, since took was called last
}

// answered is an answer as it was shown.
type answered struct {
	text   string
	deltas int
	frames []byte // their sum
}

// shown is a frame from the server.
type shown struct {
	Seq  int64
	Type string
	Data struct {
		Token, Conversation, Message, Text, Code string
		Index                                    int
	}
	raw []byte
}

func (b *reader) send(id, kind string, data map[string]any) {
	b.Helper()
	raw, err := json.Marshal(map[string]any{"id": id, "type": kind, "data": data})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	if err := b.ws.Write(ctx, websocket.MessageText, raw); err != nil {
		b.Fatalf("send %s: %v", kind, err)
	}
}

func (b *reader) ask(text, clientID string) {
	b.Helper()
	b.send("ask", wire.MessageSend, map[string]any{"client_id": clientID, "text": text})
}

func (b *reader) read(ctx context.Context) (f shown, err error) {
	_, f.raw, err = b.ws.Read(ctx)
	if err == nil {
		err = json.Unmarshal(f.raw, &f)
	}
	return f, err
}

func (b *reader) next() shown {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	f, err := b.read(ctx)
	if err != nil {
		b.Fatalf("read: %v", err)
	}
	b.at = max(b.at, f.Seq)
	return f
}

// expect reads until a frame of that type.
func (b *reader) expect(kind string) shown {
	b.Helper()
	for {
		switch f := b.next(); f.Type {
		case kind:
			return f
		case "error":
			b.Fatalf("got %s", f.raw)
		}
	}
}

// catchUp reads up to an event that all have.
func (b *reader) catchUp(seq int64) {
	b.Helper()
	for b.at < seq {
		b.next()
	}
}

// follow reads until the test ends.
func (b *reader) follow() {
	ctx, stop := context.WithCancel(context.Background())
	var reading sync.WaitGroup
	reading.Go(func() {
		for {
			f, err := b.read(ctx)
			if ctx.Err() != nil {
				return
			}
			if err == nil {
				err = b.see(f)
			}
			if err != nil {
				wrong := err.Error()
				b.wrong.Store(&wrong)
				return
			}
		}
	})
	b.Cleanup(func() {
		stop()
		reading.Wait()
	})
}

// trouble is why a reader stopped; "": it did not.
func (b *reader) trouble() string {
	if wrong := b.wrong.Load(); wrong != nil {
		return *wrong
	}
	return ""
}

func (b *reader) see(f shown) error {
	switch {
	case f.Seq > 0:
		return b.event(f)
	case f.Type == "message.delta":
		return b.delta(f)
	case f.Type == "message.snapshot", f.Type == "error":
		return fmt.Errorf("got %.200s", f.raw)
	case f.Type == wire.Ping:
		return b.ws.Write(context.Background(), websocket.MessageText, []byte(`{"type":"pong"}`))
	}
	return nil
}

// event takes a durable event: that an agent's names the conversation is all in which it may differ from a visitor's.
func (b *reader) event(f shown) error {
	if f.Seq != b.at+1 {
		return fmt.Errorf("event %d came behind %d", f.Seq, b.at)
	}
	b.at = f.Seq
	b.frames.Write(f.raw)
	b.seen.Write(bytes.Replace(f.raw, []byte(`"conversation":"`+b.conversation+`",`), nil, 1))
	b.marks = append(b.marks, b.seen.Sum(nil))
	switch f.Type {
	case "message.started":
		b.message, b.deltas = f.Data.Message, 0
		b.text.Reset()
	case "message.completed":
		if f.Data.Text != b.text.String() {
			return fmt.Errorf("event %d has %d bytes of text, %d were shown", f.Seq, len(f.Data.Text), b.text.Len())
		}
		b.answers = append(b.answers, answered{f.Data.Text, b.deltas, b.frames.Sum(nil)})
		b.frames.Reset()
		b.ends <- f.Seq
	case "message.interrupted":
		return fmt.Errorf("got %s", f.raw)
	}
	return nil
}

func (b *reader) delta(f shown) error {
	if f.Data.Message != b.message || f.Data.Index != b.text.Len() {
		return fmt.Errorf("a delta of %s at %d, %d bytes of %s were shown", f.Data.Message, f.Data.Index, b.text.Len(), b.message)
	}
	now := time.Since(b.epoch)
	b.text.WriteString(f.Data.Text)
	b.seen.Write([]byte(f.Data.Text))
	b.frames.Write(f.raw)
	b.deltas++
	b.mu.Lock()
	defer b.mu.Unlock()
	for piece := f.Data.Text; len(piece) > 0; piece = piece[min(pieceSize, len(piece)):] {
		said, err := saidAt(piece)
		if err != nil {
			return err
		}
		b.delay = append(b.delay, now-said)
	}
	return nil
}

// took returns how long each piece took to come here, since it was called last.
func (b *reader) took() []time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	delay := b.delay
	b.delay = nil
	return delay
}

// differs says behind which event two readers saw something else.
func (b *reader) differs(from *reader) string {
	for i := range min(len(b.marks), len(from.marks)) {
		if !bytes.Equal(b.marks[i], from.marks[i]) {
			return fmt.Sprintf("up to the event %d behind the first", i+1)
		}
	}
	return fmt.Sprintf("%d events, %d", len(b.marks), len(from.marks))
}
