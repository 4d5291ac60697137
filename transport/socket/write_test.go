package socket

import (
	"bytes"
	"net"
	"strings"
	"testing"
	"time"

	"parley/actors"
	"parley/transport/wire"
)

// counting is a connection that keeps what is written to it, write by write.
type counting struct {
	net.Conn
	writes [][]byte
}

func (c *counting) SetWriteDeadline(time.Time) error { return nil }

func (c *counting) Write(b []byte) (int, error) {
	c.writes = append(c.writes, bytes.Clone(b))
	return len(b), nil
}

// written returns what a writer makes of an outbox, write by write.
func written(fill func(*outbox)) [][]byte {
	to := &counting{}
	c := &conn{peer: &peer{Conn: to}}
	c.out.bound, c.out.wake = 1<<20, func() {}
	fill(&c.out)
	var frames, scratch []byte
	c.write(&frames, &scratch)
	return to.writes
}

func TestWhatWaitsTogetherIsWrittenTogether(t *testing.T) {
	t.Parallel()
	writes := written(func(o *outbox) {
		o.push([]byte("ack"))
		o.push([]byte("created"))
		o.delta("", &actors.Delta{Message: "m", Text: "Hel"})
		o.delta("", &actors.Delta{Message: "m", Index: 3, Text: "lo"})
	})
	want := appendFrame(appendFrame(nil, []byte("ack")), []byte("created"))
	want = appendFrame(want, wire.AppendDelta(nil, "", "m", 0, "Hello"))
	if len(writes) != 1 || !bytes.Equal(writes[0], want) {
		t.Errorf("got %q, want %q in one", writes, want)
	}
}

func TestAWriteIsBoundedHoweverMuchWaits(t *testing.T) {
	t.Parallel()
	const one = 1 << 10
	for _, b := range written(func(o *outbox) {
		for range 100 {
			o.push(make([]byte, one))
		}
	}) {
		if len(b) > together+one+10 {
			t.Errorf("%d bytes were gathered for one write", len(b))
		}
	}
}

func TestNoFrameOfDataIsWrittenBehindACloseFrame(t *testing.T) {
	t.Parallel()
	to := &counting{}
	p := &peer{Conn: to}
	if _, err := p.Write([]byte{0x88, 0}); err != nil {
		t.Fatal(err)
	}
	if err := p.writeFrames(appendFrame(nil, []byte("late"))); err == nil || len(to.writes) != 1 {
		t.Errorf("it was written: %v", err)
	}
}

func TestAFramesLengthIsWrittenInTheShortestForm(t *testing.T) {
	t.Parallel()
	for n, header := range map[int]string{
		0: "\x81\x00", 125: "\x81\x7d", 126: "\x81\x7e\x00\x7e", 65535: "\x81\x7e\xff\xff",
		65536: "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00",
	} {
		text := strings.Repeat("x", n)
		if got := appendFrame(nil, []byte(text)); string(got) != header+text {
			t.Errorf("%d bytes: the frame begins with %q, want %q", n, got[:min(len(got), 10)], header)
		}
	}
}
