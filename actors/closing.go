package actors

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"parley/chat"
)

// closeEvery is how often idle conversations are looked for; a setting is in minutes.
const closeEvery = time.Minute

// closeIdle closes conversations that nobody has written in for as long as their
// bot's owner has set, until ctx ends.
func (e *Engine) closeIdle(ctx context.Context) {
	ticker := time.NewTicker(e.closeEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if !e.rounds.leads.Load() {
			continue
		}
		if err := e.closeIdleOnce(ctx); err != nil && ctx.Err() == nil {
			e.logger.Warn("cannot close idle conversations", slog.Any("error", err))
		}
	}
}

func (e *Engine) closeIdleOnce(ctx context.Context) error {
	bots, err := e.idles.ClosingBots(ctx)
	if err != nil {
		return err
	}
	for _, bot := range bots {
		before := time.Now().Add(-bot.After)
		refs, err := e.idles.Idle(ctx, bot.Tenant, bot.Bot, before, sweepPage)
		if err != nil {
			return err
		}
		// The rest of a long list comes with the next round.
		each(refs, func(ref chat.Ref) {
			_, err := e.request(ctx, ref, &write{Order: &expire{before}})
			if err != nil && !errors.Is(err, context.Canceled) {
				e.logger.Warn("cannot close an idle conversation", slog.String("conversation", ref.Conversation), slog.Any("error", err))
			}
		})
	}
	return nil
}
