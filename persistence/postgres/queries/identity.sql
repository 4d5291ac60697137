-- name: InsertIdentitySecret :exec
INSERT INTO identity_secrets (id, tenant, bot, body, created_at) VALUES ($1, $2, $3, $4, $5);

-- name: IdentitySecrets :many
SELECT id, tenant, bot, body, created_at FROM identity_secrets WHERE tenant = $1 AND bot = $2 ORDER BY created_at, id;

-- name: CountIdentitySecrets :one
SELECT COUNT(*) FROM identity_secrets WHERE tenant = $1 AND bot = $2;

-- name: DeleteIdentitySecret :execrows
DELETE FROM identity_secrets WHERE tenant = $1 AND bot = $2 AND id = $3;

-- Others who add secrets to the bot wait until the transaction ends.
-- name: HoldBot :execrows
UPDATE bots SET updated_at = updated_at WHERE tenant = $1 AND id = $2;
