-- name: InsertSession :exec
INSERT INTO sessions (id, tenant, user_id, hash, previous, created_at, expires_at, used_at, client)
VALUES ($1, $2, $3, $4, $5, $6, $7, sqlc.arg(used_at), sqlc.arg(client));

-- name: Session :one
SELECT id, tenant, user_id, hash, previous, created_at, expires_at, used_at, client FROM sessions WHERE id = $1;

-- name: RotateSession :execrows
UPDATE sessions SET previous = hash, hash = sqlc.arg(new_hash), expires_at = sqlc.arg(expires_at),
    used_at = sqlc.arg(used_at), client = sqlc.arg(client)
WHERE id = sqlc.arg(id) AND hash = sqlc.arg(old_hash);

-- name: DeleteSession :one
DELETE FROM sessions WHERE id = $1 RETURNING tenant, user_id;

-- name: DeleteExpiredSessions :exec
DELETE FROM sessions WHERE expires_at < sqlc.arg(before);

-- Those of all of a user's tenants, last used first.
-- name: SessionsOfUser :many
SELECT id, tenant, user_id, hash, previous, created_at, expires_at, used_at, client FROM sessions
WHERE user_id = sqlc.arg(user_id) AND expires_at > sqlc.arg(now) ORDER BY COALESCE(used_at, created_at) DESC, id LIMIT sqlc.arg(count);

-- name: DeleteSessionsOfUser :many
DELETE FROM sessions WHERE user_id = sqlc.arg(user_id) AND id <> sqlc.arg(keep) RETURNING id, tenant;

-- Those that were used longest ago go, so that a program that signs in each time does not leave them without end.
-- name: DeleteSurplusSessions :exec
DELETE FROM sessions WHERE id IN (
    SELECT s.id FROM sessions s WHERE s.user_id = sqlc.arg(user_id) ORDER BY COALESCE(s.used_at, s.created_at) DESC, s.id DESC
    LIMIT 1000 OFFSET sqlc.arg(keep));
