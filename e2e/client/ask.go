package client

import (
	"context"
	"errors"
	"fmt"
)

// Refused is what the server said instead of doing what was asked.
type Refused struct {
	Code       string
	RetryAfter float64 // seconds; 0: it does not say
}

func (r *Refused) Error() string { return "refused: " + r.Code }

var errCut = errors.New("the connection ended before the answer")

// Ask sends another request, such as message.retry, once, now or when the visitor is
// connected, and waits for its answer. The error is a *Refused, or says why
// nobody knows what became of it.
func (v *Visitor) Ask(ctx context.Context, kind string, data map[string]any) error {
	if err := v.await(ctx, func() bool { return v.connected() != nil }); err != nil {
		return err
	}
	v.mu.Lock()
	c := v.connected()
	if c == nil {
		v.mu.Unlock()
		return errCut
	}
	v.asked++
	id := fmt.Sprintf("ask-%d", v.asked)
	if c.asks == nil {
		c.asks = make(map[string]chan error)
	}
	answer := make(chan error, 1)
	c.asks[id] = answer
	v.mu.Unlock()
	if err := c.write(ctx, request{ID: id, Type: kind, Data: data}); err != nil {
		return fmt.Errorf("%w: %w", errCut, err)
	}
	select {
	case err := <-answer:
		return err
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", kind, ctx.Err())
	}
}

// replied tells whoever asked what became of it. The caller holds mu.
func (c *connection) replied(f frame) {
	if c == nil || c.asks[f.Ref] == nil {
		return
	}
	var err error
	if f.Type == "error" {
		err = &Refused{f.Data.Code, f.Data.RetryAfter}
	}
	c.asks[f.Ref] <- err
	delete(c.asks, f.Ref)
}

// unanswered tells whoever still waits that no answer will come. The caller holds mu.
func (c *connection) unanswered() {
	for id, answer := range c.asks {
		answer <- errCut
		delete(c.asks, id)
	}
}

// Retry asks for another try at the question of a failed answer, and returns
// when that is begun.
func (v *Visitor) Retry(ctx context.Context, failed string) error {
	if err := v.Ask(ctx, "message.retry", map[string]any{"message": failed}); err != nil {
		return err
	}
	return v.await(ctx, func() bool {
		question, ended := "", false
		for _, e := range v.events {
			switch {
			case e.Type == "message.started" && e.Data.Message == failed:
				question = e.Data.Question
			case e.Type == "message.interrupted" && e.Data.Message == failed:
				ended = true
			case e.Type == "message.started" && ended && e.Data.Question == question:
				return true
			}
		}
		return false
	})
}
