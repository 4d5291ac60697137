-- name: WordKey :one
SELECT body, through FROM word_keys WHERE tenant = $1;

-- name: InsertWordKey :exec
INSERT INTO word_keys (tenant, body, through) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: MoveWordKey :exec
UPDATE word_keys SET through = sqlc.arg(through) WHERE tenant = sqlc.arg(tenant) AND through < sqlc.arg(through);

-- Whose conversations went on since they were last looked at.
-- name: TenantsToRead :many
SELECT t.id FROM tenants t LEFT JOIN word_keys k ON k.tenant = t.id
WHERE t.id > sqlc.arg(after) AND EXISTS (
    SELECT 1 FROM conversations c WHERE c.tenant = t.id AND c.updated_at > COALESCE(k.through, sqlc.arg(beginning)))
ORDER BY t.id LIMIT sqlc.arg(count);

-- name: ConversationsToRead :many
SELECT c.id, c.visitor, c.head, c.updated_at, CAST(COALESCE(w.through, 0) AS BIGINT) AS through
FROM conversations c LEFT JOIN conversation_words w ON w.conversation = c.id
WHERE c.tenant = sqlc.arg(tenant) AND c.updated_at >= sqlc.arg(since) AND (c.updated_at > sqlc.arg(since) OR c.id > sqlc.arg(after))
ORDER BY c.updated_at, c.id LIMIT sqlc.arg(count);

-- name: WordsOfConversations :batchone
SELECT words FROM conversation_words WHERE tenant = $1 AND conversation = $2;

-- A conversation that was deleted meanwhile has none, and one whose visitor was erased none that were read before.
-- name: PutWords :batchexec
INSERT INTO conversation_words (conversation, tenant, through, words)
SELECT c.id, c.tenant, CAST(sqlc.arg(through) AS BIGINT), sqlc.arg(words) FROM conversations c
WHERE c.tenant = sqlc.arg(tenant) AND c.id = sqlc.arg(conversation) AND c.visitor = sqlc.arg(visitor)
ON CONFLICT (conversation) DO UPDATE SET through = excluded.through, words = excluded.words
WHERE conversation_words.through < excluded.through;

-- name: DeleteWords :exec
DELETE FROM conversation_words WHERE tenant = $1 AND conversation = $2;
