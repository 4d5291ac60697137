package faultproxy

import (
	"bytes"
	"encoding/binary"
)

// splitter cuts what a server sends into pieces that faults may fall between: the
// frames of a websocket, whose upgrade is the first piece. What is no websocket passes as it comes.
type splitter struct {
	state   splitting
	waiting []byte
}

type splitting int

const (
	undecided splitting = iota // whether it is a websocket
	plain
	framed
)

var (
	upgraded  = []byte("HTTP/1.1 101 ")
	headerEnd = []byte("\r\n\r\n")
)

// add takes bytes and returns the pieces that are complete.
func (s *splitter) add(chunk []byte) (pieces [][]byte) {
	if s.state == plain {
		return [][]byte{chunk}
	}
	s.waiting = append(s.waiting, chunk...)
	if s.state == undecided {
		switch n := min(len(s.waiting), len(upgraded)); {
		case !bytes.Equal(s.waiting[:n], upgraded[:n]):
			s.state = plain
			return [][]byte{s.rest()}
		case n < len(upgraded):
			return nil
		}
		end := bytes.Index(s.waiting, headerEnd)
		if end < 0 {
			return nil
		}
		s.state = framed
		pieces = append(pieces, s.cut(end+len(headerEnd)))
	}
	for {
		n := frameLength(s.waiting)
		if n == 0 || n > len(s.waiting) {
			return pieces
		}
		pieces = append(pieces, s.cut(n))
	}
}

// rest is what waits, complete or not.
func (s *splitter) rest() []byte { return s.cut(len(s.waiting)) }

func (s *splitter) cut(n int) []byte {
	piece := bytes.Clone(s.waiting[:n])
	s.waiting = append(s.waiting[:0], s.waiting[n:]...)
	return piece
}

// frameLength is the length of the frame that begins here, 0 while that is not known
// (RFC 6455, section 5.2). A server does not mask.
func frameLength(b []byte) int {
	header := frameHeader(b)
	switch {
	case header == 0 || len(b) < header:
		return 0
	case header == 4:
		return header + int(binary.BigEndian.Uint16(b[2:]))
	case header == 10:
		return header + int(binary.BigEndian.Uint64(b[2:]))
	}
	return header + int(b[1]&0x7f)
}

func frameHeader(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] & 0x7f {
	case 126:
		return 4
	case 127:
		return 10
	}
	return 2
}

// payload is what a frame carries; of a piece that is none it is empty.
func payload(frame []byte) []byte { return frame[min(frameHeader(frame), len(frame)):] }
