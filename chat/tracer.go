package chat

import (
	"context"
	"log/slog"
	"slices"
)

// Tracer tells operators where the time of a piece of work went: as a tree of spans, over nodes.
// It has nothing to do with Trace, which says what produced an answer.
//
// The zero Tracer is off, and costs neither time nor memory. All methods may be called at the same time
// and never wait for whoever is told.
type Tracer struct{ spans Spans }

// NewTracer returns a tracer that hands its spans over.
func NewTracer(spans Spans) Tracer { return Tracer{spans} }

// Spans is the port behind a Tracer.
type Spans interface {
	// Begin begins a span under the one that ctx is in, and returns a context that is in the new one.
	// attributes are the callee's to keep.
	Begin(ctx context.Context, name string, attributes []slog.Attr) (context.Context, SpanBegun)
	// Carry writes down the span that ctx is in, as a W3C traceparent; "": it is in none.
	Carry(ctx context.Context) string
	// Follow returns a context that is in a span which was carried here. What cannot be read is ignored.
	Follow(ctx context.Context, carried string) context.Context
}

// SpanBegun is a span behind the port.
type SpanBegun interface {
	Set(attribute slog.Attr)
	End(err error)
}

// Start begins a span; its End must be called. The context that it returns is in the span: what is started with it is
// part of it. Attributes are identifiers, codes and counts: never what somebody wrote, never a secret.
// A name is a constant such as "append", so that spans can be compared.
func (t Tracer) Start(ctx context.Context, name string, attributes ...slog.Attr) (context.Context, Span) {
	if t.spans == nil {
		return ctx, Span{}
	}
	// A copy: so the caller's stay on its stack, and a tracer that is off allocates nothing.
	ctx, begun := t.spans.Begin(ctx, name, slices.Clone(attributes))
	return ctx, Span{begun}
}

// Carry writes down the span that ctx is in, for another node or for later, as a W3C traceparent; "": there is none.
func (t Tracer) Carry(ctx context.Context) string {
	if t.spans == nil {
		return ""
	}
	return t.spans.Carry(ctx)
}

// Follow returns a context that is in the span which was carried here: what is started with it is part of that span, even
// after its end. carried may be empty or malformed: ctx is returned then.
func (t Tracer) Follow(ctx context.Context, carried string) context.Context {
	if t.spans == nil || carried == "" {
		return ctx
	}
	return t.spans.Follow(ctx, carried)
}

// Span is a piece of work that is being done. The zero Span is one that nobody is told of.
type Span struct{ begun SpanBegun }

// Set adds something that was not known at the beginning: an identifier, a code, a count or a duration.
func (s Span) Set(attribute slog.Attr) {
	if s.begun != nil {
		s.begun.Set(attribute)
	}
}

// End ends the span; err, if there is one, is why it failed. Of an error that is no chat.Error only its type is told:
// errors of libraries may quote what they were given. What follows the first End is ignored.
func (s Span) End(err error) {
	if s.begun != nil {
		s.begun.End(err)
	}
}
