-- name: InsertBot :exec
INSERT INTO bots (id, tenant, profile, close_after, version, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: Bot :one
SELECT id, tenant, profile, version, created_at, updated_at, close_after FROM bots WHERE tenant = $1 AND id = $2;

-- name: BotsOfTenant :many
SELECT id, tenant, profile, version, created_at, updated_at, close_after FROM bots WHERE tenant = $1 ORDER BY created_at, id;

-- name: UpdateBot :one
UPDATE bots SET profile = sqlc.arg(profile), close_after = sqlc.arg(close_after), version = version + 1, updated_at = sqlc.arg(updated_at)
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id) AND version = sqlc.arg(version)
RETURNING version, created_at;

-- name: RaiseBotVersion :exec
UPDATE bots SET version = version + 1, updated_at = sqlc.arg(updated_at)
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);

-- name: DeleteBot :execrows
DELETE FROM bots WHERE tenant = $1 AND id = $2;

-- name: BotTenant :one
SELECT tenant FROM bots WHERE id = $1;

-- name: BotVersion :one
SELECT version FROM bots WHERE tenant = $1 AND id = $2;

-- name: BotVersions :batchone
SELECT version FROM bots WHERE id = $1;

-- Serves the closing of idle conversations, over all tenants.
-- name: ClosingBots :many
SELECT tenant, id, close_after FROM bots WHERE close_after > 0 ORDER BY id;
