-- name: ExternalIdentity :one
SELECT user_id, body, created_at FROM external_identities WHERE user_id = $1;

-- name: UserIDByIdentity :one
SELECT user_id FROM external_identities WHERE hash = $1;

-- name: InsertExternalIdentity :exec
INSERT INTO external_identities (user_id, hash, body, created_at) VALUES ($1, $2, $3, $4);

-- name: DeleteExternalIdentity :execrows
DELETE FROM external_identities WHERE user_id = $1;

-- name: InsertTrip :exec
INSERT INTO issuer_trips (id, user_id, hash, expires_at) VALUES ($1, $2, $3, $4);

-- Of many who come back from one at once, one does.
-- name: EndTrip :one
DELETE FROM issuer_trips WHERE id = $1 AND hash = $2 RETURNING user_id, expires_at;

-- name: DeleteExpiredTrips :exec
DELETE FROM issuer_trips WHERE expires_at < sqlc.arg(before);
