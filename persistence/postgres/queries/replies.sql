-- name: RepliesOfTenant :many
SELECT id, body FROM replies WHERE tenant = $1;

-- name: ReplyByShortcut :one
SELECT id FROM replies WHERE tenant = $1 AND shortcut_hash = $2;

-- name: CountReplies :one
SELECT COUNT(*) FROM replies WHERE tenant = $1;

-- name: UpdateReply :execrows
UPDATE replies SET shortcut_hash = sqlc.arg(shortcut_hash), body = sqlc.arg(body) WHERE tenant = sqlc.arg(tenant) AND id = sqlc.arg(id);

-- name: InsertReply :exec
INSERT INTO replies (id, tenant, shortcut_hash, body) VALUES ($1, $2, $3, $4);

-- name: DeleteReply :execrows
DELETE FROM replies WHERE tenant = $1 AND id = $2;
