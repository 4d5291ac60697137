package actors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"parley/chat"
	"parley/knowledge"
	"parley/llm"
)

// How an answer comes about: retrieve, decide, prompt, stream.
const (
	retrieved      = 8                      // passages that go into a prompt
	firstToken     = 30 * time.Second       // a provider that says nothing for so long has failed
	wholeAnswer    = 3 * time.Minute        // nobody waits longer for the last token
	answerTries    = 3                      // calls of the provider, as long as nothing was shown
	firstBackoff   = 500 * time.Millisecond // before the second try; doubled before the third
	longestBackoff = 10 * time.Second       // a longer Retry-After is a failure: a visitor is waiting
)

// DefaultFallback is said when nothing in the knowledge answers the question
// and the owner has not written words of their own.
const DefaultFallback = "I could not find anything about that in what I have been given to read."

// offerPerson is added to it when visitors are offered a person.
const offerPerson = " Would you like to talk to a person?"

// Handoff is the offer of an answer that ends with the offer of a person.
const Handoff = "handoff"

// Retriever is what the engine asks of the knowledge.
type Retriever interface {
	// Open returns what the bot knows now.
	Open(ctx context.Context, tenant, bot string) (knowledge.Books, error)
}

// ask is a question as the answerer gets it.
type ask struct {
	tenant, bot string
	text        string
	locale      string
	summary     string        // what was said before history
	history     []llm.Message // the last turns
	previous    string        // the visitor's question before this one
}

// answerer writes answers and summaries. It keeps no state of conversations.
type answerer struct {
	bots       *bots
	log        chat.Log
	slots      *slots
	retriever  Retriever
	model      llm.Provider // nil: no model is configured
	extractive Standby
	prices     llm.Prices
	logger     *slog.Logger
	tracer     chat.Tracer
}

// answer writes one answer, calling emit with its pieces in order, and found
// once before the provider is called, with as much of the trace as is known then.
// It fails only if nothing more can be done; what was emitted stands.
func (a *answerer) answer(ctx context.Context, q ask, emit func(string), found func(*chat.Trace)) *answered {
	begun := time.Now()
	trace := chat.Trace{Query: q.text}
	first := func(piece string) {
		if trace.FirstPiece == 0 {
			trace.FirstPiece = time.Since(begun)
		}
		emit(piece)
	}
	outcome, err := a.guarded(ctx, q, &trace, first, func() {
		trace.Retrieved = time.Since(begun)
		known := trace
		found(&known)
	})
	if err != nil {
		trace.Failure = err.Error()
		outcome = &answered{err: err}
	}
	trace.Ended = time.Since(begun)
	outcome.trace = &trace
	return outcome
}

// guarded writes an answer; a panic on the way is this answer's failure and nobody else's.
func (a *answerer) guarded(ctx context.Context, q ask, trace *chat.Trace, emit func(string), found func()) (outcome *answered, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			a.logger.Error("writing an answer panicked", slog.Any("panic", fault), slog.String("stack", string(debug.Stack())))
			outcome, err = nil, fmt.Errorf("write the answer: panic: %v", fault)
		}
	}()
	return a.write(ctx, q, trace, emit, found)
}

func (a *answerer) write(ctx context.Context, q ask, trace *chat.Trace, emit func(string), found func()) (*answered, error) {
	bot, err := patiently(ctx, func() (*chat.Bot, error) { return a.bots.snapshot(ctx, q.tenant, q.bot) })
	if err != nil {
		return nil, fmt.Errorf("load the bot: %w", err)
	}
	release, err := a.slots.take(ctx, q.tenant)
	if err != nil {
		return nil, err
	}
	defer release()

	within, span := a.tracer.Start(ctx, "retrieve")
	books, err := patiently(within, func() (knowledge.Books, error) { return a.retriever.Open(within, q.tenant, q.bot) })
	if err != nil {
		span.End(err)
		return nil, fmt.Errorf("look into the knowledge: %w", err)
	}
	hits := relevant(within, q, bot, books, trace)
	span.Set(slog.Int("passages", len(hits)))
	span.End(nil)
	provider, request := a.prompt(q, bot, hits)
	trace.Settings, trace.Provider, trace.Model, trace.Passages = bot.Version, provider.Name(), request.Model, traced(hits)
	found()
	if len(hits) == 0 {
		// A bot that was given nothing to read may still follow its owner's
		// instructions; one that was, says that it found nothing.
		if !books.Empty() || provider == a.extractive {
			return a.unknown(bot, emit), nil
		}
	}
	var text []byte
	result, err := a.call(ctx, provider, request, trace, func(piece string) {
		text = append(text, piece...)
		emit(piece)
	})
	trace.Model, trace.Finish, trace.Prompt = cmp.Or(result.Model, trace.Model), result.Finish, result.Prompt
	trace.InputTokens, trace.OutputTokens = result.InputTokens, result.OutputTokens
	if micros, known := a.prices.Cost(result.Model, result.InputTokens, result.OutputTokens); known && err == nil {
		trace.CostMicros = &micros
	}
	if err != nil {
		return nil, err
	}
	if len(text) == 0 {
		return a.unknown(bot, emit), nil
	}
	offer := ""
	if bot.Settings.HandOff && containsPhrase(fold(q.text), bot.Settings.Offer) {
		offer = Handoff
	}
	return &answered{
		citations: cite(string(text), hits),
		offer:     offer,
		usage: &chat.Usage{
			Provider: provider.Name(), Model: result.Model,
			InputTokens: result.InputTokens, OutputTokens: result.OutputTokens,
		},
	}, nil
}

