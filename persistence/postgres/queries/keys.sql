-- name: PlatformKey :one
SELECT wrapped FROM platform_keys WHERE name = $1;

-- name: InsertPlatformKey :execrows
INSERT INTO platform_keys (name, wrapped) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: HoldPlatformKey :one
UPDATE platform_keys SET name = name WHERE name = $1 RETURNING wrapped;

-- name: RewrapPlatformKey :execrows
UPDATE platform_keys SET wrapped = sqlc.arg(wrapped) WHERE name = sqlc.arg(name) AND wrapped = sqlc.arg(before);

-- name: TenantKeysAfter :many
SELECT id, wrapped_key FROM tenants WHERE id > $1 ORDER BY id LIMIT $2;

-- name: RewrapTenantKeys :batchexec
UPDATE tenants SET wrapped_key = sqlc.arg(wrapped) WHERE id = sqlc.arg(id) AND wrapped_key = sqlc.arg(before);

-- name: PlatformSecret :one
SELECT body FROM platform_secrets WHERE name = $1;

-- name: InsertPlatformSecret :exec
INSERT INTO platform_secrets (name, body) VALUES ($1, $2) ON CONFLICT DO NOTHING;

-- name: RaiseSchemaFloor :exec
UPDATE schema_floor SET version = sqlc.arg(version) WHERE id = 1 AND version < sqlc.arg(version);
