package rest

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"parley/chat"
)

// spans remembers what a tracer was told.
type spans struct {
	mu       sync.Mutex
	followed []string
	begun    []*begun
}

type begun struct {
	spans      *spans
	name       string
	attributes []slog.Attr
	ended      bool
	err        error
}

func (s *spans) Begin(ctx context.Context, name string, attributes []slog.Attr) (context.Context, chat.SpanBegun) {
	s.mu.Lock()
	defer s.mu.Unlock()
	span := &begun{spans: s, name: name, attributes: attributes}
	s.begun = append(s.begun, span)
	return ctx, span
}

func (s *spans) Carry(context.Context) string { return "" }

func (s *spans) Follow(ctx context.Context, carried string) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.followed = append(s.followed, carried)
	return ctx
}

func (b *begun) Set(attribute slog.Attr) {
	b.spans.mu.Lock()
	defer b.spans.mu.Unlock()
	b.attributes = append(b.attributes, attribute)
}

func (b *begun) End(err error) {
	b.spans.mu.Lock()
	defer b.spans.mu.Unlock()
	b.ended, b.err = true, err
}

func TestARequestIsASpanBelowTheCallers(t *testing.T) {
	t.Parallel()
	told := &spans{}
	w, _ := setup(t, func(c *Config) { c.Tracer = chat.NewTracer(told) })
	told.mu.Lock()
	told.begun = nil // of the setup
	told.mu.Unlock()
	const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	w.do(request{method: "GET", path: "/api/v1/bots/" + chat.NewID(chat.BotPrefix), token: w.mia.tokens.AccessToken, header: map[string]string{"Traceparent": parent}})
	w.do(request{method: "GET", path: "/healthz", header: map[string]string{"Traceparent": parent}})
	told.mu.Lock()
	defer told.mu.Unlock()
	if len(told.begun) != 1 || len(told.followed) != 1 || told.followed[0] != parent {
		t.Fatalf("followed %v, begun %d", told.followed, len(told.begun))
	}
	span := told.begun[0]
	about := slog.GroupValue(span.attributes...).String()
	if !span.ended || chat.AsError(span.err).Code != "not_found" || !strings.Contains(about, "route=/api/v1/bots/{bot}") || !strings.Contains(about, "status=404") {
		t.Errorf("the span is %+v", span)
	}
}

func TestARequestKeepsTheNameThatItsProxyGaveIt(t *testing.T) {
	t.Parallel()
	w, _ := setup(t)
	for given, kept := range map[string]bool{"proxy-4711.a_b": true, "two words": false} {
		got := w.do(request{method: "GET", path: "/api/v1/bots", token: w.mia.tokens.AccessToken, header: map[string]string{"X-Request-Id": given}})
		id := got.header.Get("X-Request-Id")
		if (id == given) != kept || !strings.Contains(w.log.String(), "request="+id) {
			t.Errorf("%q: it is called %q", given, id)
		}
	}
	if strings.Contains(w.log.String(), "two words") {
		t.Error("what cannot be a name is in the log")
	}
}
