package openai

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"
)

const (
	// maxLine bounds one line of the stream. A delta is a few hundred bytes.
	maxLine = 1 << 20
	// maxStray bounds what is kept of lines that are not events, in case they
	// turn out to be an error told as plain JSON.
	maxStray = 16 << 10
	// afterFinish is how long the usage and the end of the stream may take once
	// the answer itself is complete.
	afterFinish = 2 * time.Second
	// afterDone is how long the end of the body may take after [DONE]. Reading up to
	// it lets the connection be used again.
	afterDone = 50 * time.Millisecond
)

// ending is what a stream told besides its text.
type ending struct {
	model  string
	finish string
	usage  usage
}

// cutError is a stream that broke off.
type cutError struct{ error }

func (e *cutError) Unwrap() error { return e.error }

// readStream reads server-sent events until the answer is complete and emits
// its text. It calls abort, which must make reads of the body fail, only to end
// a wait for what follows a complete answer.
func readStream(body io.Reader, abort func(), emit func(text string) error) (ending, error) {
	s := stream{abort: abort, lines: lineReader{r: bufio.NewReader(body)}, emit: emit}
	err := s.read()
	if s.closing != nil {
		s.closing.Stop()
	}
	// A character that never became complete is shown as what it is.
	if err == nil {
		err = s.show(s.text.rest())
	}
	if err == nil {
		err = s.say(s.thought.rest())
	}
	return s.end, err
}

type stream struct {
	abort   func()
	lines   lineReader
	emit    func(string) error
	chunk   chunk // reused for each event
	text    joiner
	thought thought
	end     ending
	stray   []byte
	closing *time.Timer
}

func (s *stream) read() error {
	for {
		line, err := s.lines.next()
		if err != nil {
			return s.ended(err)
		}
		data, isData := bytes.CutPrefix(line, []byte("data:"))
		if !isData {
			s.keepStray(line)
			continue
		}
		data = bytes.TrimSpace(data)
		if string(data) == "[DONE]" {
			s.end.finish = cmp.Or(s.end.finish, "stop")
			s.untilEnd()
			return nil
		}
		if len(data) == 0 {
			continue
		}
		if err := s.event(data); err != nil {
			if errors.Is(err, errJSON) && line[len(line)-1] != '\n' {
				return &cutError{errCut}
			}
			return err
		}
	}
}

// event takes one chunk of the completion.
func (s *stream) event(data []byte) error {
	if err := s.chunk.parse(data); err != nil {
		return fmt.Errorf("read a chunk of the stream: %w", err)
	}
	if s.chunk.failed {
		return parseSpokenError(data)
	}
	if s.end.model == "" {
		s.end.model = string(s.chunk.model)
	}
	if s.chunk.hasUsage {
		s.end.usage = s.chunk.usage
	}
	if err := s.show(s.text.add(s.chunk.text)); err != nil {
		return err
	}
	if len(s.chunk.finish) > 0 && s.end.finish == "" {
		s.end.finish = string(s.chunk.finish)
		s.closing = time.AfterFunc(afterFinish, s.abort)
	}
	return nil
}

// show emits a text, but for thoughts.
func (s *stream) show(text string) error {
	text, err := s.thought.add(text)
	if err != nil {
		return err
	}
	return s.say(text)
}

func (s *stream) say(text string) error {
	if text == "" {
		return nil
	}
	if err := s.emit(text); err != nil {
		return emitError{err}
	}
	return nil
}

// ended decides what the end of the body means.
func (s *stream) ended(err error) error {
	if s.end.finish != "" {
		return nil
	}
	if len(s.stray) > 0 {
		var told chunk
		if told.parse(s.stray) == nil && told.failed {
			return parseSpokenError(s.stray)
		}
	}
	switch {
	case errors.Is(err, io.EOF):
		return &cutError{errCut}
	case errors.Is(err, errLongLine):
		return err
	}
	return &cutError{fmt.Errorf("the connection broke: %w", err)}
}

// untilEnd reads the few bytes behind [DONE].
func (s *stream) untilEnd() {
	if s.closing != nil {
		s.closing.Stop()
	}
	s.closing = time.AfterFunc(afterDone, s.abort)
	_, _ = io.CopyN(io.Discard, s.lines.r, 4<<10)
}

// keepStray remembers lines that are no events. Comments (": ping") and
// other fields of an event ("event:", "id:", "retry:") mean nothing to us.
func (s *stream) keepStray(line []byte) {
	line = bytes.TrimSpace(line)
	if len(line) == 0 || line[0] == ':' || len(s.stray)+len(line) > maxStray {
		return
	}
	if len(s.stray) == 0 && line[0] != '{' {
		return
	}
	s.stray = append(s.stray, line...)
}

var errLongLine = fmt.Errorf("a line of the stream is longer than %d bytes", maxLine)

// lineReader reads lines, growing its own buffer only for
// those that do not fit into the reader's.
type lineReader struct {
	r    *bufio.Reader
	long []byte
}

// next returns the next line with its end, valid until the call after. The
// last line may have none.
func (l *lineReader) next() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if err == nil {
		return line, nil
	}
	l.long = l.long[:0]
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(l.long)+len(line) > maxLine {
			return nil, errLongLine
		}
		l.long = append(l.long, line...)
		line, err = l.r.ReadSlice('\n')
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	l.long = append(l.long, line...)
	if len(l.long) == 0 {
		return nil, io.EOF
	}
	return l.long, nil
}
