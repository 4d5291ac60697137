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
	for {
		events, err := s.Log.Events(ctx, ref, stream.seq, 200)
		if err != nil || len(events) == 0 {
			return err
		}
		for i := range events {
			stream.seq = events[i].Seq
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
	message      string             // the answer that is being shown
	ended        bool               // its end was shown
	buffer       []byte             // of the event that is written; write's own

	mu    sync.Mutex
	open  bool
	spoil bool // a write failed; nothing more is tried
}

func (s *stream) show(output actors.Output) {
	switch o := output.(type) {
	case *actors.Event:
		if started, ok := o.Body.(chat.MessageStarted); ok {
			s.message = started.Message
		}
		s.seq = o.Seq
		s.ended = s.ended || ends(o.Event, s.message)
		s.write(string(o.Body.Type()), o.Seq, func(dst []byte) []byte { return wire.AppendWatched(dst, s.conversation, o.Event) })
	case *actors.Delta:
		s.write("message.delta", 0, func(dst []byte) []byte {
			return wire.AppendDelta(dst, s.conversation, o.Message, o.Index, o.Text)
		})
	case *actors.Snapshot:
		s.write("message.snapshot", 0, func(dst []byte) []byte {
			return wire.AppendSnapshot(dst, s.conversation, o.Message, o.Text)
		})
	}
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
