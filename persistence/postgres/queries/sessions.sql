-- name: InsertSession :exec
INSERT INTO sessions (id, tenant, user_id, hash, previous, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: Session :one
SELECT id, tenant, user_id, hash, previous, created_at, expires_at FROM sessions WHERE id = $1;

-- name: RotateSession :execrows
UPDATE sessions SET previous = hash, hash = sqlc.arg(new_hash), expires_at = sqlc.arg(expires_at)
WHERE id = sqlc.arg(id) AND hash = sqlc.arg(old_hash);

-- name: DeleteSession :one
DELETE FROM sessions WHERE id = $1 RETURNING tenant, user_id;

-- name: DeleteExpiredSessions :exec
DELETE FROM sessions WHERE expires_at < sqlc.arg(before);
