package openai

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"parley/llm"
)

// errCut is a stream that ended without saying that it was complete.
var errCut = errors.New("the stream ended without a finish_reason and without [DONE]")

// emitError is the caller's own failure, handed back as it was.
type emitError struct{ error }

// failure turns what went wrong into an *llm.Error that says what to do about it.
func (p *Provider) failure(ctx context.Context, attempted string, err error) error {
	var emit emitError
	if errors.As(err, &emit) {
		return emit.error
	}
	// When the context has ended, whatever else was seen is only its echo.
	if ctx.Err() != nil {
		cause := context.Cause(ctx)
		return &llm.Error{
			Retryable: !errors.Is(cause, context.Canceled),
			Err:       fmt.Errorf("%s: %w", attempted, cause),
		}
	}
	failure := &llm.Error{Retryable: true, Err: p.withoutKey(attempted, err)}
	var refused *refusal
	var spoken *spokenError
	var cut *cutError
	switch {
	case errors.As(err, &refused):
		failure.Retryable = retryable(refused.status)
		failure.RetryAfter = refused.retryAfter
	case errors.As(err, &spoken):
		failure.Retryable = spoken.retryable()
	case errors.As(err, &cut):
		failure.Truncated = true
	case errors.Is(err, errEndlessThought):
		failure.Retryable = false
	}
	return failure
}

// retryable tells which statuses may be another the next time.
func retryable(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500
}

// withoutKey words an error without the API key, which servers have been seen
// to repeat in theirs.
func (p *Provider) withoutKey(attempted string, err error) error {
	text := err.Error()
	if p.config.Key == "" || !strings.Contains(text, p.config.Key) {
		return fmt.Errorf("%s: %w", attempted, err)
	}
	return &keyless{text: attempted + ": " + strings.ReplaceAll(text, p.config.Key, "[key]"), error: err}
}

// keyless is an error in other words.
type keyless struct {
	text string
	error
}

func (k *keyless) Error() string { return k.text }
func (k *keyless) Unwrap() error { return k.error }

// told is what may be logged of a server's failure: not its words, which may repeat what it was asked, but what it calls the failure.
func told(what string, names ...string) slog.Value {
	for _, name := range names {
		if name != "" && len(name) <= 64 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" {
			return slog.StringValue(what + ": " + name)
		}
	}
	return slog.StringValue(what)
}

// brief keeps a server's words short enough for a log line.
func brief(text string) string {
	const most = 300
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
