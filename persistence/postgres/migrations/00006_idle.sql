-- +goose Up

ALTER TABLE bots ADD COLUMN close_after BIGINT NOT NULL DEFAULT 0; -- minutes without an event until a conversation closes; 0: never

CREATE INDEX conversations_idle ON conversations (tenant, bot, updated_at, id) WHERE status IN ('bot', 'agent');

-- +goose Down
DROP INDEX conversations_idle;
ALTER TABLE bots DROP COLUMN close_after;
