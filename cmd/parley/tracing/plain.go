package tracing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"

	"go.opentelemetry.io/otel/attribute"

	"parley/chat"
)

// withheld stands for what has not the form of an identifier or a code: nothing that somebody wrote
// leaves the process, even if a caller should offer it.
const withheld = "(withheld)"

var identifier = regexp.MustCompile(`^[A-Za-z0-9_.:/{}\-]{0,128}$`)

// plain is an attribute as it may leave the process.
func plain(a slog.Attr) attribute.KeyValue {
	key := "parley." + a.Key
	switch value := a.Value.Resolve(); value.Kind() {
	case slog.KindString:
		if !identifier.MatchString(value.String()) {
			return attribute.String(key, withheld)
		}
		return attribute.String(key, value.String())
	case slog.KindInt64:
		return attribute.Int64(key, value.Int64())
	case slog.KindUint64:
		return attribute.Int64(key, int64(value.Uint64()))
	case slog.KindFloat64:
		return attribute.Float64(key, value.Float64())
	case slog.KindBool:
		return attribute.Bool(key, value.Bool())
	case slog.KindDuration:
		return attribute.Float64(key+"_seconds", value.Duration().Seconds())
	default:
		return attribute.String(key, withheld)
	}
}

// reason is why something failed, without the words of a library, which may quote what it was given: the
// code of a chat.Error, or the type of what is at the bottom of the error.
func reason(err error) string {
	var known *chat.Error
	switch {
	case errors.As(err, &known):
		return known.Code
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	}
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return fmt.Sprintf("%T", err)
}
