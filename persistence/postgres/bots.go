package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/persistence/postgres/db"
)

// errVersion refuses an update of what somebody else has updated.
var errVersion = chat.Fail(chat.Conflict, "version_conflict", "Somebody else has changed this meanwhile. Please load it again.")

// CreateBot keeps a new bot of an existing tenant, with the version given.
func (s *Store) CreateBot(ctx context.Context, bot chat.Bot) error {
	return s.explain(s.createBot(ctx, s.writes, bot), "create bot "+bot.ID)
}

func (s *Store) createBot(ctx context.Context, q *db.Queries, bot chat.Bot) error {
	key, err := s.keys.tenant(ctx, q, bot.Tenant)
	if err != nil {
		return err
	}
	profile, err := sealBot(key, bot)
	if err != nil {
		return err
	}
	created := orNow(bot.CreatedAt)
	updated := created
	if !bot.UpdatedAt.IsZero() {
		updated = storable(bot.UpdatedAt)
	}
	return q.InsertBot(ctx, db.InsertBotParams{
		ID: bot.ID, Tenant: bot.Tenant, Profile: profile, CloseAfter: int64(bot.Settings.CloseAfter), Version: bot.Version, CreatedAt: created, UpdatedAt: updated,
	})
}

// Bot returns one of the tenant's.
func (s *Store) Bot(ctx context.Context, tenant, id string) (chat.Bot, error) {
	bot, err := s.bot(ctx, tenant, id)
	return bot, s.explain(err, "read bot "+id)
}

func (s *Store) bot(ctx context.Context, tenant, id string) (chat.Bot, error) {
	row, err := s.reads.Bot(ctx, db.BotParams{Tenant: tenant, ID: id})
	if err != nil {
		return chat.Bot{}, err
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return chat.Bot{}, err
	}
	return openBot(key, row)
}

// Bots returns all of the tenant's, oldest first.
func (s *Store) Bots(ctx context.Context, tenant string) ([]chat.Bot, error) {
	bots, err := s.bots(ctx, tenant)
	return bots, s.explain(err, "list bots of "+tenant)
}

func (s *Store) bots(ctx context.Context, tenant string) ([]chat.Bot, error) {
	rows, err := s.reads.BotsOfTenant(ctx, tenant)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return nil, err
	}
	bots := make([]chat.Bot, len(rows))
	for i, row := range rows {
		if bots[i], err = openBot(key, row); err != nil {
			return nil, err
		}
	}
	return bots, nil
}

// UpdateBot stores what an owner may change, and raises the version from the
// one given.
func (s *Store) UpdateBot(ctx context.Context, bot chat.Bot) (chat.Bot, error) {
	updated, err := s.updateBot(ctx, bot)
	return updated, s.explain(err, "update bot "+bot.ID)
}

func (s *Store) updateBot(ctx context.Context, bot chat.Bot) (chat.Bot, error) {
	key, err := s.keys.tenant(ctx, s.reads, bot.Tenant)
	if err != nil {
		return chat.Bot{}, err
	}
	profile, err := sealBot(key, bot)
	if err != nil {
		return chat.Bot{}, err
	}
	bot.UpdatedAt = now()
	row, err := s.writes.UpdateBot(ctx, db.UpdateBotParams{
		Tenant: bot.Tenant, ID: bot.ID, Version: bot.Version, Profile: profile, CloseAfter: int64(bot.Settings.CloseAfter), UpdatedAt: bot.UpdatedAt,
	})
	if errors.Is(err, pgx.ErrNoRows) {
		// Either it is not there, or its version is another: only the second is a conflict.
		if _, err := s.reads.BotVersion(ctx, db.BotVersionParams{Tenant: bot.Tenant, ID: bot.ID}); err != nil {
			return chat.Bot{}, err
		}
		return chat.Bot{}, errVersion
	}
	if err != nil {
		return chat.Bot{}, err
	}
	bot.Version, bot.CreatedAt = row.Version, row.CreatedAt
	return bot, nil
}

// DeleteBot removes a bot and its knowledge. Its conversations stay.
func (s *Store) DeleteBot(ctx context.Context, tenant, id string) error {
	rows, err := s.writes.DeleteBot(ctx, db.DeleteBotParams{Tenant: tenant, ID: id})
	if err == nil && rows == 0 {
		return chat.ErrNotFound
	}
	return s.explain(err, "delete bot "+id)
}

// raiseVersion tells that a bot's knowledge changed, within a transaction.
func raiseVersion(ctx context.Context, q *db.Queries, tenant, bot string) error {
	if err := q.RaiseBotVersion(ctx, db.RaiseBotVersionParams{Tenant: tenant, ID: bot, UpdatedAt: now()}); err != nil {
		return fmt.Errorf("raise the version of bot %s: %w", bot, err)
	}
	return nil
}