// relevant returns the passages that answer the question, or none. A question
// that finds nothing alone is tried together with the one before it ("and for children?").
func relevant(ctx context.Context, q ask, bot *chat.Bot, books knowledge.Books, trace *chat.Trace) []knowledge.Hit {
	trace.Threshold = cmp.Or(bot.Settings.Threshold, knowledge.DefaultThreshold)
	queries := []string{q.text}
	if q.previous != "" {
		queries = append(queries, q.previous+" "+q.text)
	}
	for _, query := range queries {
		hits := books.Search(ctx, query, retrieved)
		for _, hit := range hits {
			if hit.Confidence >= trace.Threshold {
				trace.Query = query
				return hits
			}
		}
	}
	return nil
}

// traced is what a trace keeps of passages.
func traced(hits []knowledge.Hit) []chat.TracedPassage {
	passages := make([]chat.TracedPassage, 0, len(hits))
	for _, hit := range hits {
		passages = append(passages, chat.TracedPassage{
			ID: hit.ID, Source: hit.Source, Title: hit.Title, Headings: hit.Headings, Text: hit.Text, Page: hit.Page,
			Score: hit.Score, Confidence: hit.Confidence,
		})
	}
	return passages
}

// provider is who answers for a bot, and the name of the model there.
func (a *answerer) provider(bot *chat.Bot) (llm.Provider, string) {
	if a.model == nil || bot.Settings.Model == a.extractive.Name() {
		return a.extractive, ""
	}
	return a.model, bot.Settings.Model
}

// prompt chooses the provider and says what it is to answer.
func (a *answerer) prompt(q ask, bot *chat.Bot, hits []knowledge.Hit) (llm.Provider, llm.Request) {
	provider, model := a.provider(bot)
	request := llm.Request{
		Model: model, Bot: bot.Name, Instructions: bot.Settings.Instructions, Tone: bot.Settings.Tone,
		Language: q.locale, Summary: q.summary, History: q.history, Question: q.text,
	}
	for _, hit := range hits {
		request.Passages = append(request.Passages, llm.Passage{Title: hit.Title, Headings: hit.Headings, Text: hit.Text, Page: hit.Page})
	}
	return provider, request
}

// unknown says honestly that nothing was found.
func (a *answerer) unknown(bot *chat.Bot, emit func(string)) *answered {
	text, offer := bot.Settings.Fallback, ""
	if text == "" {
		text = DefaultFallback
		if bot.Settings.HandOff {
			text += offerPerson
		}
	}
	if bot.Settings.HandOff {
		offer = Handoff
	}
	emit(text)
	return &answered{offer: offer}
}

// call asks the provider, again if it failed before anything was shown.
func (a *answerer) call(ctx context.Context, provider llm.Provider, request llm.Request, trace *chat.Trace, emit func(string)) (llm.Result, error) {
	backoff := firstBackoff
	for try := 1; ; try++ {
		trace.Calls = try
		result, shown, err := a.callOnce(ctx, provider, request, emit)
		if err == nil || shown || ctx.Err() != nil {
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

// callOnce is one call; shown tells whether a piece of it was emitted.
func (a *answerer) callOnce(ctx context.Context, provider llm.Provider, request llm.Request, emit func(string)) (result llm.Result, shown bool, err error) {
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
		if !shown {
			shown = true
			silence.Stop()
			span.Set(slog.Duration("first_piece", time.Since(asked)))
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		emit(piece)
		return nil
	})
	if err != nil {
		var timeout *llm.Error
		if errors.As(context.Cause(ctx), &timeout) {
			err = timeout
		}
		err = fmt.Errorf("ask %s: %w", provider.Name(), err)
	}
	return result, shown, err
}
