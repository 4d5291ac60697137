-- name: SigningKeys :many
SELECT number, secret, starts_at FROM signing_keys ORDER BY number;

-- Of nodes that make the next key at once, one wins.
-- name: InsertSigningKey :exec
INSERT INTO signing_keys (number, secret, starts_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: DeleteSigningKeys :exec
DELETE FROM signing_keys WHERE number < sqlc.arg(before);
