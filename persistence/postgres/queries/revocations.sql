-- Others who revoke wait until the transaction ends.
-- name: NextRevocation :one
UPDATE revocation_version SET version = version + 1 WHERE id = 1 RETURNING version;

-- name: PutRevocation :exec
INSERT INTO revocations (tenant, user_id, session, version, revoked_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant, user_id, session) DO UPDATE SET version = excluded.version, revoked_at = excluded.revoked_at;

-- name: RevocationVersion :one
SELECT version FROM revocation_version WHERE id = 1;

-- Those of all tenants, which each node remembers.
-- name: RevocationsAfter :many
SELECT tenant, user_id, session, version FROM revocations
WHERE version > sqlc.arg(version) AND revoked_at >= sqlc.arg(since) ORDER BY version LIMIT sqlc.arg(count);

-- name: DeleteOldRevocations :exec
DELETE FROM revocations WHERE revoked_at < sqlc.arg(before);
