package faultproxy

import (
	"bytes"
	"slices"
	"testing"
)

// frame is a text frame as a server sends it.
func frame(text string) []byte {
	b := []byte{0x81}
	switch n := len(text); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = append(b, 126, byte(n>>8), byte(n))
	default:
		b = append(b, 127, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, text...)
}

func TestFramesAreFoundHoweverTheyArrive(t *testing.T) {
	t.Parallel()
	long, huge := string(bytes.Repeat([]byte("x"), 300)), string(bytes.Repeat([]byte("y"), 70_000))
	want := [][]byte{[]byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"), frame("a"), frame(""), frame(long), frame(huge), frame("b")}
	stream := bytes.Join(want, nil)
	for _, size := range []int{1, 2, 3, 7, 100, 1000, len(stream)} {
		var s splitter
		var got [][]byte
		for chunk := range slices.Chunk(stream, size) {
			got = append(got, s.add(chunk)...)
		}
		if !slices.EqualFunc(got, want, bytes.Equal) {
			t.Errorf("in chunks of %d there are %d pieces, want %d", size, len(got), len(want))
		}
	}
	for piece, carried := range map[string]string{string(frame("a")): "a", string(frame(long)): long, string(frame(huge)): huge, "": ""} {
		if got := payload([]byte(piece)); string(got) != carried {
			t.Errorf("a frame of %d bytes carries %d, want %d", len(piece), len(got), len(carried))
		}
	}
}

func TestWhatIsNoWebsocketPassesAsItComes(t *testing.T) {
	t.Parallel()
	for _, answer := range []string{"HTTP/1.1 404 Not Found\r\n\r\n", "hello", "\x00"} {
		var s splitter
		var got []byte
		for _, b := range []byte(answer) {
			got = append(got, bytes.Join(s.add([]byte{b}), nil)...)
		}
		if string(got) != answer {
			t.Errorf("got %q, want %q", got, answer)
		}
	}
}
