-- name: InsertAPIKey :exec
INSERT INTO api_keys (id, tenant, bot, line, hash, body, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- Whoever has a key names no tenant.
-- name: APIKeyByHash :one
SELECT id, tenant, bot, line, hash, body, created_at, expires_at, used_at FROM api_keys WHERE hash = $1;

-- name: APIKey :one
SELECT id, tenant, bot, line, hash, body, created_at, expires_at, used_at FROM api_keys WHERE tenant = $1 AND id = $2;

-- name: APIKeysOfTenant :many
SELECT id, tenant, bot, line, hash, body, created_at, expires_at, used_at FROM api_keys WHERE tenant = $1 ORDER BY created_at, id;

-- name: CountAPIKeys :one
SELECT COUNT(*) FROM api_keys WHERE tenant = $1;

-- No row: somebody changed it meanwhile.
-- name: UpdateAPIKey :one
UPDATE api_keys SET body = sqlc.arg(body), expires_at = sqlc.narg(expires_at)
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id) AND body = sqlc.arg(was)
RETURNING id;

-- name: EndAPIKey :execrows
UPDATE api_keys SET expires_at = CASE WHEN expires_at < sqlc.arg(ends) THEN expires_at ELSE sqlc.arg(ends) END
WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);

-- name: DeleteAPIKey :execrows
DELETE FROM api_keys WHERE tenant = $1 AND id = $2;

-- name: ForgetAPIKeys :exec
DELETE FROM api_keys WHERE tenant = sqlc.arg(tenant) AND expires_at < sqlc.arg(before);

-- name: UseAPIKey :exec
UPDATE api_keys SET used_at = sqlc.arg(at) WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);
