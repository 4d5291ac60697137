package vitals

import (
	"context"
	"errors"
	"time"

	"parley/actors"
	"parley/chat"
)

// Engine measures what visitors and agents send.
func (v *Vitals) Engine(engine *actors.Engine) *Engine { return &Engine{engine, v} }

// Engine is an engine whose messages are measured.
type Engine struct {
	*actors.Engine
	vitals *Vitals
}

// Post measures how long the sender waits for the receipt.
func (e *Engine) Post(ctx context.Context, visitor actors.Visitor, author chat.Author, clientID, text string) (chat.Receipt, error) {
	begun := time.Now()
	receipt, err := e.Engine.Post(ctx, visitor, author, clientID, text)
	e.vitals.posted(time.Since(begun), err)
	return receipt, err
}

// posted counts a message that was sent. One that is kept is counted where it is written.
func (v *Vitals) posted(took time.Duration, err error) {
	if err != nil {
		v.refused.WithLabelValues(chat.AsError(err).Code).Inc()
		return
	}
	v.acknowledged.Observe(took.Seconds())
}

// afterwards are the codes of a question that was kept and came to no answer.
var afterwards = map[string]bool{"answer_failed": true, "handed_off": true, "answer_timeout": true}

// Answer counts questions that were not kept.
func (e *Engine) Answer(ctx context.Context, visitor actors.Visitor, clientID, text string, emit func(actors.Output)) (chat.MessageCompleted, error) {
	answer, err := e.Engine.Answer(ctx, visitor, clientID, text, emit)
	var known *chat.Error
	if err != nil && (!errors.As(err, &known) || !afterwards[known.Code]) {
		e.vitals.refused.WithLabelValues(chat.AsError(err).Code).Inc()
	}
	return answer, err
}
