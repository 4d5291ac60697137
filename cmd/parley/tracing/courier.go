package tracing

import (
	"context"
	"log/slog"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// courier brings spans to the collector, and says when it cannot. It is called by one goroutine at a time.
type courier struct {
	sdk.SpanExporter
	logger *slog.Logger
	fails  bool
}

func (c *courier) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := c.SpanExporter.ExportSpans(ctx, spans)
	switch failed := err != nil; {
	case failed && !c.fails:
		c.logger.Warn("traces cannot be handed over and are dropped until they can", slog.Any("error", err))
	case !failed && c.fails:
		c.logger.Info("traces are handed over again")
	}
	c.fails = err != nil
	return nil // it is said
}
