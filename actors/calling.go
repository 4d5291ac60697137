package actors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"parley/chat"
	"parley/llm"
)

// How long a provider may take, and how often it is asked.
const (
	firstToken     = 30 * time.Second       // a provider that says nothing for so long has failed
	wholeAnswer    = 3 * time.Minute        // nobody waits longer for the last token
	answerTries    = 3                      // calls of the provider, as long as it said nothing
	firstBackoff   = 500 * time.Millisecond // before the second try; doubled before the third
	longestBackoff = 10 * time.Second       // a longer Retry-After is a failure: a visitor is waiting
)

// call asks the provider, again if it failed before it said anything.
func (a *answerer) call(ctx context.Context, provider llm.Provider, request llm.Request, trace *chat.Trace, hear func(string) error) (llm.Result, error) {
	backoff := firstBackoff
	for try := 1; ; try++ {
		trace.Calls++
		result, spoke, err := a.callOnce(ctx, provider, request, hear)
		if err == nil || spoke || ctx.Err() != nil {
			return result, err
		}
		var failure *llm.Error
		if try == answerTries || !errors.As(err, &failure) || !failure.Retryable || failure.RetryAfter > longestBackoff {
			return result, err
		}
		a.logger.Warn("a provider failed and is asked again", slog.String("provider", provider.Name()), slog.Int("try", try), slog.Any("error", err))
		select {
		case <-ctx.Done():
			return result, err
		case <-time.After(max(backoff, failure.RetryAfter)):
		}
		backoff *= 2
	}
}

// callOnce is one call; spoke tells whether a piece of it was heard.
func (a *answerer) callOnce(ctx context.Context, provider llm.Provider, request llm.Request, hear func(string) error) (result llm.Result, spoke bool, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	ctx, span := a.tracer.Start(ctx, "model", slog.String("provider", provider.Name()), slog.String("model", request.Model))
	defer func() {
		span.Set(slog.Int64("output_tokens", result.OutputTokens))
		span.End(err)
	}()
	asked := time.Now()
	silence := time.AfterFunc(firstToken, func() {
		cancel(&llm.Error{Retryable: true, Err: fmt.Errorf("no token in %v", firstToken)})
	})
	defer silence.Stop()
	result, err = provider.Answer(ctx, request, func(piece string) error {
		if !spoke {
			spoke = true
			silence.Stop()
			span.Set(slog.Duration("first_piece", time.Since(asked)))
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		return hear(piece)
	})
	if err != nil {
		var timeout *llm.Error
		if errors.As(context.Cause(ctx), &timeout) {
			err = timeout
		}
		err = fmt.Errorf("ask %s: %w", provider.Name(), err)
	}
	return result, spoke, err
}
