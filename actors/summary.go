package actors

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/chat"
	"parley/llm"
)

// Bounds of making a summary.
const (
	summaryTimeout = 30 * time.Second // nobody waits for it
	rebuildTimeout = 8 * time.Second  // an answer waits for it, once after a restart
	summaryPage    = 200              // events read at a time
	summaryChunk   = 6_000            // tokens given to a summariser at a time
)

// recollect makes a session's summary anew, up to `through`, and brings it there. What it
// cannot make stays as it was.
func (e *Engine) recollect(ctx context.Context, session *actor.PID, ref chat.Ref, bot string, from chat.Summary, through int64) chat.Summary {
	summary, err := e.answerer.summarise(ctx, ref, bot, from, through)
	if err != nil && e.running.Err() == nil {
		e.logger.Warn("cannot recollect a conversation", slog.String("conversation", ref.Conversation), slog.Any("error", err))
	}
	e.send(session, &recollected{summary})
	return summary
}

// remembers tells whether the bot's answers are made with what was said before: the
// sentences that stand in for a model's answer are chosen by the question alone.
func (a *answerer) remembers(tenant, bot string) bool {
	settings := a.bots.loaded(tenant, bot)
	if settings == nil {
		return false
	}
	return !a.extracts(settings)
}

// summarise brings a summary up to `through`, from the log alone: so it is made in
// the same way while the conversation goes on and after a restart that has lost it.
func (a *answerer) summarise(ctx context.Context, ref chat.Ref, bot string, from chat.Summary, through int64) (chat.Summary, error) {
	settings, err := a.bots.snapshot(ctx, ref.Tenant, bot)
	if err != nil {
		return from, fmt.Errorf("load the bot: %w", err)
	}
	provider, model := a.provider(ctx, settings)
	var turns []llm.Message
	tokens := 0
	for at := from.Through; at < through; {
		events, err := a.log.Events(ctx, ref, at, int(min(summaryPage, through-at)))
		if err != nil {
			return from, fmt.Errorf("read what was said: %w", err)
		}
		if len(events) == 0 {
			return from, fmt.Errorf("read what was said: the log ends at %d", at)
		}
		for _, e := range events {
			at = e.Seq
			if turn, said := turnOf(e); said {
				turns = append(turns, llm.Message{Role: turn.role, Text: turn.text})
				tokens += llm.Tokens(turn.text)
			}
			if len(turns) > 0 && (tokens >= summaryChunk || at == through) {
				from = chat.Summary{Through: at, Text: a.shorten(ctx, ref.Tenant, provider, llm.SummaryRequest{Model: model, Earlier: from.Text, Turns: turns, MaxTokens: summaryTokens})}
				turns, tokens = nil, 0
			}
		}
	}
	from.Through = through
	return from, nil
}

// shorten asks the provider for a summary. Without its help the most telling
// sentences stand for one: a memory that is worse is better than none.
func (a *answerer) shorten(ctx context.Context, tenant string, provider llm.Provider, request llm.SummaryRequest) string {
	if summariser, can := provider.(llm.Summariser); can {
		text, took, err := summariser.Summarise(ctx, request)
		a.spend(ctx, a.memorised(tenant, took))
		if err == nil {
			return text
		}
		a.logger.Warn("a summary is made without the provider", slog.String("provider", provider.Name()), slog.Any("error", err))
	}
	request.Model = ""
	text, _, err := a.extractive.Summarise(ctx, request)
	if err != nil { // it has nothing that could fail
		a.logger.Error("a summary could not be made", slog.Any("error", err))
		return request.Earlier
	}
	return text
}
