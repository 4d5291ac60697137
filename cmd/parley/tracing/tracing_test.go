package tracing_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"parley/chat"
	"parley/cmd/parley/tracing"
)

// receiver is a collector.
type receiver struct {
	*httptest.Server
	mu    sync.Mutex
	spans []*otlp.Span
	raw   bytes.Buffer
}

func receive(t *testing.T) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		var export collector.ExportTraceServiceRequest
		if err == nil {
			err = proto.Unmarshal(body, &export)
		}
		if err != nil || request.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", request.URL, err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.raw.Write(body)
		for _, resource := range export.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				r.spans = append(r.spans, scope.Spans...)
			}
		}
	}))
	t.Cleanup(r.Close)
	return r
}

func start(t *testing.T, config tracing.Config) *tracing.Exporter {
	t.Helper()
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	exporter, err := tracing.Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return exporter
}

func TestASpanIsBelowTheOneThatWasCarried(t *testing.T) {
	t.Parallel()
	r := receive(t)
	exporter := start(t, tracing.Config{Endpoint: r.URL + "/", Service: "parley", Instance: "node_1", Version: "1"})
	tracer := exporter.Tracer()

	ctx, first := tracer.Start(t.Context(), "message.send", slog.String("conversation", "cnv_1"))
	carried := tracer.Carry(ctx)
	trace := tracing.ID(ctx)
	first.End(nil)
	_, second := tracer.Start(tracer.Follow(context.Background(), carried), "answer", slog.Int("try", 1))
	second.Set(slog.Duration("first_piece", 1500*time.Millisecond))
	second.End(fmt.Errorf("ask: %w", chat.ErrUnavailable))
	if err := exporter.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}

	if len(r.spans) != 2 {
		t.Fatalf("%d spans arrived", len(r.spans))
	}
	parent, child := r.spans[0], r.spans[1]
	if fmt.Sprintf("%x", child.TraceId) != trace || !bytes.Equal(parent.TraceId, child.TraceId) || !bytes.Equal(child.ParentSpanId, parent.SpanId) || len(parent.ParentSpanId) > 0 {
		t.Errorf("trace %s: parent %v, child %v", trace, parent, child)
	}
	if len(child.Attributes) != 2 || child.Attributes[1].Key != "parley.first_piece_seconds" || child.Attributes[1].Value.GetDoubleValue() != 1.5 {
		t.Errorf("the child's attributes are %v", child.Attributes)
	}
	if child.Status.GetMessage() != "unavailable" || child.Status.GetCode() != otlp.Status_STATUS_CODE_ERROR {
		t.Errorf("the child's status is %v", child.Status)
	}
}

func TestWhatSomebodyWroteDoesNotLeaveTheProcess(t *testing.T) {
	t.Parallel()
	r := receive(t)
	exporter := start(t, tracing.Config{Endpoint: r.URL})
	_, span := exporter.Tracer().Start(t.Context(), "answer", slog.String("message", "My card is hunter2"), slog.Any("asked", []string{"hunter2"}))
	span.End(fmt.Errorf("ask: %w", errors.New("the server said: hunter2")))
	if err := exporter.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(r.spans) != 1 || bytes.Contains(r.raw.Bytes(), []byte("hunter2")) {
		t.Errorf("%d spans arrived: %q", len(r.spans), r.raw.String())
	}
}

func TestACollectorThatIsAwayCostsNobodyAnything(t *testing.T) {
	t.Parallel()
	r := receive(t)
	r.Close()
	var log bytes.Buffer
	exporter := start(t, tracing.Config{Endpoint: r.URL, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	tracer := exporter.Tracer()
	for range 10_000 { // five times what the queue holds: whoever waited would wait for good
		_, span := tracer.Start(t.Context(), "answer")
		span.End(nil)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_ = exporter.Stop(ctx) // nothing can be handed over
	if said := strings.Count(log.String(), "traces cannot be handed over"); said != 1 {
		t.Errorf("it is said %d times: %s", said, &log)
	}
}

func TestARequestCarriesItsTrace(t *testing.T) {
	t.Parallel()
	exporter := start(t, tracing.Config{Endpoint: receive(t).URL})
	var got string
	asked := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Get("Traceparent") }))
	defer asked.Close()
	for _, c := range []struct {
		name   string
		tracer chat.Tracer
		on     bool
	}{{"off", chat.Tracer{}, false}, {"on", exporter.Tracer(), true}} {
		ctx, span := c.tracer.Start(t.Context(), "model")
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, asked.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := tracing.Header(c.tracer, http.DefaultTransport).RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if on := got != ""; on != c.on || got != c.tracer.Carry(ctx) {
			t.Errorf("%s: it carries %q, want %q", c.name, got, c.tracer.Carry(ctx))
		}
		span.End(nil)
	}
	if err := exporter.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestWithoutAnEndpointNothingIsTraced(t *testing.T) {
	t.Parallel()
	exporter := start(t, tracing.Config{})
	if exporter != nil {
		t.Fatal("an exporter without an endpoint")
	}
	if ctx, _ := exporter.Tracer().Start(t.Context(), "answer"); tracing.ID(ctx) != "" || exporter.Stop(t.Context()) != nil {
		t.Error("it traces")
	}
}
