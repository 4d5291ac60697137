package actors

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"parley/actors/speech"
	"parley/chat"
	"parley/knowledge"
	"parley/llm"
)

// How an answer comes about: small talk, a question and answer of the owner's, an answer that was given before, or else
// retrieve, decide, prompt, stream (manners.go, pairs.go, cached.go, find.go, prompt.go, listen.go, calling.go).
const (
	retrieved = 8  // passages that go into a prompt
	searched  = 50 // passages among which the owner's own answers are looked for
)

// DefaultFallback is said in English when nothing in the knowledge answers the question
// and the owner has not written words of their own.
var DefaultFallback = speech.In("en").NotFound

// Handoff is the offer of an answer that ends with the offer of a person.
const Handoff = "handoff"

// Who wrote an answer.
const (
	ByFAQ        = "faq" // the owner: it is an answer to that question, word for word
	BySmallTalk  = "small_talk"
	ByModel      = "model"
	ByExtractive = "extractive"
	ByNothing    = "nothing" // it says that nothing was found
)

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
	summary     string         // what was said before history
	history     []llm.Message  // the last turns
	previous    string         // the visitor's question before this one
	settings    *chat.Settings // instead of the bot's; nil: the bot's
	preview     bool           // nothing is kept of it, and nothing that was kept is used
}

// first tells whether nothing was said before it.
func (q ask) first() bool { return len(q.history) == 0 && q.summary == "" }

// answerer writes answers and summaries. It keeps no state of conversations.
type answerer struct {
	bots       *bots
	log        chat.Log
	slots      *slots
	retriever  Retriever
	model      llm.Provider // nil: no model is configured
	extractive Standby
	prices     llm.Prices
	allowances chat.Allowances
	expenses   chat.Expenses // nil: nobody keeps them
	cache      *answers
	logger     *slog.Logger
	tracer     chat.Tracer
}

// answer writes one answer, calling emit with its pieces in order, and found
// once before the provider is called, with as much of the trace as is known then.
// It fails only if nothing more can be done; what was emitted stands.
func (a *answerer) answer(ctx context.Context, q ask, emit func(string), found func(*chat.Trace)) *answered {
	begun := time.Now()
	trace := chat.Trace{Asked: q.text, Query: q.text, CostMicros: new(int64)} // nobody was asked yet
	first := func(piece string) {
		if trace.FirstPiece == 0 {
			trace.FirstPiece = time.Since(begun)
		}
		emit(piece)
	}
	outcome, err := a.guarded(ctx, q, &trace, first, func(asks bool) {
		trace.Retrieved = time.Since(begun)
		known := trace
		if asks { // what a model takes is told with its last word
			known.CostMicros = nil
		}
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
func (a *answerer) guarded(ctx context.Context, q ask, trace *chat.Trace, emit func(string), found func(asks bool)) (outcome *answered, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			a.logger.Error("writing an answer panicked", slog.Any("panic", fault), slog.String("stack", string(debug.Stack())))
			outcome, err = nil, fmt.Errorf("write the answer: panic: %v", fault)
		}
	}()
	return a.write(ctx, q, trace, emit, found)
}

// answering is one answer that is being written.
type answering struct {
	*answerer
	q        ask
	bot      *chat.Bot
	writer   llm.Provider
	named    string // its model; empty: its own choice
	language string // to answer in; may be empty
	trace    *chat.Trace
	emit     func(string)
	found    func(asks bool) // whether a model is asked next
}

func (a *answerer) write(ctx context.Context, q ask, trace *chat.Trace, emit func(string), found func(asks bool)) (*answered, error) {
	bot, err := patiently(ctx, func() (*chat.Bot, error) { return a.bots.snapshot(ctx, q.tenant, q.bot) })
	if err != nil {
		return nil, fmt.Errorf("load the bot: %w", err)
	}
	if q.settings != nil {
		other := *bot
		other.Settings = *q.settings
		bot = &other
	}
	release, err := a.slots.take(ctx, q.tenant)
	if err != nil {
		return nil, err
	}
	defer release()
	trace.Settings = bot.Version
	w := &answering{answerer: a, q: q, bot: bot, trace: trace, emit: emit, found: found}
	w.writer, w.named = a.provider(ctx, bot)
	talk, tongue := speech.SmallTalk(q.text, bot.Name)
	w.language = languageOf(q, bot, tongue)
	return w.know(ctx, talk)
}

// know answers from what the bot knows. talk is small talk, to which its owner may have an answer.
func (w *answering) know(ctx context.Context, talk speech.Talk) (*answered, error) {
	within, span := w.tracer.Start(ctx, "retrieve")
	books, err := patiently(within, func() (knowledge.Books, error) { return w.retriever.Open(within, w.q.tenant, w.q.bot) })
	if err != nil {
		span.End(err)
		return nil, fmt.Errorf("look into the knowledge: %w", err)
	}
	var hits []knowledge.Hit
	if talk == "" { // small talk is not searched for
		hits = books.Search(within, w.q.text, searched)
	}
	pair := pairFor(books, w.q.text, hits)
	var key string
	if len(pair) == 0 && talk == "" {
		if key = w.cache.key(w.q, w.bot, w.named, w.language, books); key != "" {
			w.trace.Kept = key
			if known := w.cache.get(ctx, key); known != nil {
				span.End(nil)
				return w.repeat(known), nil
			}
		}
		hits, pair = w.find(within, books, hits)
	}
	span.Set(slog.Int("passages", len(hits)))
	span.End(nil)
	switch {
	case len(pair) > 0:
		return w.pair(pair), nil
	case talk != "":
		return w.smallTalk(ctx, talk)
	}
	provider, request := w.prompt(hits)
	w.trace.Provider, w.trace.Model, w.trace.Passages = provider.Name(), request.Model, traced(hits)
	asks := provider != llm.Provider(w.extractive)
	// A bot that was given nothing to read may still follow its owner's
	// instructions; one that was, says that it found nothing.
	nothing := len(hits) == 0 && (!books.Empty() || !asks)
	w.found(asks && !nothing)
	if nothing {
		unknown := w.unknown(provider, request, hits)
		unknown.prompt = nil // nobody was asked
		return unknown, nil
	}
	written, err := w.ask(ctx, provider, request, hits)
	if err != nil {
		return nil, err
	}
	if key != "" && written.keepable(w.trace) {
		w.cache.put(ctx, key, remembered(written, w.trace))
	}
	return written, nil
}

// ask has the provider write the answer.
func (w *answering) ask(ctx context.Context, provider llm.Provider, request llm.Request, hits []knowledge.Hit) (*answered, error) {
	var text strings.Builder
	show := func(piece string) {
		text.WriteString(piece)
		w.emit(piece)
	}
	unknown, err := w.listen(ctx, provider, request, hits, show)
	if err != nil {
		return nil, err
	}
	written := &answered{text: text.String(), by: by(provider, w.extractive), hits: hits, prompt: w.shownPrompt(provider, request)}
	if strings.TrimSpace(written.text) == "" {
		return w.unknown(provider, request, hits), nil
	}
	switch {
	case unknown:
		written.unanswered, written.by = true, ByNothing
		if w.bot.Settings.HandOff {
			written.offer = Handoff
		}
	default:
		written.citations, written.offer = cite(written.text, hits), w.offer()
	}
	return written, nil
}
