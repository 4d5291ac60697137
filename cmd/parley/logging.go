package main

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"parley/cmd/parley/tracing"
	"parley/transport/requestid"
)

// newLogger writes lines in the configured form. A line has identifiers, and never what somebody wrote or a secret.
func newLogger(c *Config, out io.Writer) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.LogLevel)); err != nil {
		level = slog.LevelInfo // of a Config that no command line made
	}
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: discreet}
	var handler slog.Handler = slog.NewTextHandler(out, options)
	if c.LogFormat == "json" {
		handler = slog.NewJSONHandler(out, options)
	}
	logger := slog.New(lines{handler})
	if c.ClusterAddr != "" {
		logger = logger.With(slog.String("node", c.ClusterAddr))
	}
	return logger
}

// discreet lets an error inside of others say what may be logged of it: others' servers, for instance,
// repeat in theirs what they were asked.
func discreet(_ []string, a slog.Attr) slog.Attr {
	err, ok := a.Value.Any().(error)
	if !ok {
		return a
	}
	var discreet interface {
		error
		slog.LogValuer
	}
	if errors.As(err, &discreet) {
		return slog.Attr{Key: a.Key, Value: discreet.LogValue().Resolve()}
	}
	return a
}

// lines adds to each line which request and which trace it belongs to, where its context tells.
type lines struct{ slog.Handler }

func (l lines) Handle(ctx context.Context, record slog.Record) error {
	add := func(key, value string) {
		present := value == ""
		record.Attrs(func(a slog.Attr) bool {
			present = present || a.Key == key
			return !present
		})
		if !present {
			record.AddAttrs(slog.String(key, value))
		}
	}
	add("request", requestid.From(ctx))
	add("trace", tracing.ID(ctx))
	return l.Handler.Handle(ctx, record)
}

func (l lines) WithAttrs(attributes []slog.Attr) slog.Handler {
	return lines{l.Handler.WithAttrs(attributes)}
}

func (l lines) WithGroup(name string) slog.Handler { return lines{l.Handler.WithGroup(name)} }
