package chat_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"parley/chat"
)

func TestATracerThatIsOffAllocatesNothing(t *testing.T) {
	ctx, id := t.Context(), chat.NewID(chat.MessagePrefix)
	var tracer chat.Tracer
	allocations := testing.AllocsPerRun(100, func() {
		ctx, span := tracer.Start(tracer.Follow(ctx, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), "append", slog.String("message", id), slog.Int("events", 2))
		if tracer.Carry(ctx) != "" {
			t.Error("it carries something")
		}
		span.Set(slog.Int("batch", 3))
		span.End(errors.ErrUnsupported)
	})
	if allocations > 0 {
		t.Errorf("it allocates %v times", allocations)
	}
}

func TestATracerHandsItsSpansOver(t *testing.T) {
	t.Parallel()
	told := &spans{}
	ctx, span := chat.NewTracer(told).Start(t.Context(), "append", slog.String("message", "msg_1"))
	span.Set(slog.Int("batch", 3))
	span.End(chat.ErrFenced)
	if ctx == t.Context() || told.name != "append" || len(told.attributes) != 2 || !errors.Is(told.ended, chat.ErrFenced) {
		t.Errorf("told was %+v", told)
	}
}

type spans struct {
	name       string
	attributes []slog.Attr
	ended      error
}

func (s *spans) Begin(ctx context.Context, name string, attributes []slog.Attr) (context.Context, chat.SpanBegun) {
	s.name, s.attributes = name, attributes
	return context.WithValue(ctx, s, true), s
}
func (s *spans) Carry(context.Context) string                         { return "carried" }
func (s *spans) Follow(ctx context.Context, _ string) context.Context { return ctx }
func (s *spans) Set(attribute slog.Attr)                              { s.attributes = append(s.attributes, attribute) }
func (s *spans) End(err error)                                        { s.ended = err }
