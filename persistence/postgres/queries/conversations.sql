-- name: Conversation :one
SELECT id, tenant, bot, visitor, head, status, origin, agent, preview, created_at, updated_at
FROM conversations WHERE tenant = $1 AND id = $2;

-- name: Conversations :many
SELECT id, tenant, bot, visitor, head, status, origin, agent, preview, created_at, updated_at
FROM conversations
WHERE tenant = sqlc.arg(tenant)
  AND (CAST(sqlc.arg(status) AS TEXT) = '' OR status = sqlc.arg(status))
  AND (CAST(sqlc.arg(bot) AS TEXT) = '' OR bot = sqlc.arg(bot))
  AND updated_at <= sqlc.arg(before) AND (updated_at < sqlc.arg(before) OR id < sqlc.arg(before_id))
ORDER BY updated_at DESC, id DESC LIMIT sqlc.arg(count);

-- name: ReceiptByClientID :one
SELECT seq, message FROM events
WHERE tenant = sqlc.arg(tenant) AND conversation = sqlc.arg(conversation) AND client_id = sqlc.arg(client_id);
