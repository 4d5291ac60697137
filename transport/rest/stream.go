package rest

import (
	"context"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/actors"
	"parley/chat"
	"parley/transport/wire"
)

// Times of a stream: a comment keeps proxies from closing one that is silent,
// and a client that takes nothing for so long is gone.
const (
	streamPing    = 15 * time.Second
	streamTimeout = 15 * time.Second
)

// wantsStream tells whether a client asks for Server-Sent Events.
func wantsStream(r *http.Request) bool {
	for _, accepted := range strings.Split(strings.Join(r.Header.Values("Accept"), ","), ",") {
		if kind, _, err := mime.ParseMediaType(accepted); err == nil && kind == "text/event-stream" {
			return true
		}
	}
	return false
}

// streamAnswer shows an answer while it is written. What fails before anything
// was shown is an ordinary problem; later, it is the last event.
func (s *server) streamAnswer(ctx context.Context, visitor actors.Visitor, in *answerInput) (*answerOutput, error) {
	ctx, cancel := context.WithCancel(ctx)
	stream := &stream{w: in.w, control: http.NewResponseController(in.w), conversation: visitor.Conversation, gone: cancel}
	var pinging sync.WaitGroup
	defer pinging.Wait() // nothing may be written once this returns
	defer cancel()
	pinging.Go(func() { stream.ping(ctx) })

	completed, err := s.Engine.Answer(ctx, visitor, in.Body.ClientID, in.Body.Text, stream.show)
	if err == nil && !stream.ended {
		err = s.showEnd(ctx, visitor.Ref, completed.Message, stream)
	}
	if err != nil {
		if !stream.begun() {
			return nil, err
		}
		p := problemOf(ctx, err) // notes it for the log
		failure := chat.AsError(err)
		stream.write("error", 0, func(dst []byte) []byte {
			return wire.AppendError(dst, "", &chat.Error{Code: p.Code, Message: p.Detail, RetryAfter: failure.RetryAfter})
		})
	}
	return &answerOutput{func(huma.Context) {}}, nil
}

// showEnd shows an answer's end from the log, when the session moved to another
// node and the engine could not show it as it happened.
func (s *server) showEnd(ctx context.Context, ref chat.Ref, message string, stream *stream) error {
	for after := stream.seq; ; {
		events, err := s.Log.Events(ctx, ref, after, 200)
		if err != nil || len(events) == 0 {
			return err
		}
		for i := range events {
			after = events[i].Seq
			if ends(events[i], message) {
				stream.show(&actors.Event{Event: events[i]})
				return nil
			}
		}
	}
}

// ends tells whether an event is the end of an answer.
func ends(event chat.Event, message string) bool {
	switch body := event.Body.(type) {
	case chat.MessageCompleted:
		return body.Message == message
	case chat.MessageInterrupted:
		return body.Message == message && body.Reason != chat.NodeLost
	}
	return false
}

// stream writes Server-Sent Events. show is called from one goroutine; the
// pings come from another.
type stream struct {
	w            http.ResponseWriter
	control      *http.ResponseController
	conversation string
	gone         context.CancelFunc // stops waiting for an answer that nobody reads
	seq          int64              // of the last event
	message      string             // the answer that is being shown,
	shown        int                // how many bytes of its text were shown,
	ended        bool               // and its end
	buffer       []byte             // of the event that is written; write's own

	mu    sync.Mutex
	open  bool
	spoil bool // a write failed; nothing more is tried
}

// show passes an output on. What was shown comes again when the conversation moved to another node, and what was lost between nodes
// is made up for before the answer's end: the pieces together always are its text.
func (s *stream) show(output actors.Output) {
	switch o := output.(type) {
	case *actors.Event:
		if o.Seq <= s.seq {
			return
		}
		s.seq = o.Seq
		switch body := o.Body.(type) {
		case chat.MessageStarted:
			s.message, s.shown = body.Message, 0
		case chat.MessageCompleted:
			s.makeUp(body.Message, body.Text)
		case chat.MessageInterrupted:
			s.makeUp(body.Message, body.Text)
		}
		s.ended = s.ended || ends(o.Event, s.message)
		s.write(string(o.Body.Type()), o.Seq, func(dst []byte) []byte { return wire.AppendWatched(dst, s.conversation, o.Event) })
	case *actors.Delta:
		s.showText(o.Message, o.Index, o.Text)
	case *actors.Snapshot:
		if s.makeUp(o.Message, o.Text) {
			return
		}
		s.message, s.shown = o.Message, len(o.Text)
		s.write("message.snapshot", 0, func(dst []byte) []byte {
			return wire.AppendSnapshot(dst, s.conversation, o.Message, o.Text)
		})
	}
}

// makeUp shows what is missing of the text of an answer of which the beginning was shown, and tells whether it was.
func (s *stream) makeUp(message, text string) bool {
	begun := message == s.message && s.shown > 0
	if begun {
		s.showText(message, 0, text)
	}
	return begun
}

// showText shows what is new of a piece of the answer that begins at index. One behind a gap waits for the text that closes it.
func (s *stream) showText(message string, index int, text string) {
	if message != s.message || index > s.shown || index+len(text) <= s.shown {
		return
	}
	text, index = text[s.shown-index:], s.shown
	s.shown += len(text)
	s.write("message.delta", 0, func(dst []byte) []byte {
		return wire.AppendDelta(dst, s.conversation, message, index, text)
	})
}

// write sends one event. What appends its data appends JSON without line breaks.
func (s *stream) write(event string, seq int64, data func(dst []byte) []byte) {
	dst := append(append(s.buffer[:0], "event: "...), event...)
	if seq > 0 {
		dst = strconv.AppendInt(append(dst, "\nid: "...), seq, 10)
	}
	s.buffer = append(data(append(dst, "\ndata: "...)), "\n\n"...)
	s.send(s.buffer)
}

// ping gives signs of life until ctx ends.
func (s *stream) ping(ctx context.Context) {
	every := time.NewTicker(streamPing)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			if s.begun() {
				s.send([]byte(": still here\n\n"))
			}
		}
	}
}

func (s *stream) begun() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

func (s *stream) send(event []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.spoil {
		return
	}
	if !s.open {
		s.open = true
		header := s.w.Header()
		header.Set("Content-Type", "text/event-stream")
		header.Set("X-Accel-Buffering", "no") // nginx would hold the events back
		s.w.WriteHeader(http.StatusOK)
	}
	_ = s.control.SetWriteDeadline(time.Now().Add(streamTimeout))
	if _, err := s.w.Write(event); err != nil || s.control.Flush() != nil {
		s.spoil = true
		s.gone()
	}
}
