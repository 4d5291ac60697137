// Package tracing hands spans to an OpenTelemetry collector: chat.Tracer's other side.
//
// Nobody ever waits for the collector. Spans gather in a queue of 2,048 and go out together every few seconds, from one
// goroutine; while the collector is away, or slower than we are, new ones are dropped, which is logged once when it begins and
// once when it ends. All is safe for concurrent use.
package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"parley/chat"
)

// Config says where spans go. What is not in it, such as OTEL_TRACES_SAMPLER and OTEL_EXPORTER_OTLP_HEADERS, is
// read from the environment by OpenTelemetry itself.
type Config struct {
	Endpoint string // of the collector, such as http://localhost:4318; empty: nothing is traced
	Service  string // what this program is called there
	Instance string // what this process is called there
	Version  string // of the program
	Logger   *slog.Logger
}

// What a collector that is away is given to come back before a batch is dropped.
const (
	firstRetry = time.Second
	patience   = 5 * time.Second
)

// Exporter hands spans on. Nil is one that is off.
type Exporter struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
}

// Start returns an exporter, nil if none is configured. It does not try to reach the collector; an error is of a
// configuration that cannot work.
func Start(ctx context.Context, config Config) (*Exporter, error) {
	if config.Endpoint == "" {
		return nil, nil
	}
	client, err := otlptracehttp.New(ctx,
		otlptracehttp.WithEndpointURL(strings.TrimRight(config.Endpoint, "/")+"/v1/traces"),
		otlptracehttp.WithRetry(otlptracehttp.RetryConfig{Enabled: true, InitialInterval: firstRetry, MaxInterval: firstRetry, MaxElapsedTime: patience}),
	)
	if err != nil {
		return nil, fmt.Errorf("set up traces: %w", err)
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", config.Service)),
		resource.WithAttributes(attribute.String("service.instance.id", config.Instance), attribute.String("service.version", config.Version)),
		resource.WithFromEnv(), // the operator's word counts more
	)
	if err != nil {
		return nil, fmt.Errorf("set up traces: %w", err)
	}
	// What OpenTelemetry says by itself would be said again for each batch: courier says it once.
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		config.Logger.Debug("tracing", slog.Any("error", err))
	}))
	provider := sdk.NewTracerProvider(sdk.WithResource(about), sdk.WithBatcher(&courier{SpanExporter: client, logger: config.Logger}))
	return &Exporter{provider: provider, tracer: provider.Tracer("parley")}, nil
}

// Tracer is what rooms trace with.
func (e *Exporter) Tracer() chat.Tracer {
	if e == nil {
		return chat.Tracer{}
	}
	return chat.NewTracer(e)
}

// Stop hands over what waits, as long as ctx allows.
func (e *Exporter) Stop(ctx context.Context) error {
	if e == nil {
		return nil
	}
	if err := e.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("hand over the last traces: %w", err)
	}
	return nil
}

// ID is the trace that ctx is in, for a line of log; "": it is in none.
func ID(ctx context.Context) string {
	if within := trace.SpanContextFromContext(ctx); within.HasTraceID() {
		return within.TraceID().String()
	}
	return ""
}

// Begin implements chat.Spans.
func (e *Exporter) Begin(ctx context.Context, name string, attributes []slog.Attr) (context.Context, chat.SpanBegun) {
	told := make([]attribute.KeyValue, len(attributes))
	for i, a := range attributes {
		told[i] = plain(a)
	}
	ctx, begun := e.tracer.Start(ctx, name, trace.WithAttributes(told...))
	return ctx, span{begun}
}

var form propagation.TraceContext

// Carry implements chat.Spans.
func (e *Exporter) Carry(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	form.Inject(ctx, carrier)
	return carrier.Get("traceparent")
}

// Follow implements chat.Spans.
func (e *Exporter) Follow(ctx context.Context, carried string) context.Context {
	return form.Extract(ctx, propagation.MapCarrier{"traceparent": carried})
}

type span struct{ trace.Span }

func (s span) Set(attribute slog.Attr) { s.SetAttributes(plain(attribute)) }

func (s span) End(err error) {
	if err != nil {
		s.SetStatus(codes.Error, reason(err))
	}
	s.Span.End()
}

// Header carries the trace of a request on to whoever is asked.
func Header(tracer chat.Tracer, next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		if carried := tracer.Carry(request.Context()); carried != "" {
			request = request.Clone(request.Context())
			request.Header.Set("Traceparent", carried)
		}
		return next.RoundTrip(request)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }
